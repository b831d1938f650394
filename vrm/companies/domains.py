"""A company's web domain: keeping that it was proved, and moving to another. Looking for it is ``domain_checks``."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from vrm.companies.addresses import parse_domain, within
from vrm.companies.events import record_client, record_company
from vrm.companies.facts import get_row, require_approval
from vrm.companies.models import ClientRow, CompanyRow
from vrm.companies.records import Company, company_of
from vrm.companies.remote_keys import drop_address
from vrm.errors import Conflict, Stale
from vrm.ids import new_secret


def prove_domain(
    session: Session,
    *,
    company_id: str,
    domain: str,
    token: str,
    now: datetime,
    actor: str = "operator",
    by: str | None = None,
) -> Company:
    """Keep that ``check_domain`` found this token at this domain.

    Raises ``Stale`` when the company's domain or token is another by now, and ``Conflict`` when another company
    holds the domain. Proving again keeps the first moment.
    """
    row = get_row(session, company_id)
    if (row.domain, row.domain_token) != (domain, token):
        raise Stale("The domain or its token changed while it was being checked. Check again.")
    if row.domain_proved_at is None:
        taken = select(CompanyRow.id).where(
            CompanyRow.domain == domain, CompanyRow.domain_proved_at.is_not(None), CompanyRow.id != row.id
        )
        if session.scalars(taken).first() is not None:
            raise Conflict("Another company has proved this domain. Ask the operator.", code="domain_taken")
        row.domain_proved_at = row.domain_checked_at = now
        row.domain_finding = row.domain_finding_status = None
        record_company(session, "company.domain_proved", row, now, actor, by)
    return company_of(row)


def new_domain_token(
    session: Session, *, company_id: str, now: datetime, actor: str = "operator", by: str | None = None
) -> Company:
    """Another token to publish; the one before proves nothing any more. Raises ``Conflict`` once it is proved."""
    row = get_row(session, company_id)
    if row.domain_proved_at is not None:
        raise Conflict("This domain is proved already; it needs no new token.", code="domain_proved")
    _claim(row, row.domain, now)
    record_company(session, "company.changed", row, now, actor, by, "domain_token")
    return company_of(row)


def change_domain(
    session: Session,
    *,
    company_id: str,
    domain: str,
    now: datetime,
    actor: str = "operator",
    by: str | None = None,
) -> Company:
    """Move to another web domain: a new token, no proof, and pending until proved and approved again.

    The domain is how people know who asks, and whoever holds it supplies keys read at it. So meanwhile nothing is
    asked or read, whoever changed it, and a client whose keys are at an address elsewhere loses address and keys.
    What people allowed stays allowed: the organisation is the same. Naming the same domain changes nothing.
    """
    row = get_row(session, company_id)
    wanted = parse_domain(domain)
    if wanted == row.domain:
        return company_of(row)
    _claim(row, wanted, now)
    require_approval(row)
    record_company(session, "company.changed", row, now, actor, by, "domain")
    for client in session.scalars(select(ClientRow).where(ClientRow.company_id == row.id)):
        if client.jwks_uri is not None and not within(client.jwks_uri, wanted):
            drop_address(client, now)
            record_client(session, "client.changed", client, now, actor, by, "jwks_uri")
    session.flush()
    return company_of(row)


def _claim(row: CompanyRow, domain: str, now: datetime) -> None:
    """A domain to be proved by a new token. ``domain_tried_at`` stays: claiming anew is no way to have more read."""
    row.domain, row.domain_token, row.domain_claimed_at = domain, new_secret("vrm-domain-"), now
    row.domain_proved_at = row.domain_checked_at = None
    row.domain_finding = row.domain_finding_status = None
