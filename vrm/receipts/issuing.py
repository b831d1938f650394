"""Making a receipt of what is kept. The record in it is the same each time; what was added since, the proofs and the
moment are those of now.
"""

import uuid
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from keys import KeyStore
from vrm import accesslog, clock, consents
from vrm.accesslog import LoggedEvent, proof_file
from vrm.consents import Recorded, recording
from vrm.receipts.document import ENDS, REPLACES, SCHEMA, Receipt, sign
from vrm.tlog.canonical import b64

HELD_BACK = ("paused", "resumed")
"""What may happen to a revision while it stands; that is between the person and us."""

MOST_SINCE = 50
"""The newest so many are told: somebody may pause and resume as often as they like."""

_TICK = timedelta(milliseconds=1)
"""What was written down together bears the same moment, and a moment is that long (``clock``)."""


def issue_to_person(
    session: Session,
    keys: KeyStore,
    *,
    consumer_id: str,
    consent_id: str,
    number: int,
    issuer: str,
    now: datetime,
) -> Receipt:
    """A person's receipt of one revision of a consent of theirs. Raises ``NotFound``."""
    recorded = consents.get_record(
        session, keys, consumer_id=consumer_id, consent_id=consent_id, number=number
    )
    events = _events(session, recorded, consumer_id, HELD_BACK)
    body = _body(session, recorded, events, issuer=issuer, now=now, opened=True)
    return sign(body | {"values": recorded.values.to_json()}, keys.receipt_keys.signer(now))


def issue_to_client(
    session: Session,
    keys: KeyStore,
    *,
    client_id: str,
    consent_id: str,
    number: int,
    issuer: str,
    now: datetime,
) -> Receipt:
    """A client's receipt of one revision of a consent it holds or held. Raises ``NotFound`` for another's.

    The very record that the person has, without what opens the hash of the values in it; of what came later, the next
    revision and the end.
    """
    consumer_id = consents.get_holder_of(session, client_id=client_id, consent_id=consent_id)
    recorded = consents.get_record(
        session, keys, consumer_id=consumer_id, consent_id=consent_id, number=number
    )
    events = _events(session, recorded, consumer_id, ())
    body = _body(session, recorded, events, issuer=issuer, now=now, opened=False)
    return sign(body, keys.receipt_keys.signer(now))


def issue_refusal(
    session: Session, keys: KeyStore, *, consumer_id: str, ask_id: str, issuer: str, now: datetime
) -> Receipt:
    """A person's receipt of an ask they refused. Raises ``NotFound``. The company gets none: it hears a no alone."""
    recorded = consents.get_refusal_record(session, keys, consumer_id=consumer_id, ask_id=ask_id)
    company = recorded.decision.company_id
    logged = accesslog.list_for_consumer(
        session,
        consumer_id=consumer_id,
        limit=500,
        type="consent.refused",
        company_id=company,
        since=recorded.decision.at,
    )
    events = [event for event in logged if event.detail.get("ask") == ask_id][:1]
    body = _body(session, recorded, events, issuer=issuer, now=now, opened=True)
    return sign(body | {"values": recorded.values.to_json()}, keys.receipt_keys.signer(now))


def _events(
    session: Session, recorded: Recorded, consumer_id: str, told: Collection[str]
) -> list[LoggedEvent]:
    """What made the revision, as far as the log knows it, then what came later, oldest first.

    That is what is ``told`` of the time in which it stood, what took its place, and the end of the whole consent,
    whichever revision that came upon: with an older receipt nobody is to show a consent that is over.
    """
    decision, successor = recorded.decision, recorded.successor

    def logged(*changes: str, since: datetime, until: datetime | None, limit: int) -> list[LoggedEvent]:
        return accesslog.list_for_consumer(
            session,
            consumer_id=consumer_id,
            consent_id=decision.thread_id,
            types=[f"consent.{change}" for change in changes],
            since=since,
            until=until,
            limit=limit,
        )

    def made(change: str, at: datetime, number: int | None) -> list[LoggedEvent]:
        found = logged(change, since=at, until=at + _TICK, limit=MOST_SINCE)
        return [event for event in found if event.entry.get("revision") == number][:1]

    later = logged(*ENDS, since=decision.at, until=None, limit=1)
    if successor is not None:
        later += made(successor.reason, successor.created_at, successor.number)
    if told:
        until = None if successor is None else successor.created_at + _TICK
        stood = logged(*told, since=decision.at, until=until, limit=MOST_SINCE)
        later += [event for event in stood if event.entry.get("revision") == decision.number]
    first = made(decision.change, decision.at, decision.number)
    return first + sorted(later, key=lambda event: (event.at, event.event_id))


def _body(
    session: Session,
    recorded: Recorded,
    events: Sequence[LoggedEvent],
    *,
    issuer: str,
    now: datetime,
    opened: bool,
) -> dict[str, Any]:
    record = recorded.record
    return {
        "schema_version": SCHEMA,
        "receipt_id": str(uuid.uuid5(uuid.UUID(record["record_id"]), f"receipt of {issuer}")),
        "issuer": issuer,
        "issued_at": clock.rfc3339(now),
        "record": record,
        "events": [
            _event(session, recorded, event, first=place == 0, opened=opened)
            for place, event in enumerate(events)
        ],
    }


def _event(
    session: Session, recorded: Recorded, event: LoggedEvent, *, first: bool, opened: bool
) -> dict[str, Any]:
    """An event with its place in the log. The first opens for both sides, as it holds the record's hash."""
    change = event.type.partition(".")[2]
    proof = None
    if first or change in ENDS or change in REPLACES:
        found = accesslog.find_proof(session, event, opened=first or opened)
        proof = None if found is None else proof_file.dump(found).decode()
    said = (
        recorded.record["event"][0]
        if first
        else recording.event(
            change,
            at=event.at,
            until=_until(recorded, change),
            entity=_entity(recorded, change),
        )
    )
    return {**said, "event_id": event.event_id, "leaf_hash": b64(event.leaf_hash), "proof": proof}


def _until(recorded: Recorded, change: str) -> datetime | None:
    """Until when something is allowed after it; None where nothing is."""
    if change in REPLACES:
        return None if recorded.successor is None else recorded.successor.expires_at
    return recorded.decision.until if change == "resumed" else None


def _entity(recorded: Recorded, change: str) -> str:
    """Who did it: the person as the company knows them, its client, or time."""
    match change:
        case "returned":
            return recorded.decision.client_id
        case "expired" | "used":
            return "by itself"
        case _:
            return recorded.decision.subject
