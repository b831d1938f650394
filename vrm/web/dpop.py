"""Proof of possession (DPoP, RFC 9449): a token is worth something only to whoever holds the key it is bound to.

``read_proof`` checks everything about a proof but whether it was shown before; ``see`` does that, in the caller's
transaction. Both edges use them: the authorization server and the protector of the API.
"""

import base64
import hashlib
import hmac
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from urllib.parse import urlsplit

from joserfc.jwk import Key, import_key
from sqlalchemy import Connection

from keys import KeyStore
from vrm import companies, tokens
from vrm.web import signed

OLD = timedelta(seconds=60)
VERY_OLD = timedelta(hours=1)  # beside a nonce, for whose clock is slow
AHEAD = timedelta(seconds=10)  # FAPI 2.0, section 5.3.2.1: clocks differ
FAR_AHEAD = timedelta(seconds=60)
NONCE_LIFE = timedelta(minutes=5)
MOST_JTI = 256
USED_BEFORE = "This proof was used before. Make a new one for each request."
_ADDRESS = re.compile(r"[!-~]+")


class BadProof(Exception):
    """A proof that proves nothing. ``code`` as at the token endpoint (RFC 9449, sections 5 and 8)."""

    def __init__(self, message: str, code: str = "invalid_dpop_proof") -> None:
        super().__init__(message)
        self.message, self.code = message, code


@dataclass(frozen=True)
class Proof:
    """A proof that verified. ``jkt`` is the thumbprint of its key; after ``expires_at`` it is refused for its age."""

    jkt: str
    jti: str
    expires_at: datetime

    @property
    def shown(self) -> tokens.Shown:
        """What is shown once."""
        return tokens.Shown("proof", self.jkt, self.jti, self.expires_at)


@dataclass(frozen=True)
class Prover:
    """How this instance takes proofs. ``nonce_required``: each must carry a nonce of ours (RFC 9449, section 8)."""

    keys: KeyStore
    nonce_required: bool

    def nonce(self, now: datetime) -> str:
        """The nonce of now. It is remembered nowhere: every process knows it from the hour and the instance's key."""
        return self._nonce(int(now.timestamp() // NONCE_LIFE.total_seconds()))

    def read_proof(
        self,
        sent: Sequence[str],
        *,
        method: str,
        address: str,
        now: datetime,
        access_token: str | None = None,
    ) -> Proof:
        """The proof in the ``DPoP`` headers of a request (section 4.3). Raises ``BadProof``.

        ``address`` is the request's, without query; ``access_token`` the token that is shown beside it.
        """
        if len(sent) != 1 or "," in sent[0]:
            raise BadProof("Send one DPoP header, with one proof.")
        try:
            proof = signed.take(sent[0])
            if proof.header.get("typ") != "dpop+jwt":
                raise BadProof("The typ of a proof is dpop+jwt.")
            key, jkt = _public_key(json.dumps(proof.header.get("jwk")))
            claims = signed.verify(proof, key)
        except (signed.BadSignature, companies.BadKeys, RecursionError) as fault:
            raise BadProof(
                "The proof is not a JWT signed with ES256, PS256 or Ed25519 by the public key in its jwk header."
            ) from fault
        if claims.get("htm") != method:
            raise BadProof("The htm of the proof is not the method of this request.")
        if not _same_address(claims.get("htu"), address):
            raise BadProof("The htu of the proof is not the address of this request without its query.")
        if access_token is not None:
            told = claims.get("ath")
            digest = hashlib.sha256(access_token.encode(errors="surrogatepass")).digest()
            if not isinstance(told, str) or not _same(told, _base64url(digest).decode()):
                raise BadProof("The ath of the proof is not the hash of the access token.")
        jti = claims.get("jti")
        if not isinstance(jti, str) or not 1 <= len(jti) <= MOST_JTI or not jti.isprintable():
            raise BadProof("A proof needs a jti of its own.")
        expires_at = self._until(claims.get("iat"), claims.get("nonce"), now)
        return Proof(jkt, jti, expires_at)

    def _until(self, iat: object, nonce: object, now: datetime) -> datetime:
        """Until when a proof is fresh. With a nonce of ours our clock says that, and the prover's may be wrong."""
        if isinstance(iat, bool) or not isinstance(iat, (int, float)):
            raise BadProof("A proof needs an iat, in seconds.")
        if iat > (now + FAR_AHEAD).timestamp():  # FAPI 2.0, section 5.3.2.1: whatever else speaks for it
            raise BadProof("The iat of the proof lies in the future.")
        if nonce is not None:
            if iat < (now - VERY_OLD).timestamp():
                raise BadProof("The iat of the proof is more than an hour old.")
            window = int(now.timestamp() // NONCE_LIFE.total_seconds())
            good = [self._nonce(each) for each in (window, window - 1)]
            if not isinstance(nonce, str) or not any(_same(nonce, each) for each in good):
                raise BadProof("The nonce of the proof is not one of ours, or too old.", "use_dpop_nonce")
            return datetime.fromtimestamp((window + 2) * NONCE_LIFE.total_seconds(), UTC)
        if self.nonce_required:
            raise BadProof("Put the nonce of the DPoP-Nonce header into the proof.", "use_dpop_nonce")
        if not (now - OLD).timestamp() <= iat <= (now + AHEAD).timestamp():
            # Whose clock is wrong gets along with a nonce.
            raise BadProof(
                "The proof is too old or comes from the future. Make a new one, with the nonce of the DPoP-Nonce "
                "header.",
                "use_dpop_nonce",
            )
        return datetime.fromtimestamp(iat, UTC) + OLD

    def _nonce(self, window: int) -> str:
        return _base64url(self.keys.blind_index("dpop-nonce", str(window))[:18]).decode()


def see(connection: Connection, proof: Proof) -> None:
    """Use a proof up. Raises ``BadProof`` where it was shown before, on whatever process."""
    if not tokens.see_once(connection, proof.shown):
        raise BadProof(USED_BEFORE)


@lru_cache(maxsize=1000)
def _public_key(jwk: str) -> tuple[Key, str]:
    """A public key and its thumbprint. Raises ``companies.BadKeys``.

    Making a key costs more than verifying with it, and a client shows the same one again and again.
    """
    (public,) = companies.parse_jwks({"keys": [json.loads(jwk)]})["keys"]
    bare = {name: value for name, value in public.items() if name != "kid"}
    return import_key(public), import_key(bare).thumbprint()


def _same_address(told: object, address: str) -> bool:
    """Section 4.3: equal without query and fragment, however scheme, host, port and an empty path are spelled.

    RFC 3986, sections 6.2.2 and 6.2.3, know more spellings of a path. No path of ours has another one.
    """
    if not isinstance(told, str) or not _ADDRESS.fullmatch(told):  # Python's parser drops what stands between
        return False
    try:
        return _normal(told) == _normal(address)
    except ValueError:
        return False


def _normal(address: str) -> tuple[str, str | None, int | None, str]:
    parts = urlsplit(address)
    scheme = parts.scheme.lower()
    if parts.username is not None or parts.password is not None:
        raise ValueError("an address with a name in it")
    return scheme, parts.hostname, parts.port or {"https": 443, "http": 80}.get(scheme), parts.path or "/"


def _same(one: str, other: str) -> bool:
    return hmac.compare_digest(one.encode(errors="surrogatepass"), other.encode())


def _base64url(raw: bytes) -> bytes:
    return base64.urlsafe_b64encode(raw).rstrip(b"=")
