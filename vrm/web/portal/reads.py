"""Who read what, when and for what purpose, refusals too; drawn over time and listed one by one.

Every part of a drawing is a link that narrows the page to it. What costs more the more was read is bounded, and the page
says so: see ``summed``.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from flask import Blueprint, Response, request
from flask_babel import get_timezone
from sqlalchemy.orm import Session

from vrm import accesslog, clock, profiles
from vrm.house import House
from vrm.ids import is_id
from vrm.web import axes, charts, pages, session, strips
from vrm.web.audiences import audience
from vrm.web.language import gettext
from vrm.web.portal import history, narrowing, readers, summed, words
from vrm.web.portal.narrowing import GRAINS, LONGEST, Filters
from vrm.web.rooms import house

PAGE = 50
STRIPS = 12
"""So many companies are drawn, the busiest; all of them stand in the table."""


@dataclass(frozen=True)
class Totals:
    """The figures of the page as it is narrowed."""

    reads: int
    refusals: int
    companies: int


@dataclass(frozen=True)
class Choice:
    """Something to choose: a value of a filter with its name, or a link with its words."""

    id: str
    name: str


def add_routes(blueprint: Blueprint) -> None:
    """``/reads``."""
    blueprint.get("/reads")(reads)


@audience("consumer")
def reads() -> Response:
    here, consumer_id, now = house(), session.consumer_id(), clock.now()
    filters = narrowing.read(request.args)
    before = request.args.get("before", "")
    begins = narrowing.columns(filters, now, get_timezone())
    context = here.database.read(
        lambda db: _reads(db, here, consumer_id, filters, begins, now, before if is_id(before) else None)
    )
    return pages.render("reads.html", **context, days=filters.days, filters=filters, spans=list(GRAINS))


def _reads(
    db: Session,
    here: House,
    consumer_id: str,
    filters: Filters,
    begins: list[datetime],
    now: datetime,
    before: str | None,
) -> dict[str, Any]:
    catalogue = here.catalogue
    start, end = narrowing.span(filters, begins, now)
    meant = narrowing.keys_meant(catalogue, filters.key)
    wanted = filters.wanted(start, end)
    looked = summed.look(db, consumer_id=consumer_id, wanted=wanted, filters=filters, keys=meant)
    # Those who came at any time stay in the list to choose from.
    everyone = accesslog.tally_for_consumer(db, consumer_id=consumer_id, since=begins[0])
    names = words.company_names(db, {each.company_id for each in everyone if each.company_id})
    tallies = None
    if not filters.looks_inside:
        summed_up = everyone
        if (start, end > now) != (begins[0], True):
            summed_up = accesslog.tally_for_consumer(db, consumer_id=consumer_id, since=start, until=end)
        tallies = [
            each
            for each in summed_up
            if filters.company in ("", each.company_id) and filters.consent in ("", each.consent_id)
        ]
    lines = summed.by_company(tallies, looked, filters=filters, names=names, start=start, end=end)
    whole = looked
    if (
        filters.looks_inside and start != begins[0]
    ):  # the drawing is of the whole time, to go from column to column
        every = filters.wanted(begins[0], end if filters.at is None else now)
        whole = summed.look(db, consumer_id=consumer_id, wanted=every, filters=filters, keys=meant)
    buckets = summed.over_time(
        db, consumer_id=consumer_id, filters=filters, begins=begins, now=now,
        looked=whole if filters.looks_inside else None,
    )  # fmt: skip
    shown, older = _page(db, consumer_id, filters, wanted, meant, before)
    longest = narrowing.columns(replace(filters, days=LONGEST), now, get_timezone())[0]
    earlier = filters.wanted(longest, begins[0])
    longer = longest < begins[0] and history.listed(db, consumer_id=consumer_id, wanted=earlier, limit=1)
    keys = summed.by_key(looked, catalogue, filters, meant)
    read = {key for event in looked.events for key in history.keys_of(event)}
    tried_for = {purpose for event in looked.events if (purpose := history.purpose_of(event))}
    allowed = [
        line
        for standing in readers.readable(db, consumer_id=consumer_id, now=now).values()
        for line in standing.lines
    ]
    # One may ask about what nobody read too: what is filled in, and what may be read now.
    choices = read | _filled(db, here, consumer_id) | {line.key for line in allowed}
    return {
        "totals": Totals(
            reads=sum(line.reads for line in lines),
            refusals=sum(line.refusals for line in lines),
            # One that was only refused has read nothing.
            companies=sum(line.reads > 0 for line in lines),
        ),
        "through": _through(looked, filters),
        "longer": filters.href(days=LONGEST, at=None) if longer else None,
        "chosen": _chosen(here, filters, names, start),
        "companies": _sorted(Choice(id, company.legal_name) for id, company in names.items()),
        "keys": _sorted(_key(here, key) for key in choices | ({filters.key} - {""})),
        "purposes": _sorted(
            Choice(id, gettext(words.purpose(catalogue, id)))
            for id in tried_for | {line.purpose for line in allowed} | ({filters.purpose} - {""})
        ),
        "chart": charts.columns(buckets, GRAINS[filters.days]),
        "lines": lines,
        "strips": lines[:STRIPS],
        "axis": strips.axis(start=start, end=end),
        "until_now": end > now,
        "by_key": charts.bars(keys),
        "by_purpose": charts.bars(summed.by_purpose(looked, catalogue, filters)),
        "unread": []
        if filters.looks_inside
        else _sorted(Choice(filters.href(key=key), _key(here, key).name) for key in choices - read),
        "most": summed.MOST,
        "looked_since": looked.since,
        "rows": history.folded(history.rows(db, catalogue, shown)),
        "shown": len(shown),
        "newest": before is None and looked.since is None,
        "older": None if older is None else filters.href() + f"&before={older}",
    }


def _page(
    db: Session,
    consumer_id: str,
    filters: Filters,
    wanted: history.Wanted,
    meant: frozenset[str],
    before: str | None,
) -> tuple[list[accesslog.LoggedEvent], str | None]:
    """The rows of this page, and from after which event the next one goes on."""
    if not filters.looks_inside:
        found = history.listed(db, consumer_id=consumer_id, wanted=wanted, limit=PAGE + 1, before=before)
        return found[:PAGE], found[PAGE - 1].event_id if len(found) > PAGE else None
    shown: list[accesslog.LoggedEvent] = []
    last = None
    for seen, event in enumerate(history.walk(db, consumer_id=consumer_id, wanted=wanted, before=before)):
        if seen == summed.MOST or len(shown) == PAGE:
            return shown, last
        if filters.lets(event, meant):
            shown.append(event)
        last = event.event_id
    return shown, None


def _filled(db: Session, here: House, consumer_id: str) -> set[str]:
    fields = [key.name for key in here.catalogue.fields()]
    filled = profiles.sealed_values(db.connection(), consumer_ids=[consumer_id], fields=fields)
    return {value.field for value in filled.get(consumer_id, [])}


def _through(looked: summed.Looked, filters: Filters) -> int:
    """How many reads got an answer that is worked out from the chosen key, and not the key itself."""
    if not filters.key:
        return 0
    return sum(
        event.outcome != "refused" and filters.key not in history.keys_of(event) for event in looked.events
    )


def _chosen(here: House, filters: Filters, names: dict[str, Any], start: datetime) -> list[Choice]:
    """What the page is narrowed to, each with the link that takes it away."""
    company = names.get(filters.company)
    told = [
        ("company", company.legal_name if company else filters.company and gettext("A company")),
        ("key", filters.key and _key(here, filters.key).name),
        ("purpose", filters.purpose and gettext(words.purpose(here.catalogue, filters.purpose))),
        ("consent", filters.consent and gettext("One consent")),
        ("outcome", _outcome(filters.outcome)),
        ("at", axes.label(start, GRAINS[filters.days]) if start.date() == filters.at else ""),
    ]
    nothing = {"at": None}
    return [Choice(filters.href(**{name: nothing.get(name, "")}), word) for name, word in told if word]


def _outcome(outcome: str) -> str:
    return {"answered": gettext("Read only"), "refused": gettext("Refused only")}.get(outcome, "")


def _key(here: House, key: str) -> Choice:
    return Choice(key, gettext(words.label(here.catalogue, key)))


def _sorted(choices: Any) -> list[Choice]:
    return sorted(choices, key=lambda choice: choice.name.casefold())
