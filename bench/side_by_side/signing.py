"""Signed texts by the thousand, before a load begins: DPoP proofs (RFC 9449) and client assertions (RFC 7523).

Every one has a ``jti`` of its own and is made just now, so a server that looks for replays finds none, and looks.
"""

import base64
import hashlib
import json
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from joserfc.jwk import ECKey

ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


@dataclass(frozen=True)
class Key:
    """A client's ES256 key. Signing costs about 50 microseconds, which a library for everything would double."""

    jwk: ECKey = field(default_factory=lambda: ECKey.generate_key("P-256", auto_kid=True))

    @cached_property
    def public(self) -> dict[str, Any]:
        return dict(self.jwk.as_dict(private=False))

    @cached_property
    def thumbprint(self) -> str:
        return str(self.jwk.thumbprint())

    @cached_property
    def _private(self) -> EllipticCurvePrivateKey:
        private = self.jwk.private_key
        assert isinstance(private, EllipticCurvePrivateKey)
        return private

    @cached_property
    def _proof_header(self) -> bytes:
        bare = {name: self.public[name] for name in ("kty", "crv", "x", "y")}
        return _part({"typ": "dpop+jwt", "alg": "ES256", "jwk": bare})

    @cached_property
    def _assertion_header(self) -> bytes:
        return _part({"alg": "ES256", "kid": self.public["kid"]})

    def proof(self, method: str, address: str, token: str | None = None) -> str:
        """That whoever sends this request, at this moment, holds the key."""
        claims: dict[str, Any] = {"htm": method, "htu": address, "iat": int(time.time())}
        if token is not None:
            claims["ath"] = base64url(hashlib.sha256(token.encode()).digest())
        return self._signed(self._proof_header, claims)

    def assertion(self, client_id: str, audience: str) -> str:
        """That whoever sends this request is the client."""
        claims = {"iss": client_id, "sub": client_id, "aud": audience, "exp": int(time.time()) + 60}
        return self._signed(self._assertion_header, claims)

    def _signed(self, header: bytes, claims: Mapping[str, Any]) -> str:
        signed = header + b"." + _part({**claims, "jti": secrets.token_urlsafe(12)})
        r, s = decode_dss_signature(self._private.sign(signed, ECDSA(SHA256())))
        return f"{signed.decode()}.{base64url(r.to_bytes(32, 'big') + s.to_bytes(32, 'big'))}"


def base64url(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _part(said: Mapping[str, Any]) -> bytes:
    return base64url(json.dumps(said, separators=(",", ":")).encode()).encode()
