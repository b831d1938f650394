"""The consents of one person as a list: those that run, newest first, and those that ended, last ended first."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select
from sqlalchemy.orm import Session

from vrm.consents.amending import Basis
from vrm.consents.models import ConsentKey, ConsentRow, RevisionRow
from vrm.consents.records import Consent, Revision


@dataclass(frozen=True)
class Listed:
    """Which of a person's consents: those that run, or that ended; of a company, with a key, in states. None: any."""

    ended: bool = False
    company_id: str | None = None
    key: str | None = None
    states: Collection[str] | None = None


@dataclass(frozen=True)
class Numbers:
    """How many consents of a person run, how many ended, and of those that run how many are paused, and with all."""

    running: int
    ended: int
    paused: int
    with_all: int


def list_some(
    session: Session,
    *,
    consumer_id: str,
    listed: Listed,
    now: datetime,
    limit: int | None = None,
    before: tuple[datetime, str] | None = None,
) -> list[Consent]:
    """Those listed, from after ``before`` on: the ``moment_of`` and the id of the last one of the page before."""
    query = _select(consumer_id, listed, now)
    moment = _moment(listed.ended)
    if before is not None:
        at, id = before
        query = query.where(or_(moment < at, and_(moment == at, ConsentRow.id < id)))
    query = query.order_by(moment.desc(), ConsentRow.id.desc())
    return [Consent.of(row) for row in session.scalars(query if limit is None else query.limit(limit))]


def moment_of(consent: Consent, *, ended: bool) -> datetime:
    """By which moment a consent takes its place in the list."""
    return (consent.ended_at or consent.expires_at) if ended else consent.granted_at


def count_some(session: Session, *, consumer_id: str, now: datetime) -> Numbers:
    """How many there are of each kind."""
    runs = _runs(now)
    running, ended, paused, with_all = session.execute(
        select(
            func.count().filter(runs),
            func.count().filter(~runs),
            func.count().filter(and_(runs, ConsentRow.paused.is_not(None))),
            func.count().filter(and_(runs, ConsentRow.paused == "with_all")),
        ).where(ConsentRow.consumer_id == consumer_id)
    ).one()
    return Numbers(running, ended, paused, with_all)


def named_in(
    session: Session, *, consumer_id: str, ended: bool, now: datetime
) -> tuple[frozenset[str], frozenset[str]]:
    """The companies and the keys of the consents that run, or of those that ended: what a list can be narrowed by."""
    those = (ConsentRow.consumer_id == consumer_id, _ended(now) if ended else _runs(now))
    companies = session.scalars(select(ConsentRow.company_id).where(*those).distinct())
    keys = session.scalars(select(ConsentKey.key).join(ConsentRow, _of_row()).where(*those).distinct())
    return frozenset(companies), frozenset(keys)


def list_standing(
    session: Session, *, consumer_id: str, company_id: str, notice_version: int, now: datetime
) -> list[Basis]:
    """The consents of a person that this company may read under, with its notice in this version, newest first."""
    query = running_with_newest(consumer_id, now).where(
        is_to(company_id), ConsentRow.notice_version == notice_version
    )
    return [Basis(Consent.of(row), Revision.of(newest)) for row, newest in session.execute(query)]


def running_with_newest(consumer_id: str, now: datetime) -> Select[ConsentRow, RevisionRow]:
    """What runs of a person's, newest first, each with what it allows now: its newest revision. Within the room."""
    newest = and_(
        RevisionRow.consumer_id == ConsentRow.consumer_id,
        RevisionRow.consent_id == ConsentRow.id,
        RevisionRow.number == ConsentRow.revision,
    )
    return (
        select(ConsentRow, RevisionRow)
        .join(RevisionRow, newest)
        .where(ConsentRow.consumer_id == consumer_id, _runs(now))
        .order_by(ConsentRow.granted_at.desc(), ConsentRow.id)
    )


def is_to(company_id: str) -> ColumnElement[bool]:
    """That a consent of a person's is to this company. Within the room.

    Not the bare column: SQLite would then go through all that the company holds rather than all that the person gave.
    """
    return func.coalesce(ConsentRow.company_id, ConsentRow.company_id) == company_id


def _select(consumer_id: str, listed: Listed, now: datetime) -> Select[ConsentRow]:
    query = select(ConsentRow).where(
        ConsentRow.consumer_id == consumer_id, _ended(now) if listed.ended else _runs(now)
    )
    if listed.company_id is not None:
        query = query.where(is_to(listed.company_id))
    if listed.key is not None:
        query = query.where(exists().where(_of_row(), ConsentKey.key == listed.key))
    if listed.states is not None:
        # One whose time has come has expired, though nobody has written it down yet.
        ran_out = ConsentRow.state == "active" if "expired" in listed.states and listed.ended else None
        within = ConsentRow.state.in_(listed.states)
        query = query.where(within if ran_out is None else or_(within, ran_out))
    return query


def _runs(now: datetime) -> ColumnElement[bool]:
    return and_(ConsentRow.state == "active", ConsentRow.expires_at > now)


def _ended(now: datetime) -> ColumnElement[bool]:
    return or_(ConsentRow.state != "active", ConsentRow.expires_at <= now)


def _moment(ended: bool) -> ColumnElement[datetime]:
    if ended:
        return func.coalesce(ConsentRow.ended_at, ConsentRow.expires_at)
    return ConsentRow.granted_at.expression


def _of_row() -> ColumnElement[bool]:
    return and_(ConsentKey.consumer_id == ConsentRow.consumer_id, ConsentKey.consent_id == ConsentRow.id)
