"""``POST /oauth/par`` (RFC 9126): a request is checked before a person is bothered with it."""

import json

import pytest
from joserfc.jwk import ECKey

from tests.support.actors import DELIVERY, Company, World, details, line, needed

GOOD = [needed("name")]


@pytest.fixture(scope="module")
def company(town: World) -> Company:
    return town.company()


def pushed(company: Company, **changes: str | None) -> tuple[int, dict]:
    params = {**company.request(*GOOD).params, **changes}
    response = company.push({name: value for name, value in params.items() if value is not None})
    return response.status_code, response.json()


@pytest.mark.requirement("AS-A2", "AS-A12", "C-4")
def test_a_good_request_is_kept(company: Company):
    """The answer is a request_uri that cannot be guessed, good for 90 seconds."""
    uris = set()
    for _ in range(3):
        status, body = pushed(company)
        assert (status, body["expires_in"]) == (201, 90)
        uris.add(body["request_uri"])
    assert len(uris) == 3


def test_what_is_not_a_parameter_is_not_kept(company: Company):
    """Unknown parameters are not looked at (RFC 6749, section 3.1), whatever they hold."""
    assert pushed(company, prompt="none", display="popup")[0] == 201


OPTIONAL = ("state", "nonce", "scope", "prompt", "max_age", "resource", "request", "request_uri", "response_mode",
    "dpop_jkt", "id_token_hint", "grant_management_action", "grant_id")  # fmt: skip


def test_what_has_no_value_was_not_sent(company: Company):
    """An empty parameter counts as left out (RFC 6749, section 3.1); sent twice it is refused all the same."""
    assert pushed(company, **dict.fromkeys(OPTIONAL, ""))[0] == 201
    sent = {**company.request(*GOOD).params, **company.proof(), "prompt": ["", ""]}
    assert company.http.post("/oauth/par", data=sent).json()["error"] == "invalid_request"


PARAMETERS = [
    ("no response type", {"response_type": None}, "unsupported_response_type"),
    ("the implicit flow", {"response_type": "token"}, "unsupported_response_type"),
    ("a hybrid flow", {"response_type": "code id_token"}, "unsupported_response_type"),
    ("an odd response type", {"response_type": "'"}, "unsupported_response_type"),
    ("no redirect URI", {"redirect_uri": None}, "invalid_request"),
    ("an empty redirect URI", {"redirect_uri": ""}, "invalid_request"),
    ("another site", {"redirect_uri": "https://evil.example/back"}, "invalid_request"),
    ("another path", {"redirect_uri": "https://nordlicht.example/back/more"}, "invalid_request"),
    ("a path that climbs", {"redirect_uri": "https://nordlicht.example/back/../x"}, "invalid_request"),
    ("a query", {"redirect_uri": "https://nordlicht.example/back?x=1"}, "invalid_request"),
    ("a fragment", {"redirect_uri": "https://nordlicht.example/back#x"}, "invalid_request"),
    ("http", {"redirect_uri": "http://nordlicht.example/back"}, "invalid_request"),
    ("a port", {"redirect_uri": "https://nordlicht.example:444/back"}, "invalid_request"),
    ("another spelling", {"redirect_uri": "https://NORDLICHT.example/back"}, "invalid_request"),
    ("a longer host", {"redirect_uri": "https://nordlicht.example.evil.example/back"}, "invalid_request"),
    ("a user name", {"redirect_uri": "https://nordlicht.example@evil.example/back"}, "invalid_request"),
    ("a script", {"redirect_uri": "javascript:alert(1)"}, "invalid_request"),
    ("a line break", {"redirect_uri": "https://nordlicht.example/back\r\nX: y"}, "invalid_request"),
    ("a quotation mark", {"redirect_uri": 'https://nordlicht.example/back"'}, "invalid_request"),
    ("no challenge", {"code_challenge": None}, "invalid_request"),
    ("an empty challenge", {"code_challenge": ""}, "invalid_request"),
    ("a challenge that is too short", {"code_challenge": "a" * 42}, "invalid_request"),
    ("a plain challenge", {"code_challenge_method": "plain"}, "invalid_request"),
    ("no method", {"code_challenge_method": None}, "invalid_request"),
    ("S256 in small letters", {"code_challenge_method": "s256"}, "invalid_request"),
    ("a scope that nobody knows", {"scope": "everything"}, "invalid_scope"),
    ("a request in a request", {"request_uri": "urn:ietf:params:oauth:request_uri:x"}, "invalid_request"),
    ("a request object", {"request": "eyJhbGciOiJub25lIn0.e30."}, "request_not_supported"),
    ("another client", {"client_id": "0f62c9d5-4b0e-4c53-9d0e-6f1c6a1f7a52"}, "invalid_client"),
    ("a state of many bytes", {"state": "s" * 4097}, "invalid_request"),
    ("a state with a NUL", {"state": "a\0b"}, "invalid_request"),
    ("a state that is not ASCII", {"state": "\N{SNOWMAN}"}, "invalid_request"),
    ("the API of somebody else", {"resource": "https://nordlicht.example/api"}, "invalid_target"),
]


