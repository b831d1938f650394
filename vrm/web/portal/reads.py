"""Who read what, when and for what purpose, refusals too; drawn over time and listed one by one."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, request
from sqlalchemy.orm import Session

from vrm import accesslog, clock
from vrm.house import House
from vrm.ids import is_id
from vrm.web import pages, session, strips
from vrm.web.audiences import audience
from vrm.web.portal import history, words
from vrm.web.rooms import house

SPANS = (7, 30, 365)  # days
USUAL = 30
PAGE = 50
MOST_DRAWN = 5000
"""The newest so many are drawn: a company that tries in a loop must not make the page slow."""


@dataclass(frozen=True)
class Filters:
    """How the reads were narrowed; empty for all."""

    company: str
    outcome: str
    consent: str

    def wanted(self, since: datetime) -> history.Wanted:
        """The reads these filters let through."""
        return history.Wanted(self.consent or None, self.company or None, self.outcome == "refused", since)


@dataclass(frozen=True)
class Totals:
    """The figures of the whole span, whatever the filters."""

    reads: int
    refusals: int
    companies: int


@dataclass(frozen=True)
class Choice:
    """A company to choose in the filter."""

    id: str
    name: str


def add_routes(blueprint: Blueprint) -> None:
    """``/reads``."""
    blueprint.get("/reads")(reads)


@audience("consumer")
def reads() -> Response:
    here, consumer_id, now = house(), session.consumer_id(), clock.now()
    days = request.args.get("days", type=int)
    days = days if days in SPANS else USUAL
    filters = Filters(
        company=_id("company"),
        outcome="refused" if request.args.get("outcome") == "refused" else "",
        consent=_id("consent"),
    )
    start = now - timedelta(days=days)
    context = here.database.read(
        lambda db: _reads(db, here, consumer_id, filters, start, now, _id("before") or None)
    )
    oldest = context.pop("oldest")
    return pages.render(
        "reads.html",
        **context,
        days=days,
        filters=filters,
        axis=strips.axis(start=start, end=now),
        older=_older(days, filters, oldest) if oldest else None,
    )


def _reads(
    db: Session,
    here: House,
    consumer_id: str,
    filters: Filters,
    start: datetime,
    now: datetime,
    before: str | None,
) -> dict[str, Any]:
    sums = accesslog.tally_for_consumer(db, consumer_id=consumer_id, since=start)
    names = words.company_names(db, {each.company_id for each in sums if each.company_id})
    wanted = filters.wanted(start)
    drawn = history.listed(db, consumer_id=consumer_id, wanted=wanted, limit=MOST_DRAWN)
    page = history.listed(db, consumer_id=consumer_id, wanted=wanted, limit=PAGE + 1, before=before)
    shown = page[:PAGE]
    return {
        "totals": Totals(
            reads=sum(each.reads for each in sums),
            refusals=sum(each.refusals for each in sums),
            # One that was only refused has read nothing.
            companies=len({each.company_id for each in sums if each.reads}),
        ),
        "companies": sorted(
            (Choice(id, company.legal_name) for id, company in names.items()),
            key=lambda choice: choice.name.casefold(),
        ),
        "strips": strips.strips(history.drawn(history.rows(db, here.catalogue, drawn)), start=start, end=now),
        "rows": history.rows(db, here.catalogue, shown),
        "oldest": shown[-1].event_id if len(page) > PAGE else None,
    }


def _older(days: int, filters: Filters, oldest: object) -> str:
    query = {"days": days, "company": filters.company, "outcome": filters.outcome, "consent": filters.consent}
    return "/reads?" + urlencode({name: value for name, value in query.items() if value} | {"before": oldest})


def _id(name: str) -> str:
    """An id from the query; anything else counts as not given."""
    given = request.args.get(name, "")
    return given if is_id(given) else ""
