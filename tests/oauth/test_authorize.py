"""``GET /oauth/authorize`` (RFC 6749, section 3.1): from a link to the page on which a person decides."""

from dataclasses import replace
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest
from time_machine import travel

from tests.support.actors import Company, Consumer, World, answer, line, needed
from vrm import clock, companies

ONE_ENGINE = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


@pytest.fixture(scope="module")
def company(town: World) -> Company:
    """One of a sandbox's simple kind, whose faults may stand in the address itself."""
    return town.company(secret=True)


@pytest.fixture(scope="module")
def mia(town: World) -> Consumer:
    return town.consumer()


def link(params: dict[str, str]) -> str:
    return "/oauth/authorize?" + urlencode(params)


def test_what_was_pushed_leads_to_the_page(world: World):
    """A pushed request puts the question before the person; in a sandbox plain parameters may do so too."""
    company, simple, mia = world.company(), world.company(secret=True), world.consumer()
    for asked in (company.ask(needed("name")), simple.request(needed("name"))):
        response = mia.http.get(asked.address)
        assert response.status_code == 303
        assert response.headers["location"].startswith("/asks/")
        assert "Mia Tran" in mia.open(asked.address).text


@pytest.mark.requirement("AS-A15")
def test_looking_uses_nothing_up(world: World):
    """The same link opened twice, by a reload or a prefetch, is one request."""
    company, mia = world.company(), world.consumer()
    asked = company.ask(needed("name"))
    places = {mia.http.get(asked.address).headers["location"] for _ in range(3)}
    assert len(places) == 1
    assert mia.http.get(places.pop()).status_code == 200


@pytest.mark.requirement("AS-A15", "BCP-8")
def test_a_request_uri_is_used_up_by_the_decision(world: World):
    """A yes or a no uses it up, for whoever opens it (FAPI 2.0, section 5.3.2.2, note 3; RFC 9126, section 4)."""
    company, mia = world.company(), world.consumer()
    ben = world.consumer(email="ben@mail.example")
    for decide in (mia.grant, mia.refuse):
        asked = company.ask(needed("name"))
        _, form = ben.look(asked)
        assert answer(decide(asked))["state"] == asked.state
        for person in (mia, ben):
            response = person.http.get(asked.address)
            assert (response.status_code, response.json()["error"]) == (400, "invalid_request")
        late = ben.send(form, decision="grant")
        assert late.status_code == 409 and "location" not in late.headers
        assert "Nothing to decide." in ben.http.get("/home").text  # though the ask was put to him
    assert len(company.consents().json()["consents"]) == 1


@pytest.mark.requirement("AS-A16")
def test_a_long_state_comes_back_with_the_code(world: World):
    """More than a thousand characters, as they were, after a decision (FAPI 2.0, section 5.3.2.2)."""
    company, mia, state = world.company(), world.consumer(), "s" * 1500
    asked = company.pushed(company.request(needed("name")), state=state)
    said = answer(mia.grant(asked))
    assert said["state"] == state and said["code"]


@pytest.mark.parametrize("simple", [False, True])
def test_someone_who_is_not_signed_in_comes_back_to_it(world: World, simple: bool):
    """The request waits while its person signs in, longer than a request_uri lives, and its address is short."""
    company = world.company(secret=simple)
    mia = Consumer.join(world.house, world.http())
    lines = (needed("name"), line("email", why="w" * 200))
    asked = company.request(*lines) if simple else company.ask(*lines)
    response = mia.http.get(asked.address)
    assert response.headers["location"].startswith("/sign-in?next=")
    assert len(response.headers["location"]) < 400
    again = mia.http.get(asked.address).headers["location"]
    assert (
        again == response.headers["location"]
    ) != simple  # of what was pushed one request waits, and no more
    with travel(clock.now().timestamp() + 1800):
        page = mia.open(response.headers["location"])
        assert page.status_code == 200
        back = mia.sign_in(answer(response.headers["location"])["next"]).headers["location"]
        assert "Mia Tran" in mia.open(back).text