@pytest.mark.parametrize(("what", "changes", "error"), PARAMETERS, ids=[row[0] for row in PARAMETERS])
@pytest.mark.requirement("AS-A1", "AS-A5", "AS-A6", "BCP-1", "BCP-3")
def test_a_parameter_that_is_wrong(company: Company, what: str, changes: dict, error: str):
    """Every fault is told to the client itself, with the standard's own code; nothing is kept."""
    status, body = pushed(company, **changes)
    assert (status, body["error"]) == (400, error), what


def ask(*lines: object, **terms: object) -> str:
    return json.dumps([{"type": "vrm_profile", "lines": list(lines), **terms}])


DETAILS = [
    ("none", None),
    ("nothing in them", ""),
    ("no JSON", "{"),
    ("no array", json.dumps({"type": "vrm_profile"})),
    ("an empty array", "[]"),
    ("two asks", json.dumps([json.loads(ask(line("name")))[0]] * 2)),
    ("a number for an ask", "[7]"),
    ("no type", json.dumps([{"lines": GOOD}])),
    ("an unknown type", json.dumps([{"type": "payment", "lines": GOOD}])),
    ("an unknown member", ask(*GOOD, extra=1)),
    ("an unknown member of an odd name", ask(*GOOD, **{'\N{SNOWMAN}"\\\0': 1})),
    ("an unknown member of a huge name", ask(*GOOD, **{"x" * 20_000: 1})),
    ("an unknown member of a line", ask(line("name", extra=1))),
    ("no lines", json.dumps([{"type": "vrm_profile"}])),
    ("an empty list of lines", ask()),
    ("lines that are no list", json.dumps([{"type": "vrm_profile", "lines": {"key": "name"}}])),
    ("a line that is no object", ask("name")),
    ("a line that is null", ask(None)),
    ("too many lines", ask(*[line("name")] * 61)),
    ("a line twice", ask(line("name"), line("name"))),
    ("a line in another's alternatives", ask(line("name"), line("nickname", any_of=["name"]))),
    ("a line without a key", ask({"purpose": DELIVERY})),
    ("a line without a purpose", ask({"key": "name"})),
    ("a key that is not in the catalogue", ask(line("soul"))),
    ("a key that is no text", ask(line(["name"]))),  # type: ignore[arg-type]
    ("a key with a NUL", ask(line("name\0"))),
    ("half of a letter", ask(line("\ud800"))),
    ("an alternative that is not in the catalogue", ask(line("name", any_of=["soul"]))),
    ("too many alternatives", ask(line("name", any_of=["age_over_18"] * 11))),
    ("alternatives that are no list", ask(line("name", any_of="nickname"))),
    ("a purpose that nobody knows", ask(line("name", "dpv:WorldDomination"))),
    ("a purpose the company has not registered", ask(line("name", "dpv:SellDataToThirdParties"))),
    ("required that is no truth value", ask(line("name", required="yes"))),
    ("a reason of many lines", ask(line("name", why="a\nb"))),
    ("a reason that is too long", ask(line("name", why="a" * 201))),
    ("a reason that is null", ask(line("name", why=None))),
    ("a reason that turns the text round", ask(line("name", why="a\u202eb"))),
    ("a frequency that nobody knows", ask(line("name", frequency="hourly"))),
    ("no day", ask(*GOOD, duration_days=0)),
    ("more than a year", ask(*GOOD, duration_days=366)),
    ("a negative duration", ask(*GOOD, duration_days=-1)),
    ("a duration that is text", ask(*GOOD, duration_days="30")),
    ("a broken duration", ask(*GOOD, duration_days=1.5)),
    ("a duration that is endless", ask(*GOOD, duration_days=1).replace(": 1}", ": Infinity}")),
    ("a duration of many digits", ask(*GOOD, duration_days=1).replace(": 1}", ": " + "9" * 5000 + "}")),
    ("a negative retention", ask(*GOOD, retention_days=-1)),
    ("an endless retention", ask(*GOOD, retention_days=36501)),
    ("a recipient with a NUL", ask(*GOOD, recipients=["a\0b"])),
    ("a recipient that is half a letter", ask(*GOOD, recipients=["\ud800"])),
    ("a recipient without a name", ask(*GOOD, recipients=[""])),
    ("too many recipients", ask(*GOOD, recipients=["a"] * 21)),
    ("recipients that are text", ask(*GOOD, recipients="everybody")),
    ("more than 32 KiB", ask(*GOOD) + " " * 32768),
    ("very deep nesting", "[" * 20_000),
    ("deep nesting in a member", ask(*GOOD, extra="@").replace('"@"', "[" * 5000 + "]" * 5000)),
    ("a member twice", ask(*GOOD).replace('"type"', '"lines": [], "type"')),
    ("a member of a line twice", ask(*GOOD).replace('"key"', '"key": "email", "key"', 1)),
    ("a NUL between the members", ask(*GOOD).replace(", ", ",\0 ")),
]


