"""The keys that sign ID tokens: ES256 (RFC 7518, section 3.4), several at a time, so that they change with no outage.

    00:00  rotate: the new key is published and does not sign yet      ``PUBLISHED_BEFORE``
    00:15  it signs; the one before only verifies                      ``PUBLISHED_AFTER``
    25:15  the one before is gone

So whoever keeps our key set for some minutes never meets a signature by a key they have not seen. A key that others may
have is ended at once instead (``replace``), and whoever keeps the set refuses what the new one signs until they read it
anew. All of them stand in one wrapped file of the keyring, replaced whole, and read anew for each use: every process follows at once.
"""

import base64
import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256

from keys.errors import CannotUnwrap
from keys.keyring import Keyring
from keys.rotation import TOKEN_KEYS

PUBLISHED_BEFORE = timedelta(minutes=15)
"""How long a key is published before it signs: three times as long as others may keep the set (5 minutes)."""

PUBLISHED_AFTER = timedelta(hours=25)
"""How long it is published when it no longer signs: an ID token is good for minutes, and as a hint of who signs out
for as long as a session lasts (OpenID Connect RP-Initiated Logout 1.0, section 2)."""

_FIELD = 32  # bytes of a coordinate, of a private key, and of each half of a signature


class Es256Signer:
    """Signs; never shows its private key. ``kid`` is the thumbprint (RFC 7638), ``public`` the JWK verifiers need."""

    __slots__ = ("_private", "kid", "public")

    def __init__(self, secret: bytes) -> None:
        self._private = ec.derive_private_key(int.from_bytes(secret, "big"), ec.SECP256R1())
        point = self._private.public_key().public_numbers()
        members = {"crv": "P-256", "kty": "EC", "x": _coordinate(point.x), "y": _coordinate(point.y)}
        text = json.dumps(members, separators=(",", ":"), sort_keys=True)  # RFC 7638, section 3
        self.kid = _base64url(hashlib.sha256(text.encode()).digest())
        self.public = {**members, "kid": self.kid, "use": "sig", "alg": "ES256"}

    def __repr__(self) -> str:
        return f"Es256Signer(kid={self.kid})"

    def sign(self, message: bytes) -> bytes:
        """The signature, 64 bytes: R and S (RFC 7518, section 3.4)."""
        r, s = decode_dss_signature(self._private.sign(message, ec.ECDSA(SHA256())))
        return r.to_bytes(_FIELD, "big") + s.to_bytes(_FIELD, "big")


@dataclass(frozen=True)
class TokenKey:
    """One key and its time. ``state`` at a moment: coming, signing, old; None before it was made and when it is gone."""

    signer: Es256Signer
    made_at: datetime
    signs_from: datetime
    signs_until: datetime | None

    def state_at(self, now: datetime) -> str | None:
        """Where it stands in its life."""
        if self.signs_until is not None and self.signs_until <= now:
            return "old" if now < self.signs_until + PUBLISHED_AFTER else None
        return "signing" if self.signs_from <= now else "coming"


class TokenKeys:
    """The keys of one instance. The first is made when it is first needed, so an older instance needs no step."""

    def __init__(self, keyring: Keyring) -> None:
        self._keyring = keyring

    def published(self, now: datetime) -> list[TokenKey]:
        """Every key that others should know, the newest first."""
        kept = [key for key in self._read(now) if key.state_at(now) is not None]
        return sorted(kept, key=lambda key: key.signs_from, reverse=True)

    def signer(self, now: datetime) -> Es256Signer:
        """The key that signs at this moment."""
        published = self.published(now)
        # Where the clock of whoever made the first key is ahead of ours, that key is the only one there is.
        return next((key for key in published if key.state_at(now) == "signing"), published[-1]).signer

    def rotate(self, now: datetime) -> TokenKey:
        """Make a new key, which signs in a while; durable on return.

        One that was coming and had not signed yet is not used: what may have been copied must not begin to sign.
        """
        self._read(now)
        with self._keyring.lock():
            rows = self._rows()
            kept = [
                row
                for row, key in zip(rows, _keys(rows), strict=True)
                if key.state_at(now) in ("signing", "old")
            ]
            row = _new(now, now + PUBLISHED_BEFORE)
            self._write([*kept, row])
        return _keys([row])[0]

    def replace(self, now: datetime) -> TokenKey:
        """Make a new key that signs at once, and forget every other; durable on return.

        What the others signed verifies no more, here and with whoever reads the key set from now on.
        """
        with self._keyring.lock():
            row = _new(now, now)
            self._write([row])
        return _keys([row])[0]

    def _read(self, now: datetime) -> list[TokenKey]:
        if not self._keyring.has(TOKEN_KEYS):
            with self._keyring.lock():
                if not self._keyring.has(TOKEN_KEYS):  # nobody has seen a key yet, so nobody holds an old set
                    self._write([_new(now, now)])
        return _keys(self._rows())

    def _rows(self) -> list[dict[str, str]]:
        try:
            rows: list[dict[str, str]] = json.loads(self._keyring.read(TOKEN_KEYS))
        except ValueError:
            raise CannotUnwrap("The keys that sign ID tokens are damaged. Restore their file.") from None
        return rows

    def _write(self, rows: Sequence[dict[str, str]]) -> None:
        self._keyring.write(TOKEN_KEYS, json.dumps(rows).encode())


def _keys(rows: Sequence[dict[str, str]]) -> list[TokenKey]:
    """The keys of the file, which stand in the order in which they sign, each until the next one does."""
    ends = [*(_at(row, "signs_from") for row in rows[1:]), None]
    return [
        TokenKey(Es256Signer(bytes.fromhex(row["secret"])), _at(row, "made_at"), _at(row, "signs_from"), end)
        for row, end in zip(rows, ends, strict=True)
    ]


def _new(now: datetime, signs_from: datetime) -> dict[str, str]:
    secret = ec.generate_private_key(ec.SECP256R1()).private_numbers().private_value
    return {
        "secret": secret.to_bytes(_FIELD, "big").hex(),
        "made_at": now.astimezone(UTC).isoformat(),
        "signs_from": signs_from.astimezone(UTC).isoformat(),
    }


def _at(row: dict[str, str], name: str) -> datetime:
    return datetime.fromisoformat(row[name])


def _coordinate(number: int) -> str:
    return _base64url(number.to_bytes(_FIELD, "big"))


def _base64url(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
