"""Between people and what the log says: from consents to their threads, for figures over many, and from reads back to
whose they were, for whoever must write to them. Both go through the look-ups beside the log, which are erasable.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import and_, column, select, values
from sqlalchemy.orm import Session

from vrm.accesslog.entry import read
from vrm.accesslog.models import EventLookup, LogEvent, LogLeaf

_AT_ONCE = 500  # consents or leaves in one statement


def find_threads(session: Session, *, granted: Sequence[tuple[str, str, datetime]]) -> dict[str, str]:
    """The threads of consents, by consent, each given as its consumer, its id and when it was granted.

    Looked up and not worked out from the log secrets: no person's key is opened for it. A forgotten person's are
    left out.
    """
    found: dict[str, str] = {}
    for start in range(0, len(granted), _AT_ONCE):
        columns = (EventLookup.consumer_id, EventLookup.consent_id, EventLookup.at)
        # Not an IN of tuples: SQLite then goes through every look-up there is.
        wanted = (
            values(*(column(each.key, each.type) for each in columns), name="wanted")
            .data(granted[start : start + _AT_ONCE])
            .cte()
        )
        query = (
            select(EventLookup.consent_id, LogEvent.entry)
            .join_from(wanted, EventLookup, and_(*(each == wanted.c[each.key] for each in columns)))
            .join(LogEvent, LogEvent.id == EventLookup.event_id)
        )
        for consent_id, entry in session.execute(query):
            found[str(consent_id)] = str(read(entry)["thread"])
    return found


def find_consumers(session: Session, *, client_id: str, leaves: Sequence[int]) -> dict[int, str]:
    """Whose events of a client these are, by leaf index. A forgotten person's are left out.

    For the operator alone, who must tell people of a breach; nobody who reviews the log may learn it.
    """
    found: dict[int, str] = {}
    for start in range(0, len(leaves), _AT_ONCE):
        query = (
            select(LogLeaf.leaf_index, EventLookup.consumer_id)
            .join(EventLookup, EventLookup.event_id == LogLeaf.event_id)
            .where(EventLookup.client_id == client_id)
            .where(LogLeaf.leaf_index.in_(leaves[start : start + _AT_ONCE]))
        )
        found |= {leaf: str(consumer_id) for leaf, consumer_id in session.execute(query)}
    return found


def find_whose(
    session: Session, *, client_id: str, leaves: Sequence[int]
) -> dict[int, tuple[str, str | None]]:
    """Of whom these events of a client tell, and of which consent, by leaf index. A forgotten person's are left out.

    For what tells people of their own events, and nobody else.
    """
    query = (
        select(LogLeaf.leaf_index, EventLookup.consumer_id, EventLookup.consent_id)
        .join(EventLookup, EventLookup.event_id == LogLeaf.event_id)
        .where(EventLookup.client_id == client_id, LogLeaf.leaf_index.in_(leaves[:_AT_ONCE]))
    )
    return {leaf: (consumer_id, consent_id) for leaf, consumer_id, consent_id in session.execute(query)}