@pytest.mark.parametrize(("what", "raw"), DETAILS, ids=[row[0] for row in DETAILS])
def test_details_that_nobody_could_be_shown(company: Company, what: str, raw: str | None):
    """What does not say plainly who wants what is refused, and the answer names the member that is wrong."""
    status, body = pushed(company, authorization_details=raw)
    assert (status, body["error"]) == (400, "invalid_authorization_details"), what
    assert len(body["error_description"]) < 300


def test_what_a_full_ask_may_say(company: Company):
    """Every member the description names is taken."""
    full = details(
        needed("birthdate", why="The parcel holds a knife", any_of=["age_over_18"], frequency="once"),
        line("email", frequency="weekly"),
        duration_days=365,
        retention_days=0,
        recipients=["Parcel carrier"],
    )
    assert pushed(company, authorization_details=full)[0] == 201


@pytest.mark.requirement("AS-A8", "BCP-1")
def test_a_loopback_port_is_free(town: World):
    """A native client gets whatever port is open (RFC 8252, section 7.3); nothing else about it is free."""
    native = town.company(name="Native", domain="native.example", redirect_uri="http://127.0.0.1/back")
    for uri, status in [
        ("http://127.0.0.1:49152/back", 201),
        ("http://127.0.0.1/back", 201),
        ("http://127.0.0.1:49152/other", 400),
        ("http://localhost:49152/back", 400),
        ("https://127.0.0.1:49152/back", 400),
        ("http://127.0.0.1:99999/back", 400),
    ]:
        assert pushed(native, redirect_uri=uri)[0] == status, uri


def test_too_much_at_once(company: Company):
    """A body beyond a mebibyte is refused before it is read."""
    response = company.http.post("/oauth/par", data={"x": "y" * (1 << 20)})
    assert (response.status_code, response.json()["error"]) == (413, "invalid_request")


@pytest.mark.requirement("AS-A2")
def test_nothing_is_pushed_by_get(company: Company):
    """A request comes in a body (RFC 9126, section 2.1), never in an address that is written down on the way."""
    params = {**company.request(*GOOD).params, **company.proof()}
    for method in ("GET", "PUT", "DELETE"):
        response = company.http.request(method, "/oauth/par", params=params)
        assert response.status_code == 405, method


@pytest.mark.requirement("AS-A4")
def test_only_the_client_itself_may_push(company: Company):
    """A good request with somebody else's proof is refused (RFC 9126, section 2)."""
    stranger = ECKey.generate_key("P-256", auto_kid=True)
    proof = company.proof(company.assertion(key=stranger))
    response = company.http.post("/oauth/par", data={**company.request(*GOOD).params, **proof})
    assert response.json()["error"] == "invalid_client"
