"""SIGKILL at every write and fsync of a read, a grant and a revoke: the served product, the client as witness.

Nothing that left is unlogged, nothing that was acknowledged is lost, nothing is there by half; the log of it all
verifies. On SQLite the calls are those on its files, on PostgreSQL those on its socket; on both also those towards
the client.
"""

import pytest

from tests.faults.deeds import DEEDS, Deed, ReadWithCheckpoint
from tests.faults.driver import Instance, Point
from tests.faults.world import check_log

FEW = {
    "read": [Point("fdatasync", 1), Point("writev", 1)],
    "grant": [Point("fdatasync", 1), Point("writev", 1)],
    "revoke": [Point("fdatasync", 1), Point("writev", 1)],
}
"""When the commit was written but not synced, and when it is durable but the client does not know."""


def test_killed_around_the_commit(embedded: Instance):
    """The few moments that matter most, for each deed."""
    for name, points in FEW.items():
        deed = DEEDS[name](embedded)
        for point in points:
            heard, died = embedded.killed_at(point, deed.prepare())
            assert died, f"{name}: {point} was never reached"
            deed.judge(heard)
    with embedded.house() as house:
        check_log(house)


@pytest.mark.deep
@pytest.mark.parametrize("name", DEEDS)
def test_killed_at_every_write_and_sync(instance: Instance, name: str, capsys: pytest.CaptureFixture[str]):
    """Each call in turn, until a request is answered without coming to it."""
    _kill_everywhere(instance, DEEDS[name](instance), name, capsys)


@pytest.mark.deep
def test_killed_while_the_write_ahead_log_is_moved(embedded: Instance, capsys: pytest.CaptureFixture[str]):
    """A commit that also moves SQLite's write-ahead log into the database makes more calls; each is tried."""
    deed = ReadWithCheckpoint(embedded)
    assert embedded.count(deed.prepare())["fdatasync"] > 1
    _kill_everywhere(embedded, deed, "read with checkpoint", capsys)


def _kill_everywhere(instance: Instance, deed: Deed, name: str, capsys: pytest.CaptureFixture[str]) -> None:
    counted = instance.count(deed.prepare())
    reached = {call: _kill_at_each(instance, deed, call) for call in counted}
    with instance.house() as house:
        entries = check_log(house)
    with capsys.disabled():
        told = ", ".join(f"{call} {number}" for call, number in sorted(reached.items()))
        engine = "SQLite" if house.database.sqlite else "PostgreSQL"
        print(f"\n{name} on {engine}: killed at {sum(reached.values())} points ({told})")  # noqa: T201
        print(f"{entries} log entries verify")  # noqa: T201
    # How many pages a commit touches varies a little; that a call is made at all does not.
    assert all(reached.values()), reached
    assert sum(reached.values()) >= 0.7 * sum(counted.values())


def _kill_at_each(instance: Instance, deed: Deed, call: str) -> int:
    number = 0
    while True:
        heard, died = instance.killed_at(Point(call, number + 1), deed.prepare())
        deed.judge(heard)
        if not died:
            assert heard.status is not None
            return number
        number += 1
