"""Whoever comes back to a client that may recognise them is not asked again what they have decided already.

An ask changes nothing where the consent that stands was decided on the very same: the same lines with the same words,
kept as long, passed on to the same, for as long, under the same notice. What the person refused of it stays refused.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from keys import KeyStore
from vrm.consents.blocking import blocked_since
from vrm.consents.models import ConsentRow
from vrm.consents.records import Amends, Consent, Revision
from vrm.consents.revising import newest_of, record
from vrm.consents.terms import Line, Terms


@dataclass(frozen=True)
class Coming:
    """Who comes to which client with which ask, under the notice as it is now. ``amends``: the one consent it may change."""

    consumer_id: str
    client_id: str
    terms: Terms
    notice: Mapping[str, Any]
    notice_version: int
    amends: Amends | None = None


def find_decided(session: Session, coming: Coming, *, now: datetime) -> Consent | None:
    """The consent that says all that this ask would.

    None where there is something to decide, where nothing stands, or where the person has blocked the company. The row
    stays share-locked, so that a revoke comes before this or after it.
    """
    row = _find(session, coming, now)
    return None if row is None else Consent.of(row)


def recognise(session: Session, keys: KeyStore, coming: Coming, *, now: datetime) -> Consent | None:
    """What ``find_decided`` finds, with the event: the person signs in again under it."""
    row = _find(session, coming, now)
    if row is None:
        return None
    record(session, keys, row, "consent.signed_in", keys_named=set(), now=now)
    return Consent.of(row)


def _find(session: Session, coming: Coming, now: datetime) -> ConsentRow | None:
    query = select(ConsentRow).where(
        ConsentRow.consumer_id == coming.consumer_id,
        ConsentRow.client_id == coming.client_id,
        ConsentRow.state == "active",
        ConsentRow.paused.is_(None),
        ConsentRow.expires_at > now,
        ConsentRow.notice_version == coming.notice_version,
    )
    if coming.amends is not None:
        named = coming.amends
        query = query.where(ConsentRow.id == named.consent_id, ConsentRow.revision == named.revision)
    newest_first = query.order_by(ConsentRow.granted_at.desc(), ConsentRow.id).with_for_update(read=True)
    for row in session.scalars(newest_first):
        if blocked_since(session, consumer_id=coming.consumer_id, company_id=row.company_id) is not None:
            return None
        revision = Revision.of(newest_of(session, row))
        if _words(revision.notice) == _words(coming.notice) and changes_nothing(coming.terms, revision):
            return row
    return None


def may_recognise(
    session: Session, *, consumer_id: str, client_id: str, company_id: str, now: datetime
) -> bool:
    """Whether a client may know of somebody that they are here: a consent of theirs stands, not paused, and no block."""
    stands = (ConsentRow.state == "active") & (ConsentRow.expires_at > now) & ConsentRow.paused.is_(None)
    query = select(ConsentRow.id).where(
        ConsentRow.consumer_id == consumer_id, ConsentRow.client_id == client_id, stands
    )
    return (
        session.execute(query.limit(1)).first() is not None
        and blocked_since(session, consumer_id=consumer_id, company_id=company_id) is None
    )


def changes_nothing(terms: Terms, decided: Revision) -> bool:
    """Whether somebody who decided on this revision has nothing to decide on these terms.

    Every line stood in what they decided on, or is just what they granted of it; all that is granted is asked for
    again, and nothing that is needed is missing. A line for once is for once, so it is decided on each time.
    """
    then = decided.terms
    granted = [
        Line(line.key, line.purpose, line.required, line.why, frequency=line.frequency)
        for line in decided.lines
    ]
    return (
        _whole(terms) == _whole(then)
        and set(terms.lines) <= {*then.lines, *granted}
        and {(line.key, line.purpose) for line in decided.lines} <= _options(terms.lines)
        and all(_options([line]) & _options(granted) for line in terms.lines if line.required)
        and all(line.frequency != "once" for line in terms.lines)
    )


def _words(notice: Mapping[str, Any]) -> dict[str, Any]:
    """What a notice says of the company; what it says of the lines is held against the terms."""
    return {name: said for name, said in notice.items() if name not in ("shown", "sha256")}


def _whole(terms: Terms) -> tuple[object, ...]:
    """What is said of all lines together."""
    return (
        terms.sign_in,
        terms.scope_purpose,
        terms.duration_days,
        terms.retention_days,
        frozenset(terms.recipients),
    )


def _options(lines: Iterable[Line]) -> set[tuple[str, str]]:
    return {(key, line.purpose) for line in lines for key in line.options}
