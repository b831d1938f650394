"""Moving everything from one KEK to the next while others keep working, and what is left to move.

Every writer holds the keyring's lock and wraps by the KEK that is current under it. So once a rotation is done
nothing new is wrapped by an old KEK, one pass finds all that is left, and a KEK that wraps nothing stays so.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Column, Connection, Engine, Table, bindparam, func, select, update

from keys.envelope import Aad
from keys.errors import CannotUnwrap, KekInUse
from keys.keyring import Keyring
from keys.tables import deks, log_secrets

INSTANCE_SECRET = "instance-secret"  # noqa: S105 -- a file name
LOG_SIGNING_KEY = "log-signing-key"
LOG_KEYS = "log-signing-keys"
TOKEN_KEYS = "token-signing-keys"  # noqa: S105 -- a file name
RECEIPT_KEYS = "receipt-signing-keys"


@dataclass(frozen=True)
class KekStatus:
    """A KEK and how many things it wraps. ``present`` is False when its file is lost and something needs it."""

    kek_id: str
    current: bool
    present: bool
    deks: int
    log_secrets: int
    files: int

    @property
    def wraps(self) -> int:
        """How many things it wraps in all."""
        return self.deks + self.log_secrets + self.files


def _files(keyring: Keyring) -> list[str]:
    """The instance's own secrets. Some are there only once they were needed."""
    later = [name for name in (LOG_KEYS, TOKEN_KEYS, RECEIPT_KEYS) if keyring.has(name)]
    return [INSTANCE_SECRET, LOG_SIGNING_KEY, *later]


def dek_aad(owner_id: str, dek_id: bytes) -> Aad:
    """The place of a wrapped DEK."""
    return Aad("dek", owner_id, dek_id.hex())


def log_secret_aad(owner_id: str) -> Aad:
    """The place of a wrapped log secret."""
    return Aad("log-secret", owner_id)


def status(engine: Engine, keyring: Keyring) -> list[KekStatus]:
    """Every KEK that has a file or wraps something; the current one first."""
    with engine.connect() as connection:
        return _status(connection, keyring)


def retire(engine: Engine, keyring: Keyring, kek_id: str) -> None:
    """Delete a KEK that is not current and wraps nothing; KekInUse or KekMissing."""
    with keyring.lock(), engine.connect() as connection:
        if kek_id == keyring.current():
            raise KekInUse("This KEK is current. Rotate first, then rewrap, then retire it.")
        wraps = sum(kek.wraps for kek in _status(connection, keyring) if kek.kek_id == kek_id)
        if wraps:
            raise KekInUse(f"This KEK still wraps {wraps}. Rewrap first, then retire it.")
        keyring.remove(kek_id)


def rewrap(engine: Engine, keyring: Keyring, progress: Callable[[int, int], None], batch: int) -> int:
    """Wrap by the current KEK whatever another wraps; how many were rewrapped.

    Each batch is one transaction and each file one atomic replacement, so a kill at any point loses nothing and
    the next call goes on with the rest. ``progress(done, total)`` comes first with 0 and then after each batch,
    when it is durable; it may raise to stop. What cannot be unwrapped is passed over, so that one damaged row
    does not hold up the rest; CannotUnwrap then says how many at the end.
    """
    total = sum(kek.wraps for kek in status(engine, keyring) if not kek.current)
    done = failed = 0
    progress(done, total)
    for name in _files(keyring):
        with keyring.lock():
            stale = keyring.read_wrapped_by(name) != keyring.current()
            if stale:
                keyring.write(name, keyring.read(name))
        if stale:
            done += 1
            progress(done, total)
    for table, mark in ((deks, deks.c.dek_id), (log_secrets, log_secrets.c.owner_id)):
        last: object = None
        while True:
            with keyring.lock(), engine.begin() as connection:
                seen, moved, last = _rewrap_batch(connection, keyring, table, mark, last, batch)
            if not seen:
                break
            done, failed = done + moved, failed + seen - moved
            progress(done, total)
    if failed:
        raise CannotUnwrap(f"{done} rewrapped; {failed} cannot be. Restore their KEK or the database.")
    return done


def _rewrap_batch(
    connection: Connection, keyring: Keyring, table: Table, mark: Column[Any], last: object, batch: int
) -> tuple[int, int, object]:
    """Rewrap the next rows after the mark ``last``: how many were seen, how many moved, and the new mark."""
    query = select(table).where(table.c.kek_id != keyring.current()).order_by(mark).limit(batch)
    if last is not None:
        query = query.where(mark > last)
    rows = connection.execute(query).all()
    moved = []
    for row in rows:
        aad = dek_aad(row.owner_id, row.dek_id) if table is deks else log_secret_aad(row.owner_id)
        try:
            wrapped, kek_id = keyring.wrap(keyring.unwrap(row.wrapped, aad), aad)
        except CannotUnwrap:
            continue
        moved.append({"at": row._mapping[mark], "new": wrapped, "by": kek_id})
    if moved:
        change = update(table).where(mark == bindparam("at"))
        connection.execute(change.values(wrapped=bindparam("new"), kek_id=bindparam("by")), moved)
    return len(rows), len(moved), rows[-1]._mapping[mark] if rows else last


def _status(connection: Connection, keyring: Keyring) -> list[KekStatus]:
    of_deks, of_log_secrets = (
        {row[0]: row[1] for row in connection.execute(select(t.c.kek_id, func.count()).group_by(t.c.kek_id))}
        for t in (deks, log_secrets)
    )
    of_files = [keyring.read_wrapped_by(name) for name in _files(keyring)]
    current, present = keyring.current(), keyring.ids()
    found = (
        KekStatus(
            kek_id=kek_id,
            current=kek_id == current,
            present=kek_id in present,
            deks=of_deks.get(kek_id, 0),
            log_secrets=of_log_secrets.get(kek_id, 0),
            files=of_files.count(kek_id),
        )
        for kek_id in {*present, *of_deks, *of_log_secrets, *of_files}
    )
    return sorted(found, key=lambda kek: (not kek.current, kek.kek_id))
