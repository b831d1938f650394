"""What the profile asks of the server as a whole, and no endpoint's own tests show."""

import re
from urllib.parse import urlencode

import httpx2
import pytest

from tests.support.actors import Company, World, answer, needed

OWN = {"grant_type": "client_credentials"}


@pytest.fixture(scope="module")
def company(town: World) -> Company:
    return town.company()


@pytest.mark.requirement("AS-G2", "BCP-4")
@pytest.mark.parametrize(
    "grant_type",
    ["password", "implicit", "token", "urn:ietf:params:oauth:grant-type:jwt-bearer", "Authorization_Code"],
)
def test_no_other_grant(company: Company, grant_type: str) -> None:
    """A password opens nothing here, nor does any grant that is not in the metadata."""
    asked = company.token(
        grant_type=grant_type, username="mia@mail.example", password="correct horse battery"
    )
    assert (asked.status_code, asked.json()["error"]) == (400, "unsupported_grant_type")


@pytest.mark.requirement("AS-G3")
@pytest.mark.parametrize(
    "path", ["/oauth/token", "/oauth/par", "/oauth/introspect", "/oauth/revoke", "/oauth/backchannel"]
)
def test_a_public_client(company: Company, path: str) -> None:
    """Who only says which client it is gets nothing, at whatever endpoint."""
    sent = {**company.request(needed("name")).params, **OWN, "token": "x", "client_id": company.client_id}
    asked = company.http.post(path, data=sent)
    assert (asked.status_code, asked.json()["error"]) == (400, "invalid_client")


@pytest.mark.requirement("C-4")
def test_nothing_can_be_guessed(town: World, company: Company) -> None:
    """Codes, tokens and request_uris carry 256 random bits: 43 signs of base64url, no two alike."""
    mia, drawn = town.consumer(email="guess@mail.example"), []
    for _ in range(3):
        asked = company.ask(needed("name"))
        code = answer(mia.grant(asked))["code"]
        got = company.redeem(asked, code).json()
        uri = re.search(r"request_uri%3A([^&]+)", asked.address)
        assert uri is not None
        drawn += [code, got["access_token"], got["refresh_token"], uri[1], mia.http.cookies["vrm"]]
    secrets = [
        each.removeprefix("vrm_at_").removeprefix("vrm_rt_").removeprefix("vrm-session-") for each in drawn
    ]
    assert all(re.fullmatch(r"[A-Za-z0-9_-]{43,}", each) for each in secrets)
    assert len(set(secrets)) == len(secrets) - 2  # the session is one


@pytest.mark.requirement("AS-A10", "AS-A11", "BCP-12")
def test_every_redirect_is_a_303(town: World, company: Company) -> None:
    """To sign in, to the page, back with a code, back with a no and back with a fault: never 302 or 307."""
    mia, simple = town.consumer(email="redirects@mail.example"), town.company(name="Simple", secret=True)
    statuses = []
    for decision in ("grant", "refuse"):
        asked = company.ask(needed("name"))
        statuses.append(town.http().get(asked.address).status_code)
        statuses.append(mia.http.get(asked.address).status_code)
        _, form = mia.look(asked)
        statuses.append(mia.send(form, decision=decision).status_code)
    fault = {**simple.request(needed("name")).params, "response_type": "token"}
    statuses.append(mia.http.get("/oauth/authorize?" + urlencode(fault)).status_code)
    statuses.append(mia.http.get("/oauth/end-session").status_code)
    assert statuses == [303] * 7 + [200]


FORGED = {
    "X-Forwarded-Host": "evil.example",
    "X-Forwarded-Proto": "https",
    "X-Forwarded-For": "203.0.113.9",
    "X-Forwarded-Prefix": "/evil",
    "Forwarded": "host=evil.example;proto=https",
    "X-Original-URL": "/oauth/authorize",
    "X-HTTP-Method-Override": "GET",
    "SSL-Client-Cert": "MIIB",
    "X-Client-Cert": "MIIB",
}


@pytest.mark.requirement("BCP-13")
def test_headers_of_a_proxy_that_is_not_there(company: Company) -> None:
    """Where no proxy is trusted, its headers change neither who we are, nor what a proof is for, nor who asks."""

    def send(method: str, path: str, **more: object) -> httpx2.Response:
        headers = {**FORGED, **more.pop("headers", {})}  # type: ignore[dict-item]
        return company.http.request(method, path, headers=headers, **more)  # type: ignore[arg-type]

    document = send("GET", "/.well-known/oauth-authorization-server").json()
    assert document["issuer"] == company.issuer and "evil" not in str(document)
    proof = {"DPoP": company.possession("POST", "/oauth/token")}
    assert send("POST", "/oauth/token", data={**OWN, **company.proof()}, headers=proof).status_code == 200
    elsewhere = {"DPoP": company.possession("POST", "/oauth/token", htu="https://evil.example/oauth/token")}
    refused = send("POST", "/oauth/token", data={**OWN, **company.proof()}, headers=elsewhere)
    assert refused.json()["error"] == "invalid_dpop_proof"
    assert send("POST", "/oauth/token", data=OWN).json()["error"] == "invalid_client"
    away = send("GET", company.ask(needed("name")).address)
    assert away.headers["location"].startswith("/sign-in?")
