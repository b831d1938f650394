"""What was promised, and what was found: a line for each promise that was measured."""

from collections.abc import Iterator
from dataclasses import dataclass

from bench.side_by_side import rows
from bench.side_by_side.contest import Result, Row
from bench.side_by_side.rows import Found

LAG = 2.0  # seconds
_AT_MOST, _AT_LEAST = "at most", "at least"


@dataclass(frozen=True)
class Verdict:
    """``found`` None: the bare rows lay too far apart, and nothing is compared."""

    promise: str
    bound: str
    wanted: float
    found: float | None

    @property
    def word(self) -> str:
        if self.found is None:
            return "not compared"
        kept = self.found <= self.wanted if self.bound == _AT_MOST else self.found >= self.wanted
        return "kept" if kept else "MISSED"


_READ_PEERS = (
    ("oidc-provider, in memory", 1.0),
    ("Authlib's example", 3.0),
    ("django-oauth-toolkit", 3.0),
    ("Community Solid Server", 15.0),
)


def verdicts(found: Found) -> Iterator[Verdict]:
    """Every promise that can be looked at in what was measured."""
    for title in ("read", "read-64"):
        if result := found.contests.get(title):
            yield from _read(result, title)
    if result := found.contests.get("token"):
        yield _ratio(result, rows.TOKEN, None, 0.12, "token / bare")
        if _find(result, "Authlib's example"):
            yield _ratio(result, rows.TOKEN, "Authlib's example", 4.0, "token / Authlib's example")
    if result := found.contests.get("disk"):
        yield _ratio(result, rows.SLOW, rows.READ, 0.6, "slow disk / this disk, 64 connections")
    if found.batch:
        yield Verdict("batch / single reads, values a second", _AT_LEAST, 10, found.batch.ratio)
        yield Verdict("batch, milliseconds to the first line", _AT_MOST, 50, found.batch.first_ms)
        yield Verdict("batch, growth of memory", _AT_MOST, 0.05, found.batch.growth)
    if found.revoking:
        after = found.revoking.answered_after + found.revoking.streamed_answered_after
        yield Verdict("reads answered that started after a revoke's reply", _AT_MOST, 0, after)
    if found.lags:
        yield Verdict("seconds to the last checkpoint", _AT_MOST, LAG, max(found.lags.values()))


def _read(result: Result, title: str) -> Iterator[Verdict]:
    at = f"{result.connections} connections"
    yield _ratio(result, rows.READ, None, 0.20, f"read / bare, {at}")
    yield _ratio(result, rows.SANDBOX, None, 0.30, f"bearer read in a sandbox / bare, {at}")
    yield _ratio(result, rows.READ, rows.UNLOGGED, 0.65, f"read / read without the log, {at}")
    bare, read = result.rows[0], _find(result, rows.READ)
    if read is not None:
        slowest = read.p99 / bare.p99 if result.steady else None
        yield Verdict(f"p99 of a read / p99 of bare, {at}", _AT_MOST, 2.0, slowest)
    for name, wanted in _READ_PEERS:
        if title == "read" and _find(result, name):
            yield _ratio(result, rows.READ, name, wanted, f"read / {name}, {at}")


def _ratio(result: Result, name: str, other: str | None, wanted: float, promise: str) -> Verdict:
    one = _find(result, name)
    two = result.rows[0] if other is None else _find(result, other)
    assert one is not None and two is not None
    return Verdict(promise, _AT_LEAST, wanted, one.rate / two.rate if result.steady and two.rate else None)


def _find(result: Result, name: str) -> Row | None:
    return next((row for row in result.rows if row.name == name), None)
