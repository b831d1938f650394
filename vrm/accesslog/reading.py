"""Reading events back for those they concern: the person whose they are, and the company that caused them."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import ColumnElement, Row, Select, and_, func, or_, select
from sqlalchemy.orm import Session

from vrm.accesslog.entry import detail_of, read
from vrm.accesslog.models import EventLookup, LogEvent, LogLeaf, LogPending
from vrm.accesslog.moved import whole
from vrm.accesslog.types import ANSWERED
from vrm.tlog import canonical

_Columns = tuple[str, datetime, str, str | None, str | None, bytes, bytes, bytes, int]


@dataclass(frozen=True)
class LoggedEvent:
    """An event as the one it concerns may see it.

    ``entry`` holds the members of the log entry, ``detail`` what its commitment hides, ``leaf_index`` its place
    in the tree once it has one (a second or so after the event), ``opening`` the bytes that ``detail`` stands in.
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
    opening: bytes = field(repr=False)


@dataclass(frozen=True)
class OwnRead:
    """A read as the company that made it may see it: ``answered``, or refused.

    ``members`` are those of the log entry but its ``code``, and ``entry`` is the entry byte for byte, to prove
    with ``leaf_hash`` and the inclusion proof of ``leaf_index``. A refused read has no ``entry``: the code in it
    says what happened, and a company is told less, which is ``told``.
    """

    event_id: str
    at: datetime
    answered: bool
    told: str | None
    members: Mapping[str, object]
    entry: bytes | None
    leaf_hash: bytes
    leaf_index: int | None


def list_for_consumer(
    session: Session,
    *,
    consumer_id: str,
    limit: int,
    before: str | None = None,
    consent_id: str | None = None,
    type: str | None = None,
    types: Collection[str] | None = None,
    outcome: str | None = None,
    company_id: str | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
) -> list[LoggedEvent]:
    """A consumer's events, newest first: all, or those that fit every condition given.

    ``before`` is the event id of the last row of the page before; ``since`` is included, ``until`` is not. An
    unknown ``before`` gives no rows: it may be somebody else's event, and nobody is to learn that.
    """
    conditions = {"consent_id": consent_id, "type": type, "outcome": outcome, "company_id": company_id}
    narrowed = [
        getattr(EventLookup, name) == value for name, value in conditions.items() if value is not None
    ]
    if types is not None:
        narrowed.append(EventLookup.type.in_(types))
    if since is not None:
        narrowed.append(EventLookup.at >= since)
    if until is not None:
        narrowed.append(EventLookup.at < until)
    return _page(session, [EventLookup.consumer_id == consumer_id], narrowed, limit, before)


def list_for_company(
    session: Session,
    *,
    consumer_id: str,
    company_id: str,
    consent_id: str,
    limit: int,
    told: Callable[[str], str],
    before: str | None = None,
) -> list[OwnRead]:
    """What a company itself read under one consent, newest first; ``before`` as in ``list_for_consumer``.

    ``told`` gives, for the code of a refusal, the one that a company may know.
    ``consumer_id`` finds the rows and is in none of them. Once that person is forgotten there are none.
    """
    whose = [
        EventLookup.consumer_id == consumer_id,
        EventLookup.consent_id == consent_id,
        EventLookup.company_id == company_id,
        EventLookup.type == "disclosure",
    ]
    return [_own(event, told) for event in _page(session, whose, [], limit, before)]


def find_one(session: Session, *conditions: ColumnElement[bool]) -> LoggedEvent | None:
    """The one event that fits."""
    row = session.execute(_logged().where(*conditions)).one_or_none()
    return None if row is None else _row(session, row)


def count_pending(session: Session) -> int:
    """How many events wait for their leaf."""
    return session.execute(select(func.count()).select_from(LogPending)).scalar_one()


def _page(
    session: Session,
    whose: list[ColumnElement[bool]],
    narrowed: list[ColumnElement[bool]],
    limit: int,
    before: str | None,
) -> list[LoggedEvent]:
    query = _logged().where(*whose, *narrowed)
    if before is not None:
        last = session.execute(
            select(EventLookup.at).where(*whose, EventLookup.event_id == before)
        ).scalar_one_or_none()
        if last is None:
            return []
        query = query.where(
            or_(EventLookup.at < last, and_(EventLookup.at == last, EventLookup.event_id < before))
        )
    query = query.order_by(EventLookup.at.desc(), EventLookup.event_id.desc()).limit(limit)
    return [_row(session, row) for row in session.execute(query).all()]


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


def _row(session: Session, row: Row[*_Columns]) -> LoggedEvent:
    event_id, at, type_, outcome, consent_id, entry, opening, hash_, index = row
    members = read(whole(session.connection(), entry, index, hash_))
    return LoggedEvent(
        event_id, at, type_, outcome, consent_id, members, detail_of(opening), hash_, index, opening
    )


def _own(event: LoggedEvent, told: Callable[[str], str]) -> OwnRead:
    answered = event.outcome == ANSWERED
    members = {name: value for name, value in event.entry.items() if name != "code"}
    return OwnRead(
        event_id=event.event_id,
        at=event.at,
        answered=answered,
        told=None if answered else told(str(event.entry.get("code"))),
        members=members,
        entry=canonical.dump(dict(event.entry)) if answered else None,
        leaf_hash=event.leaf_hash,
        leaf_index=event.leaf_index,
    )
