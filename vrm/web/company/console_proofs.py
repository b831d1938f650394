"""What a program of a company shows with its requests: that it is the client, and that it holds its tokens' key."""

import base64
import hashlib
import secrets
import time
from dataclasses import dataclass, field

from joserfc import jwt
from joserfc.jwk import ECKey

from vrm.web.company.console_wire import Pairs

_ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


@dataclass(frozen=True)
class Proofs:
    """Each is new and good once. ``key`` is the client's; ``bound_to`` that of its tokens, and nobody registers it."""

    issuer: str
    client_id: str
    key: ECKey
    nonce: str | None = None
    bound_to: ECKey = field(default_factory=lambda: ECKey.generate_key("P-256"))

    def client(self) -> Pairs:
        """The client's assertion, as parameters of a form (RFC 7523, section 2.2)."""
        now = int(time.time())
        claims = {
            "iss": self.client_id,
            "sub": self.client_id,
            "aud": self.issuer,
            "iat": now,
            "exp": now + 60,
            "jti": secrets.token_urlsafe(16),
        }
        signed = jwt.encode({"alg": "ES256", "kid": self.key.kid}, claims, self.key)
        return [("client_assertion_type", _ASSERTION), ("client_assertion", signed)]

    def possession(self, method: str, path: str, token: str | None = None) -> str:
        """A proof of the tokens' key for one request, beside a token where one is shown (RFC 9449, section 4.2)."""
        claims = {
            "htm": method,
            "htu": self.issuer + path,
            "iat": int(time.time()),
            "jti": secrets.token_urlsafe(16),
        }
        if token is not None:
            claims["ath"] = s256(token)
        if self.nonce is not None:
            claims["nonce"] = self.nonce
        header = {"typ": "dpop+jwt", "alg": "ES256", "jwk": self.bound_to.as_dict(private=False)}
        return jwt.encode(header, claims, self.bound_to)


def s256(text: str) -> str:
    """SHA-256 in base64url: a code challenge (RFC 7636, section 4.2), and the hash of a token in a proof."""
    return base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode()
