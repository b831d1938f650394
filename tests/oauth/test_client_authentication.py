"""private_key_jwt (RFC 7523): who may speak as a client, and every way in which nobody else may."""

import base64
import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from joserfc import jws
from joserfc.jwk import ECKey, OctKey, OKPKey, RSAKey
from sqlalchemy import event, func, select, update
from sqlalchemy.orm import Session

from tests.support.actors import Company, World, normal
from tests.support.http import LocalServer, answer, serving
from vrm import clock, companies
from vrm.companies.models import ClientRow, KeyRow
from vrm.tokens.models import Token

NOW = time.time

FORM = {"Content-Type": "application/x-www-form-urlencoded"}


def encoded(pairs: list[tuple[str, str]]) -> bytes:
    return urlencode(pairs).encode()


@pytest.fixture(scope="module")
def company(town: World) -> Company:
    return town.company()


def attempt(company: Company, assertion: str, **more: str):
    return company.token(company.proof(assertion), grant_type="client_credentials", **more)


def unsigned(header: object, claims: object) -> str:
    """A JWT in form only."""

    def part(value: object) -> str:
        raw = value if isinstance(value, bytes) else json.dumps(value).encode()
        return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()

    return f"{part(header)}.{part(claims)}."


@pytest.mark.requirement("AS-G5", "C-1", "BCP-16")
def test_each_allowed_algorithm_is_accepted(world: World):
    """ES256, PS256 and Ed25519 prove a client (FAPI 2.0, section 5.4.1)."""
    company = world.company()
    others: list[tuple[str, Any]] = [
        ("PS256", RSAKey.generate_key(2048, auto_kid=True)),
        ("Ed25519", OKPKey.generate_key("Ed25519", auto_kid=True)),
    ]
    keys = [company.key, *(key for _, key in others)]
    public = {"keys": [key.as_dict(private=False) for key in keys]}
    world.house.database.write(
        lambda session: companies.change_client(
            session, client_id=company.client_id, jwks=public, now=clock.now()
        )
    )
    for alg, key in [("ES256", company.key), *others]:
        assertion = company.assertion(header={"alg": alg, "kid": key.kid}, key=key)
        assert attempt(company, assertion).status_code == 200, alg


@pytest.mark.requirement("C-1")
@pytest.mark.parametrize("stored_before", [False, True])
def test_a_key_that_calls_its_algorithm_eddsa_proves_its_client(world: World, stored_before: bool):
    """As libraries write it still; it signs as Ed25519 (RFC 9864), also where it was kept under its former name."""
    company, key = world.company(), OKPKey.generate_key("Ed25519", auto_kid=True)
    public = {**key.as_dict(private=False), "alg": "EdDSA"}
    world.house.database.write(
        lambda session: companies.add_client_key(
            session, client_id=company.client_id, jwk=public, now=clock.now()
        )
    )
    if stored_before:
        one = (KeyRow.client_id == company.client_id, KeyRow.kid == key.kid)
        world.house.database.write(
            lambda session: session.execute(update(KeyRow).where(*one).values(jwk={**public, "use": "sig"}))
        )
    taken = attempt(company, company.assertion(header={"alg": "Ed25519", "kid": key.kid}, key=key))
    assert taken.status_code == 200
    signed = jws.JWSRegistry(algorithms=["EdDSA"])
    claims = json.dumps({"iss": company.client_id, "sub": company.client_id}).encode()
    former = jws.serialize_compact({"alg": "EdDSA", "kid": key.kid}, claims, key, registry=signed)
    refused = attempt(company, former)
    assert (refused.status_code, refused.json()["error"]) == (400, "invalid_client")
    assert "Ed25519" in refused.json()["error_description"]


@pytest.mark.requirement("AS-G12")
def test_a_clock_that_is_a_little_ahead(world: World):
    """Eight seconds into the future are taken (FAPI 2.0, section 5.3.2.1)."""
    company, soon = world.company(), int(NOW()) + 8
    assert attempt(company, company.assertion(nbf=soon, iat=soon)).status_code == 200


