"""Reading the log into the index, pass by pass, and making it anew.

Nothing is indexed when an event is written: that path must stay as short as it is. A pass takes the next leaves
in their order, in one transaction whose first act is to lock the state row, so that any process may run it and
no leaf is taken twice. A crash leaves the passes that were committed, or the first of them.

What a pass writes grows with the pairs of members that occur in it rather than with its leaves: few hundred pairs are
common, so twice the leaves are far from twice the lines. Short passes are kind to whoever else writes, long ones get
through the log faster.
"""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial

from sqlalchemy import Connection, Dialect, delete, insert, select, text, update
from sqlalchemy.orm import Session

from vrm import accesslog
from vrm.db import Database
from vrm.db.putting import Put, put
from vrm.oversight.facets import BLOCK, pack, unpack
from vrm.oversight.members import Row, facets, row_of
from vrm.oversight.models import LogAgentDay, LogFacet, LogHour, LogIndex, LogIndexState, LogTally, table

_STATE, _INDEX, _FACETS = table(LogIndexState), table(LogIndex), table(LogFacet)
_TALLIES, _HOURS = table(LogTally), table(LogHour)
EVER = datetime(1970, 1, 1, tzinfo=UTC)
"""The start of the one bucket of the grain ``ever``."""
_MANY = 400  # names in one IN list

Pair = tuple[str, str, str, str]
"""Name and value of a member, and of another; empty where none is asked for."""
_Bucket = tuple[str, datetime, str, str]  # grain, start, type, outcome
_TALLY = ("name", "value", "other", "other_value", "grain", "start", "type", "outcome", "count")


@dataclass(frozen=True)
class _Pass:
    """The next leaves, and all that is to be written of them."""

    upto: int
    rows: Sequence[Row]
    puts: Sequence[Put]


def index(database: Database, *, limit: int = 1000) -> int:
    """Index up to ``limit`` leaves that are not yet; gives how many, 0 when all are.

    Everything is worked out before the writing transaction, because on SQLite all other writers wait for that one.
    What it rests on cannot change meanwhile: entries never do, and the sets of leaves only together with the
    state row, which the transaction compares.
    """
    while True:
        ready = database.read(lambda session: _prepare(session, database.engine.dialect, limit))
        if ready is None:
            return 0
        if database.write_derived(partial(_store, ready=ready)):
            return len(ready.rows)


