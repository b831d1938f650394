"""The backchannel grant (CIBA Core 1.0, section 10.1): a client polls until the person has allowed it.

It hears the yes. A no, a hint that is nobody's and a person who looks away are all ``authorization_pending``, until
the request expires.
"""

from typing import Any

from authlib.oauth2.rfc6749 import (
    BaseGrant,
    InvalidGrantError,
    InvalidRequestError,
    TokenEndpointMixin,
)
from authlib.oauth2.rfc6749.hooks import hooked
from authlib.oauth2.rfc8628 import AuthorizationPendingError, ExpiredTokenError, SlowDownError

from vrm import clock, consents, tokens
from vrm.web.oauth.clients import BACKCHANNEL
from vrm.web.oauth.grants import AUTH_METHODS, ConsentGrant
from vrm.web.oauth.transaction import current_session


class Redeemed:
    """What a person allowed elsewhere, as ``request.credential``: for the ID token, which a code is for as well."""

    def __init__(self, row: tokens.BackchannelRequest) -> None:
        self.row = row


class _Poll(BaseGrant, TokenEndpointMixin):  # type: ignore[misc]
    """A request to the token endpoint that Authlib has no class for."""

    request: Any

    def validate_token_request(self) -> None:
        """The client, and that it names a request."""
        self.request.client = self.authenticate_token_endpoint_client()
        if not self.request.form.get("auth_req_id"):
            raise InvalidRequestError("Send the auth_req_id.")

    @hooked  # type: ignore[untyped-decorator]
    def create_token_response(self) -> tuple[int, dict[str, Any], Any]:
        """Tokens for what was allowed."""
        token = self.generate_token(user=self.request.user, scope=self.request.credential.row.scope)
        self.save_token(token)
        return 200, token, self.TOKEN_RESPONSE_HEADER


class BackchannelGrant(ConsentGrant, _Poll):
    """Section 10.1, and its errors of section 11."""

    GRANT_TYPE = BACKCHANNEL
    TOKEN_ENDPOINT_AUTH_METHODS = AUTH_METHODS

    def validate_token_request(self) -> None:
        """Whether the person has allowed it. What is looked at first tells a client nothing: only a yes differs."""
        super().validate_token_request()
        db, now = current_session(), clock.now()
        row = tokens.find_backchannel(
            db, self.request.form["auth_req_id"], client_id=self.request.client.client_id
        )
        if row is None:
            raise InvalidGrantError("This auth_req_id is unknown, was redeemed, or is another client's.")
        if row.expires_at <= now:
            raise ExpiredTokenError("The request has expired. Make a new one.")
        if row.consent_id is None:
            if tokens.came_early(db, row, now=now):
                raise SlowDownError(f"Wait {row.interval} seconds between polls from now on.")
            raise AuthorizationPendingError("The person has not allowed it. Go on polling.")
        self.request.user = self._stand_on_it(row)
        self.request.credential = Redeemed(row)

    def save_token(self, token: dict[str, Any]) -> None:
        """Spend the request, and keep what it yields."""
        tokens.use_backchannel(current_session(), self.request.credential.row, now=clock.now())
        scope = token.get("scope", "")
        self.store(token["access_token"], "access", clock.now() + tokens.TOKEN_LIFE, scope)
        self.store(token["refresh_token"], "refresh", self.standing.consent.expires_at, scope)

    def create_token_response(self) -> tuple[int, dict[str, Any], Any]:
        return self.described(super().create_token_response())

    def _stand_on_it(self, row: tokens.BackchannelRequest) -> consents.Consent:
        assert row.consumer_id is not None and row.consent_id is not None and row.epoch is not None
        self.stand_on(row.consumer_id, row.consent_id, row.epoch, row.request_hash)
        return self.standing.consent
