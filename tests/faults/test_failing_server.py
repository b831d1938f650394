"""PostgreSQL itself fails while the log is sequenced: at each call to its disk, and at each answer it gives.

What serves the instance's connection is followed by its system calls. A write or a sync fails, and the server does
what it does then: it refuses, or it panics and recovers from what its disk holds. Or its process is killed on the
way into the call. Before an answer that is a step which nobody hears of, made or not: what the server had made
durable stays, and the rest is gone.
"""

import time
from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from tests.faults.driver import tracing
from tests.faults.sequencing import Ledger, finish, turn, watched
from tests.support.databases import create_tables
from tests.support.postgres import Cluster
from vrm.db import Database
from vrm.house import House

ANSWERS = {"sendto"}
"""By these the server speaks; a failing disk has no part in them."""


@pytest.fixture
def server() -> Iterator[Cluster]:
    """A server that no other test needs."""
    # It crashes, and its machine does not: one call tells the disk all, where a walk through its files takes seconds.
    cluster = Cluster(recovery_init_sync_method="syncfs")
    try:
        cluster.start()
        yield cluster
    finally:
        cluster.stop()


@pytest.fixture
def ledger(tmp_path, server: Cluster) -> Iterator[Ledger]:
    """An instance with a witness, on that server."""
    url = server.create()
    create_tables(url)
    database = Database(url)
    try:
        with watched(tmp_path, database) as told:
            yield told
    finally:
        database.close()


def _patiently(step: Callable[[], object]) -> None:
    """As the worker's loop: what fails while the server recovers is done again."""
    deadline = time.monotonic() + 60
    while True:
        try:
            step()
            return
        except DBAPIError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)


def _backend(house: House) -> int:
    """The process of the server that serves our one connection."""
    found: list[int] = []
    _patiently(
        lambda: found.append(house.database.read(lambda db: db.scalar(text("SELECT pg_backend_pid()"))))
    )
    return found[0]


@pytest.mark.deep
@pytest.mark.postgres
@pytest.mark.parametrize("fault", ["signal=SIGKILL", "error=EIO"], ids=["killed", "disk fails"])
def test_the_server_fails_at_each_call(ledger: Ledger, fault: str, capsys: pytest.CaptureFixture[str]):
    """Whether what it did was kept or not: the next round, and another process, find one whole log."""
    points: list[tuple[str, int]] = []
    failed = 0
    with House.open(ledger.settings) as house:
        for _ in range(2):  # the first round makes rows that no later one does
            with tracing(_backend(house)) as counted:
                turn(house, ledger.hear)
        for call, count in counted().items():
            if fault == "error=EIO" and call in ANSWERS:
                continue
            points += [(call, number) for number in range(1, count + 1)]
        calls = {call for call, _ in points}
        for call, number in points:
            with tracing(_backend(house), f"inject={call}:{fault}:when={number}"):
                try:
                    turn(house, ledger.hear)
                except DBAPIError:
                    failed += 1
            _patiently(lambda: finish(house, ledger.hear))
            _patiently(ledger.judge)
    entries = ledger.verify()
    told = ", ".join(
        f"{call} {max(number for each, number in points if each == call)}" for call in sorted(calls)
    )
    with capsys.disabled():
        print(  # noqa: T201
            f"\nthe server failed at {len(points)} points ({told}), of which {failed} were heard of; "
            f"{entries} entries verify, {entries - len(ledger.events)} of them kept though nobody heard"
        )
    assert {"fdatasync", "pwrite64"} <= calls
    assert failed
