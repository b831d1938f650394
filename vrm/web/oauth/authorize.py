"""The authorization endpoint (RFC 6749, section 3.1): check the request, then put the ask before the person.

The address holds a long request only until it was read once. What was asked waits on a page of its own, so it can
be reloaded, prefetched or decided later; it is used up when the person decides (FAPI 2.0, section 5.3.2.2).
"""

from datetime import timedelta
from urllib.parse import urlencode

from authlib.common.urls import add_params_to_uri
from authlib.oauth2 import OAuth2Error
from authlib.oauth2.rfc6749 import OAuth2Request
from flask import Blueprint, redirect, request
from werkzeug.wrappers import Response

from vrm import clock, consents, tokens
from vrm.errors import Invalid
from vrm.web import session
from vrm.web.asking import check_ask
from vrm.web.audiences import audience
from vrm.web.oauth import parameters
from vrm.web.oauth.server import AuthorizationServer
from vrm.web.oauth.transaction import current_session, in_transaction

PARKED_LIFE = timedelta(hours=1)
"""How long a request waits for its person to sign in, or to make a profile first."""


def add_routes(blueprint: Blueprint, server: AuthorizationServer) -> None:
    """``GET /oauth/authorize``."""

    @blueprint.get("/oauth/authorize")
    @audience("public")
    def authorize() -> Response:
        return in_transaction(server.house.database, lambda: _authorize(server))


def _authorize(server: AuthorizationServer) -> Response:
    oauth_request = server.create_oauth2_request(None)
    try:
        parameters.check(request.args)
        grant = server.get_authorization_grant(oauth_request)
        redirect_uri = grant.validate_authorization_request()
    except OAuth2Error as error:
        return refer_back(server, oauth_request, error, error.redirect_uri)
    sent = oauth_request.payload.data
    params = {name: sent[name] for name in parameters.READ if name in sent}
    asker = oauth_request.client.asker
    try:
        terms = check_ask(server.house.catalogue, asker.company, params.get("authorization_details"))
    except OAuth2Error as error:
        return refer_back(server, oauth_request, error, redirect_uri)

    here = session.visitor()
    now = clock.now()
    if here is None:
        uri = tokens.push_request(
            current_session(), client_id=asker.client.id, params=params, now=now, life=PARKED_LIFE
        )
        back = "/oauth/authorize?" + urlencode({"client_id": asker.client.id, "request_uri": uri})
        return redirect("/sign-in?" + urlencode({"next": back}), 303)
    ask_id = consents.open_ask(
        current_session(),
        consumer_id=here.person_id,
        client_id=asker.client.id,
        company_id=asker.company.id,
        terms=terms,
        request={name: params[name] for name in parameters.KEPT if name in params},
        now=now,
    )
    return redirect(f"/asks/{ask_id}", 303)


def refer_back(
    server: AuthorizationServer, oauth_request: OAuth2Request, error: OAuth2Error, redirect_uri: str | None
) -> Response:
    """Send an error to the client, or show it here where the address to send it to is not proved.

    RFC 6749, section 4.1.2.1: an invalid client or redirect URI is told to the person and to nobody else.
    """
    if redirect_uri is None:
        raise Invalid(
            "The company's link is not right, so nothing was asked and nothing left your profile. "
            f"If you are its developer: {error.description or error.error}",
            code=error.error,
        )
    params = {"error": error.error, "iss": server.house.settings.issuer}
    if error.description:
        params["error_description"] = error.description
    if oauth_request.payload.state:
        params["state"] = oauth_request.payload.state
    return redirect(add_params_to_uri(redirect_uri, list(params.items())), 303)
