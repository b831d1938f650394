"""The public keys of this server (OpenID Connect Core 1.0, section 10.1.1): what its ID tokens verify with."""

from flask import Blueprint, Response, jsonify

from vrm import clock
from vrm.web.audiences import audience
from vrm.web.oauth.server import AuthorizationServer

KEPT = 300
"""Seconds for which others may keep the set: far shorter than a new key is published before it signs."""


def add_routes(blueprint: Blueprint, server: AuthorizationServer) -> None:
    """``GET /oauth/jwks``."""
    keys = server.house.keys.token_keys

    @blueprint.get("/oauth/jwks")
    @audience("public")
    def jwks() -> Response:
        response = jsonify({"keys": [key.signer.public for key in keys.published(clock.now())]})
        response.headers["Cache-Control"] = f"public, max-age={KEPT}"
        return response