CLAIMS = [
    ("it has expired", {"exp": lambda: int(NOW()) - 30}),
    ("it expires in the far future", {"exp": lambda: int(NOW()) + 4000}),
    ("it never expires", {"exp": None}),
    ("its end is no number", {"exp": "tomorrow"}),
    ("its end is a yes", {"exp": True}),
    ("its end is not a number at all", {"exp": float("nan")}),
    ("its end is beyond every calendar", {"exp": 10**18}),
    ("its end is before every calendar", {"exp": -(10**18)}),
    ("it is meant for another server", {"aud": "https://other.example"}),
    ("it is meant for several servers", {"aud": ["http://localhost:8000", "https://other.example"]}),
    ("it is meant for this server, in a list", {"aud": ["http://localhost:8000"]}),
    ("it is meant for a prefix of this server", {"aud": "http://localhost:80"}),
    ("it is meant for this server with a slash", {"aud": "http://localhost:8000/"}),
    ("it is meant for nobody", {"aud": None}),
    ("it has no jti", {"jti": None}),
    ("its jti is empty", {"jti": ""}),
    ("its jti is no text", {"jti": 7}),
    ("its jti is huge", {"jti": "j" * 300}),
    ("its jti is no text that can be written", {"jti": "\ud800"}),
    ("its jti holds a NUL", {"jti": "a\0b"}),
    ("issuer and subject differ", {"iss": "0f62c9d5-4b0e-4c53-9d0e-6f1c6a1f7a52"}),
    ("it has no issuer", {"iss": None}),
    ("it has no subject", {"sub": None}),
    ("its subject is no text", {"sub": 7}),
    ("its subject is no client", {"sub": "0f62c9d5-4b0e-4c53-9d0e-6f1c6a1f7a52"}),
    ("its subject is not even an id", {"sub": "' OR 1=1 --"}),
    ("it is not valid yet", {"nbf": lambda: int(NOW()) + 600}),
    ("it is not valid for a minute", {"nbf": lambda: int(NOW()) + 65}),
    ("it was made in the future", {"iat": lambda: int(NOW()) + 600}),
    ("it was made a minute ahead", {"iat": lambda: int(NOW()) + 65}),
    ("it is meant for the token endpoint", {"aud": "http://localhost:8000/oauth/token"}),
    ("it is meant for the pushing endpoint", {"aud": "http://localhost:8000/oauth/par"}),
]


@pytest.mark.parametrize(("why", "claims"), CLAIMS, ids=[why for why, _ in CLAIMS])
@pytest.mark.requirement("AS-G5", "AS-G7", "AS-G12")
def test_a_claim_that_is_wrong(company: Company, why: str, claims: dict):
    """An assertion whose claims are not those of this client, for this server, now, proves nothing."""
    claims = {name: value() if callable(value) else value for name, value in claims.items()}
    response = attempt(company, company.assertion(**claims))
    assert (response.status_code, response.json()["error"]) == (400, "invalid_client"), why


