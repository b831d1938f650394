"""The grants: a code for tokens, a refresh token for an access token, a client's own token."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from authlib.oauth2.rfc6749 import InvalidGrantError, InvalidRequestError, TokenMixin
from authlib.oauth2.rfc6749.grants import (
    AuthorizationCodeGrant,
    ClientCredentialsGrant,
    RefreshTokenGrant,
)
from authlib.oauth2.rfc6749.models import AuthorizationCodeMixin
from authlib.oauth2.rfc7636 import CodeChallenge

from vrm import clock, consents, tokens
from vrm.web.asking import granted_details
from vrm.web.oauth.clients import Client
from vrm.web.oauth.transaction import current_session

AUTH_METHODS = ["private_key_jwt"]


class Code(AuthorizationCodeMixin):  # type: ignore[misc]
    """A stored code as Authlib asks about it."""

    def __init__(self, row: tokens.AuthorizationCode) -> None:
        self.row = row
        self.code_challenge = row.code_challenge
        self.code_challenge_method = "S256"

    def get_redirect_uri(self) -> str:
        return self.row.redirect_uri

    def get_scope(self) -> str:
        return self.row.scope


class StoredToken(TokenMixin):  # type: ignore[misc]
    """A stored token as Authlib asks about it. It is only made for tokens that are good."""

    def __init__(self, row: tokens.Token) -> None:
        self.row = row

    def check_client(self, client: Client) -> bool:
        return self.row.client_id == client.client_id

    def get_scope(self) -> str:
        return self.row.scope

    def get_expires_in(self) -> int:
        return int((self.row.expires_at - self.row.issued_at).total_seconds())

    def is_expired(self) -> bool:
        return self.row.expires_at <= clock.now()

    def is_revoked(self) -> bool:
        return self.row.revoked_at is not None


class StrictPKCE(CodeChallenge):  # type: ignore[misc]
    """RFC 7636 with S256 for every client: Authlib alone asks it of public clients only."""

    SUPPORTED_CODE_CHALLENGE_METHOD = ["S256"]
    DEFAULT_CODE_CHALLENGE_METHOD = "S256"

    def validate_code_challenge(self, grant: Any, redirect_uri: str) -> None:
        """Raise ``InvalidRequestError`` unless the request brings an S256 challenge."""
        data = grant.request.payload.data
        if not data.get("code_challenge") or data.get("code_challenge_method") != "S256":
            raise InvalidRequestError(
                "Send a code_challenge with the method S256.", redirect_uri=redirect_uri
            )
        super().validate_code_challenge(grant, redirect_uri)


@dataclass(frozen=True)
class Standing:
    """The consent a token request stands on, and the code or token that leads to it."""

    consent: consents.Consent
    code_hash: bytes | None


class _ConsentGrant:
    """What both grants that rest on a consent share."""

    request: Any
    standing: Standing

    def stand_on(self, consumer_id: str, consent_id: str, epoch: int, code_hash: bytes | None) -> None:
        """Raise ``InvalidGrantError`` unless the consent still stands as it did."""
        consent = consents.get_consent(current_session(), consumer_id=consumer_id, consent_id=consent_id)
        notice_version = self.request.client.asker.company.notice_version
        if not consent.is_good(now=clock.now(), epoch=epoch, notice_version=notice_version):
            raise InvalidGrantError("The consent behind this has ended. Ask the person again.")
        self.standing = Standing(consent, code_hash)

    def store(self, secret: str, kind: str, expires_at: datetime) -> None:
        """Store a token that stands on the consent; it never outlives it."""
        consent = self.standing.consent
        tokens.issue_token(
            current_session(),
            secret,
            kind=kind,
            grantee=tokens.Grantee(consent.client_id, consent.consumer_id, consent.id, consent.epoch),
            scope="",
            expires_at=min(expires_at, consent.expires_at),
            code_hash=self.standing.code_hash,
            now=clock.now(),
        )

    def described(self, response: tuple[int, dict[str, Any], Any]) -> tuple[int, dict[str, Any], Any]:
        """The token response with what was granted (RFC 9396, section 7) and under which id."""
        status, token, headers = response
        consent = self.standing.consent
        revision = consents.list_revisions(
            current_session(), consumer_id=consent.consumer_id, consent_id=consent.id
        )[-1]
        left = int((consent.expires_at - clock.now()).total_seconds())
        token["expires_in"] = min(token["expires_in"], left)
        token["grant_id"] = consent.id
        token["authorization_details"] = granted_details(revision)
        return status, token, headers


class CodeGrant(_ConsentGrant, AuthorizationCodeGrant):  # type: ignore[misc]
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
        consent = cast(consents.Consent, request.user)
        tokens.issue_code(
            current_session(),
            code,
            grantee=tokens.Grantee(consent.client_id, consent.consumer_id, consent.id, consent.epoch),
            redirect_uri=request.payload.redirect_uri,
            code_challenge=request.payload.data["code_challenge"],
            scope="",
            now=clock.now(),
        )

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
        row = authorization_code.row
        self.stand_on(row.consumer_id, row.consent_id, row.epoch, row.code_hash)
        return self.standing.consent

    def save_token(self, token: dict[str, Any]) -> None:
        self.store(token["access_token"], "access", clock.now() + tokens.TOKEN_LIFE)
        self.store(token["refresh_token"], "refresh", self.standing.consent.expires_at)

    def create_token_response(self) -> tuple[int, dict[str, Any], Any]:
        return self.described(super().create_token_response())


class RefreshGrant(_ConsentGrant, RefreshTokenGrant):  # type: ignore[misc]
    """RFC 6749, section 6, without rotation (FAPI 2.0, section 5.3.2.1), up to the consent's end."""

    TOKEN_ENDPOINT_AUTH_METHODS = AUTH_METHODS
    INCLUDE_NEW_REFRESH_TOKEN = False

    def authenticate_refresh_token(self, refresh_token: str) -> StoredToken | None:
        row = tokens.find_token(current_session(), refresh_token, kind="refresh", now=clock.now())
        return None if row is None else StoredToken(row)

    def authenticate_user(self, refresh_token: StoredToken) -> consents.Consent:
        row = refresh_token.row
        assert row.consumer_id is not None and row.consent_id is not None and row.epoch is not None
        self.stand_on(row.consumer_id, row.consent_id, row.epoch, row.code_hash)
        return self.standing.consent

    def revoke_old_credential(self, refresh_token: StoredToken) -> None:
        """Nothing: the same refresh token stays good until the consent ends."""

    def save_token(self, token: dict[str, Any]) -> None:
        self.store(token["access_token"], "access", clock.now() + tokens.TOKEN_LIFE)

    def create_token_response(self) -> tuple[int, dict[str, Any], Any]:
        return self.described(super().create_token_response())


class OwnGrant(ClientCredentialsGrant):  # type: ignore[misc]
    """RFC 6749, section 4.4: a client's own token, for reading many consents and listing them."""

    TOKEN_ENDPOINT_AUTH_METHODS = AUTH_METHODS

    def save_token(self, token: dict[str, Any]) -> None:
        now = clock.now()
        tokens.issue_token(
            current_session(),
            token["access_token"],
            kind="access",
            grantee=tokens.Grantee(self.request.client.client_id),
            scope="",
            expires_at=now + tokens.TOKEN_LIFE,
            now=now,
        )
