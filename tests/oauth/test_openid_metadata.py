"""What this server says of itself: one document by two names, its keys, and what its API takes."""

import pytest
from joserfc.jwk import KeySet

from tests.support.actors import World
from tests.support.openid import opened, signed_in
from vrm import clock

AS, OPENID = "/.well-known/oauth-authorization-server", "/.well-known/openid-configuration"
RESOURCE = "/.well-known/oauth-protected-resource"


@pytest.mark.requirement("AS-G1")
def test_one_document_by_two_names(town: World):
    """RFC 8414 and OpenID Connect Discovery 1.0 read the same, with all that the latter requires (section 3)."""
    http = town.http()
    document = http.get(OPENID).json()
    assert document == http.get(AS).json()
    assert document["subject_types_supported"] == ["pairwise"]
    assert document["id_token_signing_alg_values_supported"] == ["ES256"]
    assert document["jwks_uri"] == f"{town.house.settings.issuer}/oauth/jwks"
    assert not any(document[f"{name}_parameter_supported"] for name in ("claims", "request", "request_uri"))


def test_every_claim_it_names_is_a_key_of_the_catalogue(town: World):
    """Nothing is offered that nobody could be asked for."""
    claims = set(town.http().get(OPENID).json()["claims_supported"]) - {"sub"}
    assert claims <= set(town.house.catalogue.keys)
    assert {"name", "email", "phone_number", "address", "birthdate", "locale"} <= claims


def test_the_resource_names_its_authorization_server(town: World):
    """RFC 9728, section 3.3: the resource is the address the document was looked for at."""
    http, issuer = town.http(), town.house.settings.issuer
    document = http.get(RESOURCE).json()
    assert document["resource"] == issuer
    assert document["authorization_servers"] == [issuer]
    assert f'resource_metadata="{issuer}{RESOURCE}"' in http.get("/v1/profile").headers["WWW-Authenticate"]


@pytest.mark.parametrize("path", [AS, OPENID, RESOURCE, "/oauth/jwks"])
def test_it_may_be_kept_for_five_minutes(town: World, path: str):
    """A third of the time for which a new key is published before it signs."""
    assert town.http().get(path).headers["Cache-Control"] == "public, max-age=300"


def test_a_rotation_seen_from_outside(world: World):
    """A client that read the keys before goes on verifying; the new key is there before it signs."""
    company, mia = world.company(), world.consumer()
    before = world.http().get("/oauth/jwks").json()
    made = world.house.keys.token_keys.rotate(clock.now())
    after = world.http().get("/oauth/jwks").json()
    assert [key["kid"] for key in after["keys"]] == [made.signer.kid, *(key["kid"] for key in before["keys"])]
    assert KeySet.import_key_set(before).keys
    assert opened(world, signed_in(company, mia)["id_token"])["aud"] == company.client_id
    assert all("d" not in key for key in after["keys"])
