"""A client's own token: it speaks for itself, and for nobody else."""

from functools import partial
from typing import Any

from authlib.oauth2.rfc6749 import InvalidScopeError
from authlib.oauth2.rfc6749.grants import ClientCredentialsGrant

from vrm import clock, tokens
from vrm.web.oauth.grants import AUTH_METHODS, BoundGrant
from vrm.web.oauth.transaction import write

OWN_SCOPES = ("grant_management_query", "grant_management_revoke")
"""What a client may ask for itself alone: to look at its grants, and to give one back."""


class OwnGrant(BoundGrant, ClientCredentialsGrant):  # type: ignore[misc]
    """RFC 6749, section 4.4: a client's own token, for reading many consents and listing them."""

    TOKEN_ENDPOINT_AUTH_METHODS = AUTH_METHODS

    def validate_requested_scope(self) -> None:
        """A client's own token reads, or manages grants where it says so (Grant Management, draft 03, section 6.1)."""
        asked = (self.request.payload.scope or "").split()
        if any(scope not in OWN_SCOPES for scope in asked):  # RFC 6749, section 5.2
            raise InvalidScopeError(
                f"A client's own token is asked for without a scope, or with {' and '.join(OWN_SCOPES)}."
            )

    def save_token(self, token: dict[str, Any]) -> None:
        now = clock.now()
        issue = partial(
            tokens.issue_token,
            secret=token["access_token"],
            kind="access",
            grantee=tokens.Grantee(self.request.client.client_id, jkt=self.jkt),
            scope=token.get("scope", ""),
            expires_at=now + tokens.TOKEN_LIFE,
            now=now,
        )
        write(issue)
        self.typed(token)
