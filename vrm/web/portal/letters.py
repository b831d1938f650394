"""Letters to the person: enqueued sealed, rendered and sent by the worker.

The payload is JSON, sealed under the instance's own key and bound to the job's id::

    {"letter": "sign_up", "to": "anna@example.com", "language": "en", "message_id": "<f81d…@vrm.example>",
     "values": {"link": "https://vrm.example/…"}}
"""

import json
from collections.abc import Mapping
from datetime import datetime
from urllib.parse import urlsplit

from flask_babel import get_locale
from sqlalchemy.orm import Session

from keys import Aad, KeyStore
from vrm import work
from vrm.ids import new_id
from vrm.web.site import site

KIND = "mail"
RESET = "/reset"


def enqueue(
    db: Session, keys: KeyStore, *, letter: str, to: str, values: Mapping[str, str], now: datetime
) -> None:
    """Have a letter sent if the transaction commits, in the language of the page that is open now.

    ``letter`` is one of those the worker can write.
    """
    job_id = new_id()
    message_id = work.new_message_id(urlsplit(site().issuer).hostname or "localhost")
    written = {
        "letter": letter,
        "to": to,
        "language": get_locale().language,
        "message_id": message_id,
        "values": dict(values),
    }
    aad = Aad(KIND, keys.INSTANCE_OWNER, job_id)
    sealed = keys.seal(keys.INSTANCE_OWNER, json.dumps(written).encode(), aad)
    work.enqueue(db, kind=KIND, payload=sealed, now=now, job_id=job_id)


def tell_of_new_password(db: Session, keys: KeyStore, *, to: str, now: datetime) -> None:
    """Write to the person that their password was changed: if they did not do it, they must hear of it."""
    enqueue(db, keys, letter="password_changed", to=to, values={"link": site().issuer + RESET}, now=now)
