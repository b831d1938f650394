"""The grants that rest on a consent: a code for tokens, a refresh token for an access token."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from authlib.oauth2.rfc6749 import InvalidGrantError, InvalidRequestError, InvalidScopeError
from authlib.oauth2.rfc6749.grants import AuthorizationCodeGrant, RefreshTokenGrant
from flask import request as flask_request

from vrm import clock, consents, tokens
from vrm.web import session
from vrm.web.asking import InvalidAuthorizationDetails, granted_details, scopes
from vrm.web.oauth import parameters
from vrm.web.oauth.clients import Client, auth_methods
from vrm.web.oauth.possession import prove
from vrm.web.oauth.stored import Code, StoredToken
from vrm.web.oauth.transaction import current_session
from vrm.web.refusals import REPLACED

AUTH_METHODS = auth_methods(sandbox=True)
"""Every method there is. Which of them a client may use, the client says itself."""


@dataclass(frozen=True)
class Standing:
    """The consent a token request stands on, and the code or token that leads to it."""

    consent: consents.Consent
    revision: consents.Revision
    code_hash: bytes | None


class BoundGrant:
    """What every grant shares: the tokens it yields are bound to the key that the request proves."""

    request: Any
    server: Any
    jkt: str | None

    def validate_token_request(self) -> None:
        """As Authlib does, and who authenticated must show a key: a client of the simple kind may leave that out."""
        super().validate_token_request()  # type: ignore[misc]
        parameters.require_own_resource(flask_request.form, self.server.house.settings.issuer)
        if self.request.form.get("authorization_details"):  # RFC 9396, section 6: a client may ask for less
            raise InvalidAuthorizationDetails(
                "A token has all of its grant, and is not narrowed here. Leave authorization_details out; to hold less, "
                "ask with the grant_management_action replace."
            )
        self.jkt = prove(self.server, self.request, self.request.client, required=True)

    def typed(self, token: dict[str, Any]) -> None:
        """Say in the answer how its tokens are shown (RFC 9449, section 5)."""
        token["token_type"] = "Bearer" if self.jkt is None else "DPoP"


class ConsentGrant(BoundGrant):
    """What the grants that rest on a consent share."""

    standing: Standing

    def stand_on(self, consumer_id: str, consent_id: str, epoch: int, code_hash: bytes | None) -> None:
        """Raise ``InvalidGrantError`` unless the consent still stands as it did."""
        consent, revision = consents.get_granted(
            current_session().connection(), consumer_id=consumer_id, consent_id=consent_id
        )
        notice_version = self.request.client.asker.company.notice_version
        if not consent.is_good(now=clock.now(), epoch=epoch, notice_version=notice_version):
            # Where it stands all the same, this client has redeemed a newer code of it, and may hear so.
            replaced = consent.is_good(now=clock.now(), epoch=consent.epoch, notice_version=notice_version)
            raise InvalidGrantError(
                REPLACED if replaced else "The consent behind this has ended. Ask the person again."
            )
        self.standing = Standing(consent, revision, code_hash)

    def store(self, secret: str, kind: str, expires_at: datetime, scope: str) -> None:
        """Store a token that stands on the consent; it never outlives it."""
        consent = self.standing.consent
        tokens.issue_token(
            current_session().connection(),
            secret,
            kind=kind,
            grantee=tokens.Grantee(
                consent.client_id, consent.consumer_id, consent.id, consent.epoch, self.jkt
            ),
            scope=scope,
            expires_at=min(expires_at, consent.expires_at),
            code_hash=self.standing.code_hash,
            now=clock.now(),
        )

    def described(self, response: tuple[int, dict[str, Any], Any]) -> tuple[int, dict[str, Any], Any]:
        """The token response with what is granted now (RFC 9396, section 7) and under which id.

        A scope that a newer decision took away is not named, as it is not when the token is used or introspected.
        """
        status, token, headers = response
        consent, revision = self.standing.consent, self.standing.revision
        self.typed(token)
        token.update(scopes.told(token.pop("scope", ""), revision))
        left = int((consent.expires_at - clock.now()).total_seconds())
        token["expires_in"] = min(token["expires_in"], left)
        token["grant_id"] = consent.id
        token["authorization_details"] = granted_details(revision)
        return status, token, headers


class CodeGrant(ConsentGrant, AuthorizationCodeGrant):  # type: ignore[misc]
    """RFC 6749, section 4.1. The person's decision stands in ``request.user`` as the consent it made."""

    TOKEN_ENDPOINT_AUTH_METHODS = AUTH_METHODS

    @staticmethod
    def validate_authorization_redirect_uri(request: Any, client: Client) -> str:
        """A registered address. Authlib's own message would repeat the wrong one to whoever made the link."""
        redirect_uri = request.payload.redirect_uri
        if not redirect_uri or not client.check_redirect_uri(redirect_uri):
            raise InvalidRequestError("redirect_uri is missing, or not one that this client registered.")
        return str(redirect_uri)

    def save_authorization_code(self, code: str, request: Any) -> None:
        consent, sent = cast(consents.Consent, request.user), request.payload.data
        revision = consents.get_newest_revision(
            current_session(), consumer_id=consent.consumer_id, consent_id=consent.id
        )
        tokens.issue_code(
            current_session(),
            code,
            grantee=tokens.Grantee(
                consent.client_id,
                consent.consumer_id,
                consent.id,
                consent.latest_epoch,
                request.payload.data.get("dpop_jkt"),
            ),
            redirect_uri=request.payload.redirect_uri,
            code_challenge=sent["code_challenge"],
            scope=scopes.granted(
                scopes.parse(sent.get("scope")),
                revision,
                merged=sent.get("grant_management_action") == "merge",
            ),
            nonce=sent.get("nonce") or None,
            authenticated_at=session.present().signed_in_at,
            now=clock.now(),
        )

    def validate_token_request(self) -> None:
        """The key must be the one the code was bound to, where it was bound (RFC 9449, section 10)."""
        super().validate_token_request()
        bound_to = self.request.authorization_code.row.jkt
        if bound_to is not None and bound_to != self.jkt:
            raise InvalidGrantError("The code is bound to another key than the proof was made with.")

    def query_authorization_code(self, code: str, client: Client) -> Code | None:
        """The code, if this client may still use it. A second use revokes what the first one yielded."""
        row = tokens.find_code(current_session(), code)
        if row is None or row.client_id != client.client_id:
            return None
        if row.used_at is not None:
            tokens.revoke_of_code(current_session(), row.code_hash, now=clock.now())
            return None
        return None if row.expires_at <= clock.now() else Code(row)

    def delete_authorization_code(self, authorization_code: Code) -> None:
        tokens.spend_code(current_session(), authorization_code.row, now=clock.now())

    def authenticate_user(self, authorization_code: Code) -> consents.Consent:
        """The consent, whose other tokens are worth nothing from now on, unless they came of the same decision."""
        row = authorization_code.row
        consent = consents.redeem(
            current_session(),
            consumer_id=row.consumer_id,
            consent_id=row.consent_id,
            epoch=row.epoch,
            notice_version=self.request.client.asker.company.notice_version,
            now=clock.now(),
        )
        if consent is None:
            raise InvalidGrantError(
                "The consent behind this has ended, or was decided on anew: use the newest code of its grant_id, or "
                "ask the person again."
            )
        revision = consents.get_newest_revision(
            current_session(), consumer_id=consent.consumer_id, consent_id=consent.id
        )
        self.standing = Standing(consent, revision, row.code_hash)
        return consent

    def save_token(self, token: dict[str, Any]) -> None:
        scope = token.get("scope", "")
        self.store(token["access_token"], "access", clock.now() + tokens.TOKEN_LIFE, scope)
        self.store(token["refresh_token"], "refresh", self.standing.consent.expires_at, scope)

    def create_token_response(self) -> tuple[int, dict[str, Any], Any]:
        return self.described(super().create_token_response())


