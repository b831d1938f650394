"""A consumer closes their account: what they allowed ends, every room forgets them, and their key is destroyed.

    1. write   close_account   consents end, with their events; every room forgets; a job is left
    2. -       the job         destroys the person's DEKs and log secret in the key store
    3. write   the job         the event ``consumer.erased``, and the job is done: once, however often it was tried

The events of the first step stand in the person's threads, so they come before their log secret goes; the look-ups
that say whose they were are deleted after them, in the same transaction. No transaction spans both stores: the key
outlives the rows for a little while, and never the other way round. The job comes ``SETTLES`` later, when whatever the
person's other browsers had begun is over, and forgets once more.

KNOWN GAP: consents that end at one moment stand next to each other in the log, so that who reads it can guess that they
were one person's.
"""

from contextlib import suppress
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy.orm import Session

from keys import BACKUP_DAYS, Aad, KeyStore, NoKey
from vrm import accesslog, accounts, clock, consents, notices, profiles, tokens, work
from vrm.db import Database
from vrm.ids import new_id
from vrm.work import Job, Patience

KIND: Final = "erase"
SETTLES = timedelta(minutes=1)
UNTIL_DONE = Patience(attempts=2**31)
"""Tried again for ever, an hour apart at most: nobody is half erased."""

_LETTERS = ("sign_up", "reset", "password_changed", "exposed", "notice", "digest", "news", "receipt")


def unreadable_from(now: datetime) -> datetime:
    """The day on which no backup holds the person's key any more, for an account that is closed now: all of that day."""
    return now + timedelta(days=BACKUP_DAYS + 1)


def close_account(session: Session, keys: KeyStore, *, consumer_id: str, now: datetime) -> str:
    """Close it, and give the address for one last letter. Raises ``NotFound`` where there is no such account.

    From the commit on nothing can be read under what the person allowed, and they are signed out everywhere.
    """
    email = accounts.open_person(session, keys, person_id=consumer_id).email
    _leave(session, keys, consumer_id=consumer_id, now=now)
    work.drop_letters(session, keys, to=email, letters=_LETTERS)
    _enqueue(session, keys, consumer_id, now)
    return email


def close_again(session: Session, keys: KeyStore, *, now: datetime) -> int:
    """Close what a backup brought back of people who were erased since; how many. For a restore."""
    back = keys.were_destroyed(accounts.list_person_ids(session))
    for consumer_id in back:
        _leave(session, keys, consumer_id=consumer_id, now=now)
        _enqueue(session, keys, consumer_id, now)
    return len(back)


def erase(database: Database, keys: KeyStore, job: Job) -> None:
    """Do the job: bears being done twice, and being cut off anywhere."""
    consumer_id = keys.open(keys.INSTANCE_OWNER, job.payload, _aad(keys, job.id)).decode()
    database.write(lambda session: _leave(session, keys, consumer_id=consumer_id, now=clock.now()))
    keys.destroy(consumer_id)

    def told(session: Session) -> None:
        if work.finish(session, job):  # else its lease is over, and whoever has it now tells of it
            accesslog.record(
                session, accesslog.Event(type="consumer.erased", at=clock.now(), actor="consumer")
            )

    database.write(told)


def _leave(session: Session, keys: KeyStore, *, consumer_id: str, now: datetime) -> None:
    # A backup may bring a consent back and not the key: without it there is no thread to tell in.
    with suppress(NoKey):
        consents.end_all(session, keys, consumer_id=consumer_id, now=now)
    tokens.forget(session, consumer_id=consumer_id)
    consents.forget(session, consumer_id=consumer_id)
    notices.forget(session, consumer_id=consumer_id)
    profiles.forget(session, consumer_id=consumer_id)
    accounts.forget(session, consumer_id=consumer_id)
    work.forget(session, owner_id=consumer_id)
    accesslog.forget(session, consumer_id=consumer_id)


def _enqueue(session: Session, keys: KeyStore, consumer_id: str, now: datetime) -> None:
    """Without an owner, as the job outlives the person; and sealed, as nothing in clear may say who is leaving."""
    job_id = new_id()
    payload = keys.seal(keys.INSTANCE_OWNER, consumer_id.encode(), _aad(keys, job_id))
    work.enqueue(session, kind=KIND, payload=payload, now=now, due=now + SETTLES, job_id=job_id)


def _aad(keys: KeyStore, job_id: str) -> Aad:
    return Aad(KIND, keys.INSTANCE_OWNER, job_id)
