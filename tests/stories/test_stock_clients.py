"""Clients of others complete the whole dance against a running server, and with nothing of ours in between.

On an instance for real people they push their requests, prove themselves by a key and bind their tokens (FAPI 2.0);
in a sandbox Authlib does with a secret, PKCE and Bearer. The person decides on the real page.
"""

import json
from collections.abc import Callable, Iterator
from typing import Any

import httpx2
import pytest
import requests
from authlib.common.security import generate_token
from authlib.integrations.httpx_client import OAuth2Client as Authlib
from requests_oauth2client import (
    AuthorizationPending,
    BearerToken,
    DPoPToken,
    InvalidGrant,
    InvalidRequest,
    PrivateKeyJwt,
)
from requests_oauth2client import OAuth2Client as Requests
from requests_oauth2client.dpop import InvalidUseDPoPNonceResponse

from tests.support import desk
from tests.support.actors import DELIVERY, Company, Consumer, World, line, needed, served
from tests.support.company import Asked, bearer, details
from tests.support.databases import ENGINES
from tests.support.server import RunningServer, serving_instance
from vrm.demo.shop import Shop

ASK = {"duration_days": 90, "lines": [needed("name"), line("email")]}


@pytest.fixture(scope="module", params=ENGINES)
def engine(request: pytest.FixtureRequest) -> str:
    """Which database the instance keeps."""
    return str(request.param)


@pytest.fixture(
    scope="module", params=["no", pytest.param("yes", marks=pytest.mark.deep)], ids=["plain", "nonces"]
)
def world(engine: str, request: pytest.FixtureRequest) -> Iterator[World]:
    """A served instance for real people; one lets proofs go without a nonce, one does not."""
    environment = {"VRM_DPOP_NONCE": request.param}
    with serving_instance(engine, request, environment=environment) as running, served(running) as made:
        yield made


def granting(person: Consumer) -> Callable[[str], str]:
    """Take a person to an address, have them allow what is needed; where they were sent back to."""
    return lambda address: person.grant(Asked({}, "", address))


def test_authlib(world: World) -> None:
    """Authlib, with its own hook for the proofs: PAR, decision, token, read, refresh, introspection, revocation."""
    company, mia = world.company(), world.consumer()
    shop = Shop(company.issuer, company.client_id, company.key, company.redirect_uri)
    token = shop.take_back(granting(mia)(shop.ask(ASK)))
    assert token["token_type"] == "DPoP"
    assert [each["key"] for each in token["authorization_details"][0]["lines"]] == ["name"]
    assert shop.read(DELIVERY).json()["profile"] == {"name": "Mia Tran"}
    assert shop.introspect(token["access_token"])["cnf"]["jkt"] == shop.oauth.bound_to.thumbprint()

    worth_nothing_alone(company, token["access_token"])
    again = shop.oauth.refresh_token(f"{company.issuer}/oauth/token", refresh_token=token["refresh_token"])
    assert again["access_token"] != token["access_token"]
    assert shop.read(DELIVERY).status_code == 200
    held = shop.own().get(f"{company.issuer}/v1/consents").json()["consents"]
    assert [each["consent_id"] for each in held] == [token["grant_id"]]

    revoke = f"{company.issuer}/oauth/revoke"
    assert shop.oauth.revoke_token(revoke, token=token["refresh_token"]).status_code == 200
    assert shop.introspect(again["access_token"]) == {"active": False}
    assert shop.read(DELIVERY).status_code == 401


def test_requests_oauth2client(world: World) -> None:
    """A client that knows PAR, DPoP and private_key_jwt by itself does the same; it reads in our metadata how."""
    company, mia = world.company(), world.consumer()
    client = Requests.from_discovery_endpoint(
        f"{company.issuer}/.well-known/oauth-authorization-server",
        issuer=company.issuer,
        auth=PrivateKeyJwt(
            company.client_id, company.key.as_dict(private=True), alg="ES256", aud=company.issuer
        ),
        redirect_uri=company.redirect_uri,
        dpop_bound_access_tokens=True,
        testing=True,  # plain http, on this machine
    )
    # Having verified an ID token it drops the key of a bound token, and fails. So it asks for none.
    asked = client.authorization_request(
        scope=None, authorization_details=details(needed("name"), line("email"))
    )
    pushed = client.pushed_authorization_request(asked)
    back = asked.validate_callback(granting(mia)(pushed.uri))
    token = client.authorization_code(back)
    assert isinstance(token, DPoPToken)
    assert read(company, token) == (200, {"name": "Mia Tran"})
    assert read(company, token) == (200, {"name": "Mia Tran"})

    worth_nothing_alone(company, token.access_token)
    with pytest.raises(InvalidGrant):
        client.authorization_code(back)
    assert client.introspect_token(token)["active"] is False  # who used the code twice lost what it yielded

    asked = client.authorization_request(scope=None, authorization_details=details(needed("name")))
    token = client.authorization_code(
        asked.validate_callback(granting(mia)(client.pushed_authorization_request(asked).uri))
    )
    seen = client.introspect_token(token)
    assert seen["active"] is True and seen["cnf"] == {"jkt": token.dpop_key.dpop_jkt}
    again = client.refresh_token(token)
    assert read(company, again) == (200, {"name": "Mia Tran"})
    assert client.revoke_refresh_token(token)
    with pytest.raises(
        InvalidUseDPoPNonceResponse
    ) as refused:  # whatever the challenge says, it hopes for a nonce
        read(company, again)
    assert refused.value.response.json()["code"] == "invalid_token"
    with pytest.raises(InvalidGrant):
        client.refresh_token(token)


