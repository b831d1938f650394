"""A consent that is changed: decided anew by its person, and taken up by its client.

What the new revision allows holds from the decision on. The tokens from before hold until the client redeems the
code of that decision: ``latest_epoch`` counts the decisions, ``epoch`` is the one whose tokens are good.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from keys import KeyStore
from vrm.consents import uses
from vrm.consents.asks import open_row
from vrm.consents.models import ConsentPlace, ConsentRow
from vrm.consents.records import Amends, Choice, Consent, Revision
from vrm.consents.revising import days_left, end_of, granted_lines, newest_of, write_revision
from vrm.consents.terms import Terms
from vrm.errors import Conflict


@dataclass(frozen=True)
class Basis:
    """A consent that may be changed, and what it allows now."""

    consent: Consent
    revision: Revision


def find_basis(
    session: Session, *, client_id: str, consent_id: str, notice_version: int, now: datetime
) -> Basis | None:
    """The consent of this client that an ask may change; None for one that is not there, not theirs, or not good.

    One that was given on another notice than the company's ``notice_version`` has to be asked for anew.
    """
    place = session.get(ConsentPlace, consent_id)
    if place is None or place.client_id != client_id:
        return None
    row = session.get_one(ConsentRow, (place.consumer_id, consent_id))
    return _basis(session, row) if _stands(row, notice_version, now) else None


def get_basis(
    session: Session, *, consumer_id: str, amends: Amends, notice_version: int, now: datetime
) -> Basis:
    """What an ask would change. Raises ``Conflict`` when that is not any more as it was when the ask was made."""
    return _basis(session, _unchanged(session, consumer_id, amends, notice_version, now))


def amend(
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
    """Allow the chosen lines of an ask that names a consent, in place of what that allowed, and give the consent.

    As ``grant`` but for that: ``duration_days`` count from now, and for as many as are left the end stays. Raises
    ``Conflict`` besides where the consent has ended or was changed since the ask was made.
    """
    ask = open_row(session, consumer_id, ask_id, now)
    if ask.amends is None or ask.amends_revision is None:
        raise Conflict("This request changes no consent.")
    row = _unchanged(session, consumer_id, Amends(ask.amends, ask.amends_revision), notice_version, now)
    terms = Terms.from_json(ask.terms)
    expires_at = end_of(terms, duration_days, now)
    if duration_days == days_left(row.expires_at, now):
        expires_at = row.expires_at
    lines = granted_lines(terms, choices)
    before = {line["key"] for line in newest_of(session, row).lines}
    row.revision += 1
    row.version += 1  # a read that was weighed against the revision before is weighed again
    row.latest_epoch += 1
    row.expires_at = expires_at
    anew = [(choice.key, terms.lines[choice.line].purpose) for choice in choices if choice.line >= terms.kept]
    uses.begin_anew(session, row, anew)
    uses.look_again(session, row, now=now)
    write_revision(
        session, keys, row, ask, reason="amended", lines=lines, versions=versions, notice=notice, now=now,
        detail={"dropped": sorted(before - {line.key for line in lines})},
    )  # fmt: skip
    return Consent.of(row)


def redeem(
    session: Session, *, consumer_id: str, consent_id: str, epoch: int, notice_version: int, now: datetime
) -> Consent | None:
    """The consent behind a code that its client redeems; every token from before is worth nothing from now on.

    None where it has ended, or where a later decision has taken the place of the one this code came from.
    """
    row = session.get(ConsentRow, (consumer_id, consent_id))
    if row is None or not _stands(row, notice_version, now) or epoch != row.latest_epoch:
        return None
    if row.epoch != epoch:
        row.epoch = epoch
        row.version += 1
        session.flush()
    return Consent.of(row)


def _unchanged(
    session: Session, consumer_id: str, amends: Amends, notice_version: int, now: datetime
) -> ConsentRow:
    row = session.get(ConsentRow, (consumer_id, amends.consent_id))
    if row is None or not _stands(row, notice_version, now) or row.revision != amends.revision:
        raise Conflict(
            "The consent this would change has ended or was changed meanwhile, so this request is closed. "
            "The company can ask you again.",
            code="consent_changed",
        )
    return row


def _stands(row: ConsentRow, notice_version: int, now: datetime) -> bool:
    return row.state == "active" and row.expires_at > now and row.notice_version == notice_version


def _basis(session: Session, row: ConsentRow) -> Basis:
    return Basis(Consent.of(row), Revision.of(newest_of(session, row)))
