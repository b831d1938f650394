"""Letters that wait to be sent: who writes one here does not send it, and nobody can read it meanwhile.

A letter is a job of kind ``mail`` whose payload is JSON, sealed under the instance's own key and bound to the job's
id. Its words are chosen when it is sent::

    {"letter": "sign_up", "to": "anna@example.com", "language": "en", "zone": "UTC", "message_id": "<f81d…@vrm.example>",
     "values": {"link": "https://vrm.example/…"}}

One about a consent has its ``stop_code`` as well, with which whoever gets it stops that consent. One that must keep quiet to
who shares a mailbox names its ``reader``, the consumer whose wish is asked for when it is sent.
"""

import json
from collections.abc import Collection, Mapping
from contextlib import suppress
from datetime import datetime
from urllib.parse import urlsplit

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from keys import Aad, CannotOpen, KeyStore
from vrm.ids import new_id
from vrm.work.mail import new_message_id
from vrm.work.service import enqueue, jobs

KIND = "mail"


def enqueue_letter(
    session: Session,
    keys: KeyStore,
    *,
    letter: str,
    to: str,
    values: Mapping[str, str],
    language: str,
    zone: str = "UTC",
    issuer: str,
    now: datetime,
    stop_code: str | None = None,
    reader: str | None = None,
) -> None:
    """Have a letter sent if the transaction commits. ``letter`` is one of those the worker can write.

    ``zone``: the one whose time it tells (an IANA name).
    ``stop_code``: of the consent it is about; the letter says how to stop that, where its words have a place for it.
    ``reader``: the consumer it is for, if what it says depends on how they want to hear when it is sent.
    """
    job_id = new_id()
    written = {
        "letter": letter,
        "to": to,
        "language": language,
        "zone": zone,
        "message_id": new_message_id(urlsplit(issuer).hostname or "localhost"),
        "values": dict(values),
        **({} if stop_code is None else {"stop_code": stop_code}),
        **({} if reader is None else {"reader": reader}),
    }
    sealed = keys.seal(
        keys.INSTANCE_OWNER, json.dumps(written).encode(), Aad(KIND, keys.INSTANCE_OWNER, job_id)
    )
    enqueue(session, kind=KIND, payload=sealed, now=now, job_id=job_id)


def drop_letters(session: Session, keys: KeyStore, *, to: str, letters: Collection[str]) -> None:
    """Delete the letters of these kinds to an address, whether they wait or could never be sent.

    Each is opened to see whom it is for: nothing in clear says so.
    """
    waiting = session.execute(select(jobs.c.id, jobs.c.payload).where(jobs.c.kind == KIND)).all()
    for job_id, payload in waiting:
        with suppress(CannotOpen):
            written = json.loads(
                keys.open(keys.INSTANCE_OWNER, payload, Aad(KIND, keys.INSTANCE_OWNER, job_id))
            )
            if written["to"].casefold() == to.casefold() and written["letter"] in letters:
                session.execute(delete(jobs).where(jobs.c.id == job_id))
