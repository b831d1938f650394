"""Writing events with the change they tell of, and reading them back for those they concern."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from sqlalchemy import ColumnElement, Connection, Row, Select, and_, case, delete, func, insert, or_, select
from sqlalchemy.engine import CursorResult
from sqlalchemy.orm import Session

from vrm import clock
from vrm.accesslog.entry import Event, Prepared, detail_of, prepare, read
from vrm.accesslog.models import EventLookup, LogEvent, LogLeaf, LogPending, table
from vrm.accesslog.types import ANSWERED, REFUSED

_EVENTS, _PENDING, _LOOKUPS = table(LogEvent), table(LogPending), table(EventLookup)
_Columns = tuple[str, datetime, str, str | None, str | None, bytes, bytes, bytes, int]


@dataclass(frozen=True)
class LoggedEvent:
    """An event as the one it concerns may see it.

    ``entry`` holds the members of the log entry, ``detail`` what its commitment hides, ``leaf_index`` its place
    in the tree once it has one (a second or so after the event).
    """

    event_id: str
    at: datetime
    type: str
    outcome: str | None
    consent_id: str | None
    entry: Mapping[str, object]
    detail: Mapping[str, object]
    leaf_hash: bytes
    leaf_index: int | None


@dataclass(frozen=True)
class Counts:
    """How often a consumer's profile was read, and how often a read was refused."""

    reads: int
    refusals: int


@dataclass(frozen=True)
class Tally:
    """What one company did under one consent; ``consent_id`` None: refused, because it named none of its own."""

    company_id: str | None
    consent_id: str | None
    reads: int
    refusals: int
    last_read_at: datetime | None


def append(connection: Connection, prepared: Sequence[Prepared]) -> None:
    """Write events in the caller's transaction: they are in the log exactly if that transaction commits."""
    if not prepared:
        return
    events, pending, lookups = [], [], []
    for one in prepared:
        about, at = one.event.about, clock.trim(one.event.at)
        pending.append({"event_id": one.event_id})
        events.append(
            {
                "id": one.event_id,
                "entry": one.entry,
                "leaf_hash": one.leaf_hash,
                "opening": one.opening if about is None else None,
                "created_at": at,
            }
        )
        if about is not None:
            lookups.append(
                {
                    "consumer_id": about.consumer_id,
                    "event_id": one.event_id,
                    "at": at,
                    "type": one.event.type,
                    "outcome": one.event.outcome,
                    "consent_id": about.consent_id,
                    "client_id": one.event.client,
                    "company_id": one.event.company,
                    "opening": one.opening,
                }
            )
    connection.execute(insert(_EVENTS), events)
    connection.execute(insert(_PENDING), pending)
    if lookups:
        connection.execute(insert(_LOOKUPS), lookups)


def record(session: Session, event: Event) -> Prepared:
    """Prepare and append one event in the session's transaction."""
    prepared = prepare(event)
    append(session.connection(), [prepared])
    return prepared


def list_for_consumer(
    session: Session,
    *,
    consumer_id: str,
    limit: int,
    before: str | None = None,
    consent_id: str | None = None,
    type: str | None = None,
    outcome: str | None = None,
    company_id: str | None = None,
    since: datetime | None = None,
) -> list[LoggedEvent]:
    """A consumer's events, newest first: all, or those that fit every condition given.

    ``before`` is the event id of the last row of the page before; ``since`` is included. An unknown ``before`` gives no rows: it may be somebody else's event, and nobody is to learn that.
    """
    query = _logged().where(EventLookup.consumer_id == consumer_id)
    conditions = {"consent_id": consent_id, "type": type, "outcome": outcome, "company_id": company_id}
    for name, value in conditions.items():
        if value is not None:
            query = query.where(getattr(EventLookup, name) == value)
    if since is not None:
        query = query.where(EventLookup.at >= since)
    if before is not None:
        last = session.execute(
            select(EventLookup.at).where(
                EventLookup.consumer_id == consumer_id, EventLookup.event_id == before
            )
        ).scalar_one_or_none()
        if last is None:
            return []
        query = query.where(
            or_(EventLookup.at < last, and_(EventLookup.at == last, EventLookup.event_id < before))
        )
    query = query.order_by(EventLookup.at.desc(), EventLookup.event_id.desc()).limit(limit)
    return [_row(row) for row in session.execute(query)]


