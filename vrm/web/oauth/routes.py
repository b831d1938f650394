"""The endpoints of the authorization server, put together."""

from flask import Blueprint, request

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
    parameters,
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
    blueprint.before_request(_leave_out_empty)
    return blueprint


def _leave_out_empty() -> None:
    """Once for every endpoint, so that none has to tell an empty parameter from one that was not sent."""
    if not request.path.startswith("/oauth/"):
        return  # a page of ours, whose empty fields mean something
    request.args = parameters.without_empty(request.args)
    if request.method == "POST":
        request.form = parameters.without_empty(request.form)
