"""Counting with bits, where no sum is kept: the leaves that meet all conditions, and of those the ones in each bucket.

Each function adds to ``found``, and gives the time from which on it has counted; None where that was everything.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from functools import reduce
from operator import or_ as union

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session

from vrm.oversight.facets import BLOCK
from vrm.oversight.indexing import day
from vrm.oversight.members import Filters, day_facet, hour_facet
from vrm.oversight.models import LogHour, LogTally, table
from vrm.oversight.searching import TALLIED, get_row, leaves_of, matching, oldest_block

_TALLIES, _HOURS = table(LogTally), table(LogHour)


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
    given = filters.outcome is not None
    wanted, also = _wanted(filters), [*buckets, *(() if given else outcomes)]
    beside = (
        1 if given else 1 + len(outcomes)
    )  # the buckets of a block share its leaves: together they are one set
    for _, bits, others in matching(
        session, wanted, low, high, also=also, beside=beside, without=filters.left_out
    ):
        parts = {told: bits & others.get(outcome, 0) for outcome, told in outcomes.items()}
        for facet in others.keys() & buckets.keys():
            here, start = others[facet], buckets[facet]
            rest = (bits & here).bit_count()
            if given:
                found[start, str(filters.outcome)] += rest
            elif rest:
                for told, part in parts.items():
                    number = (part & here).bit_count()
                    found[start, told] += number
                    rest -= number
                found[start, ""] += rest
    return _reached(session, low, high, len(wanted) + beside + (filters.left_out is not None))


def rank_by_bits(session: Session, filters: Filters, by: str, found: Counter[str]) -> datetime | None:
    """By the values of a member."""
    known = [f"{by}:{value}" for value in _known(session, filters, by)]
    low, high = leaves_of(session, filters.since, filters.until)
    days = [] if low >= high else _days(session, filters)
    wanted, also = _wanted(filters), [*known, *days]
    beside = len(set(known) - set(_wanted(filters))) + bool(days)
    for _, bits, others in matching(
        session, wanted, low, high, also=also, beside=beside, without=filters.left_out
    ):
        if filters.since is not None or filters.until is not None:
            bits &= reduce(union, (others.get(each, 0) for each in days), 0)
        for facet in known:
            here = bits if facet in wanted else bits & others.get(facet, 0)
            if here:
                found[facet.partition(":")[2]] += here.bit_count()
    return _reached(session, low, high, len(wanted) + beside + (filters.left_out is not None))


def _days(session: Session, filters: Filters) -> list[str]:
    """The days of a span that the log has entries of, as facets, where a span is given.

    From the hours of the log and not from its first and last leaf, which may be older or younger than others.
    """
    if filters.since is None and filters.until is None:
        return []
    query = select(_HOURS.c.start)
    if filters.since is not None:
        query = query.where(_HOURS.c.start >= filters.since)
    if filters.until is not None:
        query = query.where(_HOURS.c.start < filters.until)
    return sorted({day_facet(day(start)) for start in session.execute(query).scalars()})


def _known(session: Session, filters: Filters, by: str) -> Sequence[str]:
    """Every value of a member that any entry with one of these conditions has, by the sums that are kept."""
    members = filters.members()
    if by in members and by != "key":
        return [members[by]]
    if by in ("type", "outcome"):
        query = select(_TALLIES.c[by]).where(_TALLIES.c.other == "", *_alone("", ""))
        return [value for value in session.execute(query.distinct()).scalars() if value]
    given = [(name, members[name]) for name in TALLIED if name in members and name != by] or [("", "")]
    query = select(_TALLIES.c.other_value, _TALLIES.c.name).where(
        or_(*(and_(*_alone(*one)) for one in given)), _TALLIES.c.other == by
    )
    query = query.where(
        *(_TALLIES.c[name] == members[name] for name in ("type", "outcome") if name in members)
    )
    beside = Counter(value for value, _ in session.execute(query.distinct()))
    return [value for value, number in beside.items() if number == len(given)]


def _alone(name: str, value: str) -> tuple[ColumnElement[bool], ...]:
    return _TALLIES.c.name == name, _TALLIES.c.value == value, _TALLIES.c.grain == "ever"


def _reached(session: Session, low: int, high: int, sets: int) -> datetime | None:
    """The time of the oldest leaf that bits were counted of, where that is not the span's first."""
    oldest = oldest_block(low, high, sets) * BLOCK
    return None if oldest <= low else get_row(session, leaf_index=oldest).at
