"""What the owners of a company are told by letter: that they may ask, and that their domain is proved."""

from datetime import datetime

from sqlalchemy.orm import Session

from keys import KeyStore
from vrm import accounts, companies, work
from vrm.companies import Company

LANGUAGE = "en"
"""Nothing is kept of the language an account reads; whoever writes without a page open writes in this one."""


def approve(session: Session, keys: KeyStore, *, company: Company, issuer: str, now: datetime) -> Company:
    """Approve a company, as ``companies.approve``, and write to its owners, unless it was approved before."""
    approved = companies.approve(session, company_id=company.id, now=now)
    if company.state != approved.state:
        tell_owners(session, keys, letter="company_approved", company=approved, issuer=issuer, now=now)
    return approved


def prove_domain(
    session: Session, keys: KeyStore, *, company: Company, issuer: str, now: datetime
) -> Company:
    """Keep that the token of ``company`` was found, as ``companies.prove_domain``, and write to its owners.

    Not where it was proved before, by an owner or the worker.
    """
    proved = companies.prove_domain(
        session, company_id=company.id, domain=company.domain, token=company.domain_token, now=now
    )
    if proved.domain_proved_at == now:
        tell_of_proof(session, keys, company=proved, issuer=issuer, now=now)
    return proved


def tell_of_proof(
    session: Session,
    keys: KeyStore,
    *,
    company: Company,
    issuer: str,
    now: datetime,
    language: str = LANGUAGE,
) -> None:
    """Write to the owners that their domain is proved."""
    tell_owners(
        session,
        keys,
        letter="company_domain_proved",
        company=company,
        issuer=issuer,
        now=now,
        language=language,
        domain=company.domain,
    )


def tell_owners(
    session: Session,
    keys: KeyStore,
    *,
    letter: str,
    company: Company,
    issuer: str,
    now: datetime,
    language: str = LANGUAGE,
    **values: str,
) -> None:
    """Have a letter sent to each owner if the transaction commits; its name for the company is ``company``."""
    owners = [
        member.account_id
        for member in companies.list_members(session, company_id=company.id)
        if member.role == "owner"
    ]
    for person in accounts.open_people(session, keys, account_ids=owners).values():
        work.enqueue_letter(
            session,
            keys,
            letter=letter,
            to=person.email,
            values={"company": company.legal_name, "link": f"{issuer}/company", **values},
            language=language,
            issuer=issuer,
            now=now,
        )
