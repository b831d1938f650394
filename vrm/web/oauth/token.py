"""The token endpoint (RFC 6749, section 3.2)."""

from flask import Blueprint, Response

from vrm.web.audiences import audience
from vrm.web.oauth.server import AuthorizationServer


def add_routes(blueprint: Blueprint, server: AuthorizationServer) -> None:
    """``POST /oauth/token``."""

    @blueprint.post("/oauth/token")
    @audience("client")
    def token() -> Response:
        return server.token_response()
