"""The key store: one DEK and one log secret for each owner, and the secrets of the instance itself."""

import hmac
import os
import time
import uuid
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from sqlalchemy import Engine, bindparam, delete, insert, select

from keys import rotation
from keys.cache import KeyCache
from keys.envelope import ID_BYTES, KEY_BYTES, Aad, SealingKey, key_id
from keys.errors import CannotOpen, NoKey, StoreBusy
from keys.keyring import Keyring
from keys.log_keys import LogKeys
from keys.receipt_keys import ReceiptKeys
from keys.rotation import INSTANCE_SECRET, LOG_SIGNING_KEY, KekStatus, dek_aad, log_secret_aad
from keys.signing import Ed25519Signer, new_seed
from keys.tables import (
    clear_write_ahead_log,
    create_database,
    deks,
    log_secrets,
    open_database,
    refuse_existing,
)
from keys.token_keys import TokenKeys

CACHE_SECONDS = 5.0
CACHE_OWNERS = 10_000
BACKUP_DAYS = 30
"""A backup of a key store must be deleted after so many days: it brings back the keys that were destroyed since."""
_DESTROYED = "destroyed"

_OF_OWNER = (
    select(deks.c.dek_id, deks.c.wrapped, log_secrets.c.wrapped)
    .join(log_secrets, log_secrets.c.owner_id == deks.c.owner_id)
    .where(deks.c.owner_id == bindparam("owner_id"))
    .order_by(deks.c.generation)
)


@dataclass(frozen=True, slots=True, repr=False)
class _OwnerKeys:
    newest: SealingKey
    by_id: dict[bytes, SealingKey]
    log_secret: bytes


