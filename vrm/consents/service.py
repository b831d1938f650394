"""Verbs on consents. Each change is written together with its event."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from keys import KeyStore
from vrm.consents import uses
from vrm.consents.asks import open_row
from vrm.consents.models import (
    RUNS,
    AskRow,
    CompanyBlock,
    ConsentKey,
    ConsentPlace,
    ConsentRow,
    ConsentUse,
    DeskCode,
    DeskGuesses,
    RevisionRow,
    SubjectRow,
)
from vrm.consents.recorded import record_of_revision
from vrm.consents.records import Choice, Consent, Revision
from vrm.consents.revising import end_of, granted_lines, newest_of, record, write_revision
from vrm.consents.subjects import subject_of
from vrm.consents.terms import Terms
from vrm.errors import Conflict, NotFound
from vrm.ids import new_id


def grant(
    session: Session,
    keys: KeyStore,
    *,
    consumer_id: str,
    ask_id: str,
    choices: Sequence[Choice],
    duration_days: int,
    versions: Sequence[Mapping[str, Any]],
    notice: Mapping[str, Any],
    notice_version: int,
    now: datetime,
) -> Consent:
    """Allow the chosen lines of an ask, for so many days, and give the consent.

    A required line that is not chosen, a key that was not offered, or a duration beyond what was asked raises
    ``Invalid``; an ask that is decided or expired raises ``Conflict``. ``versions`` are the value versions that
    were on the page, ``notice`` is what the page said of the company, ``notice_version``
    which version of its notice that was; all are kept with the revision.
    """
    ask = open_row(session, consumer_id, ask_id, now)
    if ask.amends is not None:
        raise Conflict("This request changes a consent that is there already.")
    terms = Terms.from_json(ask.terms)
    expires_at = end_of(terms, duration_days, now)
    lines = granted_lines(terms, choices)
    consent, place = new_rows(
        ask,
        subject=subject_of(session, consumer_id, ask.company_id),
        notice_version=notice_version,
        expires_at=expires_at,
        now=now,
    )
    session.add_all((consent, place))
    write_revision(
        session, keys, consent, ask, reason="granted", lines=lines, versions=versions, notice=notice, now=now
    )
    return Consent.of(consent)


def new_rows(
    ask: AskRow, *, subject: str, notice_version: int, expires_at: datetime, now: datetime
) -> tuple[ConsentRow, ConsentPlace]:
    """A consent to an ask as it is kept, in its first revision, and its place; in no session yet."""
    consent = ConsentRow(
        consumer_id=ask.consumer_id,
        id=new_id(),
        client_id=ask.client_id,
        company_id=ask.company_id,
        subject=subject,
        state="active",
        version=1,
        epoch=1,
        latest_epoch=1,
        revision=1,
        notice_version=notice_version,
        granted_at=now,
        expires_at=expires_at,
    )
    return consent, ConsentPlace(consent_id=consent.id, client_id=ask.client_id, consumer_id=ask.consumer_id)


def revoke(
    session: Session,
    keys: KeyStore,
    *,
    consumer_id: str,
    consent_id: str,
    now: datetime,
    channel: str | None = None,
) -> Consent:
    """End a consent now. Every token that rests on it is worth nothing from the commit on.

    ``channel``: the way it was done, where that is not the person's own pages; it stands in the event's opening.
    """
    row = get_running(session, consumer_id, consent_id, now)
    return _end(session, keys, row, state="revoked", actor="consumer", now=now, channel=channel)


def give_back(session: Session, keys: KeyStore, *, client_id: str, consent_id: str, now: datetime) -> Consent:
    """End a consent as its client wants, in the state ``returned``; as final as a revoke.

    Raises ``NotFound`` for another client's, and for one that has ended: nothing is left to give back.
    """
    place = session.get(ConsentPlace, consent_id)
    row = None if place is None else session.get(ConsentRow, (place.consumer_id, consent_id))
    if row is None or row.client_id != client_id or row.state != "active" or row.expires_at <= now:
        raise NotFound("There is no such consent, or it has ended.")
    return _end(session, keys, row, state="returned", actor="client", now=now)


def expire(session: Session, keys: KeyStore, *, now: datetime, limit: int = 100) -> int:
    """Write down the consents whose time has come; what they were worth ended when it came."""
    consents = session.scalars(
        select(ConsentRow)
        .where(RUNS, ConsentRow.expires_at <= now)
        .order_by(ConsentRow.expires_at)
        .limit(limit)
    ).all()
    for row in consents:
        _end(session, keys, row, state="expired", actor="system", now=now)
    return len(consents)


def end_all(session: Session, keys: KeyStore, *, consumer_id: str, now: datetime) -> None:
    """End every consent of a person who leaves, as if each was revoked; one whose time has come has expired."""
    query = select(ConsentRow).where(ConsentRow.consumer_id == consumer_id, ConsentRow.state == "active")
    for row in session.scalars(query.order_by(ConsentRow.id)).all():
        state, actor = ("expired", "system") if row.expires_at <= now else ("revoked", "consumer")
        _end(session, keys, row, state=state, actor=actor, now=now)


def close_used(session: Session, keys: KeyStore, *, now: datetime, limit: int = 100) -> int:
    """End the consents of which every line was for once, and was read; how many that were."""
    done = 0
    for consumer_id, consent_id in uses.list_closing(session, now=now, limit=limit):
        row = get_row(session, consumer_id, consent_id)
        revision = Revision.of(newest_of(session, row))
        runs = row.state == "active" and row.expires_at > now
        if uses.close(session, row, revision.lines, now=now) and runs and not revision.terms.sign_in:
            _end(session, keys, row, state="used", actor="system", now=now)
            done += 1
    return done


def list_consents(session: Session, *, consumer_id: str) -> list[Consent]:
    """Every consent of a person, current and past, newest first."""
    query = select(ConsentRow).where(ConsentRow.consumer_id == consumer_id)
    return [
        Consent.of(row)
        for row in session.scalars(query.order_by(ConsentRow.granted_at.desc(), ConsentRow.id))
    ]


def get_consent(session: Session, *, consumer_id: str, consent_id: str) -> Consent:
    """One consent of this person. Raises ``NotFound`` for everybody else's."""
    return Consent.of(get_row(session, consumer_id, consent_id))


