"""Verbs on companies. Each change is written together with its event, in the caller's transaction."""

from collections.abc import Container, Iterable, Mapping
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from vrm import accesslog
from vrm.companies.addresses import parse_domain, parse_notice_url
from vrm.companies.errors import NotApprovable
from vrm.companies.models import CompanyRow, PurposeRow
from vrm.companies.records import Company, company_of
from vrm.errors import Conflict, Invalid, NotFound, Stale
from vrm.ids import is_id, new_id, new_secret
from vrm.work import parse_address

_UNKNOWN = "There is no such company. See: vrm company list."


def register(
    session: Session,
    *,
    legal_name: str,
    address: str,
    contact: str,
    domain: str,
    privacy_notice_url: str | None,
    purposes: Mapping[str, str | None],
    known_purposes: Container[str],
    now: datetime,
    owner: str | None = None,
    actor: str = "operator",
) -> Company:
    """Take an organisation in, as pending: it may ask nobody anything until it is approved.

    ``contact`` is an e-mail address, ``domain`` a bare domain, ``address`` where post reaches it. ``purposes``
    maps DPV purposes to why, in the company's own words, or None. ``known_purposes`` are the catalogue's. The
    ``domain_token`` of the answer is what the company publishes. Raises ``Invalid`` naming the field.
    """
    row = CompanyRow(
        id=new_id(),
        legal_name=_text(legal_name, "legal_name", 200),
        address=_text(address, "address", 500, lines=True),
        contact=_contact(contact),
        privacy_notice_url=parse_notice_url(privacy_notice_url) if privacy_notice_url else None,
        notice_version=1,
        owner=_text(owner, "owner", 200) if owner else None,
        domain=parse_domain(domain),
        domain_token=new_secret("vrm-domain-"),
        domain_proved_at=None,
        state="pending",
        approved_at=None,
        created_at=now,
    )
    row.purposes = _purposes(row.id, purposes, known_purposes)
    session.add(row)
    session.flush()
    _record(session, "company.registered", row, now, actor)
    return company_of(row)


def get_company(session: Session, *, company_id: str) -> Company:
    """One company. Raises ``NotFound``."""
    return company_of(_get(session, company_id))


def get_companies(session: Session, company_ids: Iterable[str]) -> dict[str, Company]:
    """Companies by id, whatever their state, at once. Raises ``NotFound`` unless every one is there."""
    ids = set(company_ids)
    if not all(map(is_id, ids)):
        raise NotFound(_UNKNOWN)
    rows = session.scalars(select(CompanyRow).where(CompanyRow.id.in_(ids))) if ids else ()
    found = {row.id: company_of(row) for row in rows}
    if found.keys() != ids:
        raise NotFound(_UNKNOWN)
    return found


def list_companies(session: Session, *, state: str | None = None) -> list[Company]:
    """All companies, or those in one state, by name."""
    wanted = select(CompanyRow).order_by(CompanyRow.legal_name, CompanyRow.id)
    if state is not None:
        wanted = wanted.where(CompanyRow.state == state)
    return [company_of(row) for row in session.scalars(wanted)]


def prove_domain(
    session: Session, *, company_id: str, domain: str, token: str, now: datetime, actor: str = "operator"
) -> Company:
    """Keep that ``check_domain`` found this token at this domain.

    Raises ``Stale`` when the company's domain or token is another by now, and ``Conflict`` when another company
    holds the domain. Proving again keeps the first moment.
    """
    row = _get(session, company_id)
    if (row.domain, row.domain_token) != (domain, token):
        raise Stale("The domain or its token changed while it was being checked. Check again.")
    if row.domain_proved_at is None:
        taken = select(CompanyRow.id).where(
            CompanyRow.domain == domain, CompanyRow.domain_proved_at.is_not(None), CompanyRow.id != row.id
        )
        if session.scalars(taken).first() is not None:
            raise Conflict("Another company has proved this domain. Ask the operator.", code="domain_taken")
        row.domain_proved_at = now
        _record(session, "company.domain_proved", row, now, actor)
    return company_of(row)


def approve(session: Session, *, company_id: str, now: datetime) -> Company:
    """Let a company's clients ask. Raises ``NotApprovable`` with everything that is missing, and ``Conflict``."""
    row = _get(session, company_id)
    if row.state == "suspended":
        raise Conflict("This company is suspended. Resume it instead.", code="suspended")
    missing = _missing(row)
    if missing:
        raise NotApprovable(missing)
    if row.state == "pending":
        row.state, row.approved_at = "approved", now
        _record(session, "company.approved", row, now)
    return company_of(row)