class KeyStore:
    """Seals and opens under each owner's own key. Safe for threads; one for each process (make it after a fork).

    Owner ids are UUIDs in canonical form (ValueError otherwise). Unwrapped keys stay in this process's memory
    for at most CACHE_SECONDS, counted on ``monotonic``. So after ``destroy`` returns, this process opens nothing
    more of that owner, and every other process nothing more once CACHE_SECONDS have passed; until then another
    process may still open, or seal what nobody will ever open.

    Every method may raise ``CannotUnwrap`` (a KEK file is lost, the database damaged): the operator's to repair.
    """

    INSTANCE_OWNER = "00000000-0000-4000-8000-000000000000"
    """Owns what belongs to no person: mail waiting to be sent, sign-ups not yet confirmed."""

    def __init__(
        self, url: str, directory: Path, instance_id: str, *, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        """Open an initialised key store; NotReady when a part is missing, Exposed when others may reach one."""
        self._keyring = Keyring(directory, instance_id)
        self._engine = open_database(url)
        self._instance = instance_id
        self._cache: KeyCache[_OwnerKeys] = KeyCache(CACHE_SECONDS, CACHE_OWNERS, monotonic)
        self._instance_secret = self._keyring.read(INSTANCE_SECRET)
        self._index_keys: dict[str, bytes] = {}
        self.log_keys = LogKeys(self._keyring)
        self.token_keys = TokenKeys(self._keyring)
        self.receipt_keys = ReceiptKeys(self._keyring)

    @property
    def log_signer(self) -> Ed25519Signer:
        """The key by which the log is known: of two, while they change, the elder, which everybody has."""
        return self.log_keys.signing()[0].signer

    @staticmethod
    def initialise(url: str, directory: Path, instance_id: str) -> None:
        """Create the keyring, the tables and the instance's own keys; AlreadyExists when anything is there.

        A crash in the middle leaves a part, which the next call refuses: remove it and call again.
        """
        refuse_existing(url)
        keyring = Keyring.create(directory, instance_id)
        engine = create_database(url)
        try:
            with keyring.lock():
                keyring.write(INSTANCE_SECRET, os.urandom(KEY_BYTES))
                keyring.write(LOG_SIGNING_KEY, new_seed())
            _create(engine, keyring, [KeyStore.INSTANCE_OWNER])
        finally:
            engine.dispose()

    def create(self, owner_id: str) -> None:
        """Give an owner a DEK and a log secret; durable on return. Does nothing when there is one."""
        _create(self._engine, self._keyring, [owner_id])

    def create_all(self, owner_ids: Sequence[str]) -> None:
        """As ``create``, of so many owners in one transaction: all have keys on return, or none got one."""
        _create(self._engine, self._keyring, owner_ids)

    def seal(self, owner_id: str, plaintext: bytes, aad: Aad) -> bytes:
        """Seal under the owner's newest DEK; NoKey without one. ``aad.owner`` must be the owner."""
        if aad.owner != owner_id:
            raise ValueError("aad.owner must be the owner whose key seals")
        return self._keys(owner_id).newest.seal(plaintext, aad.encode(self._instance))

    def open(self, owner_id: str, sealed: bytes, aad: Aad) -> bytes:
        """The plaintext. CannotOpen unless these very bytes were sealed for this owner and this aad."""
        dek_id = key_id(sealed)
        try:
            key = self._keys(owner_id).by_id.get(dek_id)
            if key is None:  # perhaps another process made it since
                self._cache.drop(owner_id)
                key = self._keys(owner_id).by_id.get(dek_id)
        except NoKey:
            raise CannotOpen from None
        if key is None:
            raise CannotOpen
        return key.open(sealed, aad.encode(self._instance))

    def log_secret(self, owner_id: str) -> bytes:
        """The owner's secret for log threads, 32 bytes; NoKey without one."""
        return self._keys(owner_id).log_secret

    def blind_index(self, label: str, text: str) -> bytes:
        """A keyed hash to find ``text`` by, 32 bytes: HMAC-SHA256 under a key derived for ``label`` (RFC 5869).

        The caller brings text into one form first. Rotation does not change it.
        """
        key = self._index_keys.get(label)
        if key is None:
            info = b"blind-index " + label.encode()
            key = HKDF(algorithm=SHA256(), length=32, salt=None, info=info).derive(self._instance_secret)
            self._index_keys[label] = key
        # surrogatepass: text from outside may hold a lone surrogate, and an error would carry the text.
        return hmac.digest(key, text.encode(errors="surrogatepass"), "sha256")

    def destroy(self, owner_id: str) -> None:
        """Destroy an owner's DEKs and log secret for ever; durable on return. Does nothing when there are none.

        On StoreBusy the rows are gone but their bytes may not be: call again. That it was done is kept in the
        keyring's directory, which no backup of the databases sets back, so that a restore can do it again.

        KNOWN GAP: wrapped copies outlive this in backups, and on PostgreSQL in dead rows and its own log until
        they are overwritten. ``rotate``, ``rewrap`` and ``retire`` make every such copy unreadable.
        """
        owner_id = _canonical(owner_id)
        with self._keyring.lock(), self._engine.begin() as connection:
            # First: a key that is gone is always told of.
            self._keyring.add_line(_DESTROYED, self._mark(owner_id))
            connection.execute(delete(deks).where(deks.c.owner_id == owner_id))
            connection.execute(delete(log_secrets).where(log_secrets.c.owner_id == owner_id))
        self._cache.drop(owner_id)
        if not clear_write_ahead_log(self._engine):
            raise StoreBusy("A long read holds the key database. Call again to clear the key's last traces.")

    def were_destroyed(self, owner_ids: Iterable[str]) -> list[str]:
        """Those of these owners whose keys were destroyed at some time, whatever a backup has brought back since."""
        marks = self._keyring.lines(_DESTROYED)
        return [owner_id for owner_id in owner_ids if self._mark(owner_id) in marks]

    def rotate(self) -> str:
        """Make a new KEK and let it wrap from now on, in every process; its id. Old KEKs stay for what they wrap."""
        with self._keyring.lock():
            return self._keyring.rotate()

    def rewrap(self, progress: Callable[[int, int], None] | None = None, batch: int = 500) -> int:
        """Wrap by the current KEK whatever another wraps; how many were rewrapped. See ``rotation.rewrap``."""
        return rotation.rewrap(self._engine, self._keyring, progress or (lambda done, total: None), batch)

    def status(self) -> list[KekStatus]:
        """Every KEK, with how many things it wraps."""
        return rotation.status(self._engine, self._keyring)

    def owners(self) -> list[str]:
        """Everybody who has a key, in the order of their ids."""
        with self._engine.connect() as connection:
            return list(connection.scalars(select(deks.c.owner_id).distinct().order_by(deks.c.owner_id)))

    def retire(self, kek_id: str) -> None:
        """Delete a KEK for ever; KekInUse when it is current or wraps something, KekMissing when there is none.

        Backups of the key store that it wraps become unreadable: retire when the last of them has expired.
        """
        rotation.retire(self._engine, self._keyring, kek_id)

    def close(self) -> None:
        """Close pooled connections."""
        self._engine.dispose()

    def _mark(self, owner_id: str) -> str:
        return self.blind_index(_DESTROYED, _canonical(owner_id)).hex()

    def _keys(self, owner_id: str) -> _OwnerKeys:
        return self._cache.get(owner_id, self._load)

    def _load(self, owner_id: str) -> _OwnerKeys:
        with self._engine.connect() as connection:
            rows = connection.execute(_OF_OWNER, {"owner_id": _canonical(owner_id)}).all()
        if not rows:
            raise NoKey
        by_id = {
            dek_id: SealingKey(dek_id, self._keyring.unwrap(wrapped, dek_aad(owner_id, dek_id)))
            for dek_id, wrapped, _ in rows
        }
        secret = self._keyring.unwrap(rows[0][2], log_secret_aad(owner_id))
        return _OwnerKeys(newest=by_id[rows[-1][0]], by_id=by_id, log_secret=secret)


def _create(engine: Engine, keyring: Keyring, owner_ids: Sequence[str]) -> None:
    wanted = {_canonical(owner_id) for owner_id in owner_ids}
    made, secrets = [], []
    with keyring.lock(), engine.begin() as connection:
        there = select(deks.c.owner_id).where(deks.c.owner_id.in_(wanted))
        for owner_id in wanted.difference(connection.scalars(there)):
            dek_id = os.urandom(ID_BYTES)
            dek, kek_id = keyring.wrap(os.urandom(KEY_BYTES), dek_aad(owner_id, dek_id))
            secret, _ = keyring.wrap(os.urandom(KEY_BYTES), log_secret_aad(owner_id))
            row = {"owner_id": owner_id, "kek_id": kek_id}
            at = datetime.now(UTC)
            made.append(row | {"generation": 1, "dek_id": dek_id, "wrapped": dek, "created_at": at})
            secrets.append(row | {"wrapped": secret})
        if made:
            connection.execute(insert(deks), made)
            connection.execute(insert(log_secrets), secrets)


def _canonical(owner_id: str) -> str:
    """One spelling for each owner: the aad is made of the text, the look-up of the number."""
    if str(uuid.UUID(owner_id)) != owner_id:
        raise ValueError("an owner id is a UUID in canonical form")
    return owner_id
