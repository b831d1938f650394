"""Sequencing and publishing may fail at any step, whether or not what they did was kept: no fork, no loss, no double.

At each statement the database fails; each commit is refused, or made and its answer lost. A process is killed, or its
disk fails, or it is paused while another goes on, at each call by which anything reaches a disk or a socket. Then
another process starts and catches up: every checkpoint that anybody can have seen is continued by the log as it then
is, and every event that was acknowledged stands in it once.
"""

import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from tests.faults.database import Faults, How
from tests.faults.driver import tracing
from tests.faults.sequencing import Ledger, Maker, finish, turn, watched
from vrm import accesslog
from vrm.house import House

NO_DISK = {"writev", "sendto"}
"""What the test hears, and what goes to servers. Of a lost server the statements that fail tell."""

PLACES = 6
"""At about so many of the times that a call is made is a process paused: for each, another is waited for."""


@pytest.fixture
def ledger(tmp_path, database) -> Iterator[Ledger]:
    """An instance with a witness, on an engine."""
    with watched(tmp_path, database) as told:
        yield told


@pytest.mark.deep
def test_each_step_may_fail_kept_or_not(ledger: Ledger, capsys: pytest.CaptureFixture[str]):
    """Every statement, and every commit both ways; the same process goes on, and another takes over."""
    with House.open(ledger.settings) as house:
        turn(house, ledger.hear)  # the first round makes rows that no later one does
        counted = Faults(house.database)
        with counted():
            turn(house, ledger.hear)
        points: list[tuple[str, int, How]] = [
            (what, number, how)
            for what, count in counted.counts.items()
            for number in range(1, count + 1)
            for how in (("refused", "kept") if what == "commit" else ("refused",))
        ]
        failed = 0
        for what, number, how in points:
            faults = Faults(house.database, (what, number), how)
            with faults():
                try:
                    turn(house, ledger.hear)
                except Exception:
                    failed += 1
            turn(house, ledger.hear)
            ledger.judge()
        assert failed == len(points)
        assert counted.counts["commit"] >= 5  # written, sequenced, published, asked, answered
    entries = ledger.verify()
    with capsys.disabled():
        told = ", ".join(f"{what} {count}" for what, count in sorted(counted.counts.items()))
        print(f"\na round failed at {failed} points ({told}; commits both ways); {entries} entries verify")  # noqa: T201


def test_the_first_round_may_fail(ledger: Ledger):
    """Each commit refused in turn, while the log comes to its first tree, checkpoint and cosignature."""
    for number in range(1, 6):
        with House.open(ledger.settings) as house:
            faults = Faults(house.database, ("commit", number))
            with faults(), pytest.raises(Exception, match="lost"):
                turn(house, ledger.hear)
    assert ledger.judge() == len(ledger.events) == 4


def test_a_pin_that_cannot_be_read_signs_nothing(ledger: Ledger):
    """The disk does not give the pin back: nothing is signed, events get their leaves, and later all is caught up."""
    with House.open(ledger.settings) as house:
        turn(house, ledger.hear)
        pin = ledger.settings.log_pin
        kept = pin.read_bytes()
        pin.unlink()
        pin.symlink_to("/proc/self/mem")  # opens, and cannot be read: EIO
        told = set(ledger.notes)
        with pytest.raises(OSError, match="Input/output error"):
            turn(house, ledger.hear)
        newest = house.database.read(accesslog.latest_checkpoint)
        assert newest is not None and newest.size == 1
        assert ledger.notes == told
        assert house.database.read(accesslog.count_pending) == 0
        pin.unlink()
        pin.write_bytes(kept)
        finish(house, ledger.hear)
    assert ledger.judge() == 2


@pytest.fixture
def makers(ledger: Ledger) -> Iterator[tuple[Maker, Maker]]:
    """Two that make processes which work on the ledger's instance."""
    both = Maker(ledger.environment), Maker(ledger.environment)
    yield both
    for maker in both:
        maker.close()


