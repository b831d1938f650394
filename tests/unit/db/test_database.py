"""Transactions: whole or not at all, one after the other, and durable."""

import multiprocessing
import sqlite3
import traceback
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier, Event

import pytest
from sqlalchemy import delete, select, text
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.orm import Session

from tests.unit.db.tables import Counter, Local, Note, count_up, count_up_often
from vrm.db import Database


def texts(session: Session) -> list[str]:
    return sorted(session.scalars(select(Note.text)))


def value(session: Session) -> int:
    return session.get_one(Counter, "c").value


def add(*names: str) -> Callable[[Session], None]:
    return lambda session: session.add_all([Note(text=name) for name in names])


def test_what_was_written_is_seen_by_others(store: Database):
    """After ``write`` returns, another connection pool reads it."""
    store.write(add("a"))
    other = Database(store.url.render_as_string(hide_password=False))
    assert other.read(texts) == ["a"]
    other.close()


def test_a_fault_undoes_the_whole_write(store: Database):
    """A write that raises, in our code or in the database, leaves nothing of itself."""

    def then_fail(session: Session) -> None:
        session.add(Note(text="b"))
        session.flush()
        raise LookupError

    with pytest.raises(LookupError):
        store.write(then_fail)
    with pytest.raises(IntegrityError):
        store.write(add("c", "c"))
    assert store.read(texts) == []


def test_a_read_writes_nothing(store: Database):
    """What ``read`` changes is thrown away."""

    def careless(session: Session) -> None:
        session.add(Note(text="a"))
        session.flush()

    store.read(careless)
    assert store.read(texts) == []


def test_a_read_is_one_snapshot(store: Database):
    """A commit that comes between two queries of one read is not seen by the second, and does not wait for it."""

    def twice(session: Session) -> tuple[list[str], list[str]]:
        first = texts(session)
        store.write(add("a"))
        return first, texts(session)

    assert store.read(twice) == ([], [])
    assert store.read(texts) == ["a"]


def test_a_read_does_not_wait_for_a_writer(store: Database):
    """Readers go on, and see the state before, while a write is under way."""
    seen = []

    def slow(session: Session) -> None:
        session.add(Note(text="a"))
        session.flush()
        with ThreadPoolExecutor(1) as pool:
            seen.append(pool.submit(store.read, texts).result(timeout=30))

    store.write(slow)
    assert seen == [[]]


def test_threads_lose_no_update(store: Database):
    """Read, add one, write, from many threads at once: every one counts."""
    with ThreadPoolExecutor(8) as pool:
        for done in [pool.submit(store.write, count_up) for _ in range(80)]:
            done.result()
    assert store.read(value) == 80


def run_processes(url: str, *, processes: int, times: int) -> None:
    context = multiprocessing.get_context("spawn")
    started = [context.Process(target=count_up_often, args=(url, times)) for _ in range(processes)]
    for process in started:
        process.start()
    for process in started:
        process.join(100)
    assert [process.exitcode for process in started] == [0] * processes


@pytest.mark.parametrize("times", [40, pytest.param(400, marks=pytest.mark.deep)])
def test_processes_lose_no_update(store: Database, times: int):
    """Four processes write and read at once: nobody is told that the database is locked, nothing is lost."""
    run_processes(store.url.render_as_string(hide_password=False), processes=4, times=times)
    assert store.read(value) == 4 * times
    assert len(store.read(texts)) == 4 * times


@pytest.mark.postgres
def test_writes_that_would_skew_are_run_again(postgres_url: str):
    """Two writes that each decide by what the other changes: one is run again and sees the other's change."""
    store = Database(postgres_url)
    with store.engine.begin() as connection:
        Local.metadata.create_all(connection)
    store.write(lambda session: session.add_all([Counter(name="a", value=1), Counter(name="b", value=1)]))
    both_have_read, runs = Barrier(2), []

    def leave(name: str) -> Callable[[Session], None]:
        """May set its counter to 0 only while the other is still 1."""

        def work(session: Session) -> None:
            runs.append(name)
            total = sum(session.scalars(select(Counter.value)))
            if runs.count(name) == 1:  # when run again, it decides alone
                both_have_read.wait(30)
            if total == 2:
                session.get_one(Counter, name).value = 0

        return work

    with ThreadPoolExecutor(2) as pool:
        for done in [pool.submit(store.write, leave(name)) for name in "ab"]:
            done.result()
    assert sum(store.read(lambda session: session.scalars(select(Counter.value)).all())) == 1
    assert len(runs) > 2
    store.close()


