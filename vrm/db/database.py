"""Engines and transactions."""

import fcntl
import os
import random
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from vrm.db.driver import without_values
from vrm.db.held import HeldConnections

T = TypeVar("T")

_TRIES = 20
_RETRIABLE = {"40001", "40P01"}  # serialization failure, deadlock


class WriteLock:
    """One writer at a time over all processes, first come first served by the kernel.

    SQLite's own busy wait sleeps and polls, which costs seconds at the 99th percentile when several
    processes write. ``flock`` waits in the kernel and is released when a process dies, however it dies.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._threads = threading.Lock()
        self._holder: int | None = None
        self._file: tuple[int, int] | None = None  # (pid, descriptor): a forked child opens its own

    @contextmanager
    def __call__(self) -> Iterator[None]:
        if self._holder == threading.get_ident():
            raise RuntimeError("a write inside a write would wait for itself")
        with self._threads:
            self._holder = threading.get_ident()
            if self._file is None or self._file[0] != os.getpid():
                self._file = (os.getpid(), os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
            fcntl.flock(self._file[1], fcntl.LOCK_EX)
            try:
                yield
            finally:
                fcntl.flock(self._file[1], fcntl.LOCK_UN)
                self._holder = None


class Database:
    """One store: an embedded SQLite file or a PostgreSQL server, by URL.

    A transaction that lost a race is run again, so ``work`` must be a function of the database alone.
    """

    def __init__(self, url: str, *, options: Mapping[str, object] | None = None) -> None:
        """``options`` are what rooms find again on each connection (``get_execution_options``)."""
        self.url = make_url(url)
        self.sqlite = self.url.get_backend_name() == "sqlite"
        self._lock: WriteLock | None = None
        # A fault's message reaches logs, so it must never repeat what a row holds: no parameters, and see
        # ``without_values``.
        if self.sqlite:
            if not self.url.database:
                raise ValueError("an SQLite database needs a file")
            path = Path(self.url.database)
            self._lock = WriteLock(path.with_name(path.name + ".lock"))
            self.engine = create_engine(
                self.url, hide_parameters=True, connect_args={"check_same_thread": False, "timeout": 30}
            )
            event.listen(self.engine, "connect", _prepare_sqlite)
            event.listen(self.engine, "begin", _begin_sqlite)
            self.engine.update_execution_options(**options or {})
            self._reading = self.engine.execution_options(vrm_begin="BEGIN")
            self._writing = self.engine.execution_options(vrm_begin="BEGIN IMMEDIATE")
            self._snapshot, self._group = "BEGIN", "BEGIN IMMEDIATE"
            # Connections of its own, so that no other transaction is ever given one that does not wait for the disk.
            self._deriving = create_engine(
                self.url,
                hide_parameters=True,
                connect_args={"check_same_thread": False, "timeout": 30},
                execution_options={**(options or {}), "vrm_begin": "BEGIN IMMEDIATE"},
            )
            event.listen(self._deriving, "connect", _prepare_sqlite)
            event.listen(self._deriving, "connect", _wait_for_no_disk)
            event.listen(self._deriving, "begin", _begin_sqlite)
            event.listen(self._deriving, "handle_error", without_values)
        else:
            self.engine = create_engine(
                self.url, hide_parameters=True, pool_pre_ping=True, pool_size=10, max_overflow=30
            )
            self.engine.update_execution_options(**options or {})
            self._reading = self.engine.execution_options(isolation_level="REPEATABLE READ")
            self._writing = self._deriving = self.engine.execution_options(isolation_level="SERIALIZABLE")
            self._snapshot = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
            self._group = "BEGIN ISOLATION LEVEL READ COMMITTED"
        self._held = HeldConnections(
            self.engine.execution_options(isolation_level="AUTOCOMMIT", vrm_begin="")
        )
        event.listen(self.engine, "handle_error", without_values)

    def read(self, work: Callable[[Session], T]) -> T:
        """Run ``work(session)`` on one consistent snapshot; whatever it changes is thrown away."""

        def once() -> T:
            with Session(self._reading, expire_on_commit=False) as session:
                return work(session)

        return _retried(once)

    def glance(self, work: Callable[[Connection], T]) -> T:
        """As ``read``, for hot paths: ``Statement``s on a bare connection, on one consistent snapshot."""

        def once() -> T:
            with self._held.transaction(self._snapshot, commit=False) as connection:
                return work(connection)

        return _retried(once)

    def write(self, work: Callable[[Session], T]) -> T:
        """Run ``work(session)`` and commit; durable on return. Serializable; run again when it lost a race."""
        return self._write(self._writing, work)

    def write_derived(self, work: Callable[[Session], T]) -> T:
        """As ``write``, for what follows from durable rows and would be made the same again.

        On SQLite it holds the lock for no disk: a power cut may take back the last of these transactions, each of them
        whole. The next durable commit, whoever's, makes it durable as well, since both are in one WAL, in their order; so
        nobody can build on what may still go.
        """
        return self._write(self._deriving, work)

    def write_group(self, work: Callable[[Connection], T]) -> T:
        """As ``write``, for the commit queue: a bare connection that sees each row as of now.

        On PostgreSQL this is READ COMMITTED: ``work`` locks the rows its decision rests on (``FOR SHARE``), so
        a concurrent revoke either comes first and is seen, or waits.
        """

        def once() -> T:
            with self._exclusive(), self._held.transaction(self._group, commit=True) as connection:
                return work(connection)

        return _retried(once)

    def close(self) -> None:
        """Close pooled connections."""
        self._held.close()
        self.engine.dispose()
        self._deriving.dispose()

    def _write(self, engine: Engine, work: Callable[[Session], T]) -> T:
        def once() -> T:
            with self._exclusive(), Session(engine, expire_on_commit=False) as session, session.begin():
                return work(session)

        return _retried(once)

    @contextmanager
    def _exclusive(self) -> Iterator[None]:
        if self._lock is None:
            yield
        else:
            with self._lock():
                yield


def _prepare_sqlite(connection: object, record: object) -> None:
    connection.isolation_level = None  # type: ignore[attr-defined]  # we say BEGIN ourselves
    cursor = connection.cursor()  # type: ignore[attr-defined]
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",  # an acknowledged commit survives power loss
        "foreign_keys=ON",
        "secure_delete=ON",  # a deleted row leaves no bytes behind in free pages
        "temp_store=MEMORY",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _wait_for_no_disk(connection: object, record: object) -> None:
    # https://www.sqlite.org/pragma.html#pragma_synchronous: in WAL mode consistent, and not durable by itself.
    connection.execute("PRAGMA synchronous=NORMAL")  # type: ignore[attr-defined]


def _begin_sqlite(connection: Connection) -> None:
    if begin := connection.get_execution_options().get("vrm_begin", "BEGIN"):
        connection.exec_driver_sql(begin)


def _retried(once: Callable[[], T]) -> T:
    for attempt in range(_TRIES):
        try:
            return once()
        except DBAPIError as fault:
            if getattr(fault.orig, "sqlstate", None) not in _RETRIABLE or attempt == _TRIES - 1:
                raise
            time.sleep(random.uniform(0, 0.005 * 2 ** min(attempt, 6)))
    raise AssertionError("unreachable")


__all__ = ["Database", "Engine"]
