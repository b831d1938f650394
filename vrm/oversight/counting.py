"""Counting with bits, where no sum is kept: the leaves that meet all conditions, and of those the ones in each bucket.

Each function adds to ``found``, and gives the time from which on it has counted; None where that was everything.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from functools import reduce
from operator import or_

from sqlalchemy import select
from sqlalchemy.orm import Session

from vrm.oversight.facets import BLOCK
from vrm.oversight.indexing import day
from vrm.oversight.members import Filters, day_facet, hour_facet
from vrm.oversight.models import LogFacet, LogTally, table
from vrm.oversight.searching import MOST_BLOCKS, get_row, leaves_of, matching

_TALLIES, _FACETS = table(LogTally), table(LogFacet)
_DAY = timedelta(days=1)


def _wanted(filters: Filters) -> list[str]:
    return [f"{name}:{value}" for name, value in filters.members().items()]


def series_by_bits(
    session: Session,
    filters: Filters,
    grain: str,
    starts: Sequence[datetime],
    found: Counter[tuple[datetime, str]],
) -> datetime | None:
    """By hour or day, and outcome."""
    name = day_facet if grain == "day" else hour_facet
    buckets = {name(start): start for start in starts}
    outcomes = {"outcome:answered": "answered", "outcome:refused": "refused"}
    low, high = leaves_of(session, filters.since, filters.until)
    wanted, also = _wanted(filters), _FACETS.c.facet.in_([*buckets, *outcomes])
    for _, bits, others in matching(session, wanted, low, high, also=also):
        for facet, start in buckets.items():
            here = bits & others.get(facet, 0)
            if not here:
                continue
            if filters.outcome is not None:
                found[start, filters.outcome] += here.bit_count()
                continue
            rest = here.bit_count()
            for outcome, told in outcomes.items():
                number = (here & others.get(outcome, 0)).bit_count()
                found[start, told] += number
                rest -= number
            found[start, ""] += rest
    return _reached(session, low, high)


def rank_by_bits(session: Session, filters: Filters, by: str, found: Counter[str]) -> datetime | None:
    """By the values of a member."""
    known = [f"{by}:{value}" for value in _known(session, by)]
    low, high = leaves_of(session, filters.since, filters.until)
    days = [] if low >= high else list(_days(session, filters, low, high))
    wanted, also = _wanted(filters), _FACETS.c.facet.in_([*known, *days])
    for _, bits, others in matching(session, wanted, low, high, also=also):
        if filters.since is not None or filters.until is not None:
            bits &= reduce(or_, (others.get(each, 0) for each in days), 0)
        for facet in known:
            here = bits if facet in wanted else bits & others.get(facet, 0)
            if here:
                found[facet.partition(":")[2]] += here.bit_count()
    return _reached(session, low, high)


def _days(session: Session, filters: Filters, low: int, high: int) -> Iterator[str]:
    """The days of a span, as facets, where one is given; an open end is that of the log."""
    if filters.since is None and filters.until is None:
        return
    at = day(filters.since or get_row(session, leaf_index=low).at)
    end = filters.until or get_row(session, leaf_index=high - 1).at + _DAY
    while at < end:
        yield day_facet(at)
        at += _DAY


def _known(session: Session, by: str) -> Sequence[str]:
    """Every value that a member has anywhere in the log."""
    if by in ("type", "outcome"):
        query = select(_TALLIES.c[by]).where(_TALLIES.c.other == "")
    else:
        query = select(_TALLIES.c.other_value).where(_TALLIES.c.other == by)
    query = query.where(_TALLIES.c.name == "", _TALLIES.c.value == "", _TALLIES.c.grain == "ever")
    return [value for value in session.execute(query.distinct()).scalars() if value]


def _reached(session: Session, low: int, high: int) -> datetime | None:
    """The time of the oldest leaf that bits were counted of, where that is not the span's first."""
    oldest = max(0, (high - 1) // BLOCK - MOST_BLOCKS + 1) * BLOCK
    return None if oldest <= low else get_row(session, leaf_index=oldest).at
