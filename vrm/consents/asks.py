"""Asks: put before a person once, decided once."""

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, false, or_, select
from sqlalchemy.orm import Session

from keys import KeyStore
from vrm import accesslog, clock
from vrm.consents.models import AskRow
from vrm.consents.recorded import record_of_refusal
from vrm.consents.records import Amends, Ask
from vrm.consents.subjects import subject_of
from vrm.consents.terms import Terms
from vrm.errors import Conflict, NotFound
from vrm.ids import new_id
from vrm.tlog.canonical import dump

MOST_WAITING = 10
"""How many asks of one client wait for one person; one more closes the oldest."""

ASK_WAITS = timedelta(days=7)
"""How long an ask waits for a decision."""


def open_ask(
    session: Session,
    *,
    consumer_id: str,
    client_id: str,
    company_id: str,
    terms: Terms,
    request: Mapping[str, Any],
    amends: Amends | None = None,
    quiet: bool = False,
    waits: timedelta = ASK_WAITS,
    now: datetime,
) -> str:
    """Put an ask before a person and give its id. The same request opened twice is one ask.

    ``request`` is what the client needs back with the decision; this room does not look into it. ``amends`` names
    the consent of this person that it would change. ``quiet``: the company hears a yes, and nothing else.
    """
    row = new_row(
        consumer_id=consumer_id, client_id=client_id, company_id=company_id, terms=terms.to_json(),
        request=request, amends=amends, quiet=quiet, waits=waits, now=now,
    )  # fmt: skip
    known = session.scalars(
        select(AskRow).where(AskRow.consumer_id == consumer_id, AskRow.fingerprint == row.fingerprint)
    ).first()
    if known is not None:
        return known.id
    if not quiet:  # few of those wait anyway; one that pushed out another would show in the company's figures
        _make_room(session, consumer_id, client_id, now)
    session.add(row)
    session.flush()
    return row.id


def new_row(
    *,
    consumer_id: str,
    client_id: str,
    company_id: str,
    terms: Mapping[str, Any],
    request: Mapping[str, Any],
    amends: Amends | None = None,
    quiet: bool = False,
    waits: timedelta = ASK_WAITS,
    now: datetime,
) -> AskRow:
    """An open ask as it is kept, in no session yet. ``terms`` as they are stored."""
    document: dict[str, Any] = {"client": client_id, "terms": terms, "request": dict(request)}
    if amends is not None:
        document["amends"] = asdict(amends)
    return AskRow(
        consumer_id=consumer_id,
        id=new_id(),
        client_id=client_id,
        company_id=company_id,
        terms=dict(terms),
        request=dict(request),
        fingerprint=hashlib.sha256(dump(document)).hexdigest(),
        state="open",
        created_at=now,
        expires_at=now + waits,
        amends=None if amends is None else amends.consent_id,
        amends_revision=None if amends is None else amends.revision,
        quiet=quiet,
    )


def get_open_ask(session: Session, *, consumer_id: str, ask_id: str, now: datetime) -> Ask:
    """An ask put to this person that waits for a decision.

    Raises ``NotFound`` for everybody else's, ``Conflict`` when it is decided or closed.
    """
    return Ask.of(open_row(session, consumer_id, ask_id, now))


def list_asks(
    session: Session, *, consumer_id: str, now: datetime, states: Collection[str] = ("open",)
) -> list[Ask]:
    """The asks put to this person that are in one of these states (``Ask.state_at``), newest first.

    Unless said otherwise, those that wait for a decision.
    """
    wanted = [
        and_(
            AskRow.state == "open",
            AskRow.expires_at <= now if state == "expired" else AskRow.expires_at > now,
        )
        if state in ("open", "expired")
        else AskRow.state == state
        for state in states
    ]
    query = select(AskRow).where(AskRow.consumer_id == consumer_id, or_(false(), *wanted))
    return [Ask.of(row) for row in session.scalars(query.order_by(AskRow.created_at.desc(), AskRow.id))]


def refuse(
    session: Session,
    keys: KeyStore,
    *,
    consumer_id: str,
    ask_id: str,
    now: datetime,
    notice: Mapping[str, Any] | None = None,
) -> Ask:
    """Say no to an ask. The refusal is recorded; the company hears "no" and nothing more.

    ``notice`` is what the page said of the company, kept for the receipt. Of a quiet ask the refusal is recorded when
    its time is over: see ``record_refusal``.
    """
    row = open_row(session, consumer_id, ask_id, now)
    row.state, row.decided_at = "refused", now
    if notice is not None:
        row.notice = dict(notice)
        subject_of(session, consumer_id, row.company_id)  # what the receipt calls the person
    session.flush()
    ask = Ask.of(row)
    if not ask.quiet:
        record_refusal(session, keys, consumer_id=consumer_id, ask=ask, now=now)
    return ask


def record_refusal(session: Session, keys: KeyStore, *, consumer_id: str, ask: Ask, now: datetime) -> None:
    """Write down that this person refused an ask.

    Whoever opened a quiet one calls this when it is over: everybody sees how long the log is, and it must not grow at
    the moment of a refusal that its company does not hear.
    """
    record = record_of_refusal(session, keys, _ask(session, consumer_id, ask.id))
    detail = {"ask": ask.id, "record": record.sha256}
    if ask.quiet and ask.decided_at is not None:
        detail["decided_at"] = clock.rfc3339(ask.decided_at)
    accesslog.record(
        session,
        accesslog.Event(
            type="consent.refused",
            at=now,
            actor="consumer",
            company=ask.company_id,
            client=ask.client_id,
            keys=tuple(sorted({line.key for line in ask.terms.lines})),
            outcome="refused",
            about=accesslog.About(
                consumer_id=consumer_id,
                thread_id=ask.id,
                log_secret=keys.log_secret(consumer_id),
                consent_id=None,
            ),
            detail=detail,
        ),
    )


def open_row(session: Session, consumer_id: str, ask_id: str, now: datetime) -> AskRow:
    """The row of an ask that waits for its decision; ``Conflict`` when it is decided or closed."""
    row = _ask(session, consumer_id, ask_id)
    if row.state != "open":
        raise Conflict("You have decided this request already.", code="ask_decided")
    if row.expires_at <= now:
        raise Conflict("This request is closed. Nothing left your profile.", code="ask_expired")
    return row


def _ask(session: Session, consumer_id: str, ask_id: str) -> AskRow:
    row = session.get(AskRow, (consumer_id, ask_id))
    if row is None:
        raise NotFound("There is no such request.")
    return row


def _make_room(session: Session, consumer_id: str, client_id: str, now: datetime) -> None:
    waiting = select(AskRow).where(
        AskRow.consumer_id == consumer_id,
        AskRow.client_id == client_id,
        AskRow.state == "open",
        AskRow.quiet.is_(False),
        AskRow.expires_at > now,
    )
    newest_first = session.scalars(waiting.order_by(AskRow.created_at.desc(), AskRow.id)).all()
    for row in newest_first[MOST_WAITING - 1 :]:
        row.expires_at = now
