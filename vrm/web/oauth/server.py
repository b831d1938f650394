"""Authlib's authorization server, told how this house stores things."""

from collections.abc import Callable, Sequence
from typing import Any, cast

from authlib.integrations.flask_oauth2 import AuthorizationServer as FlaskServer
from authlib.integrations.flask_oauth2.requests import FlaskOAuth2Request
from authlib.oauth2 import OAuth2Error
from authlib.oauth2.rfc6749 import InvalidClientError, InvalidRequestError, OAuth2Request
from authlib.oauth2.rfc6749.requests import BasicOAuth2Payload
from authlib.oauth2.rfc6750 import BearerTokenGenerator
from authlib.oauth2.rfc9207 import IssuerParameter
from flask import Request, Response
from flask import request as flask_request

from vrm import clock, companies, tokens
from vrm.house import House
from vrm.ids import new_secret
from vrm.web import dpop, session, signed
from vrm.web.oauth import authentication, parameters, parked, wording
from vrm.web.oauth.backchannel_grant import BackchannelGrant
from vrm.web.oauth.client_assertion import ClientAssertion, KeyNotKnown, verify_ahead
from vrm.web.oauth.clients import Client
from vrm.web.oauth.grants import CodeGrant, RefreshGrant
from vrm.web.oauth.id_token import IdToken
from vrm.web.oauth.own_grant import OwnGrant
from vrm.web.oauth.pkce import StrictPKCE
from vrm.web.oauth.possession import read_proof
from vrm.web.oauth.transaction import current_session, in_group, in_transaction, new_group, rest_on


class Answered(InvalidRequestError):  # type: ignore[misc]
    """The request that was pushed is used up: nothing is wrong with the company's link but that it is old."""