SHOWN = [
    ("no client", {"client_id": None}),
    ("a client nobody knows", {"client_id": "0f62c9d5-4b0e-4c53-9d0e-6f1c6a1f7a52"}),
    ("a client that is no id", {"client_id": "shop"}),
    ("no redirect URI", {"redirect_uri": None}),
    ("a redirect URI of another site", {"redirect_uri": "https://evil.example/back"}),
    ("a redirect URI with a query", {"redirect_uri": "https://nordlicht.example/back?x=1"}),
    ("a redirect URI that ends in a dot", {"redirect_uri": "https://nordlicht.example./back"}),
    ("a redirect URI with a backslash", {"redirect_uri": "https://nordlicht.example\\@evil.example/back"}),
    (
        "a wrong type and a wrong redirect URI",
        {"response_type": "token", "redirect_uri": "https://evil.example/"},
    ),
    ("a state with a NUL", {"state": "a\0b"}),
    ("a state of many bytes", {"state": "s" * 4097}),
    ("an unknown request_uri", {"request_uri": "urn:ietf:params:oauth:request_uri:" + "x" * 43}),
    ("a request_uri that is an address", {"request_uri": "https://evil.example/request.jwt"}),
]


@pytest.mark.parametrize(("what", "changes"), SHOWN, ids=[row[0] for row in SHOWN])
@pytest.mark.requirement("AS-G6", "BCP-2")
def test_a_fault_that_is_shown_and_sent_nowhere(company: Company, mia: Consumer, what: str, changes: dict):
    """Where client and redirect URI are not proved, the person is told and nobody is sent anywhere."""
    params = {**company.request(needed("name")).params, **changes}
    address = link({name: value for name, value in params.items() if value is not None})
    response = mia.http.get(address)
    assert (response.status_code, response.json()["error"]) == (400, "invalid_request"), what
    page = mia.http.get(address, headers={"Accept": "text/html,*/*;q=0.8"})
    assert page.status_code == 400
    assert "location" not in page.headers
    assert "nothing left your profile" in page.text
    assert "//evil.example" not in page.text


def test_a_parameter_twice_is_shown(company: Company, mia: Consumer):
    """No parameter may come twice, whichever it is (RFC 6749, section 3.1)."""
    params = company.request(needed("name")).params
    for name, value in params.items():
        response = mia.http.get(link(dict(params)) + "&" + urlencode({name: value}))
        assert (response.status_code, response.json()["error"]) == (400, "invalid_request"), name


SENT_BACK = [
    ("a wrong response type", {"response_type": "token"}, "unsupported_response_type"),
    ("no challenge", {"code_challenge": ""}, "invalid_request"),
    ("a plain challenge", {"code_challenge_method": "plain"}, "invalid_request"),
    ("a scope", {"scope": "openid profile"}, "invalid_scope"),
    ("no details", {"authorization_details": ""}, "invalid_authorization_details"),
    ("details that are wrong", {"authorization_details": "[1]"}, "invalid_authorization_details"),
]


@pytest.mark.parametrize(("what", "changes", "error"), SENT_BACK, ids=[row[0] for row in SENT_BACK])
@pytest.mark.requirement("AS-A7", "AS-A11")
def test_a_fault_that_the_client_hears(company: Company, mia: Consumer, what: str, changes: dict, error: str):
    """With client and redirect URI proved, the error goes back with state and iss, and before any sign-in."""
    asked = company.request(needed("name"))
    for http in (mia.http, company.http):
        response = http.get(link({**asked.params, **changes}))
        assert response.status_code == 303, what
        landed = response.headers["location"]
        assert landed.startswith(company.redirect_uri + "?")
        said = answer(landed)
        assert (said["error"], said["state"], said["iss"]) == (error, asked.state, company.issuer)


def test_a_fault_without_a_state(company: Company, mia: Consumer):
    """No state was sent, so none comes back."""
    params = {name: value for name, value in company.request().params.items() if name != "state"}
    assert "state" not in answer(mia.http.get(link(params)).headers["location"])


@pytest.mark.parametrize("state", ["a b", 'a"b', "a\\b", "&code=x", "%00", "x" * 4096])
def test_any_state_comes_back_as_it_was(company: Company, mia: Consumer, state: str):
    """A state is the client's own: it returns byte for byte, and cannot become another parameter."""
    landed = mia.http.get(link({**company.request().params, "state": state})).headers["location"]
    assert answer(landed)["state"] == state
    assert answer(landed)["error"] == "invalid_authorization_details"


