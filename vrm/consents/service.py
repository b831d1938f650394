"""Verbs on consents. Each change is written together with its event."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from keys import KeyStore
from vrm import accesslog
from vrm.consents.asks import open_row
from vrm.consents.models import AskRow, ConsentKey, ConsentPlace, ConsentRow, RevisionRow, SubjectRow
from vrm.consents.records import Choice, Consent, Revision
from vrm.consents.terms import MOST_DAYS, GrantedLine, Terms
from vrm.errors import Conflict, Invalid, NotFound
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
    row = open_row(session, consumer_id, ask_id, now)
    terms = Terms.from_json(row.terms)
    if not 1 <= duration_days <= min(terms.duration_days, MOST_DAYS):
        raise Invalid("Choose one of the durations on the page.", field="duration")
    lines = _granted_lines(terms, choices)
    row.state, row.decided_at = "granted", now
    expires_at = now + timedelta(days=duration_days)
    consent = ConsentRow(
        consumer_id=consumer_id,
        id=new_id(),
        client_id=row.client_id,
        company_id=row.company_id,
        subject=_subject(session, consumer_id, row.company_id),
        state="active",
        version=1,
        epoch=1,
        revision=1,
        notice_version=notice_version,
        granted_at=now,
        expires_at=expires_at,
    )
    session.add(consent)
    session.add(ConsentPlace(consent_id=consent.id, client_id=row.client_id, consumer_id=consumer_id))
    session.add(
        RevisionRow(
            consumer_id=consumer_id,
            consent_id=consent.id,
            number=1,
            reason="granted",
            terms=row.terms,
            lines=[line.to_json() for line in lines],
            versions=[dict(version) for version in versions],
            notice=dict(notice),
            expires_at=expires_at,
            created_at=now,
        )
    )
    session.add_all(
        ConsentKey(
            consumer_id=consumer_id,
            consent_id=consent.id,
            key=key,
            company_id=row.company_id,
            client_id=row.client_id,
            notice_version=notice_version,
            until=expires_at,
        )
        for key in sorted({line.key for line in lines})
    )
    session.flush()
    asked = {key for line in terms.lines for key in line.options}
    _record(
        session,
        keys,
        consent,
        "consent.granted",
        keys_named=[line.key for line in lines],
        now=now,
        detail={"not_granted": sorted(asked - {line.key for line in lines}), "ask": row.id},
    )
    return Consent.of(consent)


def revoke(session: Session, keys: KeyStore, *, consumer_id: str, consent_id: str, now: datetime) -> Consent:
    """End a consent now. Every token that rests on it is worth nothing from the commit on."""
    row = _consent(session, consumer_id, consent_id)
    if row.state != "active" or row.expires_at <= now:
        raise Conflict("This consent has ended already; nothing can be read under it.", code="consent_ended")
    return _end(session, keys, row, state="revoked", actor="consumer", now=now)


def expire(session: Session, keys: KeyStore, *, now: datetime, limit: int = 100) -> int:
    """Write down the consents whose time has come; what they were worth ended when it came."""
    consents = session.scalars(
        select(ConsentRow)
        .where(ConsentRow.state == "active", ConsentRow.expires_at <= now)
        .order_by(ConsentRow.expires_at)
        .limit(limit)
    ).all()
    for row in consents:
        _end(session, keys, row, state="expired", actor="system", now=now)
    return len(consents)


def list_consents(session: Session, *, consumer_id: str) -> list[Consent]:
    """Every consent of a person, current and past, newest first."""
    query = select(ConsentRow).where(ConsentRow.consumer_id == consumer_id)
    return [
        Consent.of(row)
        for row in session.scalars(query.order_by(ConsentRow.granted_at.desc(), ConsentRow.id))
    ]


def get_consent(session: Session, *, consumer_id: str, consent_id: str) -> Consent:
    """One consent of this person. Raises ``NotFound`` for everybody else's."""
    return Consent.of(_consent(session, consumer_id, consent_id))


def list_revisions(session: Session, *, consumer_id: str, consent_id: str) -> list[Revision]:
    """What a consent allowed over time, oldest first."""
    query = select(RevisionRow).where(
        RevisionRow.consumer_id == consumer_id, RevisionRow.consent_id == consent_id
    )
    return [Revision.of(row) for row in session.scalars(query.order_by(RevisionRow.number))]


def forget(session: Session, *, consumer_id: str) -> None:
    """Delete everything this room keeps about a person."""
    for table in (AskRow, ConsentRow, RevisionRow, ConsentKey, ConsentPlace, SubjectRow):
        session.execute(delete(table).where(table.consumer_id == consumer_id))


def _granted_lines(terms: Terms, choices: Sequence[Choice]) -> list[GrantedLine]:
    chosen: dict[int, Choice] = {}
    for choice in choices:
        if not 0 <= choice.line < len(terms.lines) or choice.line in chosen:
            raise Invalid("Choose among the lines on the page.", field="lines")
        if choice.key not in terms.lines[choice.line].options:
            raise Invalid("Choose one of the values the company would accept.", field="lines")
        chosen[choice.line] = choice
    missing = [line.key for number, line in enumerate(terms.lines) if line.required and number not in chosen]
    if missing:
        raise Invalid(
            "A line the company needs is missing. Allow it, or refuse the whole request.", field="lines"
        )
    if not chosen:
        raise Invalid("Nothing is ticked. Tick at least one line, or refuse.", field="lines")
    return [
        GrantedLine(
            key=choice.key,
            asked=terms.lines[number].key,
            purpose=terms.lines[number].purpose,
            required=terms.lines[number].required,
            why=terms.lines[number].why,
            frequency=terms.lines[number].frequency,
            item_id=choice.item_id,
        )
        for number, choice in sorted(chosen.items())
    ]


def _end(
    session: Session, keys: KeyStore, row: ConsentRow, *, state: str, actor: str, now: datetime
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
    revision = session.get_one(RevisionRow, (row.consumer_id, row.id, row.revision))
    named = [line["key"] for line in revision.lines]
    _record(session, keys, row, f"consent.{state}", keys_named=named, now=now, actor=actor)
    return Consent.of(row)


def _record(
    session: Session,
    keys: KeyStore,
    row: ConsentRow,
    kind: str,
    *,
    keys_named: Sequence[str],
    now: datetime,
    actor: str = "consumer",
    detail: Mapping[str, object] | None = None,
) -> None:
    accesslog.record(
        session,
        accesslog.Event(
            type=kind,
            at=now,
            actor=actor,
            company=row.company_id,
            client=row.client_id,
            keys=tuple(sorted(set(keys_named))),
            revision=row.revision,
            about=accesslog.About(
                consumer_id=row.consumer_id,
                thread_id=row.id,
                log_secret=keys.log_secret(row.consumer_id),
                consent_id=row.id,
            ),
            detail={"consent": row.id, **(detail or {})},
        ),
    )


def _consent(session: Session, consumer_id: str, consent_id: str) -> ConsentRow:
    row = session.get(ConsentRow, (consumer_id, consent_id))
    if row is None:
        raise NotFound("There is no such consent.")
    return row


def _subject(session: Session, consumer_id: str, company_id: str) -> str:
    row = session.get(SubjectRow, (consumer_id, company_id))
    if row is None:
        row = SubjectRow(consumer_id=consumer_id, company_id=company_id, subject=new_id())
        session.add(row)
        session.flush()
    return row.subject
