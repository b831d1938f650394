"""Letters to a person, in the language of the page that is open now."""

from collections.abc import Mapping
from datetime import datetime

from flask_babel import get_locale
from sqlalchemy.orm import Session

from keys import KeyStore
from vrm import work
from vrm.web.offices import office
from vrm.web.site import site


def enqueue(
    db: Session, keys: KeyStore, *, letter: str, to: str, values: Mapping[str, str], now: datetime
) -> None:
    """Have a letter sent if the transaction commits. ``letter`` is one of those the worker can write."""
    work.enqueue_letter(
        db,
        keys,
        letter=letter,
        to=to,
        values=values,
        language=get_locale().language,
        issuer=site().issuer,
        now=now,
    )


def tell_of_new_password(db: Session, keys: KeyStore, *, to: str, now: datetime) -> None:
    """Write to the person that their password was changed: if they did not do it, they must hear of it."""
    link = f"{site().issuer}{office().prefix}/reset"
    enqueue(db, keys, letter="password_changed", to=to, values={"link": link}, now=now)
