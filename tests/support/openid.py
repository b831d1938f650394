"""A client and a person who speak OpenID Connect: scopes instead of lines, and ID tokens read as a client reads them."""

from typing import Any

from joserfc import jwt
from joserfc.jwk import KeySet

from tests.support.actors import Asked, Company, Consumer, World, answer


def asked_for(company: Company, scope: str, **changes: str) -> Asked:
    """A pushed request for scopes and, unless ``changes`` say so, nothing else."""
    plain = company.request()
    params = {name: value for name, value in plain.params.items() if name != "authorization_details"}
    return company.pushed(Asked(params, plain.verifier, plain.address), scope=scope, **changes)


def signed_in(
    company: Company, person: Consumer, scope: str = "openid", *, take: tuple[str, ...] = (), **changes: str
) -> dict[str, Any]:
    """The token response of a person who allowed it, and ticked these lines; or had done so before."""
    asked = asked_for(company, scope, **changes)
    led = led_to(person, asked)
    landed = led if "code=" in led else person.grant(asked, take=take)
    response = company.redeem(asked, answer(landed)["code"])
    assert response.status_code == 200, response.text
    body: dict[str, Any] = response.json()
    return body


def led_to(person: Consumer, asked: Asked) -> str:
    """Where a request leads the browser first, without following."""
    response = person.http.get(asked.address)
    assert response.status_code == 303, response.text
    return str(response.headers["location"])


def opened(world: World, id_token: str) -> dict[str, Any]:
    """The claims of an ID token, verified as a client does: by the published keys alone."""
    published = KeySet.import_key_set(world.http().get("/oauth/jwks").json())
    return dict(jwt.decode(id_token, published, algorithms=["ES256"]).claims)