@pytest.mark.requirement("AS-A12")
def test_a_request_uri_has_run_out(world: World):
    """After 90 seconds a request must be pushed again."""
    company, mia = world.company(), world.consumer()
    before = clock.now().timestamp()
    asked = company.ask(needed("name"))
    with travel(before + 89, tick=False):
        assert mia.http.get(asked.address).status_code == 303
    with travel(clock.now().timestamp() + 91):
        assert mia.http.get(asked.address).status_code == 400


@pytest.mark.requirement("AS-A2")
def test_a_request_uri_of_another_client(world: World):
    """A pushed request is good for the client that pushed it and for no other."""
    company, mia = world.company(), world.consumer()
    other = world.company(name="Other")
    address = company.ask(needed("name")).address.replace(company.client_id, other.client_id)
    response = mia.http.get(address)
    assert (response.status_code, response.json()["error"]) == (400, "invalid_request")


def test_nothing_beside_a_request_uri_counts(world: World):
    """What stands in the address cannot change a pushed request (RFC 9126, section 4)."""
    company, mia = world.company(), world.consumer()
    asked = company.ask(needed("name"))
    extra = {"redirect_uri": "https://evil.example/", "state": "other", "scope": "all"}
    landed = mia.refuse(replace(asked, address=f"{asked.address}&{urlencode(extra)}"))
    assert landed.startswith(company.redirect_uri)
    assert answer(landed)["state"] == asked.state


@ONE_ENGINE
def test_a_client_that_may_not_ask(world: World):
    """Unknown, suspended and not yet approved clients get the same page, and the person's profile stays shut."""
    mia = world.consumer()
    suspended = world.company(name="Suspended")
    waiting = world.company(name="Waiting", approved=False)
    world.house.database.write(
        lambda session: companies.suspend_company(session, company_id=suspended.company_id, now=clock.now())
    )
    texts = {mia.http.get(company.request(needed("name")).address).text for company in (suspended, waiting)}
    assert len(texts) == 1
    assert "unknown, not approved yet, or suspended" in texts.pop()


@pytest.mark.requirement("AS-A3")
def test_a_request_that_was_not_pushed(town: World, mia: Consumer):
    """A client with a key pushes its request, in a sandbox too; otherwise nobody is sent anywhere (FAPI 2.0, 5.3.2.2)."""
    company = town.company(name="Other")
    for params in (company.request(needed("name")).params, {"client_id": company.client_id}):
        response = mia.http.get(link(dict(params)))
        assert (response.status_code, response.json()["error"]) == (400, "invalid_request")
        assert "/oauth/par" in response.json()["error_description"]


def test_a_request_object(town: World, company: Company, mia: Consumer):
    """Parameters come as themselves and in no token (RFC 9101, section 6.3), whether pushed or not."""
    pushing = town.company(name="Other")
    for address in (company.request(needed("name")).address, pushing.ask(needed("name")).address):
        response = mia.http.get(f"{address}&request=eyJhbGciOiJub25lIn0.e30.")
        assert (response.status_code, response.json()["error"]) == (400, "invalid_request")
        assert "request object" in response.json()["error_description"]


@ONE_ENGINE
def test_a_form_is_led_on_to_the_address(world: World):
    """OpenID Connect Core 1.0, section 3.1.2.1: from another site, without cookies, with all that it holds, said twice too."""
    company, mia = world.company(), world.consumer()
    asked = company.ask(needed("name"))
    _, _, query = asked.address.partition("?")
    form, foreign = dict(parse_qsl(query)), {"Origin": "https://shop.example", "Sec-Fetch-Site": "cross-site"}
    sent = world.http().post("/oauth/authorize", data=form, headers=foreign)
    assert (sent.status_code, dict(parse_qsl(urlsplit(sent.headers["location"]).query))) == (303, form)
    assert "set-cookie" not in sent.headers
    assert "Mia Tran" in mia.open(sent.headers["location"]).text
    twice = world.http().post("/oauth/authorize", data={"state": ["a", "b"]})
    assert twice.headers["location"] == "/oauth/authorize?state=a&state=b"
    long = world.http().post("/oauth/authorize", data={"state": "s" * 8000})
    assert (long.status_code, long.json()["error"]) == (400, "invalid_request")