def test_requests_oauth2client_at_a_desk(world: World) -> None:
    """CIBA as the library has it: the request with a code that was read out, a pending poll, bound tokens, a read."""
    company, mia = world.company(), world.consumer()
    told = company.http.get("/.well-known/oauth-authorization-server").json()
    client = Requests(  # its own reader of metadata leaves this endpoint out
        token_endpoint=told["token_endpoint"],
        introspection_endpoint=told["introspection_endpoint"],
        backchannel_authentication_endpoint=told["backchannel_authentication_endpoint"],
        auth=PrivateKeyJwt(
            company.client_id, company.key.as_dict(private=True), alg="ES256", aud=company.issuer
        ),
        dpop_bound_access_tokens=True,
        testing=True,  # plain http, on this machine
    )
    asked = client.backchannel_authentication_request(
        None,
        login_hint=desk.read_out(mia),
        binding_message="Counter 4",
        authorization_details=details(needed("name")),
    )
    assert (asked.interval, 299 <= (asked.expires_in or 0) <= 300) == (5, True)
    with pytest.raises(AuthorizationPending):
        client.ciba(asked)
    mia.landed(desk.decide(mia, desk.only(mia), "grant"))
    token = client.ciba(asked)
    assert isinstance(token, DPoPToken)
    seen = client.introspect_token(token)
    assert seen["active"] is True and seen["cnf"] == {"jkt": token.dpop_key.dpop_jkt}


def test_what_was_not_pushed_is_told_to_the_person(world: World) -> None:
    """A stock client that does not push is refused on the page, and its author reads what to do."""
    company, mia = world.company(), world.consumer()
    client = Authlib(company.client_id, redirect_uri=company.redirect_uri, code_challenge_method="S256")
    address, _ = client.create_authorization_url(
        f"{company.issuer}/oauth/authorize",
        code_verifier=generate_token(48),
        authorization_details=json.dumps([{"type": "vrm_profile", **ASK}]),
    )
    page = mia.open(address)
    assert page.status_code == 400 and "/oauth/par" in page.text


def test_a_wrong_key_is_told_to_the_client(world: World) -> None:
    """A pushed request whose dpop_jkt is another key's is refused with a code a stock client knows."""
    company = world.company()
    client = Requests(
        token_endpoint=f"{company.issuer}/oauth/token",
        pushed_authorization_request_endpoint=f"{company.issuer}/oauth/par",
        authorization_endpoint=f"{company.issuer}/oauth/authorize",
        auth=PrivateKeyJwt(
            company.client_id, company.key.as_dict(private=True), alg="ES256", aud=company.issuer
        ),
        redirect_uri=company.redirect_uri,
        testing=True,
    )
    asked = client.authorization_request(
        authorization_details=details(needed("name")), dpop=True, dpop_jkt="A" * 43
    )
    with pytest.raises(InvalidRequest, match="dpop_jkt"):
        client.pushed_authorization_request(asked)


def test_authlib_in_a_sandbox(server: RunningServer) -> None:
    """A secret, PKCE and Bearer will do there: Authlib as it comes asks, reads, refreshes, looks and gives back."""
    with served(server) as made:
        company, mia = made.company(secret=True), made.consumer()
        client = Authlib(
            company.client_id,
            company.secret,
            redirect_uri=company.redirect_uri,
            code_challenge_method="S256",
        )
        verifier = generate_token(48)
        address, state = client.create_authorization_url(
            f"{server.url}/oauth/authorize",
            code_verifier=verifier,
            authorization_details=json.dumps([{"type": "vrm_profile", **ASK}]),
        )
        token = client.fetch_token(
            f"{server.url}/oauth/token",
            authorization_response=granting(mia)(address),
            state=state,
            code_verifier=verifier,
        )
        assert token["token_type"] == "Bearer"
        assert client.get(f"{server.url}/v1/profile").json()["profile"] == {"name": "Mia Tran"}
        client.refresh_token(f"{server.url}/oauth/token", refresh_token=token["refresh_token"])
        assert client.get(f"{server.url}/v1/profile").status_code == 200
        looked = client.introspect_token(f"{server.url}/oauth/introspect", token=token["access_token"]).json()
        assert looked["active"] and "cnf" not in looked
        client.revoke_token(f"{server.url}/oauth/revoke", token=token["refresh_token"])
        assert client.get(f"{server.url}/v1/profile").status_code == 401


def read(company: Company, token: BearerToken) -> tuple[int, Any]:
    """``GET /v1/profile`` as that library shows its tokens."""
    answer = requests.get(
        f"{company.issuer}/v1/profile", auth=token, headers={"VRM-Purpose": DELIVERY}, timeout=10
    )
    return answer.status_code, answer.json().get("profile")


def worth_nothing_alone(company: Company, token: str) -> None:
    """A token without a proof of its key reads nothing, however it is shown."""
    for shown in (bearer(token), {"Authorization": f"DPoP {token}"}):
        answer = httpx2.get(f"{company.issuer}/v1/profile", headers=shown)
        assert answer.status_code == 401, answer.text
