"""Letters to a person, in the language of the page that is open now."""

from collections.abc import Mapping
from datetime import datetime

from flask_babel import get_locale
from sqlalchemy.orm import Session

from keys import KeyStore
from vrm import notices, work
from vrm.web.offices import office
from vrm.web.site import site


def enqueue(
    db: Session,
    keys: KeyStore,
    *,
    letter: str,
    to: str,
    values: Mapping[str, str],
    now: datetime,
    stop_code: str | None = None,
) -> None:
    """Have a letter sent if the transaction commits, as ``work.enqueue_letter``."""
    work.enqueue_letter(
        db,
        keys,
        letter=letter,
        to=to,
        values=values,
        language=get_locale().language,
        issuer=site().issuer,
        now=now,
        stop_code=stop_code,
    )


def tell_of_new_password(db: Session, keys: KeyStore, *, person_id: str, to: str, now: datetime) -> None:
    """Write to the person that their password was changed: if they did not do it, they must hear of it."""
    values = {"link": f"{site().issuer}{office().prefix}/reset"}
    if office().audience != "consumer":
        enqueue(db, keys, letter="password_changed", to=to, values=values, now=now)
        return
    notices.tell(
        db,
        keys,
        consumer_id=person_id,
        kind="password",
        about="account",
        period=now.isoformat(),
        values={"when": now.isoformat()},
        issuer=site().issuer,
        now=now,
        letter="password_changed",
        letter_values=values,
        language=get_locale().language,
    )
