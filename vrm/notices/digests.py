"""Digests: what waited, in one letter. Who has nothing waiting is not looked at, and gets none."""

import json
from contextlib import suppress
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from keys import CannotOpen, KeyStore, NoKey
from vrm import accounts, work
from vrm.clock import rfc3339
from vrm.errors import NotFound
from vrm.notices.models import NoticePerson, NoticeRow
from vrm.notices.preferences import preferences_of
from vrm.notices.service import opened, told_to

MOST_SAID = 30


def send_digests(session: Session, keys: KeyStore, *, issuer: str, now: datetime, limit: int = 50) -> int:
    """Have the digests sent that are due, some at a time; how many were looked at."""
    query = select(NoticePerson).where(NoticePerson.digest_due <= now).order_by(NoticePerson.digest_due)
    people = session.scalars(query.limit(limit)).all()
    for person in people:
        person.digest_due = None
        with suppress(NotFound, NoKey, CannotOpen):  # they left, and their key before their rows
            _send(session, keys, person.consumer_id, issuer, now)
    session.flush()
    return len(people)


def _send(session: Session, keys: KeyStore, consumer_id: str, issuer: str, now: datetime) -> None:
    mine = (*told_to(consumer_id), NoticeRow.waits.is_(True))
    newest = select(NoticeRow).where(*mine).order_by(NoticeRow.at.desc(), NoticeRow.told)
    waiting = session.scalars(newest).all()
    if not waiting:
        return
    to = accounts.open_person(session, keys, person_id=consumer_id).email
    wanted = preferences_of(session, keys, consumer_id=consumer_id)
    said = [opened(keys, row) for row in waiting[:MOST_SAID]]
    values = {
        "notices": json.dumps(
            [{"kind": one.kind, "at": rfc3339(one.at), "said": dict(one.values)} for one in said]
        ),
        "more": str(len(waiting) - len(said)),
    }
    work.enqueue_letter(
        session,
        keys,
        letter="digest",
        to=to,
        values=values,
        language=wanted.language,
        zone=wanted.zone,
        issuer=issuer,
        now=now,
        reader=consumer_id,
    )
    session.execute(update(NoticeRow).where(*mine).values(waits=False))
