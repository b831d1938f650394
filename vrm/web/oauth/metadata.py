"""What this server can do, for clients to read: one document under the names of two standards.

RFC 8414 and OpenID Connect Discovery 1.0 (section 3) have the same members.
"""

from flask import Blueprint, Response, jsonify

from vrm.web.asking import TYPE, scopes
from vrm.web.audiences import audience
from vrm.web.oauth import backchannel, end_session, grant_actions, id_token, prompts
from vrm.web.oauth.clients import GRANT_TYPES, auth_methods
from vrm.web.oauth.own_grant import OWN_SCOPES
from vrm.web.oauth.server import AuthorizationServer
from vrm.web.signed import ALGORITHMS


def add_routes(blueprint: Blueprint, server: AuthorizationServer) -> None:
    """``GET /.well-known/oauth-authorization-server`` and ``/.well-known/openid-configuration``."""
    issuer, sandbox = server.house.settings.issuer, server.house.settings.sandbox
    methods = auth_methods(sandbox=sandbox)
    document = {
        "issuer": issuer,
        "authorization_endpoint": f"{issuer}/oauth/authorize",
        "pushed_authorization_request_endpoint": f"{issuer}/oauth/par",
        "token_endpoint": f"{issuer}/oauth/token",
        "introspection_endpoint": f"{issuer}/oauth/introspect",
        "revocation_endpoint": f"{issuer}/oauth/revoke",
        "userinfo_endpoint": f"{issuer}/oauth/userinfo",
        "end_session_endpoint": f"{issuer}{end_session.PATH}",
        "jwks_uri": f"{issuer}/oauth/jwks",
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": list(GRANT_TYPES),
        "code_challenge_methods_supported": ["S256"],
        "token_endpoint_auth_methods_supported": methods,
        "token_endpoint_auth_signing_alg_values_supported": ALGORITHMS,
        "introspection_endpoint_auth_methods_supported": methods,
        "introspection_endpoint_auth_signing_alg_values_supported": ALGORITHMS,
        "revocation_endpoint_auth_methods_supported": methods,
        "revocation_endpoint_auth_signing_alg_values_supported": ALGORITHMS,
        "scopes_supported": [*scopes.SCOPES, *OWN_SCOPES],
        "claims_supported": ["sub", *scopes.keys_of(scopes.CLAIMS, server.house.catalogue)],
        "claim_types_supported": ["normal"],
        "subject_types_supported": ["pairwise"],
        "id_token_signing_alg_values_supported": [id_token.ALGORITHM],
        "prompt_values_supported": list(prompts.PROMPTS),
        "claims_parameter_supported": False,
        "request_parameter_supported": False,
        "request_uri_parameter_supported": False,  # of a client's own server: what is pushed is RFC 9126
        "authorization_response_iss_parameter_supported": True,
        "authorization_details_types_supported": [TYPE],
        "require_pushed_authorization_requests": not sandbox,
        "dpop_signing_alg_values_supported": ALGORITHMS,
        # Grant Management for OAuth 2.0, draft 03, section 7.1
        "grant_management_actions_supported": ["query", "revoke", *grant_actions.ACTIONS],
        "grant_management_endpoint": f"{issuer}/oauth/grants",
        "grant_management_action_required": False,
        # CIBA Core 1.0, section 4
        "backchannel_authentication_endpoint": f"{issuer}{backchannel.PATH}",
        "backchannel_token_delivery_modes_supported": backchannel.DELIVERY_MODES,
        "backchannel_user_code_parameter_supported": False,
        "service_documentation": f"{issuer}/api",
    }

    @blueprint.get("/.well-known/oauth-authorization-server")
    @blueprint.get("/.well-known/openid-configuration")
    @audience("public")
    def metadata() -> Response:
        response = jsonify(document)
        response.headers["Cache-Control"] = "public, max-age=300"
        return response
