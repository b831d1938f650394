"""The endpoints of the authorization server, put together."""

from flask import Blueprint

from vrm.house import House
from vrm.web.oauth import authorize, decision, introspection, metadata, pushed, revocation, token
from vrm.web.oauth.server import AuthorizationServer


def routes(house: House) -> Blueprint:
    """The blueprint of a house, on a server of its own."""
    server = AuthorizationServer(house)
    server.register_endpoint(pushed.PushedRequestEndpoint)
    server.register_endpoint(introspection.IntrospectionEndpoint)
    server.register_endpoint(revocation.RevocationEndpoint)
    blueprint = Blueprint("oauth", __name__)
    for endpoint in (authorize, decision, pushed, token, introspection, revocation, metadata):
        endpoint.add_routes(blueprint, server)
    return blueprint
