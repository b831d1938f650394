"""From consents to their threads, for figures over many: the one way from what a room knows to what the log says."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select, tuple_
from sqlalchemy.orm import Session

from vrm.accesslog.entry import read
from vrm.accesslog.models import EventLookup, LogEvent

_AT_ONCE = 500  # consents in one statement


def find_threads(session: Session, *, granted: Sequence[tuple[str, str, datetime]]) -> dict[str, str]:
    """The threads of consents, by consent, each given as its consumer, its id and when it was granted.

    Looked up and not worked out from the log secrets: no person's key is opened for it. A forgotten person's are
    left out.
    """
    event = tuple_(EventLookup.consumer_id, EventLookup.consent_id, EventLookup.at)
    found: dict[str, str] = {}
    for start in range(0, len(granted), _AT_ONCE):
        query = select(EventLookup.consent_id, LogEvent.entry).join(
            LogEvent, LogEvent.id == EventLookup.event_id
        )
        for consent_id, entry in session.execute(query.where(event.in_(granted[start : start + _AT_ONCE]))):
            found[str(consent_id)] = str(read(entry)["thread"])
    return found
