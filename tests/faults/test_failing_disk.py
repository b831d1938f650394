"""A disk that fails or is full, and a lost database server: the request fails, nothing leaves, the rest goes on."""

import random
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import psycopg
import pytest
from sqlalchemy import make_url

from tests.faults.deeds import DEEDS, Deed
from tests.faults.driver import Heard, Instance, Point
from tests.faults.world import check_log


def fail(instance: Instance, deed: Deed, point: Point, error: str) -> bool:
    """Let one call fail and judge what came of it; whether the call was made."""
    heard, made = instance.failing_at(point, error, deed.prepare())
    assert heard.status is not None, f"no whole answer when {point} failed"
    deed.judge(heard)
    return made


def test_what_cannot_be_written_is_refused(embedded: Instance):
    """The disk is full, or does not take the commit: the client hears an error and nothing else, and all goes on."""
    for name, point, error in (
        ("read", Point("pwrite64", 1), "ENOSPC"),
        ("read", Point("fdatasync", 1), "EIO"),
        ("grant", Point("fdatasync", 1), "EIO"),
        ("revoke", Point("fdatasync", 1), "EIO"),
    ):
        deed = DEEDS[name](embedded)
        heard, made = embedded.failing_at(point, error, deed.prepare())
        assert made
        assert (heard.status or 0) >= 500
        _is_silent(heard)
        deed.judge(heard)
    with embedded.house() as house:
        check_log(house)


@pytest.mark.deep
@pytest.mark.parametrize("name", DEEDS)
@pytest.mark.parametrize(
    ("calls", "error"), [(["fdatasync", "fsync", "pwrite64"], "EIO"), (["pwrite64", "ftruncate"], "ENOSPC")]
)
def test_each_call_to_the_disk_may_fail(
    embedded: Instance, name: str, calls: Sequence[str], error: str, capsys: pytest.CaptureFixture[str]
):
    """One write or sync after the other fails; what was acknowledged is there, the rest whole or absent."""
    _fail_everywhere(embedded, DEEDS[name](embedded), calls, error, f"{name} on SQLite", capsys)


@pytest.mark.deep
@pytest.mark.parametrize("name", DEEDS)
def test_the_database_server_may_be_lost_at_any_moment(
    served: Instance, name: str, capsys: pytest.CaptureFixture[str]
):
    """PostgreSQL ends its connections while requests run, at whatever statement they are."""
    deed = DEEDS[name](served)
    answers = []
    for _ in range(60):
        request = deed.prepare()
        with _losing_connections(served):
            heard = request()
        assert heard.status is not None
        _is_silent(heard)
        deed.judge(heard)
        answers.append(heard.status)
    with served.house() as house:
        entries = check_log(house)
    failed = sum(status >= 500 for status in answers)
    with capsys.disabled():
        print(f"\n{name}: {failed} of {len(answers)} requests lost their database; {entries} entries verify")  # noqa: T201
    assert 0 < failed < len(answers)


@contextmanager
def _losing_connections(instance: Instance) -> Iterator[None]:
    """End every connection to the database, again and again, until the block ends."""
    over = threading.Event()
    url = make_url(instance.server.environment["VRM_DATABASE_URL"]).set(drivername="postgresql")

    def lose() -> None:
        with psycopg.connect(url.render_as_string(hide_password=False), autocommit=True) as connection:
            while not over.wait(random.uniform(0, 0.03)):
                connection.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
                )

    thread = threading.Thread(target=lose)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def _fail_everywhere(
    instance: Instance,
    deed: Deed,
    calls: Sequence[str],
    error: str,
    name: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    points = 0
    for call in calls:
        number = 1
        while fail(instance, deed, Point(call, number), error):
            number += 1
        points += number - 1
    with instance.house() as house:
        entries = check_log(house)
    with capsys.disabled():
        print(f"\n{name}: {error} at {points} points; {entries} entries verify")  # noqa: T201
    assert points


def _is_silent(heard: Heard) -> None:
    """An error says nothing of what went wrong inside."""
    for word in (b"Traceback", b"sqlite", b"disk I/O", b"INSERT"):
        assert word not in heard.raw
