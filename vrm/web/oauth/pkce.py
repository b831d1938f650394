"""Proof Key for Code Exchange (RFC 7636)."""

from typing import Any

from authlib.oauth2.rfc6749 import InvalidRequestError
from authlib.oauth2.rfc7636 import CodeChallenge


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
