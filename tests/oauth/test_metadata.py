"""``GET /.well-known/oauth-authorization-server`` (RFC 8414)."""

from urllib.parse import urlsplit

import pytest

from tests.support import contract
from tests.support.actors import World, normal
from vrm.web import programs


@pytest.mark.requirement("AS-G1")
def test_the_metadata_names_real_endpoints(town: World):
    """Every endpoint it names is one of this instance and is described."""
    response = town.http().get("/.well-known/oauth-authorization-server")
    document = response.json()
    assert document["issuer"] == town.house.settings.issuer
    named = {value for name, value in document.items() if name.endswith("_endpoint") or name == "jwks_uri"}
    assert {urlsplit(each).path for each in named} == {
        path.removesuffix("/{grant_id}") for _, path, _ in contract.operations() if path.startswith("/oauth/")
    }
    assert all(each.startswith(document["issuer"] + "/") for each in named)
    assert town.http().get(urlsplit(document["service_documentation"]).path).status_code == 200
    shown = programs.environment(programs.Client(document["issuer"], "c", "https://n.example/b"))
    values = dict(line.split("=", 1) for line in shown.splitlines())
    assert named == {
        value
        for name, value in values.items()
        if "/oauth/" in value and name.endswith(("_ENDPOINT", "_JWKS_URI"))
    }


@pytest.mark.requirement("AS-G1", "AS-G2", "AS-G5", "AS-A1", "C-1", "BCP-4")
def test_only_what_fapi_allows_is_offered(town: World):
    """No plain PKCE, no implicit flow, no shared secret, no RS256, nothing unpushed (FAPI 2.0, sections 5.3 and 5.4)."""
    with normal(town.house) as world:
        document = world.http().get("/.well-known/oauth-authorization-server").json()
    assert document["require_pushed_authorization_requests"] is True
    assert set(document["dpop_signing_alg_values_supported"]) == {"ES256", "PS256", "Ed25519"}
    assert document["code_challenge_methods_supported"] == ["S256"]
    assert document["response_types_supported"] == ["code"]
    for endpoint in ("token", "introspection", "revocation"):
        assert document[f"{endpoint}_endpoint_auth_methods_supported"] == ["private_key_jwt"]
        signed = document[f"{endpoint}_endpoint_auth_signing_alg_values_supported"]
        assert set(signed) == {"ES256", "PS256", "Ed25519"}


def test_a_sandbox_offers_the_simple_kind_besides(town: World):
    """Where a secret will do, the metadata says so, and that a request may be left unpushed."""
    document = town.http().get("/.well-known/oauth-authorization-server").json()
    for endpoint in ("token", "introspection", "revocation"):
        methods = document[f"{endpoint}_endpoint_auth_methods_supported"]
        assert methods == ["private_key_jwt", "client_secret_basic", "client_secret_post"]
    assert document["require_pushed_authorization_requests"] is False