def find_for_client(session: Session, *, client_id: str, event_id: str) -> LoggedEvent | None:
    """One of a client's own events; None where it is another's, or nobody's any more."""
    query = _logged().where(EventLookup.client_id == client_id, EventLookup.event_id == event_id)
    row = session.execute(query).one_or_none()
    return None if row is None else _row(row)


def count_for_consumer(session: Session, *, consumer_id: str, since: datetime | None = None) -> Counts:
    """How often a consumer was read and how often a read was refused, since then or ever."""
    query = select(_times(ANSWERED), _times(REFUSED)).where(*_reads(consumer_id, since))
    reads, refusals = session.execute(query).one()
    return Counts(int(reads), int(refusals))


def count_in_spans(session: Session, *, consumer_id: str, moments: Sequence[datetime]) -> list[Counts]:
    """As ``count_for_consumer``, from each moment to the next, in one query; ``moments`` ascend."""
    if len(moments) < 2:
        return []
    sums = [
        _times(outcome, and_(EventLookup.at >= start, EventLookup.at < end))
        for start, end in pairwise(moments)
        for outcome in (ANSWERED, REFUSED)
    ]
    query = select(*sums).where(*_reads(consumer_id, moments[0]))
    found = [int(number) for number in session.execute(query).one()]
    return [Counts(reads, refusals) for reads, refusals in zip(found[::2], found[1::2], strict=True)]


def tally_for_consumer(
    session: Session, *, consumer_id: str, since: datetime | None = None, consent_id: str | None = None
) -> list[Tally]:
    """Reads and refusals of a consumer, summed up by company and consent, since then or ever."""
    last = func.max(case((EventLookup.outcome == ANSWERED, EventLookup.at)))
    parts = (EventLookup.company_id, EventLookup.consent_id)
    query = select(*parts, _times(ANSWERED), _times(REFUSED), last).where(*_reads(consumer_id, since))
    if consent_id is not None:
        query = query.where(EventLookup.consent_id == consent_id)
    return [
        Tally(company, consent, int(reads), int(refusals), last_read_at)
        for company, consent, reads, refusals, last_read_at in session.execute(query.group_by(*parts))
    ]


def count_pending(session: Session) -> int:
    """How many events wait for their leaf."""
    return session.execute(select(func.count()).select_from(LogPending)).scalar_one()


def forget(session: Session, *, consumer_id: str) -> int:
    """Drop whatever says which events are this person's; gives how many. The entries stay, and still verify.

    With the person's log secret destroyed as well, nothing we hold ties an entry to them.
    """
    result = session.execute(delete(EventLookup).where(EventLookup.consumer_id == consumer_id))
    assert isinstance(result, CursorResult)
    return result.rowcount


def find_leaf(session: Session, *, event_id: str) -> int | None:
    """The leaf index of an event; None while it waits, or if there is no such event."""
    return session.execute(
        select(LogLeaf.leaf_index).where(LogLeaf.event_id == event_id)
    ).scalar_one_or_none()


def _times(outcome: str, when: ColumnElement[bool] | None = None) -> ColumnElement[int]:
    """How many of the rows have this outcome, in that time."""
    fits = EventLookup.outcome == outcome
    return func.coalesce(func.sum(case((fits if when is None else and_(fits, when), 1), else_=0)), 0)


def _reads(consumer_id: str, since: datetime | None) -> list[ColumnElement[bool]]:
    conditions = [EventLookup.consumer_id == consumer_id, EventLookup.type == "disclosure"]
    return conditions if since is None else [*conditions, EventLookup.at >= since]


def _logged() -> Select[*_Columns]:
    return (
        select(
            EventLookup.event_id,
            EventLookup.at,
            EventLookup.type,
            EventLookup.outcome,
            EventLookup.consent_id,
            LogEvent.entry,
            EventLookup.opening,
            LogEvent.leaf_hash,
            LogLeaf.leaf_index,
        )
        .join_from(EventLookup, LogEvent, LogEvent.id == EventLookup.event_id)
        .outerjoin(LogLeaf, LogLeaf.event_id == EventLookup.event_id)
    )


def _row(row: Row[*_Columns]) -> LoggedEvent:
    event_id, at, type_, outcome, consent_id, entry, opening, leaf_hash, leaf_index = row
    return LoggedEvent(
        event_id, at, type_, outcome, consent_id, read(entry), detail_of(opening), leaf_hash, leaf_index
    )
