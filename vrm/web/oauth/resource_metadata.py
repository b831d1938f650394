"""What the API of this instance takes, for clients that know only its address (RFC 9728).

The challenge of a refused token names this document (section 5.1).
"""

from flask import Blueprint, Response, jsonify

from vrm.web.asking import TYPE, scopes
from vrm.web.audiences import audience
from vrm.web.oauth.own_grant import OWN_SCOPES
from vrm.web.oauth.server import AuthorizationServer
from vrm.web.signed import ALGORITHMS


def add_routes(blueprint: Blueprint, server: AuthorizationServer) -> None:
    """``GET /.well-known/oauth-protected-resource``."""
    issuer = server.house.settings.issuer
    document = {
        "resource": issuer,
        "authorization_servers": [issuer],
        "scopes_supported": [*scopes.SCOPES, *OWN_SCOPES],
        "authorization_details_types_supported": [TYPE],
        "bearer_methods_supported": ["header"],
        "dpop_signing_alg_values_supported": ALGORITHMS,
        "dpop_bound_access_tokens_required": not server.house.settings.sandbox,
        "resource_documentation": f"{issuer}/api",
    }

    @blueprint.get("/.well-known/oauth-protected-resource")
    @audience("public")
    def resource_metadata() -> Response:
        response = jsonify(document)
        response.headers["Cache-Control"] = "public, max-age=300"
        return response