class AuthorizationServer(FlaskServer):  # type: ignore[misc]
    """The server of one house. Its hooks work on the session of the running request."""

    def __init__(self, house: House) -> None:
        super().__init__(query_client=self._find_client, save_token=_save_nothing)
        self.house = house
        self.prover = dpop.Prover(house.keys, house.settings.dpop_nonce)
        self._group = new_group(house.database)
        self.register_token_generator(
            "default",
            BearerTokenGenerator(
                access_token_generator=lambda **_: new_secret("vrm_at_"),
                refresh_token_generator=lambda **_: new_secret("vrm_rt_"),
                expires_generator=int(tokens.TOKEN_LIFE.total_seconds()),
            ),
        )
        self.register_client_auth_method("private_key_jwt", ClientAssertion(house.settings.issuer))
        self.register_client_auth_method("client_secret_basic", authentication.by_basic)
        id_token = IdToken(house.settings.issuer, house.keys.token_keys)
        self.register_grant(CodeGrant, [StrictPKCE(required=True), id_token])
        self.register_grant(RefreshGrant)
        self.register_grant(OwnGrant)
        self.register_grant(BackchannelGrant, [id_token])
        self.register_extension(_Issuer(house.settings.issuer))

    def get_authorization_grant(self, request: OAuth2Request) -> Any:
        """The grant of a request, whose parameters may have been pushed before (RFC 9126, section 4)."""
        uri = request.payload.data.get("request_uri")
        if uri is not None:
            client_id = request.payload.client_id or ""
            named = parked.named_by(self.house.keys, uri, session.browser)
            pushed = self._find_pushed(client_id, named)
            if pushed is None:
                raise _gone(client_id, named.request_uri)
            request.payload = BasicOAuth2Payload(pushed)
        return super().get_authorization_grant(request)

    def _find_pushed(self, client_id: str, named: parked.Named) -> dict[str, Any] | None:
        found = tokens.find_pushed(
            current_session(), client_id=client_id, request_uri=named.request_uri, now=clock.now()
        )
        if found is None or found["parked"] != named.waits:
            return None
        return found if named.since is None else {**found, "since": named.since}

    def authenticate_client(
        self, request: OAuth2Request, methods: Sequence[str], endpoint: str = "token"
    ) -> Client:
        """The client that a request proves to come from. A client_id beside the proof is the same."""
        method = authentication.method_of(request, sandbox=self.house.settings.sandbox)
        try:
            client: Client = super().authenticate_client(request, [method], endpoint)
        except InvalidClientError as fault:
            raise authentication.refusal(method, fault) from None
        if request.form.get("client_id", client.client_id) != client.client_id:  # RFC 7521, section 4.2
            raise InvalidClientError(description="The client_id is not that of the client who proves itself.")
        return client

    def create_oauth2_request(self, request: Any) -> OAuth2Request:
        """The request, as it was sent to the issuer's address whatever a proxy made of that on the way."""
        return _IssuersRequest(flask_request, self.house.settings.issuer)

    def answer(self, endpoint: str, *, together: bool = False) -> Response:
        """The answer of a registered endpoint, its changes committed; ``together``: with those of others (``in_group``)."""
        return self._answer(
            lambda: cast(Response, self.create_endpoint_response(endpoint)), together=together
        )

    def token_response(self) -> Response:
        """The answer of the token endpoint, its changes committed."""
        own = flask_request.form.get("grant_type") == OwnGrant.GRANT_TYPE
        return self._answer(lambda: cast(Response, self.create_token_response()), together=own)

    def _answer(self, create: Callable[[], Response], *, together: bool) -> Response:
        try:
            parameters.check(flask_request.form)
        except OAuth2Error as error:
            return self.handle_error_response(None, error)
        try:
            if together and (answer := in_group(self.house.database, self._group, create)) is not None:
                return answer
            self._verify_ahead()
            return in_transaction(self.house.database, create)
        except KeyNotKnown as missing:
            # Nothing was changed. Reading the client's key set waits for its server; afterwards it is not due for a
            # while, so the second time is the last.
            database, fetcher = self.house.database, self.house.fetcher
            companies.refresh_jwks(database, fetcher, client_id=missing.client_id, now=clock.now())
            return self._answer(create, together=together)

    def _verify_ahead(self) -> None:
        """Verify what the request is signed with while nobody waits for it; what fails is refused in the transaction."""
        try:
            if assertion := flask_request.form.get("client_assertion"):
                verify_ahead(self.house.database, assertion)
                if "DPoP" in flask_request.headers:
                    read_proof(self)
        except (signed.BadSignature, dpop.BadProof):
            pass

    def handle_error_response(self, request: OAuth2Request | None, error: OAuth2Error) -> Response:
        return cast(Response, super().handle_error_response(request, wording.in_our_words(error)))

    def handle_response(self, status_code: int, payload: Any, headers: Any) -> Response:
        """RFC 9700, section 4.12: redirect with 303, so that no browser sends a form again to the client."""
        return cast(
            Response, super().handle_response(303 if status_code == 302 else status_code, payload, headers)
        )

    def _find_client(self, client_id: str) -> Client:
        """The client, if it may ask. Unknown, suspended and not yet approved look alike, in all Authlib asks of it."""
        found: dict[str, Client] = current_session().info  # a pushed request asks twice in one transaction
        if client_id in found:
            return found[client_id]
        try:
            asker = companies.may_ask(current_session(), client_id=client_id)
        except companies.MayNotAsk:
            raise InvalidClientError(
                description="This client is unknown, not approved yet, or suspended. Ask the operator."
            ) from None
        rest_on(asker)
        found[client_id] = Client(asker, sandbox=self.house.settings.sandbox)
        return found[client_id]


def _gone(client_id: str, request_uri: str) -> InvalidRequestError:
    if tokens.was_answered(current_session(), client_id=client_id, request_uri=request_uri):
        return Answered("This request was answered already. Push a new one.")
    return InvalidRequestError(
        "This request_uri is unknown, has expired, or waits in another browser. Push the request again."
    )


class _IssuersRequest(FlaskOAuth2Request):  # type: ignore[misc]
    def __init__(self, sent: Request, issuer: str) -> None:
        OAuth2Request.__init__(self, method=sent.method, uri=issuer + sent.full_path, headers=sent.headers)
        self._request = sent
        # RFC 6749, section 2.3.1: what is posted stands in the body, and in the address nothing secret ever does.
        self.payload = BasicOAuth2Payload(sent.form if sent.method == "POST" else sent.args)


class _Issuer(IssuerParameter):  # type: ignore[misc]
    """RFC 9207: say in every authorization response which server answers."""

    def __init__(self, issuer: str) -> None:
        self._issuer = issuer

    def get_issuer(self) -> str:
        return self._issuer


def _save_nothing(token: dict[str, Any], request: OAuth2Request) -> None:
    """The grants store their own tokens: only they know on which consent a token stands."""
