"""How often a line may be read: as its company said, and its person allowed. Pure.

A use lasts ten minutes, since a reply may be lost and be asked for again: as it was, and not what was written
since. The next may begin when the period is over, less an hour: who reads every day at three is not refused for having
been a second late the day before.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta

from vrm.consents.terms import GrantedLine

USE = timedelta(minutes=10)
_GRACE = timedelta(hours=1)
PERIODS: Mapping[str, timedelta] = {
    "daily": timedelta(days=1) - _GRACE,
    "weekly": timedelta(days=7) - _GRACE,
    "monthly": timedelta(days=28) - _GRACE,
}


def is_limited(line: GrantedLine) -> bool:
    """Whether it matters when the line was read."""
    return line.frequency != "when_needed"


def is_due(line: GrantedLine, used_at: datetime | None, now: datetime, *, same: bool = True) -> bool:
    """Whether the line may be read now, whose last use began at ``used_at``; ``same``: it still says what it said then."""
    if used_at is None or not is_limited(line):
        return True
    return (same and now - used_at < USE) or begins(line, used_at, now)


def next_use(line: GrantedLine, used_at: datetime) -> datetime | None:
    """When the next use may begin of a line that was read; None where there is none: once is once."""
    return used_at + PERIODS[line.frequency] if line.frequency in PERIODS else None


def begins(line: GrantedLine, used_at: datetime | None, now: datetime) -> bool:
    """Whether a read of the line now begins a new use."""
    if used_at is None:
        return True
    then = next_use(line, used_at)
    return then is not None and now >= then
