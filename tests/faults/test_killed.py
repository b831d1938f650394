"""SIGKILL at every write and fsync of a read, a grant and a revoke: the served product, the client as witness.

Nothing that left is unlogged, nothing that was acknowledged is lost, nothing is there by half; the log of it all
verifies. On SQLite the calls are those on its files, on PostgreSQL those on its socket; on both also those towards
the client.
"""

from collections.abc import Iterator

import pytest

from tests.faults.deeds import DEEDS, Deed
from tests.faults.driver import Instance, Point
from tests.faults.world import check_log

FEW = {
    "read": [Point("fdatasync", 1), Point("writev", 1), Point("writev", 2)],
    "grant": [Point("fdatasync", 1), Point("writev", 1)],
    "revoke": [Point("fdatasync", 1), Point("writev", 1)],
}
"""Before the commit is durable, after it, and between head and body of the answer."""


@pytest.fixture
def instance(tmp_path, database_url) -> Iterator[Instance]:
    """A served instance on an engine."""
    running = Instance(tmp_path / "home", database_url=database_url)
    yield running
    running.stop()


@pytest.fixture
def embedded(tmp_path) -> Iterator[Instance]:
    """A served instance on SQLite."""
    running = Instance(tmp_path / "home")
    yield running
    running.stop()


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
    deed = DEEDS[name](instance)
    counted = instance.count(deed.prepare())
    reached = {call: _kill_at_each(instance, deed, call) for call in counted}
    with instance.house() as house:
        entries = check_log(house)
    with capsys.disabled():
        told = ", ".join(f"{call} {number}" for call, number in sorted(reached.items()))
        print(f"\n{name}: killed at {sum(reached.values())} points ({told}); {entries} entries verify")
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
