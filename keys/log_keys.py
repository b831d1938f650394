"""The keys that sign the log's checkpoints: one, and two for a time while the one gives way to the next.

    rotate   a second key is made; every checkpoint is signed by both, so whoever trusts either can check it
    finish   the first key is destroyed; its public half is kept, since old checkpoints are checked with it

The first key of an instance stands in a file of its own; once there was a rotation, all stand in a second one, which is
replaced whole and read anew for each use: every process follows at once.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
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


@dataclass(frozen=True)
class NextKey:
    """A key that signs nothing yet."""

    seed: bytes = field(repr=False)
    since: datetime

    @property
    def signer(self) -> Ed25519Signer:
        return Ed25519Signer(self.seed)


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

    def draft(self, now: datetime) -> "NextKey":
        """A next key, which is kept nowhere yet: so that it can be said what is done before it is. Raises as ``rotate``."""
        self._require_one()
        return NextKey(new_seed(), now)

    def rotate(self, key: "NextKey") -> LogKey:
        """Let a drafted key sign from now on beside the one there is; durable on return.

        ``KeyChanging`` when there are two already.
        """
        with self._keyring.lock():
            self._require_one()
            row = {"seed": key.seed.hex(), "since": key.since.astimezone(UTC).isoformat()}
            rows = self._read()["signing"] if self._keyring.has(LOG_KEYS) else [self._first_row()]
            self._write([*rows, row], self.former())
        return _key(row)

    def elder(self) -> Ed25519Signer:
        """The key that ``finish`` would destroy; raises as that does."""
        keys = self.signing()
        if len(keys) < 2:
            raise KeyChanging("The log has one key, and none to give up. Begin with: vrm keys rotate-log")
        return keys[0].signer

    def finish(self) -> Ed25519Signer:
        """Destroy the elder of two keys; the public half of what is gone. ``KeyChanging`` when there is one alone."""
        with self._keyring.lock():
            gone = self.elder()
            rows = self._read()["signing"]
            # The first file counts no more, but the key that is gone must not lie about in it. Before the other: what is
            # cut off between the two is done again.
            self._keyring.write(LOG_SIGNING_KEY, bytes.fromhex(rows[1]["seed"]))
            self._write(rows[1:], [*self.former(), gone.public])
        return gone

    def _require_one(self) -> None:
        if len(self.signing()) > 1:
            raise KeyChanging(
                "The log's key is changing already. End that first: vrm keys rotate-log --finish"
            )

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
