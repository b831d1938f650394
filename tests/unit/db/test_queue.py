"""The commit queue: each caller gets its own answer, durable, whoever else stands in line."""

import time
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from threading import Event

import pytest
from sqlalchemy import Connection, insert, select

from tests.unit.db.tables import START, Note
from vrm.db import CommitQueue, Database
from vrm.ids import new_id


def stored(database: Database) -> list[str]:
    return sorted(database.read(lambda session: list(session.scalars(select(Note.text)))))


class Writer:
    """Writes each item as a note and answers with its upper case; ``bad`` items raise after they were written.

    ``groups`` are the items of each run. The first run waits until ``go``, so that a test can fill the line.
    """

    def __init__(self, *, hold: bool = False) -> None:
        self.groups: list[list[str]] = []
        self.started, self.go = Event(), Event()
        if not hold:
            self.go.set()

    def __call__(self, connection: Connection, items: Sequence[str]) -> list[str]:
        self.groups.append(list(items))
        self.started.set()
        assert self.go.wait(30)
        rows = [{"id": new_id(), "text": item, "at": START} for item in items]
        connection.execute(insert(Note), rows)
        if any(item.startswith("bad") for item in items):
            raise ValueError("a bad item")
        if "stop" in items:
            raise SystemExit
        return [item.upper() for item in items]


def line_up(
    pool: ThreadPoolExecutor, queue: CommitQueue[str, str], writer: Writer, first: str, rest: Sequence[str]
) -> list[Future[str]]:
    """Submit ``first``, which leads and is held, and let ``rest`` queue up behind it, in order; then let go."""
    results = [pool.submit(queue.submit, first)]
    assert writer.started.wait(30)
    deadline = time.monotonic() + 30
    for length, item in enumerate(rest, start=1):
        results.append(pool.submit(queue.submit, item))
        while len(queue._waiting) < length:
            assert time.monotonic() < deadline
    writer.go.set()
    wait(results, timeout=30)
    return results


def test_every_thread_gets_its_own_result(store: Database):
    """Many threads submit many items: each answer belongs to its item, and every item is stored once."""
    writer = Writer()
    queue = CommitQueue(store, writer)
    items = [f"item-{number}" for number in range(400)]
    with ThreadPoolExecutor(32) as pool:
        results = list(pool.map(queue.submit, items))
    assert results == [item.upper() for item in items]
    assert stored(store) == sorted(items)
    assert sorted(item for group in writer.groups for item in group) == sorted(items)


def test_those_who_wait_share_one_commit(store: Database):
    """All who came while a commit was under way go into the next one together, in the order they came."""
    writer = Writer(hold=True)
    queue = CommitQueue(store, writer)
    rest = [f"item-{number:02}" for number in range(10)]
    with ThreadPoolExecutor(11) as pool:
        results = line_up(pool, queue, writer, "first", rest)
        assert [result.result() for result in results] == ["FIRST", *(item.upper() for item in rest)]
    assert writer.groups == [["first"], rest]


def test_a_group_has_its_limit(store: Database):
    """No commit takes more than ``most``; the others follow, in order."""
    writer = Writer(hold=True)
    queue = CommitQueue(store, writer, most=4)
    rest = [f"item-{number:02}" for number in range(10)]
    with ThreadPoolExecutor(11) as pool:
        results = line_up(pool, queue, writer, "first", rest)
        assert [result.result() for result in results] == ["FIRST", *(item.upper() for item in rest)]
    assert writer.groups == [["first"], rest[:4], rest[4:8], rest[8:]]


def test_one_bad_item_harms_nobody(store: Database):
    """Who submitted a bad item is told its own fault, and nothing of it is stored; the others get their answers."""
    writer = Writer(hold=True)
    queue = CommitQueue(store, writer)
    with ThreadPoolExecutor(6) as pool:
        results = line_up(pool, queue, writer, "first", ["a", "bad-1", "b", "bad-2", "c"])
        for result, wanted in zip(results, ["FIRST", "A", None, "B", None, "C"], strict=True):
            if wanted is None:
                with pytest.raises(ValueError, match="a bad item"):
                    result.result()
            else:
                assert result.result() == wanted
    assert stored(store) == ["a", "b", "c", "first"]


def test_a_bad_item_alone(store: Database):
    """A fault reaches its caller and leaves the queue ready for the next."""
    queue = CommitQueue(store, Writer())
    with pytest.raises(ValueError, match="a bad item"):
        queue.submit("bad")
    assert queue.submit("good") == "GOOD"
    assert stored(store) == ["good"]


def test_what_is_answered_is_durable(store: Database):
    """At the moment ``submit`` returns, another connection already reads the item."""
    queue = CommitQueue(store, Writer())
    other = Database(store.url.render_as_string(hide_password=False))
    for number in range(5):
        queue.submit(f"item-{number}")
        assert len(stored(other)) == number + 1
    other.close()


def test_a_leader_that_is_torn_down_leaves_nobody_waiting(store: Database):
    """When the thread that leads is ended, those it led for are told, nothing is stored, and the line goes on."""
    writer = Writer(hold=True)
    queue = CommitQueue(store, writer, most=3)
    with ThreadPoolExecutor(6) as pool:
        results = line_up(pool, queue, writer, "first", ["stop", "a", "b", "c", "d"])
        outcomes = [result.exception() for result in results]
    assert [type(outcome) for outcome in outcomes] == [
        type(None), SystemExit, RuntimeError, RuntimeError, type(None), type(None)
    ]  # fmt: skip
    assert stored(store) == ["c", "d", "first"]
    assert queue.submit("e") == "E"
