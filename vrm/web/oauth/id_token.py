"""ID tokens (OpenID Connect Core 1.0, section 2): who signed in, as a number that only this company knows.

No profile field is in one: what a person allows is read at ``/oauth/userinfo`` or ``/v1/profile``, where it is logged.
"""

import base64
import json
from datetime import timedelta
from typing import Any

from authlib.oauth2.rfc6749 import OAuth2Request
from authlib.oidc.core.grants import OpenIDCode
from authlib.oidc.core.util import create_half_hash
from joserfc.jwk import import_key

from keys import TokenKeys
from vrm import clock
from vrm.web import signed

ALGORITHM = "ES256"
LIFE = timedelta(minutes=10)


class IdToken(OpenIDCode):  # type: ignore[misc]
    """Puts an ID token beside the tokens of a code, where ``openid`` was asked for."""

    def __init__(self, issuer: str, keys: TokenKeys) -> None:
        super().__init__(require_nonce=False)
        self._issuer, self._keys = issuer, keys

    def exists_nonce(self, nonce: str, request: OAuth2Request) -> bool:
        """Never: whether a nonce was seen before is for the client to look at (Core, section 3.1.3.7, 11)."""
        return False

    def encode_id_token(self, token: dict[str, Any], request: OAuth2Request) -> str:
        """The signed token. The claims are those of Core, section 2, and ``at_hash`` of section 3.1.3.6."""
        code, now = (request.authorization_code or request.credential).row, clock.now()
        claims: dict[str, Any] = {
            "iss": self._issuer,
            "sub": request.user.subject,
            "aud": request.client.client_id,
            "iat": int(now.timestamp()),
            "exp": int((now + LIFE).timestamp()),
            "at_hash": create_half_hash(token["access_token"], ALGORITHM).decode(),
        }
        if code.authenticated_at is not None:
            claims["auth_time"] = int(code.authenticated_at.timestamp())
        nonce = getattr(code, "nonce", None)  # nothing that came by the backchannel has one
        if nonce:
            claims["nonce"] = nonce
        signer = self._keys.signer(now)
        header = {"alg": ALGORITHM, "kid": signer.kid, "typ": "JWT"}
        text = ".".join(_base64url(json.dumps(part).encode()) for part in (header, claims))
        return f"{text}.{_base64url(signer.sign(text.encode()))}"


def read_hint(text: str, *, issuer: str, keys: TokenKeys) -> dict[str, Any]:
    """The claims of an ID token of ours that comes back as a hint; it may be over (Core, section 3.1.2.1).

    Raises ``signed.BadSignature`` for any other text.
    """
    header, _ = signed.peek(text)
    known = {key.signer.kid: key.signer.public for key in keys.published(clock.now())}
    public = known.get(str(header.get("kid")))
    if public is None or header.get("typ") != "JWT":
        raise signed.BadSignature
    claims = signed.verify(text, import_key(dict(public)))
    if claims.get("iss") != issuer or not isinstance(claims.get("aud"), str):
        raise signed.BadSignature
    return claims


def _base64url(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
