"""Pushed authorization requests (RFC 9126)."""

from functools import partial
from typing import Any

from authlib.oauth2 import OAuth2Error
from authlib.oauth2.rfc6749 import Endpoint, EndpointRequest, InvalidRequestError, OAuth2Request
from authlib.oauth2.rfc6749.requests import BasicOAuth2Payload
from flask import Blueprint, Response

from vrm import clock, tokens
from vrm.web.audiences import audience
from vrm.web.oauth import grant_actions, parameters
from vrm.web.oauth.authorize import check_request
from vrm.web.oauth.grants import AUTH_METHODS
from vrm.web.oauth.possession import prove
from vrm.web.oauth.server import AuthorizationServer
from vrm.web.oauth.transaction import write

_NAME = "pushed_authorization_request"


class PushedRequestEndpoint(Endpoint):  # type: ignore[misc]
    """Checks a request as the authorization endpoint would, then keeps it for 90 seconds."""

    ENDPOINT_NAME = _NAME

    def validate_request(self, request: OAuth2Request) -> EndpointRequest:
        client = self.server.authenticate_client(request, AUTH_METHODS, _NAME)
        if "request_uri" in request.form:  # RFC 9126, section 2.1
            raise InvalidRequestError("A pushed request cannot refer to another one.")
        if "request" in request.form:  # RFC 9101, section 6.3
            raise InvalidRequestError(
                "Send the parameters themselves, not a request object.", error="request_not_supported"
            )
        params = {name: request.form[name] for name in parameters.READ if name in request.form}
        params["client_id"] = client.client_id
        _bind(params, prove(self.server, request, client, required=False))
        request.payload = BasicOAuth2Payload(params)
        try:
            grant = self.server.get_authorization_grant(request)
            grant.validate_authorization_request()
            parameters.require_own_resource(request.form, self.server.house.settings.issuer)
            action = grant_actions.read(params, client.asker)
            check_request(self.server.house, client.asker, params, action)
        except OAuth2Error as error:
            error.redirect_uri = None  # the answer goes to the client itself, never through a browser
            raise
        checked = EndpointRequest(request=request, client=client)
        checked.params = params
        return checked

    def create_response(self, validated_request: EndpointRequest) -> tuple[int, dict[str, Any], Any]:
        uri = tokens.new_request_uri()
        push = partial(
            tokens.push_request,
            request_uri=uri,
            client_id=validated_request.client.client_id,
            params=validated_request.params,
            now=clock.now(),
        )
        write(push)
        body = {"request_uri": uri, "expires_in": int(tokens.PUSHED_LIFE.total_seconds())}
        return 201, body, [("Content-Type", "application/json"), ("Cache-Control", "no-store")]


def _bind(params: dict[str, Any], jkt: str | None) -> None:
    """Bind the code to come to a key: the one named, or that of the proof beside it (RFC 9449, section 10.1)."""
    if jkt is not None and params.setdefault("dpop_jkt", jkt) != jkt:
        raise InvalidRequestError("dpop_jkt is not the thumbprint of the key that the proof was made with.")


def add_routes(blueprint: Blueprint, server: AuthorizationServer) -> None:
    """``POST /oauth/par``."""

    @blueprint.post("/oauth/par")
    @audience("client")
    def par() -> Response:
        return server.answer(_NAME, together=True)