def forgeries(company: Company) -> list[tuple[str, str]]:
    good = json.loads(base64.urlsafe_b64decode(company.assertion().split(".")[1] + "=="))
    stranger = ECKey.generate_key("P-256", auto_kid=True)
    public = json.dumps(company.key.as_dict(private=False)).encode()
    head, body, signature = company.assertion().split(".")
    other = json.dumps({**good, "jti": "another"}).encode()
    return [
        ("another key", company.assertion(key=stranger, header={"kid": stranger.kid})),
        ("another key under our kid", company.assertion(key=stranger)),
        ("a kid nobody has", company.assertion(header={"kid": "nobody"})),
        ("a kid that is a path", company.assertion(header={"kid": "../../../../dev/null"})),
        (
            "a key it brings along",
            company.assertion(
                key=stranger, header={"kid": stranger.kid, "jwk": stranger.as_dict(private=False)}
            ),
        ),
        ("no algorithm", unsigned({"alg": "none"}, good)),
        ("no algorithm, spelled oddly", unsigned({"alg": "nOnE", "kid": company.key.kid}, good)),
        (
            "a secret that everybody knows",
            company.assertion(header={"alg": "HS256"}, key=OctKey.import_key(public)),
        ),
        ("RS256", company.assertion(header={"alg": "RS256"}, key=RSAKey.generate_key(2048))),
        ("no signature", f"{head}.{body}."),
        ("a signature of something else", f"{head}.{unsigned({}, other).split('.')[1]}.{signature}"),
        ("half of it", f"{head}.{body}"),
        ("no base64", "!.!.!"),
        ("no JSON", unsigned(b"\xff", b"\xff")),
        ("a list for claims", unsigned({"alg": "ES256"}, [])),
        ("claims nested very deeply", unsigned({"alg": "ES256"}, b"[" * 100_000)),
        ("headers nested very deeply", unsigned(b"[" * 100_000, good)),
        ("a header that must be understood", company.assertion(header={"crit": ["b64"], "b64": False})),
        ("a proof of possession", company.assertion(header={"typ": "dpop+jwt"})),
        ("nothing", " "),
    ]


@pytest.mark.requirement("AS-G5", "C-1", "C-6")
def test_a_forged_assertion(company: Company):
    """What this client's registered key did not sign, with an algorithm we take, proves nothing."""
    for why, assertion in forgeries(company):
        response = attempt(company, assertion)
        assert (response.status_code, response.json()["error"]) == (400, "invalid_client"), why


@pytest.mark.requirement("AS-G5")
def test_an_assertion_counts_once(world: World):
    """A jti that was used is used, on every endpoint and even where the request failed (RFC 7523, section 3)."""
    company = world.company()
    proof = company.proof()
    assert company.token(proof, grant_type="client_credentials").status_code == 200
    for path, params in [
        ("/oauth/token", {"grant_type": "client_credentials"}),
        ("/oauth/introspect", {"token": "x"}),
        ("/oauth/revoke", {"token": "x"}),
        ("/oauth/par", company.request().params),
    ]:
        response = company.http.post(path, data={**params, **proof})
        assert response.json()["error"] == "invalid_client", path
    spent = company.proof()
    assert company.token(spent, grant_type="refresh_token", refresh_token="x").status_code == 400
    assert company.token(spent, grant_type="client_credentials").json()["error"] == "invalid_client"


def test_two_clients_may_use_the_same_jti(world: World):
    """A jti is a client's own: nobody can spend another's."""
    for company in (world.company(), world.company(name="Other")):
        assert attempt(company, company.assertion(jti="first")).status_code == 200


def test_another_clients_assertion_with_our_client_id(town: World, company: Company):
    """A client_id beside the assertion must be that of the assertion (RFC 7521, section 4.2)."""
    other = town.company(name="Other")
    response = attempt(other, other.assertion(), client_id=company.client_id)
    assert response.json()["error"] == "invalid_client"
    assert attempt(other, other.assertion(), client_id=other.client_id).status_code == 200


SAML = "urn:ietf:params:oauth:client-assertion-type:saml2-bearer"


@pytest.mark.requirement("AS-G3", "AS-G5", "BCP-16")
def test_no_other_way_to_prove_oneself(town: World):
    """On a normal instance neither a client_id, nor a secret, nor another kind of assertion will do."""
    with normal(town.house) as world:
        company = world.company(domain="strict.example")
        basic = "Basic " + base64.b64encode(f"{company.client_id}:secret".encode()).decode()
        attempts = [
            ({}, {}, 400),
            ({"client_id": company.client_id}, {}, 400),
            ({"client_id": company.client_id, "client_secret": ""}, {}, 400),
            ({"client_id": company.client_id, "client_secret": "secret"}, {}, 400),
            ({}, {"Authorization": basic}, 401),
            ({}, {"Authorization": "Basic /w=="}, 401),
            ({}, {"Authorization": "Bearer x"}, 401),
            ({"client_assertion": company.assertion()}, {}, 400),
            ({"client_assertion_type": SAML, "client_assertion": company.assertion()}, {}, 400),
        ]
        for params, headers, status in attempts:
            body = {"grant_type": "client_credentials", **params}
            response = company.http.post("/oauth/token", data=body, headers=headers)
            assert (response.status_code, response.json()["error"]) == (status, "invalid_client"), params
            if "client_secret" in params or headers:
                told = response.json()["error_description"]
                assert told == "Prove who you are with private_key_jwt."


