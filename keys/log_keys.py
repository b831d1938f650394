"""The keys that sign the log's checkpoints: one, and two for a time while the one gives way to the next.

    rotate   a second key is made; every checkpoint is signed by both, so whoever trusts either can check it
    finish   the first key is destroyed; its public half is kept, since old checkpoints are checked with it

The first key of an instance stands in a file of its own; once there was a rotation, all stand in a second one, which is
replaced whole and read anew for each use: every process follows at once.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from keys.errors import CannotUnwrap, KeyChanging
from keys.keyring import Keyring
from keys.rotation import LOG_KEYS, LOG_SIGNING_KEY
from keys.signing import Ed25519Signer, new_seed


@dataclass(frozen=True)
class LogKey:
    """A key that signs now. ``since`` is when it was made, None for the instance's first."""

    signer: Ed25519Signer
    since: datetime | None


class LogKeys:
    """The log's keys of one instance."""

    def __init__(self, keyring: Keyring) -> None:
        self._keyring = keyring
        self._first = Ed25519Signer(keyring.read(LOG_SIGNING_KEY))

    def signing(self) -> list[LogKey]:
        """The keys that sign: one, or while they change two, the elder first."""
        if not self._keyring.has(LOG_KEYS):
            return [LogKey(self._first, None)]
        return [_key(row) for row in self._read()["signing"]]

    def former(self) -> list[bytes]:
        """The public keys that signed once and are gone, oldest first."""
        if not self._keyring.has(LOG_KEYS):
            return []
        return [bytes.fromhex(public) for public in self._read()["former"]]

    def rotate(self, now: datetime) -> LogKey:
        """Make the next key, which signs from now on beside the one there is; durable on return.

        ``KeyChanging`` when there are two already.
        """
        with self._keyring.lock():
            if len(self.signing()) > 1:
                raise KeyChanging(
                    "The log's key is changing already. End that first: vrm keys rotate-log --finish"
                )
            row = {"seed": new_seed().hex(), "since": now.astimezone(UTC).isoformat()}
            rows = self._read()["signing"] if self._keyring.has(LOG_KEYS) else [self._first_row()]
            self._write([*rows, row], self.former())
        return _key(row)

    def finish(self) -> Ed25519Signer:
        """Destroy the elder of two keys; the public half of what is gone. ``KeyChanging`` when there is one alone."""
        with self._keyring.lock():
            keys = self.signing()
            if len(keys) < 2:
                raise KeyChanging("The log has one key, and none to give up. Begin with: vrm keys rotate-log")
            rows = self._read()["signing"]
            gone = keys[0].signer
            self._write(rows[1:], [*self.former(), gone.public])
            # The first file counts no more, but the key that is gone must not lie about in it.
            self._keyring.write(LOG_SIGNING_KEY, bytes.fromhex(rows[1]["seed"]))
        return gone

    def _first_row(self) -> dict[str, Any]:
        return {"seed": self._keyring.read(LOG_SIGNING_KEY).hex(), "since": None}

    def _read(self) -> dict[str, Any]:
        try:
            found: dict[str, Any] = json.loads(self._keyring.read(LOG_KEYS))
        except ValueError:
            raise CannotUnwrap("The keys that sign the log are damaged. Restore their file.") from None
        return found

    def _write(self, signing: Sequence[dict[str, Any]], former: Sequence[bytes]) -> None:
        said = {"signing": signing, "former": [public.hex() for public in former]}
        self._keyring.write(LOG_KEYS, json.dumps(said).encode())


def _key(row: dict[str, Any]) -> LogKey:
    since = row["since"]
    return LogKey(Ed25519Signer(bytes.fromhex(row["seed"])), datetime.fromisoformat(since) if since else None)
