"""What is unusual in how a company reads one person. Pure: what was seen, and one event more, in; a finding or None out.

A person judges, so each rule is one that can be said in a sentence with its evidence, and errs to silence. What goes on
is found once, where it begins and, of tries, each day again:

* ``new_key``   a key that this company never read, though it was allowed to for more than 30 days
* ``burst``     20 reads or more in a day (UTC), and more than ten times what it read on a usual day of the last month
* ``silence``   a read after 90 days or more without any
* ``refused``   five refused tries within an hour, but for those that are ``EXCUSED``

``vrm.oversight.anomalies`` looks at a client over all people; nothing here does.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from math import floor
from statistics import median
from typing import Final, Literal

What = Literal["new_key", "burst", "silence", "refused"]

KNOWN = timedelta(days=30)
SILENCE = timedelta(days=90)
BURST_FLOOR, BURST_TIMES = 20, 10
PAST_DAYS = 28
REFUSALS, REFUSED_WITHIN = 5, timedelta(hours=1)
EXCUSED: Final = frozenset(
    {
        "paused",
        "too_soon",
        "blocked",
        "revoked",
        "expired",
        "used",
        "notice_changed",
        "superseded",
        "unreadable",
        "unavailable",
        "client_suspended",
    }
)
"""Why a try was refused where it is no sign of anything: it was paused, changed or ran out, as its person knows, or we kept it back."""


@dataclass(frozen=True)
class SeenReads:
    """How a company read a person up to now: as of its last read, each key ever, each day of the last month."""

    last_at: datetime | None = None
    keys: frozenset[str] = frozenset()
    days: tuple[tuple[date, int], ...] = ()
    refusals: tuple[datetime, ...] = ()


@dataclass(frozen=True)
class Finding:
    """What is unusual. ``observed`` and ``usual`` are reads a day, days of silence, or tries; ``period``: told once in it."""

    what: What
    keys: tuple[str, ...]
    observed: int
    usual: float
    period: str


def look(
    seen: SeenReads, *, at: datetime, keys: Sequence[str], answered: bool
) -> tuple[SeenReads, tuple[Finding, ...]]:
    """One read or refused try more: what is known then, and what of it is unusual.

    A ``new_key`` is one only if it was allowed for ``KNOWN`` without being read, which whoever asks has yet to see.
    """
    if not answered:
        tries = (*seen.refusals, at)[-REFUSALS:]
        begins = _many(tries) and not (_many(seen.refusals) and seen.refusals[-1].date() == at.date())
        found = (Finding("refused", tuple(keys), REFUSALS, 0, f"{at.date()}"),) if begins else ()
        return SeenReads(seen.last_at, seen.keys, seen.days, tries), found
    counts, here = _days(seen, at.date())
    after = SeenReads(
        last_at=max(at, seen.last_at or at),
        keys=seen.keys | frozenset(keys),
        days=(*sorted(counts.items()), (at.date(), here)),
        refusals=seen.refusals,
    )
    return after, (*_burst(counts, here, keys, at), *_awake(seen, keys, at))


def _many(tries: Sequence[datetime]) -> bool:
    return len(tries) == REFUSALS and tries[-1] - tries[0] <= REFUSED_WITHIN


def _days(seen: SeenReads, today: date) -> tuple[dict[date, int], int]:
    """How often it read on the days of the last month, and today with this read."""
    past = {day: count for day, count in seen.days if timedelta() < today - day <= timedelta(PAST_DAYS)}
    return past, dict(seen.days).get(today, 0) + 1


def _burst(counts: Mapping[date, int], here: int, keys: Sequence[str], at: datetime) -> tuple[Finding, ...]:
    if here < BURST_FLOOR:
        return ()
    usual = float(median(counts.values())) if counts else 0.0
    if here != max(BURST_FLOOR, floor(BURST_TIMES * usual) + 1):
        return ()
    return (Finding("burst", tuple(keys), here, usual, f"{at.date()}"),)


def _awake(seen: SeenReads, keys: Sequence[str], at: datetime) -> tuple[Finding, ...]:
    """After long silence everything is said by that; else a key may be new."""
    idle = at - seen.last_at if seen.last_at else timedelta()
    if idle >= SILENCE:
        return (Finding("silence", tuple(keys), idle.days, 0, f"{at.date()}"),)
    fresh = tuple(sorted(set(keys) - seen.keys))
    return (Finding("new_key", fresh, 1, 0, " ".join(fresh)),) if fresh else ()
