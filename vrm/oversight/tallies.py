"""How many, over time and of which: the figures behind charts.

Two sources, which agree:

* ``log_tallies`` has the sums ready, by day and for ever, for up to two of company, client, purpose, code and key
  (one of which may be what is grouped by), each by type and outcome; by hour for one. No entry is looked at.
* Any other combination is counted with bits, over the newest blocks of the span: as many as ``searching`` looks at
  for so many sets of leaves, ``MOST_SETS`` in all. A chart with three conditions reaches 390,000 leaves back, a
  ranking of twelve keys with three conditions 130,000. A thread or an agent is counted from its own newest
  ``MOST_OF_ONE`` entries. Where that was not all, ``counted_back_to`` says how far back the figures reach.

Buckets are whole hours or days (UTC); a span is widened to whole buckets.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from vrm.errors import Invalid
from vrm.oversight.counting import rank_by_bits, series_by_bits
from vrm.oversight.indexing import day, hour
from vrm.oversight.members import Filters, Row, member
from vrm.oversight.models import LogHour, LogTally, table
from vrm.oversight.searching import TALLIED, newest

MOST_BUCKETS = 1000
MOST_OF_ONE = 5000
_TALLIES, _HOURS = table(LogTally), table(LogHour)
_ONE_BY_ONE = ("thread", "agent")
GROUPS = ("outcome", "company", "client", "key", "purpose", "code", "type")
"""What entries can be grouped by."""

Grain = Literal["hour", "day"]
_LENGTH = {"hour": timedelta(hours=1), "day": timedelta(days=1)}


@dataclass(frozen=True)
class Bucket:
    """An hour or a day: how many entries had each outcome; ``""`` counts those that have none."""

    start: datetime
    counts: dict[str, int]


@dataclass(frozen=True)
class Series:
    """Every bucket of a span, ascending, those without entries among them."""

    buckets: list[Bucket]
    counted_back_to: datetime | None = None


@dataclass(frozen=True)
class Count:
    """How many entries have this value."""

    value: str
    count: int


@dataclass(frozen=True)
class Ranking:
    """The values that most entries have, most first."""

    counts: list[Count]
    counted_back_to: datetime | None = None


def series(session: Session, filters: Filters, *, grain: Grain = "day") -> Series:
    """Entries by hour or day and outcome. ``filters`` needs ``since`` and ``until``, at most 1000 buckets apart."""
    if filters.since is None or filters.until is None:
        raise Invalid("Give the time from which and until which to count.", field="since")
    step, start = _LENGTH[grain], day(filters.since) if grain == "day" else hour(filters.since)
    starts = []
    while start < filters.until:
        starts.append(start)
        start += step
        if len(starts) > MOST_BUCKETS:
            raise Invalid(
                "That is too long a time for one chart: take days, or a shorter one.", field="since"
            )
    found: Counter[tuple[datetime, str]] = Counter()
    back = None
    if starts:
        whole = replace(filters, since=starts[0], until=start)
        if _ready(whole, most=2 if grain == "day" else 1):
            column = _TALLIES.c
            query = select(column.start, column.outcome, func.sum(column.count)).where(
                *_tallied(whole, grain)
            )
            for at, outcome, count in session.execute(query.group_by(column.start, column.outcome)):
                found[at, outcome] = int(count)
        elif _single(whole):
            rows, back = newest(session, whole, most=MOST_OF_ONE)
            found.update((day(row.at) if grain == "day" else hour(row.at), row.outcome or "") for row in rows)
        else:
            back = series_by_bits(session, whole, grain, starts, found)
    buckets = [
        Bucket(
            at, {outcome: found[at, outcome] for outcome in ("answered", "refused", "") if found[at, outcome]}
        )
        for at in starts
    ]
    return Series(buckets, back)


def rank(session: Session, filters: Filters, *, by: str, limit: int = 20) -> Ranking:
    """The values of one member that most entries have, under these conditions. A span is widened to whole days."""
    if by not in GROUPS:
        raise Invalid(f"Group by one of {', '.join(GROUPS)}.", field="by")
    since, until = filters.since, filters.until
    whole = replace(
        filters,
        since=None if since is None else day(since),
        until=None if until is None else day(until - timedelta(microseconds=1)) + _LENGTH["day"],
    )
    found: Counter[str] = Counter()
    back = None
    if by not in filters.members() and _ready(whole, most=2 if by in ("type", "outcome") else 1):
        found = _ready_ranks(session, whole, by)
    elif _single(whole):
        rows, back = newest(session, whole, most=MOST_OF_ONE)
        found.update(value for row in rows for value in _values(row, by))
    else:
        back = rank_by_bits(session, whole, by, found)
    ranked = sorted(found.items(), key=lambda one: (-one[1], one[0]))
    return Ranking([Count(*one) for one in ranked[:limit]], back)


def _ready_ranks(session: Session, whole: Filters, by: str) -> Counter[str]:
    """From the sums: the days of the span, or, where those are fewer, all there ever was without the other days."""
    value = _TALLIES.c[by if by in ("type", "outcome") else "other_value"]

    def summed(of: Filters, grain: str) -> Counter[str]:
        query = select(value, func.sum(_TALLIES.c.count)).where(*_tallied(of, grain, by)).group_by(value)
        return Counter({name: int(count) for name, count in session.execute(query) if name})

    outside = _outside(session, whole)
    if outside is None:
        return summed(whole, "day")
    found = summed(replace(whole, since=None, until=None), "ever")
    for since, until in outside:
        found -= summed(replace(whole, since=since, until=until), "day")
    return found


def _outside(session: Session, span: Filters) -> list[tuple[datetime, datetime]] | None:
    """The log's days before and after a span, if they are fewer than the span's own."""
    if span.since is None and span.until is None:
        return []
    ends = (select(end(_HOURS.c.start)).scalar_subquery() for end in (func.min, func.max))
    first, last = session.execute(select(*ends)).one()
    if first is None:
        return []
    begin, end = day(first), day(last) + _LENGTH["day"]
    since, until = max(begin, span.since or begin), min(end, span.until or end)
    if since >= until or end - begin > 2 * (until - since):
        return None
    return [(start, stop) for start, stop in ((begin, since), (until, end)) if start < stop]


def count(session: Session, filters: Filters) -> Ranking:
    """How many entries there are of each outcome; ``""`` counts those that have none."""
    if filters.since is not None and filters.until is not None:
        whole = series(session, filters)
        totals: Counter[str] = Counter()
        for bucket in whole.buckets:
            totals.update(bucket.counts)
        return Ranking([Count(*one) for one in totals.most_common()], whole.counted_back_to)
    told, every = rank(session, filters, by="outcome"), rank(session, filters, by="type", limit=MOST_BUCKETS)
    rest = sum(one.count for one in every.counts) - sum(one.count for one in told.counts)
    return Ranking([*told.counts, *([Count("", rest)] if rest else [])], every.counted_back_to)


def _values(row: Row, by: str) -> Sequence[str]:
    if by == "key":
        return row.keys
    value = member(row, by)
    return () if value is None else (value,)


def _single(filters: Filters) -> bool:
    return any(name in filters.members() for name in _ONE_BY_ONE)


def _ready(filters: Filters, *, most: int) -> bool:
    """Whether the sums for these conditions are kept."""
    rest = filters.members().keys() - {"type", "outcome"}
    return len(rest) <= most and rest <= set(TALLIED)


def _tallied(filters: Filters, grain: str, by: str | None = None) -> Iterator[ColumnElement[bool]]:
    members = filters.members()
    rest = [(name, value) for name, value in members.items() if name in TALLIED]
    name, value = rest[0] if rest else ("", "")
    other, other_value = rest[1] if len(rest) > 1 else ("", "")
    if by in TALLIED:
        other = by
    else:
        yield _TALLIES.c.other_value == other_value
    yield _TALLIES.c.name == name
    yield _TALLIES.c.value == value
    yield _TALLIES.c.other == other
    yield _TALLIES.c.grain == grain
    yield from (_TALLIES.c[one] == members[one] for one in ("type", "outcome") if one in members)
    if filters.left_out is not None:
        yield _TALLIES.c.type != filters.left_out
    if filters.since is not None:
        yield _TALLIES.c.start >= filters.since
    if filters.until is not None:
        yield _TALLIES.c.start < filters.until
