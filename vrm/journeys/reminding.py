"""Bringing consents to mind: when each is looked at next, and what is said when its moment has come.

90 days were silent, or the end is near. A batch is one transaction: what was told, the letters, and when the consent is
looked at again stand or fall together.
"""

from contextlib import suppress
from datetime import datetime

from sqlalchemy.orm import Session

from vrm import consents, notices
from vrm.consents import Consent
from vrm.db import Database
from vrm.errors import NotFound
from vrm.journeys.telling import GONE, Telling
from vrm.notices.due import AHEAD, what_is_due

CONSENTS = 50


def set_reminder(
    db: Session, telling: Telling, *, consumer_id: str, consent_id: str, since: datetime
) -> None:
    """Have a consent that was decided about at ``since`` looked at when it is time to; never, where it has ended."""
    consent = consents.get_consent(db, consumer_id=consumer_id, consent_id=consent_id)
    if not consent.is_active(telling.now):
        notices.unschedule(db, consumer_id=consumer_id, consent_id=consent_id)
        return
    # An end is told ahead however late that is heard of here. A reminder from before notices were there is not made up for.
    after = max(since, telling.now - AHEAD)
    _set(db, consent, since=since, after=after)


def remind(database: Database, telling: Telling) -> int:
    """Tell of the consents of which something is due; how many were looked at."""

    def look(db: Session) -> int:
        due = notices.due_consents(db, now=telling.now, limit=CONSENTS)
        for one in due:
            with suppress(*GONE):
                _remind(db, telling, one)
        return len(due)

    return database.write(look) if database.read(lambda db: _is_due(db, telling.now)) else 0


def _is_due(db: Session, now: datetime) -> bool:
    return bool(notices.due_consents(db, now=now, limit=1))


def _remind(db: Session, telling: Telling, due: notices.Due) -> None:
    place = {"consumer_id": due.consumer_id, "consent_id": due.consent_id}
    try:
        consent = consents.get_consent(db, **place)
    except NotFound:
        notices.unschedule(db, **place)
        return
    if not consent.is_active(telling.now):
        notices.unschedule(db, **place)
        return
    runs = {"granted_at": consent.granted_at, "expires_at": consent.expires_at}
    what = what_is_due(due_at=due.due_at, now=telling.now, **runs)
    since = telling.now if what == "reminder" else due.since
    # First, so that who cannot be told is not looked at for ever.
    _set(db, consent, since=since, after=telling.now)
    period = due.due_at.isoformat() if what == "reminder" else notices.ends_at(now=telling.now, **runs)
    telling.tell(db, consent, what, consent.id, period)


def _set(db: Session, consent: Consent, *, since: datetime, after: datetime) -> None:
    notices.schedule(
        db,
        consumer_id=consent.consumer_id,
        consent_id=consent.id,
        since=since,
        after=after,
        granted_at=consent.granted_at,
        expires_at=consent.expires_at,
    )
