"""How often a person was read, and refused, and when last: looked up beside the log, no entry being opened."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from sqlalchemy import ColumnElement, case, func, literal, select, union_all
from sqlalchemy.orm import Session

from vrm.accesslog.models import EventLookup
from vrm.accesslog.types import ANSWERED, REFUSED


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
    last_refused_at: datetime | None = None


def count_in_spans(
    session: Session,
    *,
    consumer_id: str,
    moments: Sequence[datetime],
    company_id: str | None = None,
    consent_id: str | None = None,
) -> list[Counts]:
    """How often a consumer was read and refused, from each moment to the next, in one query; ``moments`` ascend.

    Each span is a range of the index, so every read is looked at once, however many spans there are.
    """
    if len(moments) < 2:
        return []
    whose = [EventLookup.consumer_id == consumer_id, EventLookup.type == "disclosure"]
    if company_id is not None:
        whose.append(EventLookup.company_id == company_id)
    if consent_id is not None:
        whose.append(EventLookup.consent_id == consent_id)
    spans = [
        select(literal(n), _times(ANSWERED), _times(REFUSED)).where(
            *whose, EventLookup.at >= start, EventLookup.at < end
        )
        for n, (start, end) in enumerate(pairwise(moments))
    ]
    found = {n: Counts(int(reads), int(no)) for n, reads, no in session.execute(union_all(*spans))}
    return [found[n] for n in range(len(spans))]


def tally_for_consumer(
    session: Session,
    *,
    consumer_id: str,
    since: datetime | None = None,
    until: datetime | None = None,
    consent_id: str | None = None,
) -> list[Tally]:
    """Reads and refusals of a consumer, summed up by company and consent, since then or ever, and before ``until``."""
    read, refused = (
        func.max(case((EventLookup.outcome == outcome, EventLookup.at))) for outcome in (ANSWERED, REFUSED)
    )
    parts = (EventLookup.company_id, EventLookup.consent_id)
    query = select(*parts, _times(ANSWERED), _times(REFUSED), read, refused).where(
        *_reads(consumer_id, since)
    )
    if consent_id is not None:
        query = query.where(EventLookup.consent_id == consent_id)
    if until is not None:
        query = query.where(EventLookup.at < until)
    return [
        Tally(company, consent, int(reads), int(refusals), last_read_at, last_refused_at)
        for company, consent, reads, refusals, last_read_at, last_refused_at in session.execute(
            query.group_by(*parts)
        )
    ]


def last_reads(session: Session, *, consumer_id: str, consent_ids: Collection[str]) -> dict[str, datetime]:
    """When something was last read under each of these consents; one that never was is left out.

    Looked up from the newest on, consent by consent: neither the reads before nor those of other consents are touched.
    """
    newest = [
        select(EventLookup.consent_id, EventLookup.at)
        .where(*_reads(consumer_id, None), EventLookup.consent_id == id, EventLookup.outcome == ANSWERED)
        .order_by(EventLookup.at.desc())
        .limit(1)
        .subquery()
        for id in consent_ids
    ]
    if not newest:
        return {}
    return {id: at for id, at in session.execute(union_all(*(select(each) for each in newest))) if id}


def _times(outcome: str) -> ColumnElement[int]:
    """How many of the rows have this outcome."""
    return func.coalesce(func.sum(case((EventLookup.outcome == outcome, 1), else_=0)), 0)


def _reads(consumer_id: str, since: datetime | None) -> list[ColumnElement[bool]]:
    conditions = [EventLookup.consumer_id == consumer_id, EventLookup.type == "disclosure"]
    return conditions if since is None else [*conditions, EventLookup.at >= since]
