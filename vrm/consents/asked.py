"""What a company asked people for so far, by purpose: facts for whoever wants to know it before deciding.

Which keys it asks for is nobody's secret; what its console tried counts for nothing. How many people it asked is told from ``MIN_PEOPLE`` on alone.
"""

from collections import defaultdict
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from vrm import companies
from vrm.consents.models import AskRow
from vrm.consents.quality import MIN_PEOPLE

NEWEST = 500
"""How many asks are looked at, the newest first: what the page costs does not grow with the company."""


@dataclass(frozen=True)
class Asked:
    """A key that was asked for. ``people``: how many different ones, None where too few to say."""

    key: str
    people: int | None


def asked_of(session: Session, *, company_id: str, newest: int = NEWEST) -> dict[str, list[Asked]]:
    """The keys of a company's newest asks by purpose, what most people were asked for first."""
    query = (
        select(AskRow.consumer_id, AskRow.terms)
        .where(
            AskRow.company_id == company_id,
            AskRow.client_id != companies.console_client_id(company_id),
            AskRow.quiet.is_(False),  # one more would tell that somebody was reached
        )
        .order_by(AskRow.created_at.desc(), AskRow.id)
        .limit(newest)
    )
    people: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for consumer_id, terms in session.execute(query):
        for line in terms["lines"]:
            people[line["purpose"]][line["key"]].add(consumer_id)
    return {purpose: _told(keys) for purpose, keys in sorted(people.items())}


def _told(keys: dict[str, set[str]]) -> list[Asked]:
    """Those with a figure first; the order of the others tells no figure either."""
    found = [Asked(key, len(who) if len(who) >= MIN_PEOPLE else None) for key, who in keys.items()]
    return sorted(found, key=lambda each: (-(each.people or 0), each.key))
