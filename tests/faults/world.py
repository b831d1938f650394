"""What must be true of a whole instance at every moment, whatever happened to it."""

import io
from collections import Counter
from typing import Any

from sqlalchemy import Connection, select, text

from vrm import accesslog
from vrm.accesslog.models import LogEvent, LogLeaf, LogPending
from vrm.consents.models import AskRow, ConsentPlace, ConsentRow, RevisionRow
from vrm.house import House
from vrm.tlog.note import Verifier
from vrm.tokens.models import AuthorizationCode, Token


def check_world(house: House, consumer_id: str) -> None:
    """Fail unless the database is whole and everything about this person stands or falls together."""
    faults = house.database.read(lambda db: _faults(house, db, consumer_id))
    assert not faults, "\n".join(faults)


def check_log(house: House) -> int:
    """Fail unless every event finds its place in the log, and the log verifies; how many entries it has."""
    older = house.database.read(accesslog.latest_checkpoint)
    while accesslog.sequence(house.database):
        pass
    accesslog.publish(house.database, house.keys.log_signer, house.settings.log_origin)
    verifier = Verifier(house.settings.log_origin, house.keys.log_signer.public)
    export = accesslog.open_export(house.database, verifier=verifier)
    report = accesslog.verify_export(
        io.BytesIO(b"".join(export)),
        vkey=verifier.vkey,
        checkpoint=older.note.encode() if older else None,
    )
    assert report.ok, report.findings
    return report.entries


def answered(house: House, consumer_id: str) -> dict[str, accesslog.LoggedEvent]:
    """The reads of this person that were answered, by event id."""
    return {event.event_id: event for event in _events(house, consumer_id) if event.outcome == "answered"}


def _events(house: House, consumer_id: str) -> list[accesslog.LoggedEvent]:
    return house.database.read(
        lambda db: accesslog.list_for_consumer(db, consumer_id=consumer_id, limit=100_000)
    )


def _faults(house: House, db: Any, consumer_id: str) -> list[str]:
    connection = db.connection()
    found = []
    if house.database.sqlite:
        told = connection.execute(text("PRAGMA integrity_check")).scalar_one()
        if told != "ok":
            found.append(f"integrity_check: {told}")
    return found + _log_faults(connection) + _consent_faults(house, db, consumer_id)


def _log_faults(connection: Connection) -> list[str]:
    def ids(column: Any) -> set[str]:
        return set(connection.execute(select(column)).scalars())

    events, pending, leaves = ids(LogEvent.id), ids(LogPending.event_id), ids(LogLeaf.event_id)
    found = []
    if pending & leaves:
        found.append(f"both waiting and in the tree: {pending & leaves}")
    if pending | leaves != events:
        found.append(f"neither waiting nor in the tree: {events ^ (pending | leaves)}")
    return found


def _consent_faults(house: House, db: Any, consumer_id: str) -> list[str]:
    events = accesslog.list_for_consumer(db, consumer_id=consumer_id, limit=100_000)
    told = Counter((event.type, event.consent_id) for event in events)
    asked = Counter((event.type, event.detail["ask"]) for event in events if "ask" in event.detail)
    consents = {
        row.id: row for row in db.scalars(select(ConsentRow).where(ConsentRow.consumer_id == consumer_id))
    }
    places = set(db.scalars(select(ConsentPlace.consent_id).where(ConsentPlace.consumer_id == consumer_id)))
    revisions: dict[str, list[int]] = {}
    for consent_id, number in db.execute(
        select(RevisionRow.consent_id, RevisionRow.number)
        .where(RevisionRow.consumer_id == consumer_id)
        .order_by(RevisionRow.number)
    ):
        revisions.setdefault(consent_id, []).append(number)
    found = []
    if set(consents) != places or set(consents) != set(revisions):
        found.append("a consent, its place and its revisions do not belong together")
    for row in consents.values():
        if revisions.get(row.id) != list(range(1, row.revision + 1)):
            found.append(f"consent {row.id} lacks a revision")
        if told["consent.granted", row.id] != 1:
            found.append(f"consent {row.id}: {told['consent.granted', row.id]} events of its grant")
        ended = told["consent.revoked", row.id] + told["consent.expired", row.id]
        if ended != (row.state != "active"):
            found.append(f"consent {row.id} is {row.state}, and {ended} events tell of an end")
    for kind, consent_id in told:
        if consent_id is not None and consent_id not in consents:
            found.append(f"{kind} of a consent that is not there: {consent_id}")
    for ask in db.scalars(select(AskRow).where(AskRow.consumer_id == consumer_id)):
        for state in ("granted", "refused"):
            if asked[f"consent.{state}", ask.id] != (ask.state == state):
                found.append(
                    f"ask {ask.id} is {ask.state}; events: {asked[f'consent.{state}', ask.id]} {state}"
                )
    for table in (AuthorizationCode, Token):
        for consent_id in db.scalars(select(table.consent_id).where(table.consumer_id == consumer_id)):
            if consent_id not in consents:
                found.append(f"{table.__tablename__}: no consent {consent_id}")
    return found
