"""Codes and tokens as they are stored, in the shape in which Authlib asks about them."""

from authlib.oauth2.rfc6749 import TokenMixin
from authlib.oauth2.rfc6749.models import AuthorizationCodeMixin

from vrm import clock, tokens
from vrm.web.oauth.clients import Client


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
