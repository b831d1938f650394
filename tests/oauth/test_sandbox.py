"""A client with a secret: in a sandbox any OAuth library can start in minutes, elsewhere it is worth nothing."""

import base64
from dataclasses import replace
from typing import Any

import pytest
from joserfc.jwk import ECKey

from tests.support.actors import Asked, Company, World, answer, challenge, line, needed, normal
from vrm import clock, companies
from vrm.ids import new_secret

ONE_ENGINE = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
OWN = {"grant_type": "client_credentials"}
ENDPOINTS = ["/oauth/token", "/oauth/par", "/oauth/introspect", "/oauth/revoke"]


@pytest.fixture(scope="module")
def simple(town: World) -> Company:
    return town.company(secret=True)


def basic(company: Company, secret: str | None = None) -> dict[str, str]:
    pair = f"{company.client_id}:{secret or company.secret}"
    return {"Authorization": "Basic " + base64.b64encode(pair.encode()).decode()}


def post(company: Company) -> dict[str, str]:
    return {"client_id": company.client_id, "client_secret": str(company.secret)}


@pytest.mark.parametrize("pushes", [False, True])
def test_the_whole_way(world: World, pushes: bool):
    """Ask, be allowed, read, refresh, with PKCE, a secret and bearer tokens, pushed or not."""
    company, mia = world.company(secret=True), world.consumer()
    ask = company.ask if pushes else company.request
    asked = ask(needed("name"), line("email"))
    got = company.redeem(asked, answer(mia.grant(asked))["code"]).json()
    assert got["token_type"] == "Bearer"
    said = company.introspect(got["access_token"]).json()
    assert (said["token_type"], "cnf" in said) == ("Bearer", False)
    assert company.read(got["access_token"]).json()["profile"] == {"name": "Mia Tran"}
    again = company.refresh(got["refresh_token"]).json()
    assert (again["token_type"], "refresh_token" in again) == ("Bearer", False)
    assert company.consents().json()["consents"][0]["consent_id"] == got["grant_id"]
    assert company.give_back(got["refresh_token"]).status_code == 200
    assert company.refresh(got["refresh_token"]).json()["error"] == "invalid_grant"


@pytest.mark.parametrize("path", ENDPOINTS)
def test_either_way_to_show_the_secret(simple: Company, path: str):
    """In the body or in the Authorization header, at every endpoint (RFC 6749, section 2.3.1)."""
    asked = {"/oauth/token": OWN, "/oauth/par": simple.request(needed("name")).params}
    params = asked.get(path, {"token": "x"})
    for body, headers in [(post(simple), {}), ({}, basic(simple))]:
        response = simple.http.post(path, data={**params, **body}, headers=headers)
        assert response.is_success, response.text


WRONG: list[tuple[str, dict[str, str], dict[str, str], int]] = [
    ("another secret", {"client_secret": new_secret()}, {}, 400),
    ("an empty secret", {"client_secret": ""}, {}, 400),
    ("a secret with more behind it", {"client_secret": "@x"}, {}, 400),
    ("a secret of half a letter", {"client_secret": "%ed%a0%80"}, {}, 400),
    ("an unknown client", {"client_id": "0f62c9d5-4b0e-4c53-9d0e-6f1c6a1f7a52"}, {}, 400),
    ("no base64", {}, {"Authorization": "Basic !"}, 401),
    ("base64 of no text", {}, {"Authorization": "Basic /w=="}, 401),
    ("no colon", {}, {"Authorization": "Basic eA=="}, 401),
    ("nothing", {}, {"Authorization": "Basic"}, 401),
    ("a bearer", {}, {"Authorization": "Bearer eDp5"}, 401),
]


@pytest.mark.parametrize(("what", "body", "headers", "status"), WRONG, ids=[row[0] for row in WRONG])
def test_a_secret_that_is_wrong(simple: Company, what: str, body: dict, headers: dict, status: int):
    """It proves nothing; who came with a header is challenged (RFC 6749, section 5.2)."""
    sent = {name: value.replace("@", str(simple.secret)) for name, value in body.items()}
    params = {**OWN, **({} if headers else {**post(simple), **sent})}
    response = simple.http.post("/oauth/token", data=params, headers=headers)
    assert (response.status_code, response.json()["error"]) == (status, "invalid_client"), what
    assert ("www-authenticate" in response.headers) == (status == 401)


def test_an_unknown_client_and_a_wrong_secret_look_alike(simple: Company, town: World):
    """In both ways, and like a client that has a key and no secret at all."""
    keyed = town.company(name="Keyed")
    unknown = replace(simple, client_id="0f62c9d5-4b0e-4c53-9d0e-6f1c6a1f7a52")
    ways: list[Any] = [lambda each: (post(each), {}), lambda each: ({}, basic(each))]
    for way in ways:
        told = set()
        for company in (replace(simple, secret="wrong"), unknown, replace(keyed, secret="wrong")):
            body, headers = way(company)
            response = simple.http.post("/oauth/token", data={**OWN, **body}, headers=headers)
            told.add((response.status_code, response.text))
        assert len(told) == 1


def test_a_secret_in_the_address(simple: Company):
    """It is read from no address, where servers and browsers would write it down."""
    response = simple.http.post("/oauth/token", params=post(simple), data=OWN)
    assert response.json()["error"] == "invalid_client"


