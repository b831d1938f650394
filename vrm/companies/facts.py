"""What a company says of itself, and changing it.

What an operator approved is an organisation by its name at a domain. So when a company itself gives another legal
name, or anybody gives it another domain, it is pending again: nothing is asked or read until the operator has looked.
"""

from collections.abc import Container, Mapping
from datetime import datetime

from sqlalchemy.orm import Session

from vrm.companies.addresses import parse_notice_url
from vrm.companies.errors import BadFact
from vrm.companies.events import record_company
from vrm.companies.models import CompanyRow, PurposeRow
from vrm.companies.records import Company, Stated, company_of
from vrm.companies.wording import is_readable
from vrm.errors import Conflict, Invalid, NotFound
from vrm.ids import is_id
from vrm.work import parse_address

UNKNOWN = "There is no such company. See: vrm company list."
MOST_RETENTION = 3650  # days


def change_facts(
    session: Session,
    *,
    company_id: str,
    now: datetime,
    legal_name: str | None = None,
    address: str | None = None,
    contact: str | None = None,
    actor: str = "operator",
    by: str | None = None,
) -> Company:
    """Change what is given. A new legal name from the company itself has to be approved. Raises ``Invalid``."""
    row = get_row(session, company_id)
    given = {
        "legal_name": None if legal_name is None else parse_legal_name(legal_name),
        "address": None if address is None else parse_postal(address),
        "contact": None if contact is None else parse_contact(contact),
    }
    for name, value in given.items():
        if value is None or value == getattr(row, name):
            continue
        setattr(row, name, value)
        if name == "legal_name" and actor != "operator":
            require_approval(row)
        record_company(session, "company.changed", row, now, actor, by, name)
    return company_of(row)


def change_notice(
    session: Session,
    *,
    company_id: str,
    privacy_notice_url: str,
    now: datetime,
    actor: str = "operator",
    by: str | None = None,
) -> Company:
    """Name another privacy notice, or the same one in a new version: whoever agreed to the old is asked anew."""
    row = get_row(session, company_id)
    row.privacy_notice_url = parse_notice_url(privacy_notice_url)
    row.notice_version += 1
    record_company(session, "company.changed", row, now, actor, by, "notice")
    return company_of(row)


def change_owner(
    session: Session,
    *,
    company_id: str,
    owner: str | None,
    now: datetime,
    actor: str = "operator",
    by: str | None = None,
) -> Company:
    """Note who owns the company now. It is someone else who reads then, so people are asked anew."""
    row = get_row(session, company_id)
    owner = parse_owner(owner)
    if owner != row.owner:
        row.owner = owner
        row.notice_version += 1
        record_company(session, "company.changed", row, now, actor, by, "owner")
    return company_of(row)


def set_purposes(
    session: Session,
    *,
    company_id: str,
    purposes: Mapping[str, Stated],
    known_purposes: Container[str],
    now: datetime,
    actor: str = "operator",
    by: str | None = None,
) -> Company:
    """Replace what the company says it needs data for. An approved company keeps at least one."""
    row = get_row(session, company_id)
    if not purposes and row.approved_at is not None:
        raise Conflict("An approved company keeps at least one purpose.", code="no_purpose")
    before = company_of(row).purposes
    wanted = {each.purpose: each for each in parse_purposes(row.id, purposes, known_purposes)}
    kept = [each for each in row.purposes if each.purpose in wanted]
    for each in kept:
        new = wanted.pop(each.purpose)
        each.why, each.retention_days = new.why, new.retention_days
    row.purposes = [*kept, *wanted.values()]
    session.flush()
    if company_of(row).purposes != before:
        record_company(session, "company.changed", row, now, actor, by, "purposes")
    return company_of(row)


def get_row(session: Session, company_id: str) -> CompanyRow:
    """The row, to be changed. Raises ``NotFound``."""
    row = session.get(CompanyRow, company_id) if is_id(company_id) else None
    if row is None:
        raise NotFound(UNKNOWN)
    return row


def require_approval(row: CompanyRow) -> None:
    """Have the operator look again; a suspended company stays suspended, and is pending when that is lifted."""
    row.approved_at = None
    if row.state == "approved":
        row.state = "pending"


def parse_legal_name(text: str) -> str:
    """A name on one line. Raises ``Invalid``."""
    return _text(text, "legal_name", 200)


def parse_postal(text: str) -> str:
    """Where post reaches it, on one line or several. Raises ``Invalid``."""
    return _text(text, "address", 500, lines=True)


def parse_owner(text: str | None) -> str | None:
    """Who owns it, on one line, or nobody to name. Raises ``Invalid``."""
    return _text(text, "owner", 200) if text else None


def parse_contact(text: str) -> str:
    """An e-mail address. Raises ``Invalid``."""
    try:
        return parse_address(text)
    except Invalid as fault:
        fault.field = "contact"
        raise


def parse_purposes(
    company_id: str, purposes: Mapping[str, Stated], known_purposes: Container[str]
) -> list[PurposeRow]:
    """Rows of what is stated. Raises ``Invalid``."""
    rows = []
    for purpose, stated in purposes.items():
        if purpose not in known_purposes:
            raise Invalid("Choose purposes from the catalogue, like dpv:ServiceProvision.", field="purposes")
        days = stated.retention_days
        if days is not None and (type(days) is not int or not 0 <= days <= MOST_RETENTION):
            raise Invalid("State how long you keep data in whole days, 0 to 3650.", field="retention_days")
        why = _text(stated.why, "purposes", 300) if stated.why else None
        rows.append(PurposeRow(company_id=company_id, purpose=purpose, why=why, retention_days=days))
    return rows


def _text(text: str, field: str, longest: int, *, lines: bool = False) -> str:
    text = text.strip()
    plain = text.replace("\n", " ").replace("\r", " ") if lines else text
    if plain.isprintable() and not is_readable(plain):
        raise BadFact(
            "Write it without signs that nobody sees and marks that strike letters out.", field=field
        )
    if not text or len(text) > longest or not plain.isprintable():
        if lines:
            raise BadFact(
                "This must be filled in, with at most %(longest)s characters.", field=field, longest=longest
            )
        raise BadFact(
            "This must be filled in, with at most %(longest)s characters, on one line.",
            field=field,
            longest=longest,
        )
    return text