def test_what_stands_in_the_address_proves_nothing(company: Company):
    """What is posted stands in the body; nothing of it is read from the address (RFC 6749, section 2.3.1)."""
    proof = urlencode(company.proof())
    for query, body in [(proof, {}), ("grant_type=client_credentials", company.proof())]:
        response = company.http.post(f"/oauth/token?{query}", data={**body, "x": "y"})
        assert response.json()["error"] in {"invalid_client", "unsupported_grant_type"}, query


def test_unknown_suspended_and_unapproved_look_the_same(world: World):
    """From outside nobody can tell whether a client exists, is suspended, or waits for approval."""
    unknown = world.company()
    unknown.client_id = "0f62c9d5-4b0e-4c53-9d0e-6f1c6a1f7a52"
    suspended = world.company(name="Suspended")
    stopped = world.company(name="Stopped")
    waiting = world.company(name="Waiting", approved=False)

    def suspend(session):
        companies.suspend_client(session, client_id=suspended.client_id, now=clock.now())
        companies.suspend_company(session, company_id=stopped.company_id, now=clock.now())

    world.house.database.write(suspend)
    answers = set()
    for company in (unknown, suspended, stopped, waiting):
        for response in (
            company.token(grant_type="client_credentials"),
            company.push(company.request().params),
            company.introspect("x"),
            company.give_back("x"),
        ):
            answers.add((response.status_code, response.text))
    assert len(answers) == 1
    said = json.loads(answers.pop()[1])
    assert said["error"] == "invalid_client"
    assert (
        said["error_description"]
        == "This client is unknown, not approved yet, or suspended. Ask the operator."
    )


def test_a_key_that_was_taken_back_proves_nothing(world: World):
    """From the moment a client's keys change, the old one is worth nothing."""
    company = world.company()
    new = ECKey.generate_key("P-256", auto_kid=True)
    world.house.database.write(
        lambda session: companies.change_client(
            session,
            client_id=company.client_id,
            jwks={"keys": [new.as_dict(private=False)]},
            now=clock.now(),
        )
    )
    assert attempt(company, company.assertion()).json()["error"] == "invalid_client"
    assert attempt(company, company.assertion(key=new, header={"kid": new.kid})).status_code == 200


@contextmanager
def meanwhile(world: World, change: Callable[[Session], object]) -> Iterator[None]:
    """Commit a change while the next request looks at its client's keys the first time, and sees them as they were."""
    database, changed = world.house.database, False

    def once(connection: object, cursor: object, statement: str, *rest: object) -> None:
        nonlocal changed
        if "FROM client_keys" in statement and not changed:
            changed = True
            database.write(change)

    event.listen(database.engine, "before_cursor_execute", once)
    try:
        yield
    finally:
        event.remove(database.engine, "before_cursor_execute", once)
    assert changed


def suspend(session: Session, company: Company) -> None:
    companies.suspend_client(session, client_id=company.client_id, now=clock.now())


def suspend_company(session: Session, company: Company) -> None:
    companies.suspend_company(session, company_id=company.company_id, now=clock.now())


def end_key(session: Session, company: Company) -> None:
    kid = str(company.key.kid)
    companies.remove_client_key(session, client_id=company.client_id, kid=kid, now=clock.now())