def list_revisions(session: Session, *, consumer_id: str, consent_id: str) -> list[Revision]:
    """What a consent allowed over time, oldest first."""
    query = select(RevisionRow).where(
        RevisionRow.consumer_id == consumer_id, RevisionRow.consent_id == consent_id
    )
    return [Revision.of(row) for row in session.scalars(query.order_by(RevisionRow.number))]


def get_newest_revision(session: Session, *, consumer_id: str, consent_id: str) -> Revision:
    """What a consent allows now, or allowed last. Raises ``NotFound``."""
    return Revision.of(newest_of(session, get_row(session, consumer_id, consent_id)))


def sweep(session: Session, *, now: datetime) -> None:
    """Delete desk codes that are over, and counters whose window is."""
    session.execute(delete(DeskCode).where(DeskCode.expires_at <= now))
    session.execute(delete(DeskGuesses).where(DeskGuesses.window_ends <= now))


def forget(session: Session, *, consumer_id: str) -> None:
    """Delete everything this room keeps about a person."""
    for table in (
        AskRow, ConsentRow, RevisionRow, ConsentKey, ConsentPlace, ConsentUse, SubjectRow, DeskCode, CompanyBlock,
    ):  # fmt: skip
        session.execute(delete(table).where(table.consumer_id == consumer_id))


def _end(
    session: Session,
    keys: KeyStore,
    row: ConsentRow,
    *,
    state: str,
    actor: str,
    now: datetime,
    channel: str | None = None,
) -> Consent:
    row.state, row.ended_at = state, now
    row.version += 1
    if row.expires_at > now:
        session.execute(
            update(ConsentKey)
            .where(ConsentKey.consumer_id == row.consumer_id, ConsentKey.consent_id == row.id)
            .values(until=now)
        )
    session.flush()
    revision = newest_of(session, row)
    named = {line["key"] for line in revision.lines}
    # What ended is said by the hash of its record, as what began was.
    detail = {"record": record_of_revision(keys, row, revision).sha256}
    if channel is not None:
        detail["channel"] = channel
    record(session, keys, row, f"consent.{state}", keys_named=named, now=now, actor=actor, detail=detail)
    return Consent.of(row)


def get_running(session: Session, consumer_id: str, consent_id: str, now: datetime) -> ConsentRow:
    """As ``get_row``. Raises ``Conflict`` for a consent that has ended."""
    row = get_row(session, consumer_id, consent_id)
    if row.state != "active" or row.expires_at <= now:
        raise Conflict("This consent has ended already; nothing can be read under it.", code="consent_ended")
    return row


def get_row(session: Session, consumer_id: str, consent_id: str) -> ConsentRow:
    """The row of a consent of this person, to be changed within the room. Raises ``NotFound``."""
    row = session.get(ConsentRow, (consumer_id, consent_id))
    if row is None:
        raise NotFound("There is no such consent.")
    return row
