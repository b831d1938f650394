"""Letters: kept sealed while they wait, rendered at the moment they are sent.

The job's payload is sealed under the instance's own key and bound to the job's id. Opened, it is JSON::

    {"letter": "sign_up", "to": "anna@example.com", "message_id": "<f81d…@vrm.example>",
     "values": {"link": "https://vrm.example/…"}}
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from sqlalchemy.orm import Session

from keys import Aad, KeyStore
from vrm import work
from vrm.house import House
from vrm.ids import new_id
from vrm.work import Job, Mail

KIND = "mail"


@dataclass(frozen=True)
class Letter:
    """A letter's words. Names in braces are filled from the values it was enqueued with, and ``host``."""

    subject: str
    text: str


LETTERS: Mapping[str, Letter] = {
    "sign_up": Letter(
        "Finish signing up at {host}",
        "Hello,\n\nsomebody, probably you, asked to sign up at {host} with this address.\n"
        "Open this link to choose a password. It works once, for one hour:\n\n    {link}\n\n"
        "If it was not you, do nothing: no account is made.\n",
    ),
    "reset": Letter(
        "Choose a new password at {host}",
        "Hello,\n\nsomebody, probably you, asked to sign up or to set a new password at {host}.\n"
        "There is an account with this address. Open this link to choose a new password for it. It works once,\n"
        "for one hour:\n\n    {link}\n\nIf it was not you, do nothing: your password stays as it is.\n",
    ),
}


def enqueue_letter(
    session: Session,
    keys: KeyStore,
    *,
    issuer: str,
    letter: str,
    to: str,
    values: Mapping[str, str],
    now: datetime,
) -> str:
    """Have a letter sent, if the transaction commits; the id of its job. ``letter`` is a name in ``LETTERS``."""
    render(letter, issuer, values)  # a missing value is a fault of the caller, now and not in the worker
    job_id = new_id()
    message_id = work.new_message_id(urlsplit(issuer).hostname or "localhost")
    written = {"letter": letter, "to": to, "message_id": message_id, "values": dict(values)}
    sealed = keys.seal(keys.INSTANCE_OWNER, json.dumps(written).encode(), _aad(keys, job_id))
    return work.enqueue(session, kind=KIND, payload=sealed, now=now, job_id=job_id)


def send_letter(house: House, job: Job) -> None:
    """Open, render, send. Every attempt has the same Message-ID, so a letter sent twice is shown once."""
    keys = house.keys
    written = json.loads(keys.open(keys.INSTANCE_OWNER, job.payload, _aad(keys, job.id)))
    subject, text = render(written["letter"], house.settings.issuer, written["values"])
    house.mail.send(Mail(to=written["to"], subject=subject, text=text, message_id=written["message_id"]))


def render(letter: str, issuer: str, values: Mapping[str, str]) -> tuple[str, str]:
    """Subject and text; KeyError when the letter or one of its values is missing."""
    words = LETTERS[letter]
    filled = {"host": urlsplit(issuer).netloc, **values}
    return words.subject.format_map(filled), words.text.format_map(filled)


def _aad(keys: KeyStore, job_id: str) -> Aad:
    return Aad("mail", keys.INSTANCE_OWNER, job_id)