def test_another_fault_is_not_tried_again(store: Database):
    """Only a lost race is run again; a fault of the work itself is told at once."""
    runs = []

    def work(session: Session) -> None:
        runs.append(1)
        session.execute(text("SELECT nothing FROM nowhere"))

    with pytest.raises(Exception, match="nowhere"):
        store.write(work)
    assert len(runs) == 1


# ------------------------------------------------------------------------------------------------ SQLite


@pytest.fixture
def embedded(tmp_path: Path):
    database = Database(f"sqlite:///{tmp_path}/vrm.db")
    with database.engine.begin() as connection:
        Local.metadata.create_all(connection)
    yield database
    database.close()


def test_every_connection_is_prepared(embedded: Database):
    """Write-ahead log, full synchronisation, foreign keys and secure delete hold on each connection of the pool."""
    wanted = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "secure_delete": 1, "temp_store": 2}
    connections = [embedded.engine.connect() for _ in range(3)]
    for connection in connections:
        got = {name: connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in wanted}
        assert got == wanted
        connection.close()


def test_only_what_is_derived_does_not_wait_for_the_disk(embedded: Database):
    """Its connections are its own: whatever ran before, a commit that must be durable is given one that is."""

    def synchronous(session: Session) -> int:
        return int(session.connection().exec_driver_sql("PRAGMA synchronous").scalar_one())

    assert embedded.write_derived(synchronous) == 1
    assert embedded.write(synchronous) == 2
    assert embedded.write_group(lambda db: db.exec_driver_sql("PRAGMA synchronous").scalar_one()) == 2


def test_deleted_text_leaves_no_bytes(embedded: Database, tmp_path: Path):
    """After a delete and a checkpoint the text is in no file of the database."""
    canary = "canary-" + "x" * 5000
    embedded.write(add(canary))
    embedded.write(lambda session: session.execute(delete(Note)))
    with embedded.engine.connect() as connection:
        connection.exec_driver_sql("ROLLBACK")  # a checkpoint runs outside a transaction
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    for path in tmp_path.iterdir():
        assert b"canary-" not in path.read_bytes(), path.name


def test_the_write_lock_is_free_after_a_killed_writer(embedded: Database, tmp_path: Path):
    """A process that dies while writing keeps nobody waiting and leaves nothing half done."""
    context = multiprocessing.get_context("spawn")
    holding = context.Event()
    process = context.Process(target=hold_the_lock, args=(f"sqlite:///{tmp_path}/vrm.db", holding))
    process.start()
    assert holding.wait(30)
    process.kill()
    process.join()
    embedded.write(add("mine"))
    assert embedded.read(texts) == ["mine"]


def hold_the_lock(url: str, holding) -> None:
    def forever(session: Session) -> None:
        session.add(Note(text="theirs"))
        session.flush()
        holding.set()
        Event().wait()

    Database(url).write(forever)


def test_the_lock_file_is_private(embedded: Database, tmp_path: Path):
    """Others on the machine cannot hold the writers up by taking the lock."""
    embedded.write(add("a"))
    assert (tmp_path / "vrm.db.lock").stat().st_mode & 0o777 == 0o600


def test_an_embedded_database_needs_a_file():
    """A database in memory would be another one for each connection, so it is refused."""
    with pytest.raises(ValueError, match="file"):
        Database("sqlite://")
    assert sqlite3.sqlite_version_info >= (3, 35)


def test_a_fault_repeats_no_value(store: Database):
    """Neither a parameter nor the row it met is in a fault's message, so that none reaches a log."""
    canary = "canary-7f3a"
    store.write(add(canary))
    with pytest.raises(IntegrityError) as twice:
        store.write(add(canary))
    with pytest.raises(DBAPIError) as impossible:
        store.read(lambda session: session.scalars(text("SELECT nothing_like_it, :c"), {"c": canary}).all())
    with pytest.raises(DBAPIError) as malformed:
        store.write(lambda session: session.execute(text(_MALFORMED[store.sqlite]), {"c": canary}))
    for caught in (twice, impossible, malformed):
        told = "".join(traceback.format_exception(caught.value))
        assert canary not in told and canary not in repr(caught.value), told


_MALFORMED = {
    False: "SELECT CAST(:c AS uuid)",
    True: "INSERT INTO note (id, text) VALUES (NULL, :c)",
}
