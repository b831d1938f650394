"""Token introspection (RFC 7662): a client may look at its own tokens."""

from typing import Any

from authlib.oauth2.rfc7662 import IntrospectionEndpoint as Base
from flask import Blueprint, Response

from vrm import clock, consents, tokens
from vrm.web.audiences import audience
from vrm.web.oauth.clients import Client
from vrm.web.oauth.details import granted_details
from vrm.web.oauth.grants import AUTH_METHODS, StoredToken
from vrm.web.oauth.server import AuthorizationServer
from vrm.web.oauth.transaction import current_session


class IntrospectionEndpoint(Base):  # type: ignore[misc]
    """A token is active only while its consent stands."""

    CLIENT_AUTH_METHODS = AUTH_METHODS

    def query_token(self, token_string: str, token_type_hint: str | None) -> StoredToken | None:
        row = tokens.find_token(current_session(), token_string, now=clock.now())
        return None if row is None else StoredToken(row)

    def check_permission(self, token: StoredToken, client: Client, request: Any) -> bool:
        """Section 4: what belongs to another client looks like what does not exist."""
        return token.check_client(client)

    def introspect_token(self, token: StoredToken) -> dict[str, Any]:
        row = token.row
        body = {
            "active": True,
            "client_id": row.client_id,
            "token_type": "Bearer" if row.kind == "access" else "refresh_token",
            "iss": self.server.house.settings.issuer,
            "iat": int(row.issued_at.timestamp()),
            "exp": int(row.expires_at.timestamp()),
        }
        if row.consumer_id is None or row.consent_id is None:
            return body
        session = current_session()
        consent = consents.get_consent(session, consumer_id=row.consumer_id, consent_id=row.consent_id)
        if not consent.is_active(clock.now()) or consent.epoch != row.epoch:
            return {"active": False}
        revision = consents.list_revisions(session, consumer_id=row.consumer_id, consent_id=row.consent_id)[
            -1
        ]
        return body | {
            "sub": consent.subject,
            "grant_id": consent.id,
            "authorization_details": granted_details(revision),
        }


def add_routes(blueprint: Blueprint, server: AuthorizationServer) -> None:
    """``POST /oauth/introspect``."""

    @blueprint.post("/oauth/introspect")
    @audience("client")
    def introspect() -> Response:
        return server.answer("introspection")
