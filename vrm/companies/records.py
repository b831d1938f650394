"""What this room gives to others: frozen copies, never rows."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from vrm.companies.addresses import same_redirect
from vrm.companies.models import ClientRow, CompanyRow

CompanyState = Literal["pending", "approved", "suspended"]
ClientState = Literal["active", "suspended"]


@dataclass(frozen=True)
class Company:
    """An organisation. ``purposes`` maps DPV purposes to why, in its own words, where it said so."""

    id: str
    legal_name: str
    address: str
    contact: str
    privacy_notice_url: str | None
    notice_version: int
    owner: str | None
    domain: str
    domain_token: str = field(repr=False)
    domain_proved_at: datetime | None
    state: CompanyState
    created_at: datetime
    purposes: Mapping[str, str | None]


@dataclass(frozen=True)
class Client:
    """Software of a company; ``id`` is its OAuth ``client_id``."""

    id: str
    company_id: str
    name: str
    redirect_uris: tuple[str, ...]
    jwks: Mapping[str, Any] = field(repr=False)
    state: ClientState
    created_at: datetime

    def accepts_redirect(self, uri: str) -> bool:
        """Whether an answer may go to this address (RFC 9700, section 2.1)."""
        return any(same_redirect(registered, uri) for registered in self.redirect_uris)


@dataclass(frozen=True)
class Asker:
    """A client that may ask now, and the company it asks for."""

    client: Client
    company: Company


@dataclass(frozen=True)
class ClientStanding:
    """What a read needs to know of a client, in one look."""

    client_id: str
    company_id: str
    client_state: str
    company_state: str
    notice_version: int

    @property
    def may_read(self) -> bool:
        """Whether client and company are both in good standing."""
        return self.client_state == "active" and self.company_state == "approved"


def company_of(row: CompanyRow) -> Company:
    """A frozen copy of a row."""
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
        domain_proved_at=row.domain_proved_at,
        state=row.state,  # type: ignore[arg-type]
        created_at=row.created_at,
        purposes={each.purpose: each.why for each in sorted(row.purposes, key=lambda each: each.purpose)},
    )


def client_of(row: ClientRow) -> Client:
    """A frozen copy of a row."""
    return Client(
        id=row.id,
        company_id=row.company_id,
        name=row.name,
        redirect_uris=tuple(row.redirect_uris),
        jwks=row.jwks,
        state=row.state,  # type: ignore[arg-type]
        created_at=row.created_at,
    )
