"""What this server can do, for clients to read (RFC 8414)."""

from flask import Blueprint, Response, jsonify

from vrm.web.asking import TYPE
from vrm.web.audiences import audience
from vrm.web.oauth.client_assertion import ALGORITHMS
from vrm.web.oauth.grants import AUTH_METHODS
from vrm.web.oauth.server import AuthorizationServer


def add_routes(blueprint: Blueprint, server: AuthorizationServer) -> None:
    """``GET /.well-known/oauth-authorization-server``."""
    issuer = server.house.settings.issuer
    document = {
        "issuer": issuer,
        "authorization_endpoint": f"{issuer}/oauth/authorize",
        "pushed_authorization_request_endpoint": f"{issuer}/oauth/par",
        "token_endpoint": f"{issuer}/oauth/token",
        "introspection_endpoint": f"{issuer}/oauth/introspect",
        "revocation_endpoint": f"{issuer}/oauth/revoke",
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": ["authorization_code", "refresh_token", "client_credentials"],
        "code_challenge_methods_supported": ["S256"],
        "token_endpoint_auth_methods_supported": AUTH_METHODS,
        "token_endpoint_auth_signing_alg_values_supported": ALGORITHMS,
        "introspection_endpoint_auth_methods_supported": AUTH_METHODS,
        "introspection_endpoint_auth_signing_alg_values_supported": ALGORITHMS,
        "revocation_endpoint_auth_methods_supported": AUTH_METHODS,
        "revocation_endpoint_auth_signing_alg_values_supported": ALGORITHMS,
        "authorization_response_iss_parameter_supported": True,
        "authorization_details_types_supported": [TYPE],
        "require_pushed_authorization_requests": False,
        "service_documentation": f"{issuer}/api",
    }

    @blueprint.get("/.well-known/oauth-authorization-server")
    @audience("public")
    def metadata() -> Response:
        response = jsonify(document)
        response.headers["Cache-Control"] = "public, max-age=300"
        return response
