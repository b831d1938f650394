"""How far the log was followed, and when there is something to say of which consent.

Notices follow the log and are not called by the rooms it tells of: whoever changes a consent, at whatever edge, is heard
here a moment later, once, in order, also of what happened while no worker ran.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, insert, select, text, update
from sqlalchemy.orm import Session

from vrm.notices.due import next_due
from vrm.notices.models import NoticeDue, NoticeState


@dataclass(frozen=True)
class Due:
    """A consent of which there is something to say."""

    consumer_id: str
    consent_id: str
    since: datetime
    due_at: datetime


def followed(session: Session) -> int:
    """How many leaves of the log were followed: those below this one."""
    return session.execute(select(NoticeState.upto).where(NoticeState.id == 1)).scalar_one_or_none() or 0


def follow_up_to(session: Session, *, start: int, end: int) -> bool:
    """Take the leaves from ``start`` up to ``end``. False where another process took them: then do nothing."""
    query = select(NoticeState.upto).where(NoticeState.id == 1).with_for_update()
    upto = session.execute(query).scalar_one_or_none()
    if upto is None:
        session.execute(text("INSERT INTO notice_state (id, upto) VALUES (1, 0) ON CONFLICT DO NOTHING"))
        upto = session.execute(query).scalar_one()
    if upto != start:
        return False
    session.execute(update(NoticeState).where(NoticeState.id == 1).values(upto=end))
    return True


def schedule(
    session: Session,
    *,
    consumer_id: str,
    consent_id: str,
    since: datetime,
    after: datetime,
    granted_at: datetime,
    expires_at: datetime,
) -> None:
    """Have a consent looked at when there is something to say of it next, later than ``after``."""
    row = session.get(NoticeDue, (consumer_id, consent_id))
    if row is None:
        row = NoticeDue(consumer_id=consumer_id, consent_id=consent_id)
        session.add(row)
    row.since = since
    row.due_at = next_due(since=since, after=after, granted_at=granted_at, expires_at=expires_at)
    session.flush()


def schedule_new(
    session: Session, times: Iterable[tuple[str, str, datetime, datetime]], *, after: datetime
) -> None:
    """As ``schedule``, of many consents that were never looked at: consumer, consent, granted when, running how long."""
    session.execute(
        insert(NoticeDue),
        [
            {
                "consumer_id": consumer_id,
                "consent_id": consent_id,
                "since": granted_at,
                "due_at": next_due(
                    since=granted_at,
                    after=max(granted_at, after),
                    granted_at=granted_at,
                    expires_at=expires_at,
                ),
            }
            for consumer_id, consent_id, granted_at, expires_at in times
        ],
    )


def unschedule(session: Session, *, consumer_id: str, consent_id: str) -> None:
    """Nothing is to be said of a consent that has ended."""
    session.execute(
        delete(NoticeDue).where(NoticeDue.consumer_id == consumer_id, NoticeDue.consent_id == consent_id)
    )


def due_consents(session: Session, *, now: datetime, limit: int) -> Sequence[Due]:
    """Consents of which something is due, the longest due first."""
    query = select(NoticeDue).where(NoticeDue.due_at <= now).order_by(NoticeDue.due_at, NoticeDue.consent_id)
    return [
        Due(row.consumer_id, row.consent_id, row.since, row.due_at)
        for row in session.scalars(query.limit(limit))
    ]
