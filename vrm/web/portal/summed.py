"""Reads summed up for the page of reads: over time, by company, by key, by purpose.

Sums by time and company come from the index beside the log and are of all reads. Which keys a read had, and what it was
for, only its entry says: those are of the newest ``MOST`` alone, so that a page costs the same however much was read.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice, pairwise

from sqlalchemy.orm import Session

from vrm import accesslog
from vrm.accesslog import LoggedEvent
from vrm.catalogue import Catalogue
from vrm.companies import Company
from vrm.web import charts, pages, strips
from vrm.web.charts import Rank
from vrm.web.language import gettext, ngettext
from vrm.web.portal import history, words
from vrm.web.portal.narrowing import Filters
from vrm.web.strips import Strip

MOST = 2000


@dataclass(frozen=True)
class Looked:
    """The entries that were looked into, newest first; ``since``: how far back, where there are older ones."""

    events: list[LoggedEvent]
    since: datetime | None


@dataclass(frozen=True)
class Line:
    """What one company did, and where in time: ``strip`` has the places. ``href`` narrows the page to it."""

    id: str
    name: str
    href: str
    reads: int
    refusals: int
    last_read_at: datetime | None
    strip: Strip


def look(
    db: Session, *, consumer_id: str, wanted: history.Wanted, filters: Filters, keys: frozenset[str]
) -> Looked:
    """The newest entries, as far as they are looked into; of those, what the filters let through."""
    found = list(islice(history.walk(db, consumer_id=consumer_id, wanted=wanted), MOST + 1))
    more = len(found) > MOST
    events = [event for event in found[:MOST] if filters.lets(event, keys)]
    return Looked(events, found[MOST - 1].at if more else None)


def over_time(
    db: Session,
    *,
    consumer_id: str,
    filters: Filters,
    begins: Sequence[datetime],
    now: datetime,
    looked: Looked | None,
) -> list[charts.Bucket]:
    """A bucket for each column. ``looked``: the entries of the whole time, where only they can tell."""
    moments = [*begins, now + timedelta(seconds=1)]
    if looked is None:
        counts = accesslog.count_in_spans(
            db,
            consumer_id=consumer_id,
            moments=moments,
            company_id=filters.company or None,
            consent_id=filters.consent or None,
        )
        pairs = [(each.reads, each.refusals) for each in counts]
    else:
        pairs = [
            (
                sum(event.outcome != "refused" for event in looked.events if at <= event.at < end),
                sum(event.outcome == "refused" for event in looked.events if at <= event.at < end),
            )
            for at, end in pairwise(moments)
        ]
    drawn = []
    for at, (reads, refusals) in zip(begins, pairs, strict=True):
        above = 0 if filters.outcome == "refused" else reads
        below = 0 if filters.outcome == "answered" else refusals
        href = filters.href(at=at.date().isoformat()) if above or below else None
        drawn.append(charts.Bucket(at, above, below, href))
    return drawn


def by_company(
    tallies: Iterable[accesslog.Tally] | None,
    looked: Looked,
    *,
    filters: Filters,
    names: dict[str, Company],
    start: datetime,
    end: datetime,
) -> list[Line]:
    """A line for each company, the busiest first. ``tallies`` None: only the entries can tell."""
    reads: Counter[str] = Counter()
    refusals: Counter[str] = Counter()
    last: dict[str, datetime] = {}
    if tallies is None:
        for event in looked.events:
            id = history.company_id(event)
            (refusals if event.outcome == "refused" else reads)[id] += 1
            if event.outcome != "refused":
                last.setdefault(id, event.at)
    else:
        for each in tallies:
            if each.company_id is not None:
                reads[each.company_id] += each.reads
                refusals[each.company_id] += each.refusals
                if each.last_read_at is not None:
                    last[each.company_id] = max(
                        each.last_read_at, last.get(each.company_id, each.last_read_at)
                    )
    places = strips.strips(
        (
            {
                "at": event.at,
                "company": history.company_id(event),
                "outcome": "refused" if event.outcome == "refused" else "permitted",
            }
            for event in looked.events
        ),
        start=start,
        end=end,
    )
    drawn = {strip.company: strip for strip in places}
    lines = [
        Line(
            id=id,
            name=names[id].legal_name,
            href=filters.href(company=id),
            reads=0 if filters.outcome == "refused" else reads[id],
            refusals=0 if filters.outcome == "answered" else refusals[id],
            last_read_at=last.get(id),
            strip=drawn.get(id, Strip(id, [], [])),
        )
        for id in {*reads, *refusals}
    ]
    lines = [line for line in lines if line.reads or line.refusals]
    return sorted(lines, key=lambda line: (-line.reads - line.refusals, line.name.casefold()))


def by_key(looked: Looked, catalogue: Catalogue, filters: Filters, meant: frozenset[str]) -> list[Rank]:
    """How often each key was read and tried; with a key chosen, that and what is worked out from it."""
    return _ranks(
        (
            (event, key)
            for event in looked.events
            for key in history.keys_of(event)
            if not meant or key in meant
        ),
        name=lambda key: gettext(words.label(catalogue, key)),
        href=lambda key: filters.href(key=key),
    )


def by_purpose(looked: Looked, catalogue: Catalogue, filters: Filters) -> list[Rank]:
    """How often something was read and tried for each purpose. A try may have named none, or one that is not known."""
    return _ranks(
        ((event, history.purpose_of(event) or "") for event in looked.events),
        name=lambda id: gettext(words.purpose(catalogue, id)) if id else gettext("They named none"),
        href=lambda id: filters.href(purpose=id) if id else None,
    )


def _ranks(
    pairs: Iterable[tuple[LoggedEvent, str]], *, name: Callable[[str], str], href: Callable[[str], str | None]
) -> list[Rank]:
    reads: Counter[str] = Counter()
    refusals: Counter[str] = Counter()
    for event, what in pairs:
        (refusals if event.outcome == "refused" else reads)[what] += 1
    ranks = [
        Rank(
            name(what),
            reads[what] + refusals[what],
            part=reads[what],
            href=href(what),
            figure=_figure(reads[what], refusals[what]),
        )
        for what in {*reads, *refusals}
    ]
    return sorted(ranks, key=lambda rank: (-rank.total, rank.label.casefold()))


def _figure(reads: int, refusals: int) -> str:
    count = pages.number(reads)
    told = [ngettext("%(count)s read", "%(count)s reads", reads, count=count)] if reads else []
    if refusals:
        count = pages.number(refusals)
        told.append(ngettext("%(count)s refused", "%(count)s refused", refusals, count=count))
    return ", ".join(told)
