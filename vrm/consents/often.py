"""How often a line may be read: as its company said, and its person allowed. Pure.

A use lasts ten minutes, since a reply may be lost and be asked for again: as it was, and not what was written
since. The next may begin when the period is over, less an hour: who reads every day at three is not refused for having
been a second late the day before.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from vrm.consents.terms import GrantedLine

USE = timedelta(minutes=10)
_GRACE = timedelta(hours=1)
PERIODS: Mapping[str, timedelta] = {
    "daily": timedelta(days=1) - _GRACE,
    "weekly": timedelta(days=7) - _GRACE,
    "monthly": timedelta(days=28) - _GRACE,
}


@dataclass(frozen=True)
class Use:
    """A use of a line: when it began, and the versions of values it was read in; None where that was not kept.

    Clocks would not do: what was written while the read became durable may bear an earlier time.
    """

    at: datetime
    versions: frozenset[tuple[object, ...]] | None = None

    def said(self, versions: Collection[tuple[object, ...]]) -> bool:
        """Whether a line that rests on these versions says what it said in this use: nothing newer, and all of it."""
        return self.versions == frozenset(versions)


def is_limited(line: GrantedLine) -> bool:
    """Whether it matters when the line was read."""
    return line.frequency != "when_needed"


def is_due(line: GrantedLine, last: Use | None, now: datetime, *, same: bool = True) -> bool:
    """Whether the line may be read now, after its last use; ``same``: it still says what it said then."""
    if last is None or not is_limited(line):
        return True
    return (same and now - last.at < USE) or begins(line, last, now)


def next_use(line: GrantedLine, last: Use) -> datetime | None:
    """When the next use may begin of a line that was read; None where there is none: once is once."""
    return last.at + PERIODS[line.frequency] if line.frequency in PERIODS else None


def begins(line: GrantedLine, last: Use | None, now: datetime) -> bool:
    """Whether a read of the line now begins a new use."""
    if last is None:
        return True
    then = next_use(line, last)
    return then is not None and now >= then