@pytest.mark.parametrize("path", ENDPOINTS)
def test_two_proofs_at_once(simple: Company, town: World, path: str):
    """One way to prove oneself in a request and no more, though each were good (RFC 6749, section 2.3)."""
    keyed = town.company(name="Keyed")
    ways: list[tuple[dict[str, Any], dict[str, str]]] = [
        (post(simple), basic(simple)),
        ({**post(simple), **keyed.proof()}, {}),
        (keyed.proof(), basic(simple)),
        ({**keyed.proof(), "client_secret": "x"}, {}),
        ({"client_assertion": keyed.assertion()}, basic(simple)),
        (post(simple), {"Authorization": "Bearer x"}),
    ]
    for body, headers in ways:
        response = simple.http.post(path, data={**OWN, "token": "x", **body}, headers=headers)
        assert (response.status_code, response.json()["error"]) == (400, "invalid_request")
        assert "one way" in response.json()["error_description"]


def test_the_client_id_beside_a_header(simple: Company, town: World):
    """It is that of the header, or the request is refused."""
    other = town.company(name="Other", secret=True)
    for client_id, status in [(simple.client_id, 200), (other.client_id, 400)]:
        response = simple.http.post(
            "/oauth/token", data={**OWN, "client_id": client_id}, headers=basic(simple)
        )
        assert response.status_code == status


@ONE_ENGINE
def test_on_a_normal_instance(world: World):
    """A row with a secret proves nothing there, in no way, and asks nobody anything (FAPI 2.0, section 5.3.2.1)."""
    company = world.company(secret=True)
    token = company.own_token()
    with normal(world.house) as strict:
        (only,) = strict.http().get("/v1/profile").headers.get_list("www-authenticate")
        assert only.startswith("DPoP ")  # no token there is shown as Bearer
        company.http = strict.http()
        for path in ENDPOINTS:
            for body, headers in [(post(company), {}), ({}, basic(company))]:
                response = company.http.post(path, data={**OWN, "token": token, **body}, headers=headers)
                assert response.json()["error"] == "invalid_client"
        mia = strict.consumer()
        page = mia.http.get(company.request(needed("name")).address)
        assert (page.status_code, page.json()["error"]) == (400, "invalid_request")


def test_a_client_with_a_key_is_held_to_more(world: World):
    """In a sandbox too it pushes, proves possession, and shows no secret."""
    company, mia = world.company(), world.consumer()
    assert mia.http.get(company.request(needed("name")).address).status_code == 400
    assert company.token(dpop="", **OWN).json()["error"] == "invalid_dpop_proof"
    pretending = replace(company, secret=new_secret())
    assert pretending.token(**OWN).json()["error"] == "invalid_client"


@pytest.mark.parametrize("by", ["change_client", "add_client_key"])
def test_whoever_gets_a_key_loses_the_secret(world: World, by: str):
    """From that moment on it is a client like every other, and its secret proves nothing."""
    company = world.company(secret=True)
    jwk = company.key.as_dict(private=False)
    given: dict[str, Any] = {"jwks": {"keys": [jwk]}} if by == "change_client" else {"jwk": jwk}
    assert company.token(**OWN).status_code == 200
    world.house.database.write(
        lambda db: getattr(companies, by)(db, client_id=company.client_id, now=clock.now(), **given)
    )
    assert company.token(**OWN).json()["error"] == "invalid_client"
    company.secret = None
    assert company.token(**OWN).json()["token_type"] == "DPoP"


def test_a_key_is_welcome_there(world: World):
    """A simple client that does prove possession gets bound tokens, which need that key from then on."""
    company, mia = world.company(secret=True), world.consumer()
    asked = company.request(needed("name"))
    code = answer(mia.grant(asked))["code"]
    params = {"code": code, "redirect_uri": company.redirect_uri, "code_verifier": asked.verifier}
    proof = company.possession("POST", "/oauth/token")
    got = company.token(dpop=proof, grant_type="authorization_code", **params).json()
    assert got["token_type"] == "DPoP"
    assert company.read(got["access_token"]).json()["code"] == "invalid_token"  # shown as Bearer
    assert company.refresh(got["refresh_token"]).json()["error"] == "invalid_grant"  # without a proof
    bound = replace(company, secret=None)
    assert bound.read(got["access_token"]).status_code == 200


def named(company: Company, jkt: str) -> Asked:
    """A request, not pushed, whose code is bound to a key."""
    plain = company.request(needed("name"))
    return Asked(plain.params, plain.verifier, f"{plain.address}&dpop_jkt={jkt}")


def test_a_code_bound_in_the_address(world: World):
    """``dpop_jkt`` binds it there too (RFC 9449, section 10): then no token without that key."""
    company, mia = world.company(secret=True), world.consumer()
    asked = named(company, company.dpop_key.thumbprint())
    code = answer(mia.grant(asked))["code"]
    assert company.redeem(asked, code).json()["error"] == "invalid_grant"
    asked = named(company, ECKey.generate_key("P-256").thumbprint())
    code = answer(mia.grant(asked))["code"]
    params = {"code": code, "redirect_uri": company.redirect_uri, "code_verifier": asked.verifier}
    proof = company.possession("POST", "/oauth/token")
    refused = company.token(dpop=proof, grant_type="authorization_code", **params)
    assert refused.json()["error"] == "invalid_grant"
    assert mia.http.get(named(company, "short").address).status_code == 400


@pytest.mark.parametrize("verifier", ["", "v" * 43])
def test_pkce_is_for_everyone(world: World, verifier: str):
    """A secret does not make up for a verifier, nor for a challenge (RFC 9700, section 2.1.1)."""
    company, mia = world.company(secret=True), world.consumer()
    asked = company.request(needed("name"))
    code = answer(mia.grant(asked))["code"]
    refused = company.redeem(asked, code, code_verifier=verifier or challenge(asked.verifier))
    assert refused.json()["error"] == "invalid_grant"
    bare = asked.address.replace("code_challenge=", "other=")
    assert answer(mia.http.get(bare).headers["location"])["error"] == "invalid_request"
