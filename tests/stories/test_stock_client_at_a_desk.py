"""A client of others asks at a desk of a running server, where the metadata says, and polls until it is allowed."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from requests_oauth2client import AuthorizationPending, DPoPToken, OAuth2Client, PrivateKeyJwt

from tests.support import desk
from tests.support.actors import World, needed, served
from tests.support.company import details
from tests.support.server import RunningServer


@pytest.fixture
def world(tmp_path: Path, database_url: str) -> Iterator[World]:
    """A served, empty instance for real people."""
    running = RunningServer(tmp_path / "home", database_url=database_url)
    running.initialise()
    running.start()
    with served(running) as made:
        yield made
    running.stop()


def test_requests_oauth2client(world: World) -> None:
    """CIBA as the library has it: the request with a code that was read out, a pending poll, bound tokens, a read."""
    company, mia = world.company(), world.consumer()
    told = company.http.get("/.well-known/oauth-authorization-server").json()
    client = OAuth2Client(  # its own reader of metadata leaves this endpoint out
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
