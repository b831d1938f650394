"""The keys that sign receipts: ES256 (RFC 7518, section 3.4), one at a time, known for ever.

A receipt is shown to somebody years after it was signed. So a key that gives way to the next is destroyed, and its
public half stays published, with the time in which it signed (``iat`` and ``exp``, as OpenID Federation 1.0, section
8.7, has them for historical keys). All stand in one wrapped file of the keyring, replaced whole and read anew for each
use: every process follows a rotation at once.

KNOWN GAP: who stole a key can date what they sign with it into its time. What they cannot do is put it into the log,
which is why a receipt carries its proof.
"""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec

from keys.errors import CannotUnwrap
from keys.keyring import Keyring
from keys.rotation import RECEIPT_KEYS
from keys.token_keys import Es256Signer

PublicKey = dict[str, object]
"""A JWK (RFC 7517) with ``iat``, and with ``exp`` where it signs no more: seconds since 1970."""

_SECRET_BYTES = 32


class ReceiptKeys:
    """The keys of one instance. The first is made when it is first needed, so an older instance needs no step."""

    def __init__(self, keyring: Keyring) -> None:
        self._keyring = keyring

    def signer(self, now: datetime) -> Es256Signer:
        """The key that signs."""
        return _signer(self._read(now)["signing"])

    def published(self, now: datetime) -> list[PublicKey]:
        """Every public key there ever was, the one that signs first."""
        kept = self._read(now)
        begun = _seconds(datetime.fromisoformat(kept["signing"]["since"]))
        return [{**_signer(kept["signing"]).public, "iat": begun}, *reversed(kept["former"])]

    def rotate(self, now: datetime) -> Es256Signer:
        """Let a new key sign from now on, and destroy the one before; durable on return."""
        self._read(now)
        with self._keyring.lock():
            kept = self._load()
            begun = _seconds(datetime.fromisoformat(kept["signing"]["since"]))
            gone = {**_signer(kept["signing"]).public, "iat": begun, "exp": _seconds(now)}
            row = _new(now)
            self._write(row, [*kept["former"], gone])
        return _signer(row)

    def _read(self, now: datetime) -> dict[str, Any]:
        if not self._keyring.has(RECEIPT_KEYS):
            with self._keyring.lock():
                if not self._keyring.has(RECEIPT_KEYS):
                    self._write(_new(now), [])
        return self._load()

    def _load(self) -> dict[str, Any]:
        try:
            kept: dict[str, Any] = json.loads(self._keyring.read(RECEIPT_KEYS))
        except ValueError:
            raise CannotUnwrap("The keys that sign receipts are damaged. Restore their file.") from None
        return kept

    def _write(self, signing: dict[str, str], former: Sequence[PublicKey]) -> None:
        self._keyring.write(RECEIPT_KEYS, json.dumps({"signing": signing, "former": former}).encode())


def _signer(row: dict[str, str]) -> Es256Signer:
    return Es256Signer(bytes.fromhex(row["secret"]))


def _new(now: datetime) -> dict[str, str]:
    secret = ec.generate_private_key(ec.SECP256R1()).private_numbers().private_value
    return {
        "secret": secret.to_bytes(_SECRET_BYTES, "big").hex(),
        "since": now.astimezone(UTC).isoformat(),
    }


def _seconds(moment: datetime) -> int:
    return int(moment.timestamp())
