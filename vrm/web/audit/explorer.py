"""The log, narrowed in any way: the entries, how many over time, and which codes, keys and clients they have most.

Everything is in the address (``filters``), so a page can be linked, kept under a name, and used without script.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from flask import Blueprint, Response, request
from sqlalchemy.orm import Session

from vrm import accesslog, clock, oversight
from vrm.accesslog.types import ACTORS
from vrm.catalogue import Catalogue
from vrm.house import House
from vrm.oversight import Filters, Row
from vrm.web import charts, pages, session
from vrm.web.audiences import audience
from vrm.web.audit import filters, words
from vrm.web.audit.filters import Typed
from vrm.web.language import gettext
from vrm.web.rooms import house
from vrm.web.typed import REFUSED

PAGE = 50
USUAL = timedelta(days=30)
LONGEST = timedelta(days=366)
"""What one chart shows at most."""
BY_HOUR = timedelta(days=3)
"""Up to here a chart has a column for each hour; beyond, for each day."""
MOST_RANKED = 5
MOST_BACK = 30
"""So many pages one can go back step by step; further back there is the newest."""


@dataclass(frozen=True)
class Line:
    """An entry as the list shows it: names beside ids, and of the purpose its term alone, which is short."""

    row: Row
    time: str
    company: str
    client: str
    purpose: str


@dataclass(frozen=True)
class Span:
    """The time that a chart shows; ``cut``: more was asked for than one chart shows."""

    since: datetime
    until: datetime
    cut: bool

    @property
    def unit(self) -> oversight.Grain:
        """What one column stands for."""
        return "hour" if self.until - self.since <= BY_HOUR else "day"


@dataclass(frozen=True)
class Trend:
    """Entries over a span, as a chart and as sums; ``counted_back_to`` where not all could be counted."""

    span: Span
    chart: charts.Columns
    answered: int
    refused: int
    other: int
    counted_back_to: datetime | None


@dataclass(frozen=True)
class Most:
    """What the entries of a span have most of, by one member; ``counted_back_to`` where not all could be counted."""

    by: str
    bars: list[charts.Bar]
    counted_back_to: datetime | None


def add_routes(blueprint: Blueprint) -> None:
    """``/log``."""
    blueprint.get("/log")(show_log)


@audience("auditor")
def show_log() -> Response:
    here, auditor_id, now = house(), session.auditor_id(), clock.now()
    typed = filters.read(request.args)
    before = filters.leaf("before")
    trail = [part for part in request.args.get("trail", "").split(".") if part.isascii() and part.isdigit()]
    return pages.render(
        "audit_log.html",
        REFUSED if typed.errors else 200,
        **here.database.read(lambda db: _log(db, here, typed, before, trail[-MOST_BACK:], now)),
        views=here.database.read(lambda db: oversight.list_views(db, here.keys, auditor_id=auditor_id)),
        typed=typed,
        called=words.FILTERS,
        wrong=lambda name: {"aria-invalid": "true"} if name in typed.errors else {},
        types=sorted(accesslog.TYPES),
        actors=sorted(ACTORS),
    )


def _log(
    db: Session, here: House, typed: Typed, before: int | None, trail: Sequence[str], now: datetime
) -> Mapping[str, object]:
    names, published = words.names(db), accesslog.latest_checkpoint(db)
    context: dict[str, object] = {
        "names": names,
        "size": published.size if published else 0,
        "behind": max(0, (published.size if published else 0) - oversight.indexed(db)),
        "purposes": _purposes(here.catalogue, typed),
        "keys": _keys(here.catalogue, typed),
        "lines": [], "older": None, "newer": None, "newest": None, "looked_back_to": None,
        "trend": None, "ranks": [],
    }  # fmt: skip
    if typed.errors:
        return context
    found = oversight.search(db, typed.wanted, before=before, limit=PAGE)
    span = _span(typed.wanted, now)
    if before is not None:
        context["newest"] = typed.href() + "#each"
        context["newer"] = (
            typed.href(before=trail[-1], trail=".".join(trail[:-1])) + "#each" if trail else None
        )
    if found.older is not None:
        gone = ".".join([*trail, str(before)]) if before is not None else ""
        context["older"] = typed.href(before=found.older, trail=gone) + "#each"
    return context | {
        "lines": [_line(row, names) for row in found.rows],
        "looked_back_to": found.looked_back_to,
        "trend": _trend(db, typed, span) if span else None,
        "ranks": _ranks(db, here.catalogue, typed, span, names) if span else [],
    }


def _span(wanted: Filters, now: datetime) -> Span | None:
    """What a chart shows of the time that is asked for: nothing ever happened later than now."""
    until = min(wanted.until or now, now)
    since = wanted.since or until - USUAL
    if since >= until:
        return None
    return Span(max(since, until - LONGEST), until, until - since > LONGEST)


def _trend(db: Session, typed: Typed, span: Span) -> Trend:
    series = oversight.series(db, _within(typed, span), grain=span.unit)
    sums = {
        name: sum(each.counts.get(name, 0) for each in series.buckets) for name in ("answered", "refused", "")
    }
    length = timedelta(hours=1) if span.unit == "hour" else timedelta(days=1)
    buckets = [
        charts.Bucket(
            each.start,
            above=each.counts.get("answered", 0) + each.counts.get("", 0),
            below=each.counts.get("refused", 0),
            href=typed.href(since=clock.rfc3339(each.start), until=clock.rfc3339(each.start + length))
            if each.counts
            else None,
        )
        for each in series.buckets
    ]
    chart = charts.columns(buckets, span.unit)
    back = short_of(series.buckets[0].start, series.counted_back_to)
    return Trend(span, chart, sums["answered"], sums["refused"], sums[""], back)


def short_of(first: datetime, counted_back_to: datetime | None) -> datetime | None:
    """How far back figures reach, where that is not to the first moment of what is shown."""
    return counted_back_to if counted_back_to is not None and counted_back_to > first else None


def _within(typed: Typed, span: Span) -> Filters:
    return Filters(since=span.since, until=span.until, **typed.wanted.members())


def _ranks(db: Session, catalogue: Catalogue, typed: Typed, span: Span, names: words.Names) -> list[Most]:
    """What these entries have most of, where that is not settled by a filter: a part of the page for each."""
    wanted, first = _within(typed, span), span.since.replace(hour=0, minute=0, second=0, microsecond=0)
    found = []
    for by in ("client", "key", "code"):
        if typed.get(by):
            continue
        # Other entries than reads have codes too; unless it is those one looks for, the reasons of refusals count.
        refused = by == "code" and not (typed.get("type") or typed.get("outcome"))
        narrowed = replace(wanted, outcome="refused") if refused else wanted
        ranking = oversight.rank(db, narrowed, by=by, limit=MOST_RANKED)
        back = short_of(first, ranking.counted_back_to)
        ranks = [
            charts.Rank(
                _called(by, each.value, catalogue, names), each.count, href=typed.href(**{by: each.value})
            )
            for each in ranking.counts
        ]
        if ranks or back:
            found.append(Most(by, charts.bars(ranks), back))
    return found


def _called(by: str, value: str, catalogue: Catalogue, names: words.Names) -> str:
    match by:
        case "client":
            return names.client(value) or value
        case "key":
            return words.key(catalogue, value)
        case _:
            return value


def _line(row: Row, names: words.Names) -> Line:
    return Line(
        row,
        clock.rfc3339(row.at).replace("T", " ").removesuffix("Z"),
        names.company(row.company_id),
        names.client(row.client_id),
        (row.purpose or "").rpartition(":")[2],
    )


def _purposes(catalogue: Catalogue, typed: Typed) -> list[tuple[str, str]]:
    found = {id: gettext(purpose.plain) for id, purpose in catalogue.purposes.items()}
    return _choices(found, typed.get("purpose"))


def _keys(catalogue: Catalogue, typed: Typed) -> list[tuple[str, str]]:
    return _choices({name: gettext(key.label) for name, key in catalogue.keys.items()}, typed.get("key"))


def _choices(found: Mapping[str, str], chosen: str) -> list[tuple[str, str]]:
    """By their words; one that was chosen and is in no list any more stands there as it is."""
    extra = {chosen: chosen} if chosen and chosen not in found else {}
    return sorted({**found, **extra}.items(), key=lambda one: one[1].casefold())
