"""What a company holds, for its own people: one by one, and by their numbers.

Every verb takes the company's id, and another company's consents do not exist for it. What its console tried is
listed and counted nowhere. Lists and the export read
in portions along an index. Numbers are read off covering indexes, so they cost a look at the index entries of one
company (10^5 consents: some hundredths of a second) and never at its rows; but for
``held_threads``, which looks at no more than the newest.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import partial

from sqlalchemy import exists, or_, select
from sqlalchemy.orm import Session

from vrm import accesslog
from vrm.consents.effective import public_code
from vrm.consents.held import (
    STATES,
    HeldConsent,
    HeldLine,
    HeldRevision,
    Holding,
    HoldingState,
    in_state,
    notice_version_of,
    select_held,
    select_listed,
)
from vrm.consents.models import ConsentKey, ConsentPlace, ConsentRow, RevisionRow
from vrm.consents.numbers import (
    DAY,
    WEEK,
    Counts,
    Ending,
    Flow,
    counts,
    ends,
    held_keys,
    held_threads,
    trend,
)
from vrm.db import Database
from vrm.errors import NotFound

__all__ = [
    "DAY",
    "STATES",
    "WEEK",
    "Counts",
    "Ending",
    "Flow",
    "HeldConsent",
    "HeldLine",
    "HeldRevision",
    "Holding",
    "HoldingState",
    "counts",
    "ends",
    "export",
    "get_held",
    "held_keys",
    "held_threads",
    "list_held",
    "list_reads",
    "trend",
]

EXPORT_PAGE = 500
"""Consents in memory at once while exporting."""

_Place = tuple[datetime, str]


def list_held(
    session: Session,
    *,
    company_id: str,
    now: datetime,
    limit: int,
    before: str | None = None,
    client_id: str | None = None,
    state: HoldingState | None = None,
    key: str | None = None,
    ends_before: datetime | None = None,
) -> list[Holding]:
    """A company's consents, newest first: all, or those that fit every condition given.

    ``before`` is the id of the last consent of the page before; one that is not the company's gives no rows. ``key``
    is one that may be read (of an ended consent: might). ``ends_before`` gives those that have not ended and
    will by then. Raises ``Invalid`` for a state that there is none of.
    """
    notice_version = notice_version_of(session, company_id)
    fits = []
    if client_id is not None:
        fits.append(ConsentRow.client_id == client_id)
    if state is not None:
        fits.append(in_state(state, notice_version=notice_version, now=now))
    if key is not None:
        fits.append(
            exists().where(
                ConsentKey.consumer_id == ConsentRow.consumer_id,
                ConsentKey.consent_id == ConsentRow.id,
                ConsentKey.key == key,
            )
        )
    if ends_before is not None:
        fits += [ConsentRow.state == "active", ConsentRow.expires_at > now]
        fits.append(ConsentRow.expires_at < ends_before)
    if before is not None:
        last = _find(session, company_id, before)
        if last is None:
            return []
        at = ConsentRow.granted_at
        fits += [at <= last.granted_at, or_(at < last.granted_at, ConsentRow.id < last.id)]
    query = select_listed(company_id).where(*fits)
    query = query.order_by(ConsentRow.granted_at.desc(), ConsentRow.id.desc()).limit(limit)
    return [Holding.of(row, notice_version=notice_version, now=now) for row in session.execute(query)]


def get_held(
    session: Session, *, company_id: str, consent_id: str, now: datetime, client_id: str | None = None
) -> HeldConsent:
    """One consent of this company, or of one client of it, with all its revisions.

    Raises ``NotFound`` for everybody else's.
    """
    place = _get(session, company_id, consent_id, client_id)
    newest = select_held(company_id).where(
        ConsentRow.consumer_id == place.consumer_id, ConsentRow.id == place.id
    )
    row = session.execute(newest).one()
    query = select(RevisionRow).where(
        RevisionRow.consumer_id == place.consumer_id, RevisionRow.consent_id == place.id
    )
    revisions = session.scalars(query.order_by(RevisionRow.number))
    holding = Holding.of(row, notice_version=notice_version_of(session, company_id), now=now)
    return HeldConsent(holding, tuple(map(HeldRevision.of, revisions)))


def list_reads(
    session: Session,
    *,
    company_id: str,
    consent_id: str,
    limit: int,
    before: str | None = None,
    client_id: str | None = None,
) -> list[accesslog.OwnRead]:
    """What this company read under one of its consents, or of one client's, newest first, as the log has it.

    ``before`` is the event id of the last row of the page before. Raises ``NotFound`` for another's consent.
    """
    row = _get(session, company_id, consent_id, client_id)
    return accesslog.list_for_company(
        session,
        consumer_id=row.consumer_id,
        company_id=company_id,
        consent_id=consent_id,
        limit=limit,
        told=public_code,
        before=before,
    )


def export(database: Database, *, company_id: str, now: datetime) -> Iterator[Holding]:
    """Every consent of a company, current and ended, oldest first.

    Each portion is a transaction of its own, so a long export holds nobody up: a consent that ends meanwhile is
    told as it stood when its portion was read.
    """
    place: _Place | None = None
    while True:
        page, place = database.read(partial(_page, company_id=company_id, after=place, now=now))
        yield from page
        if len(page) < EXPORT_PAGE:
            return


def _page(
    session: Session, company_id: str, after: _Place | None, now: datetime
) -> tuple[Sequence[Holding], _Place | None]:
    notice_version = notice_version_of(session, company_id)
    query = select_listed(company_id)
    if after is not None:
        at, last = after
        query = query.where(
            ConsentRow.granted_at >= at, or_(ConsentRow.granted_at > at, ConsentRow.id > last)
        )
    query = query.order_by(ConsentRow.granted_at, ConsentRow.id).limit(EXPORT_PAGE)
    page = [Holding.of(row, notice_version=notice_version, now=now) for row in session.execute(query)]
    return page, (page[-1].granted_at, page[-1].id) if page else None


def _find(session: Session, company_id: str, consent_id: str) -> ConsentRow | None:
    place = session.get(ConsentPlace, consent_id)
    if place is None:
        return None
    row = session.get(ConsentRow, (place.consumer_id, consent_id))
    return row if row is not None and row.company_id == company_id else None


def _get(session: Session, company_id: str, consent_id: str, client_id: str | None) -> ConsentRow:
    row = _find(session, company_id, consent_id)
    if row is None or client_id not in (None, row.client_id):
        raise NotFound("Your organisation holds no such consent.")
    return row
