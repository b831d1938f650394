"""A consent that its person holds back for a while: nothing is read under it, and everything else of it stays.

Who pauses everything at once resumes at once what that paused, and not what was paused by itself before.
"""

from datetime import datetime
from typing import Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from keys import KeyStore
from vrm import accesslog
from vrm.consents.models import ConsentRow
from vrm.consents.records import Consent
from vrm.consents.revising import newest_of, record
from vrm.consents.service import get_running

Paused = Literal["alone", "with_all"]


def pause(
    session: Session,
    keys: KeyStore,
    *,
    consumer_id: str,
    consent_id: str,
    now: datetime,
    channel: str | None = None,
) -> Consent:
    """Refuse every read under a consent, from the commit on. Does nothing where that is so already.

    ``channel``: the way it was done, where that is not the person's own pages.
    """
    row = get_running(session, consumer_id, consent_id, now)
    if row.paused is None:
        _set(session, keys, row, "alone", now, channel)
    return Consent.of(row)


def resume(session: Session, keys: KeyStore, *, consumer_id: str, consent_id: str, now: datetime) -> Consent:
    """Let what a consent allows be read again. Does nothing where it is not paused."""
    row = get_running(session, consumer_id, consent_id, now)
    if row.paused is not None:
        _set(session, keys, row, None, now)
    return Consent.of(row)


def pause_all(session: Session, keys: KeyStore, *, consumer_id: str, now: datetime) -> int:
    """Pause every consent that runs and is not paused; how many that were."""
    return _set_all(session, keys, consumer_id, None, "with_all", now)


def resume_all(session: Session, keys: KeyStore, *, consumer_id: str, now: datetime) -> int:
    """Resume what was paused with everything else; how many that were."""
    return _set_all(session, keys, consumer_id, "with_all", None, now)


def get_readable_since(session: Session, consent: Consent, *, until: datetime | None = None) -> datetime:
    """When it was granted, or resumed last before a moment: who was kept from reading did not fail to."""
    resumed = accesslog.list_for_consumer(
        session,
        consumer_id=consent.consumer_id,
        consent_id=consent.id,
        types=("consent.resumed",),
        until=until,
        limit=1,
    )
    return max([consent.granted_at, *(event.at for event in resumed)])


def _set_all(
    session: Session, keys: KeyStore, consumer_id: str, was: Paused | None, then: Paused | None, now: datetime
) -> int:
    rows = session.scalars(
        select(ConsentRow)
        .where(
            ConsentRow.consumer_id == consumer_id,
            ConsentRow.state == "active",
            ConsentRow.expires_at > now,
            ConsentRow.paused.is_(None) if was is None else ConsentRow.paused == was,
        )
        .order_by(ConsentRow.id)
    ).all()
    for row in rows:
        _set(session, keys, row, then, now)
    return len(rows)


def _set(
    session: Session,
    keys: KeyStore,
    row: ConsentRow,
    paused: Paused | None,
    now: datetime,
    channel: str | None = None,
) -> None:
    row.paused = paused
    row.version += 1  # a read that was weighed before is weighed again
    session.flush()
    revision = newest_of(session, row)
    named = {line["key"] for line in revision.lines}
    kind = "consent.resumed" if paused is None else "consent.paused"
    detail = {} if channel is None else {"channel": channel}
    record(session, keys, row, kind, keys_named=named, now=now, detail=detail)
