"""Looking for the proof of a domain, and keeping what was found instead: so that where it stands is never a guess.

An owner has it looked for at a press of a button, at most every ten seconds. The worker looks by itself every ten
minutes, for seven days after the domain was claimed, and first ten minutes after: before, there is nothing to find. As with keys by address, reading happens outside any transaction:

    claim_check    write   the domain and its token, if a check is due
    check_domain   -       waits for a stranger's server
    prove_domain, or keep_finding   write

``look_for_proof`` does the three. Of what was found a code stays, and a status; never a word of the document.
"""

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from functools import partial
from math import ceil
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from vrm.companies.domain_proof import check_domain
from vrm.companies.domains import prove_domain
from vrm.companies.errors import CheckedJustNow, DomainNotProved
from vrm.companies.facts import get_row
from vrm.companies.models import CompanyRow
from vrm.companies.records import WATCHED, Company, Finding, company_of
from vrm.db import Database
from vrm.errors import Stale, VrmError
from vrm.fetch import Fetcher

AT_ONCE = timedelta(seconds=10)
"""A company's domain is not read twice within this time, whoever asks."""

USUAL = timedelta(minutes=10)
"""How long ago the last look must be before the worker looks again."""


class Claim(NamedTuple):
    """What to look for, and where."""

    domain: str
    token: str


def list_unproved(session: Session, *, now: datetime, limit: int) -> list[str]:
    """Companies whose domain the worker should look at now, the longest untried first; not those just claimed."""
    wanted = (
        select(CompanyRow.id)
        .where(
            CompanyRow.domain_proved_at.is_(None),
            CompanyRow.state != "suspended",
            CompanyRow.domain_claimed_at > now - WATCHED,
            CompanyRow.domain_claimed_at <= now - USUAL,
            CompanyRow.domain_tried_at.is_(None) | (CompanyRow.domain_tried_at <= now - USUAL),
        )
        .order_by(CompanyRow.domain_tried_at.is_not(None), CompanyRow.domain_tried_at, CompanyRow.created_at)
        .limit(limit)
    )
    return list(session.scalars(wanted))


def claim_check(
    session: Session, *, company_id: str, now: datetime, every: timedelta = AT_ONCE
) -> Claim | None:
    """What to look for now; None once it is proved. Raises ``CheckedJustNow`` less than ``every`` after the last."""
    row = get_row(session, company_id)
    if row.domain_proved_at is not None:
        return None
    if row.domain_tried_at is not None and now < row.domain_tried_at + every:
        raise CheckedJustNow(retry_after=ceil((row.domain_tried_at + every - now).total_seconds()))
    row.domain_tried_at = now
    return Claim(row.domain, row.domain_token)


def keep_finding(
    session: Session, *, company_id: str, claim: Claim, finding: Finding, now: datetime
) -> Company:
    """Note what was found instead of the token. Raises ``Stale`` when domain or token is another by now."""
    row = get_row(session, company_id)
    if (row.domain, row.domain_token) != claim:
        raise Stale("The domain or its token changed while it was being checked. Check again.")
    if row.domain_proved_at is None:
        row.domain_checked_at = now
        row.domain_finding, row.domain_finding_status = finding.code, finding.status
    return company_of(row)


def look_for_proof(
    database: Database,
    fetcher: Fetcher,
    *,
    company_id: str,
    now: datetime,
    every: timedelta = AT_ONCE,
    actor: str = "system",
    by: str | None = None,
    proved: Callable[[Session, Company], None] = lambda session, company: None,
) -> Company:
    """Look at a company's domain, if it is due, and keep what came of it. No transaction may be open.

    ``proved`` is called in the transaction that keeps the proof, for what must happen with it.
    Whether it is proved is in the answer, and in its ``domain_finding`` why not. Raises ``CheckedJustNow`` and
    ``NotFound``.
    """
    claim = database.write(lambda session: claim_check(session, company_id=company_id, now=now, every=every))
    if claim is not None:
        keep = partial(keep_finding, company_id=company_id, claim=claim, now=now)

        def prove(session: Session) -> None:
            found = prove_domain(
                session,
                company_id=company_id,
                domain=claim.domain,
                token=claim.token,
                now=now,
                actor=actor,
                by=by,
            )
            if found.domain_proved_at == now:  # not by another, meanwhile
                proved(session, found)

        with suppress(Stale):  # the company claimed another domain meanwhile, or another token
            _write_outcome(database, fetcher, claim, prove, keep)
    return database.read(lambda session: company_of(get_row(session, company_id)))


def _write_outcome(
    database: Database,
    fetcher: Fetcher,
    claim: Claim,
    prove: Callable[[Session], None],
    keep: Callable[..., Company],
) -> None:
    try:
        check_domain(fetcher, domain=claim.domain, token=claim.token)
        database.write(prove)
    except Stale:
        raise
    except VrmError as fault:
        finding = _finding(fault)
        database.write(lambda session: keep(session, finding=finding))


def _finding(fault: VrmError) -> Finding:
    """A stable code: of the fetcher, ``domain_taken``, or one of our two for an answer that is no proof."""
    if isinstance(fault, DomainNotProved):
        return Finding("domain_status", fault.status) if fault.status else Finding("domain_no_token")
    return Finding(fault.code)
