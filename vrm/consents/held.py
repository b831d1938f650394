"""What a company may see of a consent it holds: the pseudonym, the lines, and when.

``consumer_id`` is in none of these, nor which item of several a person chose, nor any value's version: those are
the same for every company, and two companies could tell by them whom they share.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, cast

from sqlalchemy import ColumnElement, Row, Select, and_, or_, select
from sqlalchemy.orm import Session

from vrm import companies
from vrm.consents.models import ConsentRow, RevisionRow
from vrm.consents.terms import Terms
from vrm.errors import Invalid

HoldingState = Literal["active", "paused", "suspended", "revoked", "expired", "returned", "used"]
STATES: tuple[HoldingState, ...] = ("active", "paused", "suspended", "revoked", "expired", "returned", "used")
"""Returned: its client gave it back. Suspended: it has not ended, and nothing is read under it, because the company's notice or owner changed since."""


@dataclass(frozen=True)
class HeldLine:
    """One line that was granted. ``key`` is what may be read, ``asked`` what was asked for."""

    key: str
    asked: str
    purpose: str
    required: bool
    why: str
    frequency: str

    @staticmethod
    def of(stored: Mapping[str, Any]) -> "HeldLine":
        """A copy of a stored line, without the item."""
        return HeldLine(**{name: value for name, value in stored.items() if name != "item_id"})


@dataclass(frozen=True)
class Holding:
    """A consent as the company that holds it may see it, with the lines of its newest revision."""

    id: str
    client_id: str
    subject: str
    state: HoldingState
    revision: int
    granted_at: datetime
    expires_at: datetime
    ended_at: datetime | None
    lines: tuple[HeldLine, ...]

    @staticmethod
    def of(row: Row[Any], *, notice_version: int, now: datetime) -> "Holding":
        """A copy of what ``select_held`` gave, of a company whose notice is now in this version."""
        return Holding(
            id=row.id,
            client_id=row.client_id,
            subject=row.subject,
            state=_state(row, notice_version, now),
            revision=row.revision,
            granted_at=row.granted_at,
            expires_at=row.expires_at,
            ended_at=row.ended_at or (row.expires_at if row.expires_at <= now else None),
            lines=tuple(map(HeldLine.of, row.lines)),
        )


@dataclass(frozen=True)
class HeldRevision:
    """What a consent allowed from ``created_at`` on, and the terms that were asked for."""

    number: int
    reason: str
    created_at: datetime
    expires_at: datetime
    terms: Terms
    lines: tuple[HeldLine, ...]

    @staticmethod
    def of(row: RevisionRow) -> "HeldRevision":
        """A copy of a row."""
        return HeldRevision(
            number=row.number,
            reason=row.reason,
            created_at=row.created_at,
            expires_at=row.expires_at,
            terms=Terms.from_json(row.terms),
            lines=tuple(map(HeldLine.of, row.lines)),
        )


@dataclass(frozen=True)
class HeldConsent:
    """One consent with everything it allowed over time, oldest first."""

    holding: Holding
    revisions: tuple[HeldRevision, ...]


def in_state(state: str, *, notice_version: int, now: datetime) -> ColumnElement[bool]:
    """The condition that a consent is in this state (``STATES``). Raises ``Invalid`` for any other word."""
    runs = and_(ConsentRow.state == "active", ConsentRow.expires_at > now)
    match state:
        case "active":
            return and_(runs, ConsentRow.notice_version == notice_version, ConsentRow.paused.is_(None))
        case "paused":
            return and_(runs, ConsentRow.notice_version == notice_version, ConsentRow.paused.is_not(None))
        case "suspended":
            return and_(runs, ConsentRow.notice_version != notice_version)
        case "revoked" | "returned" | "used":
            return ConsentRow.state == state
        case "expired":
            ran_out = and_(ConsentRow.state == "active", ConsentRow.expires_at <= now)
            return or_(ConsentRow.state == "expired", ran_out)
    raise Invalid(f"Choose one of {', '.join(STATES)}.", field="state")


def notice_version_of(session: Session, company_id: str) -> int:
    """Which version the company's notice is in now. Raises ``NotFound``."""
    return companies.get_company(session, company_id=company_id).notice_version


_HELD: tuple[Any, ...] = (
    ConsentRow.id,
    ConsentRow.client_id,
    ConsentRow.subject,
    ConsentRow.state,
    ConsentRow.revision,
    ConsentRow.notice_version,
    ConsentRow.granted_at,
    ConsentRow.expires_at,
    ConsentRow.ended_at,
    ConsentRow.paused,
    RevisionRow.lines,
)


def select_held(company_id: str) -> Select[Any]:
    """The columns of a company's consents that ``Holding.of`` takes, and no others: many are read at once."""
    return (
        select(*_HELD)
        .join(
            RevisionRow,
            and_(
                RevisionRow.consumer_id == ConsentRow.consumer_id,
                RevisionRow.consent_id == ConsentRow.id,
                RevisionRow.number == ConsentRow.revision,
            ),
        )
        .where(ConsentRow.company_id == company_id)
    )


def select_listed(company_id: str) -> Select[Any]:
    """The same, without those of the company's console: nobody stands behind them."""
    return select_held(company_id).where(ConsentRow.client_id != companies.console_client_id(company_id))


def _state(row: Row[Any], notice_version: int, now: datetime) -> HoldingState:
    if row.state in ("revoked", "returned", "used"):
        return cast(HoldingState, row.state)
    if row.state != "active" or row.expires_at <= now:
        return "expired"
    if row.notice_version != notice_version:
        return "suspended"
    return "active" if row.paused is None else "paused"