class RefreshGrant(ConsentGrant, RefreshTokenGrant):  # type: ignore[misc]
    """RFC 6749, section 6, without rotation (FAPI 2.0, section 5.3.2.1), up to the consent's end."""

    TOKEN_ENDPOINT_AUTH_METHODS = AUTH_METHODS
    INCLUDE_NEW_REFRESH_TOKEN = False

    def validate_token_request(self) -> None:
        """The key must be the one the refresh token is bound to; one from before tokens were bound is bound now."""
        super().validate_token_request()
        row = self.request.refresh_token.row
        bound_to = row.jkt
        if bound_to is None and self.jkt is not None:
            bound_to = tokens.bind_token(current_session(), row, jkt=self.jkt)
        if bound_to != self.jkt:
            raise InvalidGrantError("The refresh token is bound to another key than the proof was made with.")

    def authenticate_refresh_token(self, refresh_token: str) -> StoredToken | None:
        row = tokens.find_token(current_session(), refresh_token, kind="refresh", now=clock.now())
        return None if row is None else StoredToken(row)

    def authenticate_user(self, refresh_token: StoredToken) -> consents.Consent:
        row = refresh_token.row
        assert row.consumer_id is not None and row.consent_id is not None and row.epoch is not None
        self.stand_on(row.consumer_id, row.consent_id, row.epoch, row.code_hash)
        self._require_whole(row.scope)
        return self.standing.consent

    def _require_whole(self, scope: str) -> None:
        """RFC 6749, section 6, lets a client ask for less. A token with fewer scopes would read the same lines all the same."""
        asked, told = self.request.payload.scope, scopes.granted(scope.split(), self.standing.revision)
        if asked and set(asked.split()) not in (set(scope.split()), set(told.split())):
            raise InvalidScopeError(
                "A token has all of its grant, and is not narrowed here. Leave scope out, or send the one you have; to hold "
                "less, ask with the grant_management_action replace."
            )

    def revoke_old_credential(self, refresh_token: StoredToken) -> None:
        """Nothing: the same refresh token stays good until the consent ends."""

    def save_token(self, token: dict[str, Any]) -> None:
        self.store(token["access_token"], "access", clock.now() + tokens.TOKEN_LIFE, token.get("scope", ""))

    def create_token_response(self) -> tuple[int, dict[str, Any], Any]:
        return self.described(super().create_token_response())
