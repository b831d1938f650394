"""Token introspection (RFC 7662): a client may look at its own tokens, and is told what a read with one may see now.

What a newer decision took away is gone from the answer as it is from the reads, before its code was redeemed.
"""

from typing import Any

from authlib.oauth2.rfc6749 import InvalidRequestError
from authlib.oauth2.rfc7662 import IntrospectionEndpoint as Base
from flask import Blueprint, Response

from vrm import clock, companies, consents, tokens
from vrm.web.asking import granted_details, scopes
from vrm.web.audiences import audience
from vrm.web.oauth.clients import Client
from vrm.web.oauth.grants import AUTH_METHODS
from vrm.web.oauth.server import AuthorizationServer
from vrm.web.oauth.stored import StoredToken
from vrm.web.oauth.transaction import current_session


class IntrospectionEndpoint(Base):  # type: ignore[misc]
    """A token is active only while its consent stands and is not paused."""

    CLIENT_AUTH_METHODS = AUTH_METHODS

    def check_params(self, request: Any, client: Client) -> None:
        """A token must be named; a hint of its kind may stand beside it and is not needed."""
        if not request.form.get("token"):
            raise InvalidRequestError("Send the token.")

    def query_token(self, token_string: str, token_type_hint: str | None) -> StoredToken | None:
        row = tokens.find_token(current_session(), token_string, now=clock.now())
        return None if row is None else StoredToken(row)

    def check_permission(self, token: StoredToken, client: Client, request: Any) -> bool:
        """Section 4: what belongs to another client looks like what does not exist."""
        return token.check_client(client)

    def introspect_token(self, token: StoredToken) -> dict[str, Any]:
        row = token.row
        body: dict[str, Any] = {
            "active": True,
            "client_id": row.client_id,
            "iss": self.server.house.settings.issuer,
            "iat": int(row.issued_at.timestamp()),
            "exp": int(row.expires_at.timestamp()),
        }
        # RFC 7662, section 2.2, means the types of RFC 6749, section 7.1, by which a token is shown.
        if row.kind == "access":
            body["token_type"] = "DPoP" if row.jkt else "Bearer"
        if row.jkt is not None:
            body["cnf"] = {"jkt": row.jkt}  # RFC 9449, section 6.2
        if row.consumer_id is None or row.consent_id is None:
            return body | ({"scope": row.scope} if row.scope else {})
        connection = current_session().connection()
        consent, revision = consents.get_granted(
            connection, consumer_id=row.consumer_id, consent_id=row.consent_id
        )
        (standing,) = companies.client_standings(connection, client_ids=[row.client_id]).values()
        good = consent.is_good(now=clock.now(), epoch=row.epoch, notice_version=standing.notice_version)
        if not good or consent.paused is not None:  # a paused one is worth something again when it is resumed
            return {"active": False}
        return {
            **body,
            **scopes.told(row.scope, revision),
            # Decided anew, it may end sooner than the token would.
            "exp": int(min(row.expires_at, consent.expires_at).timestamp()),
            "sub": consent.subject,
            "grant_id": consent.id,
            "authorization_details": granted_details(revision),
        }


def add_routes(blueprint: Blueprint, server: AuthorizationServer) -> None:
    """``POST /oauth/introspect``."""

    @blueprint.post("/oauth/introspect")
    @audience("client")
    def introspect() -> Response:
        return server.answer("introspection", together=True)
