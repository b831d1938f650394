"""Finding entries, newest leaf first, whatever is asked for.

Members of which two never stand in one entry are known to find nothing by their sums, without looking. Any other
page looks through at most ``MOST_BLOCKS`` blocks of leaves (a million), and fewer where it has so many conditions
that this would be more than ``MOST_SETS`` sets of leaves; and fetches at most ``MOST_ROWS`` rows. A page that
ends there has a cursor to go on and says how far back it has looked.

The order is that of the leaves, which is the log's own; times follow it but for entries that came a little late.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from functools import partial
from itertools import combinations, islice
from typing import Any

from sqlalchemy import and_, or_, select
from sqlalchemy.engine import Row as Line
from sqlalchemy.orm import Session

from vrm.errors import NotFound
from vrm.oversight.facets import BLOCK, downward, unpack, within
from vrm.oversight.indexing import hour, indexed
from vrm.oversight.members import Filters, Row
from vrm.oversight.models import LogFacet, LogHour, LogIndex, LogTally, table

MOST_BLOCKS = 16  # a million leaves
MOST_SETS = 36
"""Of 8 KiB each, which a question reads at most: so an answer takes at most twice as long in a log of a million
entries as in one of a thousand. See ``bench/explorer.py``."""
MOST_ROWS = 1000
_INDEX, _FACETS, _HOURS, _TALLIES = table(LogIndex), table(LogFacet), table(LogHour), table(LogTally)
_KEYS = [one.name for one in fields(Row)].index("keys")  # its place, the same in the table and in a row
_PAIR = ("name", "value", "other", "other_value")
_BY_INDEX = ("thread", "agent")
TALLIED = ("company", "client", "purpose", "code", "key")
"""The members whose sums are kept, each alone and with each other."""


@dataclass(frozen=True)
class Found:
    """A page of entries. ``older`` is the ``before`` of the next page, None after the last.

    ``looked_back_to`` is given where the page ended before it was full: what lies before has not been looked at.
    """

    rows: list[Row]
    older: int | None
    looked_back_to: datetime | None


class _Looked:
    """How far down a walk has come: every leaf from here on was looked at."""

    def __init__(self, down_to: int) -> None:
        self.down_to = down_to


def search(session: Session, filters: Filters, *, before: int | None = None, limit: int = 50) -> Found:
    """The newest entries that meet the conditions, of leaves below ``before``."""
    low, high = leaves_of(session, filters.since, filters.until)
    high = high if before is None else min(high, before)
    looked = _Looked(high)
    candidates = _candidates(session, filters, low, high, looked)
    rows: list[Row] = []
    examined = 0
    while len(rows) <= limit and examined < MOST_ROWS:
        leaves = list(islice(candidates, limit + 1))
        if not leaves:
            break
        examined += len(leaves)
        rows += [row for row in _fetch(session, leaves) if filters.admit(row)]
        looked.down_to = min(looked.down_to, leaves[-1])
    if len(rows) > limit:
        return Found(rows[:limit], rows[limit - 1].leaf_index, None)
    if looked.down_to <= low:
        return Found(rows, None, None)
    return Found(rows, looked.down_to, get_row(session, leaf_index=looked.down_to).at)


def get_row(session: Session, *, leaf_index: int) -> Row:
    """One entry as the index holds it; raises ``NotFound`` where there is none, or none yet."""
    for row in _fetch(session, [leaf_index]):
        return row
    raise NotFound("There is no such entry in the log, or it is not indexed yet.", code="no_such_entry")


def leaves_of(session: Session, since: datetime | None, until: datetime | None) -> tuple[int, int]:
    """The leaves between which all indexed entries of that time lie: from the first, up to without the second."""
    low, high = 0, indexed(session)
    if since is not None:
        query = select(_HOURS.c.first_leaf).where(_HOURS.c.start >= hour(since)).order_by(_HOURS.c.start)
        first = session.execute(query.limit(1)).scalar_one_or_none()
        low = high if first is None else first
    if until is not None:
        in_it = hour(until - timedelta(microseconds=1))
        query = select(_HOURS.c.last_leaf).where(_HOURS.c.start <= in_it).order_by(_HOURS.c.start.desc())
        last = session.execute(query.limit(1)).scalar_one_or_none()
        high = 0 if last is None else min(high, last + 1)
    return low, high


def newest(session: Session, filters: Filters, *, most: int) -> tuple[list[Row], datetime | None]:
    """The newest entries of one thread or agent that meet the conditions, looking through at most ``most`` of them.

    Gives also how far back that reached, None if it was through all.
    """
    members = filters.members()
    query = select(_INDEX).where(*(_INDEX.c[name] == members[name] for name in _BY_INDEX if name in members))
    rows = [_row(line) for line in session.execute(query.order_by(_INDEX.c.leaf_index.desc()).limit(most))]
    return [row for row in rows if filters.admit(row)], rows[-1].at if len(rows) == most else None


def meet(session: Session, members: Mapping[str, str]) -> bool:
    """Whether every two of these members stand together in some entry, as far as sums are kept of that."""
    kind = [_TALLIES.c[name] == members[name] for name in ("type", "outcome") if name in members]
    named = [(name, members[name]) for name in TALLIED if name in members]
    if len(kind) + len(named) < 2:
        return True
    # Where there are fewer than two, type and outcome are looked at with the one, or with nothing.
    pairs = list(combinations(named, 2)) or [((named or [("", "")])[0], ("", ""))]
    together = or_(
        *(
            and_(*(_TALLIES.c[name] == value for name, value in zip(_PAIR, (*one, *other), strict=True)))
            for one, other in pairs
        )
    )
    query = select(_TALLIES.c.name, _TALLIES.c.other).where(together, _TALLIES.c.grain == "ever", *kind)
    return len(session.execute(query.distinct()).all()) == len(pairs)


def oldest_block(low: int, high: int, sets: int) -> int:
    """How far down one question looks at so many sets in each block."""
    blocks = max(1, min(MOST_BLOCKS, MOST_SETS // max(1, sets)))
    return max(low // BLOCK, (high - 1) // BLOCK - blocks + 1)


def matching(
    session: Session,
    wanted: list[str],
    low: int,
    high: int,
    *,
    also: Collection[str] = (),
    beside: int = 0,
    without: str | None = None,
) -> Iterator[tuple[int, int, dict[str, int]]]:
    """Block by block, newest first: the block, the leaves in it with all the ``wanted`` facets and not of the type
    ``without``, and the bits of the other facets in ``also``, some ``beside`` in each block. Down to ``oldest_block``.
    """
    never = set() if without is None else {f"type:{without}"}
    top, bottom = (high - 1) // BLOCK, oldest_block(low, high, len(wanted) + beside + len(never))
    # A page is mostly full after the newest two blocks, so they come alone; figures need them all.
    newest_two = max(bottom, top - 1)
    parts = [(newest_two, top), (bottom, newest_two - 1)] if not also else [(bottom, top)]
    for first, last in parts:
        if last < first or high <= low:
            continue
        query = select(_FACETS.c.facet, _FACETS.c.block, _FACETS.c.bits).where(
            _FACETS.c.facet.in_({*wanted, *also, *never}), _FACETS.c.block.between(first, last)
        )
        blocks: dict[int, dict[str, bytes]] = {}
        for facet, block, bits in session.execute(query):
            blocks.setdefault(block, {})[facet] = bits
        for block in range(last, first - 1, -1):
            have = blocks.get(block, {})
            both = within(low, high, block) if all(facet in have for facet in wanted) else 0
            for facet in sorted(wanted, key=partial(_length, have)):
                if not both:
                    break
                both &= unpack(have[facet])
            for facet in never & have.keys():
                both &= ~unpack(have[facet])
            asked = have.keys() - {*wanted, *(never - {*also})}
            others = {name: unpack(have[name]) for name in asked} if both else {}
            yield block, both, others


def _candidates(session: Session, filters: Filters, low: int, high: int, looked: _Looked) -> Iterator[int]:
    """Leaves that may meet the conditions, newest first; those that surely do not are left out."""
    members = filters.members()
    if high <= low:
        looked.down_to = low
    elif by_index := [_INDEX.c[name] == members[name] for name in _BY_INDEX if name in members]:
        query = select(_INDEX.c.leaf_index).where(
            *by_index, _INDEX.c.leaf_index >= low, _INDEX.c.leaf_index < high
        )
        found = session.execute(query.order_by(_INDEX.c.leaf_index.desc()).limit(MOST_ROWS)).scalars().all()
        yield from found
        if len(found) < MOST_ROWS:
            looked.down_to = low
    elif not meet(session, members):
        looked.down_to = low
    elif members or filters.left_out:
        wanted = [f"{name}:{value}" for name, value in members.items()]
        for block, bits, _ in matching(session, wanted, low, high, without=filters.left_out):
            yield from downward(bits, block)
            looked.down_to = max(low, block * BLOCK)
    else:
        yield from range(high - 1, low - 1, -1)
        looked.down_to = low


def _length(have: dict[str, bytes], facet: str) -> int:
    return len(have.get(facet, b""))


def _fetch(session: Session, leaves: list[int]) -> list[Row]:
    query = select(_INDEX).where(_INDEX.c.leaf_index.in_(leaves)).order_by(_INDEX.c.leaf_index.desc())
    return [_row(line) for line in session.execute(query)]


def _row(line: Line[Any]) -> Row:
    said = list(line)
    said[_KEYS] = tuple(said[_KEYS].split())
    return Row(*said)