def suspend_company(session: Session, *, company_id: str, now: datetime) -> Company:
    """Stop a company at once: none of its clients may ask or read. Suspending twice is one suspension."""
    row = _get(session, company_id)
    if row.state != "suspended":
        row.state = "suspended"
        _record(session, "company.suspended", row, now)
    return company_of(row)


def resume_company(session: Session, *, company_id: str, now: datetime) -> Company:
    """Lift a suspension: back to approved, or to pending where the company never was. Raises ``Conflict``."""
    row = _get(session, company_id)
    if row.state != "suspended":
        raise Conflict("This company is not suspended.", code="not_suspended")
    row.state = "approved" if row.approved_at is not None and not _missing(row) else "pending"
    _record(session, "company.resumed", row, now)
    return company_of(row)


def change_notice(
    session: Session, *, company_id: str, privacy_notice_url: str, now: datetime, actor: str = "operator"
) -> Company:
    """Name another privacy notice, or the same one in a new version: whoever agreed to the old is asked anew."""
    row = _get(session, company_id)
    row.privacy_notice_url = parse_notice_url(privacy_notice_url)
    row.notice_version += 1
    _record(session, "company.changed", row, now, actor, code="notice")
    return company_of(row)


def change_owner(
    session: Session, *, company_id: str, owner: str | None, now: datetime, actor: str = "operator"
) -> Company:
    """Note who owns the company now. It is someone else who reads then, so people are asked anew."""
    row = _get(session, company_id)
    owner = _text(owner, "owner", 200) if owner else None
    if owner != row.owner:
        row.owner = owner
        row.notice_version += 1
        _record(session, "company.changed", row, now, actor, code="owner")
    return company_of(row)


def set_purposes(
    session: Session,
    *,
    company_id: str,
    purposes: Mapping[str, str | None],
    known_purposes: Container[str],
    now: datetime,
    actor: str = "operator",
) -> Company:
    """Replace what the company says it needs data for. An approved company keeps at least one."""
    row = _get(session, company_id)
    if not purposes and row.approved_at is not None:
        raise Conflict("An approved company keeps at least one purpose.", code="no_purpose")
    before = company_of(row).purposes
    wanted = {each.purpose: each for each in _purposes(row.id, purposes, known_purposes)}
    kept = [each for each in row.purposes if each.purpose in wanted]
    for each in kept:
        each.why = wanted.pop(each.purpose).why
    row.purposes = [*kept, *wanted.values()]
    session.flush()
    if company_of(row).purposes != before:
        _record(session, "company.changed", row, now, actor, code="purposes")
    return company_of(row)


def _get(session: Session, company_id: str) -> CompanyRow:
    row = session.get(CompanyRow, company_id) if is_id(company_id) else None
    if row is None:
        raise NotFound(_UNKNOWN)
    return row


def _missing(row: CompanyRow) -> list[str]:
    present = {
        "domain": row.domain_proved_at is not None,
        "purpose": bool(row.purposes),
        "notice": row.privacy_notice_url is not None,
    }
    return [name for name, there in present.items() if not there]


def _record(
    session: Session,
    type: str,
    row: CompanyRow,
    now: datetime,
    actor: str = "operator",
    code: str | None = None,
) -> None:
    # What changed is said by its kind. The text stays out: a log is for ever, and a company's owner is a person's
    # name often enough.
    accesslog.record(session, accesslog.Event(type=type, at=now, actor=actor, company=row.id, code=code))


def _purposes(
    company_id: str, purposes: Mapping[str, str | None], known_purposes: Container[str]
) -> list[PurposeRow]:
    for purpose in purposes:
        if purpose not in known_purposes:
            raise Invalid("Choose purposes from the catalogue, like dpv:ServiceProvision.", field="purposes")
    return [
        PurposeRow(company_id=company_id, purpose=purpose, why=_text(why, "purposes", 300) if why else None)
        for purpose, why in purposes.items()
    ]


def _contact(text: str) -> str:
    try:
        return parse_address(text)
    except Invalid as fault:
        fault.field = "contact"
        raise


def _text(text: str, field: str, longest: int, *, lines: bool = False) -> str:
    text = text.strip()
    plain = text.replace("\n", " ").replace("\r", " ") if lines else text
    if not text or len(text) > longest or not plain.isprintable():
        form = "" if lines else ", on one line"
        raise Invalid(f"This must be filled in, with at most {longest} characters{form}.", field=field)
    return text
