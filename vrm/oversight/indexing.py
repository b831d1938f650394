"""Reading the log into the index, pass by pass, and making it anew.

Nothing is indexed when an event is written: that path must stay as short as it is. A pass takes the next leaves
in their order, in one transaction whose first act is to lock the state row, so that any process may run it and
no leaf is taken twice. A crash leaves the passes that were committed.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Insert, delete, insert, select, text, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from vrm import accesslog
from vrm.db import Database
from vrm.oversight.facets import BLOCK, pack, unpack
from vrm.oversight.members import Row, facets, row_of
from vrm.oversight.models import LogAgentDay, LogFacet, LogHour, LogIndex, LogIndexState, LogTally, table

_STATE, _INDEX, _FACETS = table(LogIndexState), table(LogIndex), table(LogFacet)
_TALLIES, _HOURS = table(LogTally), table(LogHour)
_TALLY_KEY = [column.name for column in _TALLIES.primary_key]
EVER = datetime(1970, 1, 1, tzinfo=UTC)
"""The start of the one bucket of the grain ``ever``."""
_MANY = 400  # names in one IN list

# One spelling of "insert or change" that both engines read.
_PUT_FACET = text(
    "INSERT INTO log_facets (facet, block, bits) VALUES (:facet, :block, :bits)"
    " ON CONFLICT (facet, block) DO UPDATE SET bits = excluded.bits"
)

Pair = tuple[str, str, str, str]
"""Name and value of a member, and of another; empty where none is asked for."""


def index(database: Database, *, limit: int = 1000) -> int:
    """Index up to ``limit`` leaves that are not yet; gives how many, 0 when all are. Durable on return.

    Entries are read and taken apart before the writing transaction, which so stays short: leaves never change.
    """
    while True:
        upto, entries = database.read(lambda session: _next(session, limit))
        if not entries:
            return 0
        rows = [row_of(*entry) for entry in entries]
        bits, tallies = _bits(rows), _tallies(rows)

        def store(
            connection: Connection,
            upto: int = upto,
            rows: Sequence[Row] = rows,
            bits: dict[str, int] = bits,
            tallies: list[dict[str, object]] = tallies,
        ) -> bool:
            if locked_state(connection) != upto:
                return False  # another process was first: see what is left
            connection.execute(update(_STATE).where(_STATE.c.id == 1).values(upto=upto + len(rows)))
            connection.execute(insert(_INDEX), [{**vars(row), "keys": " ".join(row.keys)} for row in rows])
            _add_bits(connection, upto // BLOCK, bits)
            connection.execute(_put_tally(connection), tallies)
            _add_hours(connection, rows)
            return True

        if database.write_group(store):
            return len(rows)


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


def _next(session: Session, limit: int) -> tuple[int, Sequence[tuple[int, str, bytes]]]:
    """How many leaves are indexed, and the entries of the next ones, which all stand in one block."""
    upto = indexed(session)
    return upto, accesslog.entries(session.connection(), upto, min(limit, BLOCK - upto % BLOCK))


def _bits(rows: Sequence[Row]) -> dict[str, int]:
    """For each facet, which leaves of the block have it."""
    base = rows[0].leaf_index
    places = defaultdict[str, list[int]](list)
    for row in rows:
        for facet in facets(row):
            places[facet].append(row.leaf_index - base)
    # The bits are set in a number as long as the pass, not as the block: each step copies all of it.
    return {name: sum(1 << place for place in of) << base % BLOCK for name, of in places.items()}


def _add_bits(connection: Connection, block: int, added: dict[str, int]) -> None:
    names, whole = sorted(added), dict(added)
    for start in range(0, len(names), _MANY):
        query = select(_FACETS.c.facet, _FACETS.c.bits).where(
            _FACETS.c.block == block, _FACETS.c.facet.in_(names[start : start + _MANY])
        )
        for facet, bits in connection.execute(query):
            whole[facet] |= unpack(bits)
    connection.execute(
        _PUT_FACET, [{"facet": name, "block": block, "bits": pack(whole[name])} for name in names]
    )


def _tallies(rows: Sequence[Row]) -> list[dict[str, object]]:
    """What these rows add to which tallies."""
    alike = Counter(
        (hour(row.at), row.type, row.outcome, row.company_id, row.client_id, row.purpose, row.code, row.keys)
        for row in rows
    )
    days = {start: day(start) for start in {one[0] for one in alike}}
    counts: Counter[tuple[Pair, str, datetime, str, str]] = Counter()
    daily: Counter[tuple[Pair, datetime, str, str]] = Counter()
    for (start, type_, outcome, company, client, purpose, code, keys), count in alike.items():
        given = (("company", company), ("client", client), ("purpose", purpose), ("code", code))
        named = [(name, value) for name, value in given if value is not None]
        named += [("key", key) for key in dict.fromkeys(keys)]
        said, on = outcome or "", days[start]
        for pair in _pairs(named):
            daily[pair, on, type_, said] += count
            if not pair[2]:
                counts[pair, "hour", start, type_, said] += count
    for (pair, start, type_, said), count in daily.items():
        counts[pair, "day", start, type_, said] += count
        counts[pair, "ever", EVER, type_, said] += count
    order = ("name", "value", "other", "other_value")
    return [
        {
            **dict(zip(order, pair, strict=True)),
            "grain": grain, "start": start, "type": type_, "outcome": outcome, "count": count,
        }
        for (pair, grain, start, type_, outcome), count in sorted(counts.items())
    ]  # fmt: skip


def _pairs(named: Sequence[tuple[str, str]]) -> Iterator[Pair]:
    """Every member alone and with every other, and nothing at all, alone and with every one."""
    for name, value in (("", ""), *named):
        yield name, value, "", ""
        yield from ((name, value, *other) for other in named if other[0] != name)


def _put_tally(connection: Connection) -> Insert:
    """Add to what is counted already. Each engine's own words; not ``text``, which knows no moments."""
    if connection.dialect.name == "sqlite":
        into = sqlite.insert(_TALLIES)
        return into.on_conflict_do_update(index_elements=_TALLY_KEY, set_=_more(into.excluded))
    put = postgresql.insert(_TALLIES)
    return put.on_conflict_do_update(index_elements=_TALLY_KEY, set_=_more(put.excluded))


def _more(excluded: Any) -> dict[str, ColumnElement[int]]:
    return {"count": _TALLIES.c.count + excluded["count"]}


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
