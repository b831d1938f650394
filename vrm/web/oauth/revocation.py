"""Token revocation (RFC 7009): a client gives a token back. The consent stays; only its person ends that."""

from typing import Any, cast

from authlib.oauth2.rfc6749 import InvalidGrantError, InvalidRequestError
from authlib.oauth2.rfc7009 import RevocationEndpoint as Base
from flask import Blueprint, Response

from vrm import clock, tokens
from vrm.web.audiences import audience
from vrm.web.oauth.clients import Client
from vrm.web.oauth.grants import AUTH_METHODS
from vrm.web.oauth.server import AuthorizationServer
from vrm.web.oauth.stored import StoredToken
from vrm.web.oauth.transaction import current_session


class RevocationEndpoint(Base):  # type: ignore[misc]
    """A token nobody knows is answered like one given back (section 2.2); another client's is refused (section 2.1)."""

    CLIENT_AUTH_METHODS = AUTH_METHODS

    def check_params(self, request: Any, client: Client) -> None:
        """A token must be named; a hint of its kind may stand beside it and is not needed."""
        if not request.form.get("token"):
            raise InvalidRequestError("Send the token.")

    def query_token(self, token_string: str, token_type_hint: str | None) -> StoredToken | None:
        row = tokens.find_token(current_session(), token_string, now=clock.now())
        return None if row is None else StoredToken(row)

    def authenticate_token(self, request: Any, client: Client) -> StoredToken | None:
        """The token, if it is this client's; None for what is no token any more, and needs no giving back."""
        try:
            return cast(StoredToken | None, super().authenticate_token(request, client))
        except InvalidGrantError:
            raise InvalidGrantError(
                "This token was issued to another client. Let that one give it back."
            ) from None

    def revoke_token(self, token: StoredToken, request: Any) -> None:
        tokens.revoke_token(current_session(), token.row, now=clock.now())


def add_routes(blueprint: Blueprint, server: AuthorizationServer) -> None:
    """``POST /oauth/revoke``."""

    @blueprint.post("/oauth/revoke")
    @audience("client")
    def revoke() -> Response:
        return server.answer("revocation")
