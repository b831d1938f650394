"""Writing events with the change they tell of, and making them nobody's."""

from collections.abc import Sequence

from sqlalchemy import Connection, delete, insert
from sqlalchemy.engine import CursorResult
from sqlalchemy.orm import Session

from vrm import clock
from vrm.accesslog.entry import Event, Prepared, prepare
from vrm.accesslog.models import EventLookup, LogEvent, LogPending, table
from vrm.db import Statement

_EVENTS, _PENDING, _LOOKUPS = (
    Statement(insert(table(model))) for model in (LogEvent, LogPending, EventLookup)
)


def append(connection: Connection, prepared: Sequence[Prepared]) -> None:
    """Write events in the caller's transaction: they are in the log exactly if that transaction commits."""
    events, pending, lookups = [], [], []
    for one in prepared:
        about, at = one.event.about, clock.trim(one.event.at)
        pending.append({"event_id": one.event_id})
        events.append(
            {
                "id": one.event_id,
                "entry": one.entry,
                "leaf_hash": one.leaf_hash,
                "opening": one.opening if about is None else None,
                "created_at": at,
            }
        )
        if about is not None:
            lookups.append(
                {
                    "consumer_id": about.consumer_id,
                    "event_id": one.event_id,
                    "at": at,
                    "type": one.event.type,
                    "outcome": one.event.outcome,
                    "consent_id": about.consent_id,
                    "client_id": one.event.client,
                    "company_id": one.event.company,
                    "opening": one.opening,
                }
            )
    _EVENTS.write(connection, events)
    _PENDING.write(connection, pending)
    _LOOKUPS.write(connection, lookups)


def record(session: Session, event: Event) -> Prepared:
    """Prepare and append one event in the session's transaction."""
    prepared = prepare(event)
    append(session.connection(), [prepared])
    return prepared


def forget(session: Session, *, consumer_id: str) -> int:
    """Drop whatever says which events are this person's; gives how many. The entries stay, and still verify.

    With the person's log secret destroyed as well, nothing we hold ties an entry to them.
    """
    result = session.execute(delete(EventLookup).where(EventLookup.consumer_id == consumer_id))
    assert isinstance(result, CursorResult)
    return result.rowcount
