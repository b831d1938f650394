"""What this room gives to others of a company: frozen copies, never rows."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal

from vrm.companies.models import CompanyRow, PurposeRow

CompanyState = Literal["pending", "approved", "suspended"]

WATCHED = timedelta(days=7)
"""How long after a domain was claimed the worker looks for its proof by itself."""


@dataclass(frozen=True)
class Stated:
    """What a company says once of a purpose, for every ask.

    ``why`` is in its own words. ``retention_days`` tells how long it keeps what it read, 0 to 3650; None: while
    it is allowed to read.
    """

    why: str | None = None
    retention_days: int | None = None


@dataclass(frozen=True)
class Finding:
    """What was found at a domain instead of its proof: a stable code, and the status where one was answered.

    ``domain_status`` with ``status``, ``domain_no_token``, ``domain_taken``, or a code of the fetcher.
    """

    code: str
    status: int | None = None


@dataclass(frozen=True)
class Company:
    """An organisation. ``purposes`` maps DPV purposes to what it states of each.

    ``domain_finding`` is what the last look at its domain found, at ``domain_checked_at``; None where it was proved
    then, and where nobody has looked.
    """

    id: str
    legal_name: str
    address: str
    contact: str
    privacy_notice_url: str | None
    notice_version: int
    owner: str | None
    domain: str
    domain_token: str = field(repr=False)
    domain_claimed_at: datetime
    domain_proved_at: datetime | None
    domain_checked_at: datetime | None
    domain_finding: Finding | None
    state: CompanyState
    approved_at: datetime | None
    created_at: datetime
    purposes: Mapping[str, Stated]

    @property
    def watched_until(self) -> datetime:
        """Until when the worker looks for the proof of the domain by itself."""
        return self.domain_claimed_at + WATCHED

    def why_for(self, purpose: str) -> str | None:
        """Why it needs data for a purpose, in its own words, where it said so."""
        return self.purposes.get(purpose, Stated()).why

    def retention_for(self, purpose: str) -> int | None:
        """For how many days it keeps what it read for a purpose, where it said so."""
        return self.purposes.get(purpose, Stated()).retention_days


def company_of(row: CompanyRow, purposes: Iterable[PurposeRow] | None = None) -> Company:
    """A frozen copy of a row, and of the rows of its purposes."""
    purposes = row.purposes if purposes is None else purposes
    return Company(
        id=row.id,
        legal_name=row.legal_name,
        address=row.address,
        contact=row.contact,
        privacy_notice_url=row.privacy_notice_url,
        notice_version=row.notice_version,
        owner=row.owner,
        domain=row.domain,
        domain_token=row.domain_token,
        domain_claimed_at=row.domain_claimed_at,
        domain_proved_at=row.domain_proved_at,
        domain_checked_at=row.domain_checked_at,
        domain_finding=Finding(row.domain_finding, row.domain_finding_status) if row.domain_finding else None,
        state=row.state,  # type: ignore[arg-type]
        approved_at=row.approved_at,
        created_at=row.created_at,
        purposes={
            each.purpose: Stated(each.why, each.retention_days)
            for each in sorted(purposes, key=lambda each: each.purpose)
        },
    )