def replace_key(session: Session, company: Company) -> None:
    """By another that goes by the same kid."""
    new = ECKey.generate_key("P-256", {"kid": str(company.key.kid)})
    jwks = {"keys": [new.as_dict(private=False)]}
    companies.change_client(session, client_id=company.client_id, jwks=jwks, now=clock.now())


@pytest.mark.parametrize("change", [suspend, suspend_company, end_key, replace_key])
def test_what_ends_between_verifying_and_writing(world: World, change: Callable[[Session, Company], None]):
    """An assertion is verified before the transaction: client, company and key are looked at again in it."""
    company = world.company()
    before = world.house.database.read(lambda db: db.scalar(select(func.count()).select_from(Token)))
    with meanwhile(world, lambda session: change(session, company)):
        assert attempt(company, company.assertion()).json()["error"] == "invalid_client"
    assert world.house.database.read(lambda db: db.scalar(select(func.count()).select_from(Token))) == before


def test_a_key_that_comes_between_verifying_and_writing(world: World):
    """The assertion is verified again, against the keys there are then."""
    company = world.company()
    jwk = ECKey.generate_key("P-256", auto_kid=True).as_dict(private=False)

    def add(session: Session) -> None:
        companies.add_client_key(session, client_id=company.client_id, jwk=jwk, now=clock.now())

    with meanwhile(world, add):
        assert attempt(company, company.assertion()).status_code == 200


def test_a_retired_key_proves_the_client_until_its_end(world: World):
    """During the overlap both do; afterwards the new one alone."""
    company = world.company()
    new = ECKey.generate_key("P-256", auto_kid=True)
    ends = clock.now() - timedelta(seconds=1)

    def change(session):
        companies.add_client_key(
            session, client_id=company.client_id, jwk=new.as_dict(private=False), now=clock.now()
        )
        # Retired a day ago, for a day.
        companies.retire_client_key(
            session,
            client_id=company.client_id,
            kid=str(company.key.kid),
            until=ends,
            now=ends - timedelta(days=1),
        )

    assert attempt(company, company.assertion()).status_code == 200
    world.house.database.write(change)
    assert attempt(company, company.assertion()).json()["error"] == "invalid_client"
    assert attempt(company, company.assertion(key=new, header={"kid": new.kid})).status_code == 200


def test_a_client_without_any_key_proves_nothing(world: World):
    """As if it were unknown, and no fault of ours."""
    company = world.company()
    world.house.database.write(
        lambda session: companies.remove_client_key(
            session, client_id=company.client_id, kid=str(company.key.kid), now=clock.now()
        )
    )
    for header in ({}, {"kid": ""}):
        response = attempt(company, company.assertion(header=header))
        assert (response.status_code, response.json()["error"]) == (400, "invalid_client")


@dataclass
class Publishing:
    """A company whose client publishes its keys: ``keys`` is what its address serves."""

    company: Company
    keys: list[Any]
    server: LocalServer

    def attempt(self, key: ECKey, **header: object):
        return attempt(self.company, self.company.assertion(key=key, header={"kid": key.kid, **header}))


@pytest.fixture
def publishing(world: World, monkeypatch: pytest.MonkeyPatch) -> Iterator[Publishing]:
    company, keys = world.company(), [ECKey.generate_key("P-256", auto_kid=True)]

    def serve(request: Any) -> None:
        answer(json.dumps({"keys": [key.as_dict(private=False) for key in keys]}).encode())(request)

    with serving({"/jwks": serve}) as server:
        monkeypatch.setitem(world.house.fetcher._allowed, "nordlicht.example", ("127.0.0.1", server.port))
        world.house.database.write(
            lambda session: companies.change_client(
                session,
                client_id=company.client_id,
                jwks_uri="https://nordlicht.example/jwks",
                now=clock.now(),
            )
        )
        yield Publishing(company, keys, server)


def wait_a_minute(world: World, client_id: str) -> None:
    """As if the address had been read longer ago."""
    world.house.database.write(
        lambda session: session.execute(
            update(ClientRow)
            .where(ClientRow.id == client_id)
            .values(jwks_tried_at=clock.now() - timedelta(minutes=2))
        )
    )


