"""The log, narrowed in any way: the entries, how many over time, and which codes, keys and clients they have most.

Everything is in the address (``filters``), so a page can be linked, kept under a name, and used without script.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from flask import Blueprint, Response, request
from sqlalchemy.orm import Session

from vrm import accesslog, clock, oversight
from vrm.accesslog.types import ACTORS
from vrm.accesslog.types import REFUSED as REFUSED_READ
from vrm.catalogue import Catalogue
from vrm.house import House
from vrm.oversight import Row
from vrm.web import charts, pages, session
from vrm.web.audiences import audience
from vrm.web.audit import codes, filters, trend, words
from vrm.web.audit.filters import Typed
from vrm.web.language import gettext
from vrm.web.rooms import house
from vrm.web.typed import REFUSED

PAGE = 50
MOST_RANKED = 5
MOST_BACK = 30
"""So many pages one can go back step by step; further back there is the newest."""


@dataclass(frozen=True)
class Line:
    """An entry as the list shows it: words beside ids and codes. ``code`` is why a read was refused, or what it was
    about."""

    row: Row
    time: str
    action: str
    code: str
    company: str
    client: str
    purpose: str
    keys: str

    @property
    def refused(self) -> bool:
        """Whether this is a read that was refused; a person who refuses an ask reads nothing."""
        return self.row.outcome == REFUSED_READ and self.row.type != trend.ASK_REFUSED


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
    typed = _without_looks(filters.read(request.args))
    before = filters.leaf("before")
    trail = [part for part in request.args.get("trail", "").split(".") if part.isascii() and part.isdigit()]
    context = here.database.read(lambda db: _log(db, here, typed, before, trail[-MOST_BACK:], now))
    return pages.render(
        "audit_log.html",
        REFUSED if context["typed"].errors else 200,
        **context,
        views=here.database.read(lambda db: oversight.list_views(db, here.keys, auditor_id=auditor_id)),
        called=words.FILTERS,
    )


def _without_looks(typed: Typed) -> Typed:
    """What auditors looked at, these pages among it, crowds out the rest: it is left out unless it is asked for."""
    if typed.get("looks") or typed.get("type"):
        return typed
    return replace(typed, wanted=replace(typed.wanted, looks="without"))


def _log(
    db: Session, here: House, typed: Typed, before: int | None, trail: Sequence[str], now: datetime
) -> dict[str, Any]:
    typed = filters.checked(db, here.catalogue, typed)
    names, published = words.names(db), accesslog.latest_checkpoint(db)
    context: dict[str, Any] = {
        "typed": typed,
        "names": names,
        "size": published.size if published else 0,
        "behind": max(0, (published.size if published else 0) - oversight.indexed(db)),
        "offered": _offered(db, here.catalogue, typed),
        "wrong": lambda name: {"aria-invalid": "true"} if name in typed.errors else {},
        "lines": [], "older": None, "newer": None, "newest": None, "looked_back_to": None,
        "trend": None, "ranks": [], "exactly": None,
    }  # fmt: skip
    if typed.errors:
        return context
    found = oversight.search(db, typed.wanted, before=before, limit=PAGE)
    span = trend.span_of(typed.wanted, now)
    if before is not None:
        context["newest"] = typed.href() + "#each"
        context["newer"] = (
            typed.href(before=trail[-1], trail=".".join(trail[:-1])) + "#each" if trail else None
        )
    if found.older is not None:
        gone = ".".join([*trail, str(before)]) if before is not None else ""
        context["older"] = typed.href(before=found.older, trail=gone) + "#each"
    return context | {
        "lines": [_line(row, here.catalogue, names) for row in found.rows],
        "exactly": len(found.rows) if before is None and found.older is None else None,
        "looked_back_to": found.looked_back_to,
        "trend": trend.trend_of(db, typed, span) if span else None,
        "ranks": _ranks(db, here.catalogue, typed, span, names) if span else [],
    }


def _ranks(
    db: Session, catalogue: Catalogue, typed: Typed, span: trend.Span, names: words.Names
) -> list[Most]:
    """What these entries have most of, where that is not settled by a filter: a part of the page for each."""
    wanted, first = trend.within(typed, span), span.since.replace(hour=0, minute=0, second=0, microsecond=0)
    found = []
    for by in ("client", "key", "code"):
        if typed.get(by):
            continue
        # Other entries than reads have codes too; unless it is those one looks for, the reasons of refusals count.
        refused = by == "code" and not (typed.get("type") or typed.get("outcome"))
        narrowed = replace(wanted, outcome="refused") if refused else wanted
        ranking = oversight.rank(db, narrowed, by=by, limit=MOST_RANKED)
        back = trend.short_of(first, ranking.counted_back_to)
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
            return names.client_of(value)
        case "key":
            return words.key(catalogue, value)
        case _:
            return _with_code(codes.meanings(value), value)


def _line(row: Row, catalogue: Catalogue, names: words.Names) -> Line:
    return Line(
        row,
        clock.rfc3339(row.at).replace("T", " ").removesuffix("Z"),
        codes.action(row.type),
        codes.meaning(row.type, row.code) if row.code else "",
        names.company(row.company_id),
        names.client(row.client_id),
        words.purpose(catalogue, row.purpose) if row.purpose else "",
        ", ".join(words.key(catalogue, key) for key in row.keys),
    )


def _with_code(said: str, code: str) -> str:
    return f"{said} ({code})" if said and said != code else code


Choices = list[tuple[str, list[tuple[str, str]]]]


def _offered(db: Session, catalogue: Catalogue, typed: Typed) -> dict[str, Any]:
    """What the log can be narrowed by, in words: first what it holds, then what else there could be."""
    known = {
        "purpose": {id: gettext(purpose.plain) for id, purpose in catalogue.purposes.items()},
        "key": {name: gettext(key.label) for name, key in catalogue.keys.items()},
        "type": {name: _with_code(codes.action(name), name) for name in accesslog.TYPES},
        "code": {code: "" for known in oversight.CODES.values() for code in known},
    }
    known["code"] = {code: _with_code(codes.meanings(code), code) for code in known["code"]}
    actors = {name: gettext(words.ACTORS[name]) for name in ACTORS}
    return {
        "actor": _by_words(actors),
        **{
            name: _grouped(
                found, [*oversight.occurring(db, name), *filter(None, [typed.get(name)])], name != "purpose"
            )
            for name, found in known.items()
        },
    }


def _grouped(found: Mapping[str, str], occurring: Sequence[str], also_rest: bool) -> Choices:
    """In two groups; what is in no list any more, or what somebody typed, stands there as it is.

    Of purposes there are a hundred more, most of them in a standard's words only: those of the log are enough.
    """
    held = {value: found.get(value, value) for value in occurring}
    rest = {value: said for value, said in found.items() if also_rest and value not in held}
    groups = [(gettext("In the log"), _by_words(held)), (gettext("Not in the log so far"), _by_words(rest))]
    return [group for group in groups if group[1]]


def _by_words(found: Mapping[str, str]) -> list[tuple[str, str]]:
    return sorted(found.items(), key=lambda one: one[1].casefold())
