"""Verbs on companies. Each change is written together with its event, in the caller's transaction."""

from collections.abc import Container, Iterable, Mapping
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from vrm.companies import facts
from vrm.companies.addresses import parse_domain, parse_notice_url
from vrm.companies.client_keys import sweep_keys
from vrm.companies.errors import NotApprovable
from vrm.companies.events import record_company
from vrm.companies.invitations import sweep_invitations
from vrm.companies.models import CompanyRow
from vrm.companies.records import Company, Stated, company_of
from vrm.errors import Conflict, NotFound
from vrm.ids import is_id, new_id, new_secret


def register(
    session: Session,
    *,
    legal_name: str,
    address: str,
    contact: str,
    domain: str,
    privacy_notice_url: str | None,
    purposes: Mapping[str, Stated],
    known_purposes: Container[str],
    now: datetime,
    owner: str | None = None,
    actor: str = "operator",
    by: str | None = None,
) -> Company:
    """Take an organisation in, as pending: it may ask nobody anything until it is approved.

    ``contact`` is an e-mail address, ``domain`` a bare domain, ``address`` where post reaches it. ``purposes``
    maps DPV purposes to what the company states of each. ``known_purposes`` are the catalogue's. The
    ``domain_token`` of the answer is what the company publishes. A company that registers itself is told by
    ``actor`` and ``by``, as in every verb here; then ``add_owner`` makes that account its first owner. Raises
    ``Invalid`` naming the field.
    """
    row = CompanyRow(
        id=new_id(),
        legal_name=facts.parse_legal_name(legal_name),
        address=facts.parse_postal(address),
        contact=facts.parse_contact(contact),
        privacy_notice_url=parse_notice_url(privacy_notice_url) if privacy_notice_url else None,
        notice_version=1,
        owner=facts.parse_owner(owner),
        domain=parse_domain(domain),
        domain_token=new_secret("vrm-domain-"),
        domain_claimed_at=now,
        domain_proved_at=None,
        state="pending",
        approved_at=None,
        created_at=now,
    )
    row.purposes = facts.parse_purposes(row.id, purposes, known_purposes)
    session.add(row)
    session.flush()
    record_company(session, "company.registered", row, now, actor, by)
    return company_of(row)


def get_company(session: Session, *, company_id: str) -> Company:
    """One company. Raises ``NotFound``."""
    return company_of(facts.get_row(session, company_id))


def get_companies(session: Session, company_ids: Iterable[str]) -> dict[str, Company]:
    """Companies by id, whatever their state, at once. Raises ``NotFound`` unless every one is there."""
    ids = set(company_ids)
    if not all(map(is_id, ids)):
        raise NotFound(facts.UNKNOWN)
    rows = session.scalars(select(CompanyRow).where(CompanyRow.id.in_(ids))) if ids else ()
    found = {row.id: company_of(row) for row in rows}
    if found.keys() != ids:
        raise NotFound(facts.UNKNOWN)
    return found


def list_companies(session: Session, *, state: str | None = None) -> list[Company]:
    """All companies, or those in one state, by name."""
    wanted = select(CompanyRow).order_by(CompanyRow.legal_name, CompanyRow.id)
    if state is not None:
        wanted = wanted.where(CompanyRow.state == state)
    return [company_of(row) for row in session.scalars(wanted)]


def approve(session: Session, *, company_id: str, now: datetime) -> Company:
    """Let a company's clients ask. Raises ``NotApprovable`` with everything that is missing, and ``Conflict``."""
    row = facts.get_row(session, company_id)
    if row.state == "suspended":
        raise Conflict("This company is suspended. Resume it instead.", code="suspended")
    missing = _missing(row)
    if missing:
        raise NotApprovable(missing)
    if row.state == "pending":
        row.state, row.approved_at = "approved", now
        record_company(session, "company.approved", row, now)
    return company_of(row)


def suspend_company(session: Session, *, company_id: str, now: datetime) -> Company:
    """Stop a company at once: none of its clients may ask or read. Suspending twice is one suspension."""
    row = facts.get_row(session, company_id)
    if row.state != "suspended":
        row.state = "suspended"
        record_company(session, "company.suspended", row, now)
    return company_of(row)


def resume_company(session: Session, *, company_id: str, now: datetime) -> Company:
    """Lift a suspension: back to approved, or to pending where the company never was. Raises ``Conflict``."""
    row = facts.get_row(session, company_id)
    if row.state != "suspended":
        raise Conflict("This company is not suspended.", code="not_suspended")
    row.state = "approved" if row.approved_at is not None and not _missing(row) else "pending"
    record_company(session, "company.resumed", row, now)
    return company_of(row)


def sweep(session: Session, *, now: datetime) -> None:
    """Delete invitations and client keys that are long over. For the worker, now and then."""
    sweep_invitations(session, now=now)
    sweep_keys(session, now=now)


def _missing(row: CompanyRow) -> list[str]:
    present = {
        "domain": row.domain_proved_at is not None,
        "purpose": bool(row.purposes),
        "notice": row.privacy_notice_url is not None,
    }
    return [name for name, there in present.items() if not there]