@contextmanager
def _traced(maker: Maker, *injections: str) -> Iterator[tuple[int, Callable[[], dict[str, int]]]]:
    """A process about to work, followed at each call: its id, and what it did once the block is over."""
    pid = maker.fork()
    with tracing(pid, *injections) as seen:
        yield pid, seen


def _counted(ledger: Ledger, maker: Maker) -> dict[str, int]:
    """How often each call is made in a round: the first round apart, which makes rows that no later one does."""
    for _ in range(2):
        with _traced(maker) as (_, seen):
            maker.begin()
            assert maker.end(ledger) == 0
    return dict(seen())


def _stands_still(pid: int, seen: Callable[[], dict[str, int]]) -> bool:
    """Whether a signal stops it before it ends. That it stands for a moment says nothing: who follows it stops it too."""
    while "stopped by" not in seen():
        if _ends(pid, within=0.01):
            return False
    return True


def _ends(pid: int, *, within: float = 0.5) -> bool:
    """Whether it has ended by then."""
    deadline = time.monotonic() + within
    while _state(pid) != "gone":
        if time.monotonic() >= deadline:
            return False
        time.sleep(0.005)
    return True


def _state(pid: int) -> str:
    with suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    return "gone"


@pytest.mark.deep
def test_two_at_once(ledger: Ledger, makers: tuple[Maker, Maker]):
    """Two processes do rounds as fast as they can; each is told of no fault, and the log is one."""
    for maker in makers:
        maker.fork()
    for maker in makers:
        maker.begin(25)
    assert [maker.end(ledger) for maker in makers] == [0, 0]
    assert not ledger.faults
    assert ledger.judge() == len(ledger.events) == 50


@pytest.mark.deep
@pytest.mark.parametrize("fault", ["signal=SIGKILL", "error=EIO"], ids=["killed", "disk fails"])
def test_broken_at_every_write_and_sync(
    ledger: Ledger, makers: tuple[Maker, Maker], fault: str, capsys: pytest.CaptureFixture[str]
):
    """Each call in turn, until a round ends without coming to it. Where a disk fails, the next round succeeds."""
    maker, _ = makers
    killed = fault == "signal=SIGKILL"
    reached: dict[str, int] = {}
    for call, count in _counted(ledger, maker).items():
        if not killed and call in NO_DISK:
            continue
        for number in range(1, count + 4):
            with _traced(maker, f"inject={call}:{fault}:when={number}") as (_, seen):
                maker.begin()
                status = maker.end(ledger)
            assert status in ((0, -signal.SIGKILL) if killed else (0,)), ledger.faults
            ledger.judge()
            if "INJECTED" not in seen() and status == 0:
                break
            reached[call] = number
    entries = ledger.verify()
    with capsys.disabled():
        told = ", ".join(f"{call} {number}" for call, number in sorted(reached.items()))
        print(f"\nbroken at {sum(reached.values())} points ({told}); {entries} entries verify")  # noqa: T201
    assert {"fsync", "rename"} <= set(reached)  # the pin, on both engines


@pytest.mark.deep
def test_paused_among_writes_and_syncs(
    ledger: Ledger, makers: tuple[Maker, Maker], capsys: pytest.CaptureFixture[str]
):
    """One process stands still, another works meanwhile or waits for it; then the first goes on as if nothing was."""
    paused, other = makers
    points = passed = 0
    for call, count in _counted(ledger, paused).items():
        for number in range(1, count + 1, -(-count // PLACES)):
            worker = other.fork()  # first: nobody can open a key store while another lets go of it
            with _traced(paused, f"inject={call}:signal=SIGSTOP:when={number}") as (pid, seen):
                paused.begin()
                still = _stands_still(pid, seen)
                other.begin()
                if still:
                    points += 1
                    passed += _ends(worker)
                    os.kill(pid, signal.SIGCONT)
                assert [paused.end(ledger), other.end(ledger)] == [0, 0], ledger.faults
            ledger.judge()
    assert not ledger.faults
    entries = ledger.verify()
    with capsys.disabled():
        print(f"\npaused at {points} points, passed by at {passed}; {entries} entries verify")  # noqa: T201
    assert 0 < passed < points