@pytest.mark.requirement("C-5")
def test_a_published_key_works_from_its_first_use(world: World, publishing: Publishing):
    """The address is read when an assertion names a key we do not know, once for all requests that follow."""
    first = publishing.keys[0]
    for _ in range(3):
        assert publishing.attempt(first).status_code == 200
    assert (
        publishing.company.push({**publishing.company.request().params}).json()["error"] == "invalid_client"
    )
    assert len(publishing.server.seen) == 1
    second = ECKey.generate_key("P-256", auto_kid=True)
    publishing.keys[:] = [second]
    wait_a_minute(world, publishing.company.client_id)
    assert publishing.attempt(second).status_code == 200
    assert publishing.attempt(first).json()["error"] == "invalid_client"
    assert len(publishing.server.seen) == 2


@pytest.mark.requirement("C-7")
def test_the_algorithm_chooses_among_keys_of_one_kid(world: World, publishing: Publishing):
    """RFC 7517, section 4.5: given to us or read at an address, each of two kinds proves the client."""
    kid = {"kid": "shared"}
    keys: list[tuple[str, Any]] = [
        ("ES256", ECKey.generate_key("P-256", {"kid": "shared"})),
        ("Ed25519", OKPKey.generate_key("Ed25519", {"kid": "shared"})),
    ]
    given, publishing.keys[:] = world.company(), [key for _, key in keys]
    public = {"keys": [key.as_dict(private=False) for key in publishing.keys]}
    world.house.database.write(
        lambda session: companies.change_client(
            session, client_id=given.client_id, jwks=public, now=clock.now()
        )
    )
    for company in (given, publishing.company):
        for alg, key in keys:
            assert attempt(company, company.assertion(header={"alg": alg, **kid}, key=key)).status_code == 200
        stranger = ECKey.generate_key("P-256")
        assert attempt(company, company.assertion(header=kid, key=stranger)).status_code == 400


def test_nonsense_does_not_have_the_address_read_again_and_again(publishing: Publishing):
    """Anybody can name a key that is not there: once a minute, whatever is sent."""
    for number in range(5):
        response = publishing.attempt(publishing.keys[0], kid=f"nobody-{number}")
        assert (response.status_code, response.json()["error"]) == (400, "invalid_client")
    assert len(publishing.server.seen) == 1


def test_an_address_that_fails_proves_nothing(publishing: Publishing):
    """A client whose set cannot be read is refused like any other, with no word of why."""
    publishing.keys[:] = []
    stranger = ECKey.generate_key("P-256", auto_kid=True)
    response = publishing.attempt(stranger)
    assert (response.status_code, response.json()["error"]) == (400, "invalid_client")
    assert len(publishing.server.seen) == 1


def test_a_parameter_twice_is_refused_everywhere(company: Company):
    """No endpoint guesses which of two was meant (RFC 6749, section 3.2)."""
    for path in ("/oauth/par", "/oauth/token", "/oauth/introspect", "/oauth/revoke"):
        body = [("token", "a"), ("token", "b"), *company.proof().items()]
        response = company.http.post(path, content=encoded(body), headers=FORM)
        assert (response.status_code, response.json()["error"]) == (400, "invalid_request"), path


@pytest.mark.parametrize("value", ['a"b', "a\\b", "a\0b", "\N{SNOWMAN}"])
def test_characters_that_no_parameter_holds(company: Company, value: str):
    """Quotation marks, NUL and what is not ASCII are refused and never repeated (RFC 6749, appendix A)."""
    for body in (
        [("grant_type", value)],
        [(value, "x")],
        [("grant_type", "refresh_token"), ("scope", value)],
    ):
        content = encoded([*body, *company.proof().items()])
        response = company.http.post("/oauth/token", content=content, headers=FORM)
        assert (response.status_code, response.json()["error"]) == (400, "invalid_request")