def _prepare(session: Session, dialect: Dialect, limit: int) -> _Pass | None:
    """A pass over the next leaves, which all stand in one block; None when there are none."""
    upto = indexed(session)
    entries = accesslog.entries(session.connection(), upto, min(limit, BLOCK - upto % BLOCK))
    rows = [row_of(*entry) for entry in entries]
    if not rows:
        return None
    lines = [{**vars(row), "keys": " ".join(row.keys)} for row in rows]
    facets = _with_old_bits(session, upto // BLOCK, _bits(rows))
    puts = (
        put(dialect, _INDEX, lines),
        put(dialect, _FACETS, facets, changes=lambda new: {"bits": new.bits}),
        put(
            dialect, _TALLIES, _tallies(rows), changes=lambda new: {"count": _TALLIES.c.count + new["count"]}
        ),
    )
    return _Pass(upto, rows, puts)


def _store(session: Session, *, ready: _Pass) -> bool:
    connection = session.connection()
    if locked_state(connection) != ready.upto:
        return False  # another process was first: see what is left
    for each in ready.puts:
        each.run(connection)
    _add_hours(connection, ready.rows)
    connection.execute(update(_STATE).where(_STATE.c.id == 1).values(upto=ready.upto + len(ready.rows)))
    return True


def reindex(database: Database) -> None:
    """Drop the whole index, but for the findings. The passes after this make it anew from the log."""

    def drop(connection: Connection) -> None:
        locked_state(connection)
        for each in (_INDEX, _FACETS, _TALLIES, _HOURS, table(LogAgentDay)):
            connection.execute(delete(each))
        connection.execute(update(_STATE).values(upto=0, watched_until=None))

    database.write_group(drop)


def indexed(session: Session) -> int:
    """How many leaves are indexed: those below this one."""
    found = session.execute(select(_STATE.c.upto)).scalar_one_or_none()
    return 0 if found is None else int(found)


def locked_state(connection: Connection) -> int:
    """How many leaves are indexed; nobody else changes the index until the transaction ends."""
    query = select(_STATE.c.upto).where(_STATE.c.id == 1).with_for_update()
    upto = connection.execute(query).scalar_one_or_none()
    if upto is None:
        connection.execute(
            text("INSERT INTO log_index_state (id, upto) VALUES (1, 0) ON CONFLICT DO NOTHING")
        )
        upto = connection.execute(query).scalar_one()
    return int(upto)


def _bits(rows: Sequence[Row]) -> dict[str, int]:
    """For each facet, which leaves of the block have it."""
    base = rows[0].leaf_index
    places = defaultdict[str, list[int]](list)
    for row in rows:
        for facet in facets(row):
            places[facet].append(row.leaf_index - base)
    # The bits are set in a number as long as the pass, not as the block: each step copies all of it.
    return {name: sum(1 << place for place in of) << base % BLOCK for name, of in places.items()}


def _with_old_bits(session: Session, block: int, added: dict[str, int]) -> list[dict[str, object]]:
    """The facets of these leaves, with all leaves of the block that have them."""
    names, whole = sorted(added), dict(added)
    for start in range(0, len(names), _MANY):
        query = select(_FACETS.c.facet, _FACETS.c.bits).where(
            _FACETS.c.block == block, _FACETS.c.facet.in_(names[start : start + _MANY])
        )
        for facet, bits in session.execute(query):
            whole[facet] |= unpack(bits)
    return [{"facet": name, "block": block, "bits": pack(whole[name])} for name in names]


def _tallies(rows: Sequence[Row]) -> list[dict[str, object]]:
    """What these rows add to which tallies, in the order of the table."""
    alike = Counter(
        (hour(row.at), row.type, row.outcome, row.company_id, row.client_id, row.purpose, row.code, row.keys)
        for row in rows
    )
    counts: defaultdict[_Bucket, defaultdict[Pair, int]] = defaultdict(partial(defaultdict, int))
    for (start, type_, outcome, company, client, purpose, code, keys), count in alike.items():
        given = (("company", company), ("client", client), ("purpose", purpose), ("code", code))
        named = [("", ""), *((name, value) for name, value in given if value is not None)]
        named += [("key", key) for key in dict.fromkeys(keys)]
        by_hour = counts["hour", start, type_, outcome or ""]
        by_day = counts["day", day(start), type_, outcome or ""]
        for pair in _alone(named):
            by_hour[pair] += count
            by_day[pair] += count
        for pair in _together(named):
            by_day[pair] += count
    for (grain, _, type_, told), pairs in list(counts.items()):
        if grain == "day":
            ever = counts["ever", EVER, type_, told]
            for pair, count in pairs.items():
                ever[pair] += count
    lines = [(*pair, *bucket, count) for bucket, pairs in counts.items() for pair, count in pairs.items()]
    return [dict(zip(_TALLY, line, strict=True)) for line in sorted(lines)]


def _alone(named: Sequence[tuple[str, str]]) -> list[Pair]:
    return [(name, value, "", "") for name, value in named]


def _together(named: Sequence[tuple[str, str]]) -> list[Pair]:
    """Every member with every other, and so nothing at all, with every one."""
    return [(*one, *other) for one in named for other in named[1:] if other[0] != one[0]]


def _add_hours(connection: Connection, rows: Sequence[Row]) -> None:
    """Keep both bounds of ``LogHour``. New leaves lie above all known ones, which makes it this short:

    an hour's ``first_leaf`` is settled when the hour is first seen (its first leaf, or that of a later hour seen
    before), and a leaf raises ``last_leaf`` of its own hour and of all later ones.
    """
    first: dict[datetime, int] = {}
    last: dict[datetime, int] = {}
    for row in rows:
        first.setdefault(hour(row.at), row.leaf_index)
        last[hour(row.at)] = row.leaf_index
    known = set(connection.execute(select(_HOURS.c.start).where(_HOURS.c.start.in_(list(first)))).scalars())
    for start in sorted(set(first) - known, reverse=True):
        later = connection.execute(
            select(_HOURS.c.first_leaf).where(_HOURS.c.start > start).order_by(_HOURS.c.start).limit(1)
        ).scalar_one_or_none()
        lowest = first[start] if later is None else min(first[start], later)
        connection.execute(insert(_HOURS), {"start": start, "first_leaf": lowest, "last_leaf": last[start]})
    for start, leaf in last.items():
        connection.execute(
            update(_HOURS).where(_HOURS.c.start >= start, _HOURS.c.last_leaf < leaf).values(last_leaf=leaf)
        )


def hour(at: datetime) -> datetime:
    """The beginning of the hour (UTC)."""
    return at.replace(minute=0, second=0, microsecond=0)


def day(at: datetime) -> datetime:
    """The beginning of the day (UTC)."""
    return at.replace(hour=0, minute=0, second=0, microsecond=0)
