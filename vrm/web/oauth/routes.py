"""The endpoints of the authorization server, put together."""

from flask import Blueprint

from vrm.house import House
from vrm.web.oauth import (
    authorize,
    backchannel,
    decision,
    end_session,
    grant_management,
    introspection,
    jwks,
    metadata,
    pushed,
    resource_metadata,
    revocation,
    token,
    userinfo,
)
from vrm.web.oauth.server import AuthorizationServer


def routes(house: House) -> Blueprint:
    """The blueprint of a house, on a server of its own."""
    server = AuthorizationServer(house)
    server.register_endpoint(pushed.PushedRequestEndpoint)
    server.register_endpoint(backchannel.BackchannelEndpoint)
    server.register_endpoint(introspection.IntrospectionEndpoint)
    server.register_endpoint(revocation.RevocationEndpoint)
    blueprint = Blueprint("oauth", __name__)
    for endpoint in (
        authorize,
        decision,
        pushed,
        backchannel,
        token,
        introspection,
        revocation,
        metadata,
        resource_metadata,
        jwks,
        userinfo,
        grant_management,
        end_session,
    ):
        endpoint.add_routes(blueprint, server)
    return blueprint
