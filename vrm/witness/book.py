"""What a witness has cosigned: one row for each log, in SQLite.

``synchronous=EXTRA``: what is committed survives a loss of power. With FULL and a rollback journal, the journal's deletion
may not have reached the disk, and what was committed would be rolled back. Every change is made in a transaction that
takes the write lock before it reads (BEGIN IMMEDIATE), so what was compared is what is replaced, over all processes.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

_WAIT = 30.0  # seconds for another process's transaction, which takes milliseconds

_TABLES = """
CREATE TABLE logs (
    origin TEXT PRIMARY KEY, size INTEGER NOT NULL, root BLOB NOT NULL, note BLOB NOT NULL, at INTEGER NOT NULL
) STRICT;
CREATE TABLE log_keys (vkey TEXT PRIMARY KEY, origin TEXT NOT NULL REFERENCES logs) STRICT;
"""


@dataclass(frozen=True)
class Known:
    """A log this witness knows, and what it cosigned last: size 0 and time 0 before the first."""

    origin: str
    size: int
    root: bytes
    note: bytes
    at: int
    vkeys: tuple[str, ...]


class Page:
    """The book inside one transaction."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def find(self, origin: str) -> Known | None:
        """What is known of a log."""
        for known in self._read("WHERE origin = ?", origin):
            return known
        return None

    def all(self) -> list[Known]:
        """Every log, by origin."""
        return self._read("ORDER BY origin")

    def put(self, known: Known) -> None:
        """Replace what is known of a log, its keys too."""
        self._connection.execute(
            "INSERT INTO logs VALUES (?, ?, ?, ?, ?) ON CONFLICT (origin) DO UPDATE SET"
            " size = excluded.size, root = excluded.root, note = excluded.note, at = excluded.at",
            (known.origin, known.size, known.root, known.note, known.at),
        )
        self._connection.execute("DELETE FROM log_keys WHERE origin = ?", (known.origin,))
        self._connection.executemany(
            "INSERT INTO log_keys VALUES (?, ?)", [(vkey, known.origin) for vkey in known.vkeys]
        )

    def _read(self, which: str, *values: str) -> list[Known]:
        query = f"SELECT origin, size, root, note, at FROM logs {which}"  # noqa: S608  # our own two endings
        rows = self._connection.execute(query, values).fetchall()
        return [
            Known(origin, size, root, note, at, self._vkeys(origin)) for origin, size, root, note, at in rows
        ]

    def _vkeys(self, origin: str) -> tuple[str, ...]:
        query = "SELECT vkey FROM log_keys WHERE origin = ? ORDER BY rowid"
        return tuple(vkey for (vkey,) in self._connection.execute(query, (origin,)))


class Book:
    """The file. Each transaction opens it anew: that costs less than its fsync, and nothing crosses a fork."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def create(self) -> None:
        """Make the file, empty; durable on return."""
        with self._open("rwc") as connection:
            connection.executescript(_TABLES)
        self._path.chmod(0o600)

    @contextmanager
    def read(self) -> Iterator[Page]:
        """The book as it stands."""
        with self._open("rw") as connection:
            connection.execute("BEGIN")
            yield Page(connection)
            connection.execute("ROLLBACK")

    @contextmanager
    def write(self) -> Iterator[Page]:
        """The book, held for writing; durable when the block has ended, and unchanged if it raised."""
        with self._open("rw") as connection:
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield Page(connection)
            except BaseException:
                connection.execute("ROLLBACK")
                raise
            connection.execute("COMMIT")

    @contextmanager
    def _open(self, mode: str) -> Iterator[sqlite3.Connection]:
        uri = f"{self._path.absolute().as_uri()}?mode={mode}"
        connection = sqlite3.connect(uri, uri=True, timeout=_WAIT, isolation_level=None)
        try:
            connection.execute("PRAGMA synchronous=EXTRA")
            connection.execute("PRAGMA foreign_keys=ON")
            yield connection
        finally:
            connection.close()
