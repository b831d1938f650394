"""Who was exposed through a client, or through all of a company's, in a time: the question, its answer, and a file.

The question stands in the address, so an answer can be linked. Nobody here can tell whose thread is whose.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from flask import Blueprint, Response, request
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as BaseResponse

from vrm import accesslog, clock, oversight
from vrm.accesslog.types import ANSWERED
from vrm.catalogue import Catalogue
from vrm.errors import Invalid
from vrm.house import House
from vrm.oversight import Exposed, Exposure, Filters
from vrm.web import charts, pages, problems, session
from vrm.web.audiences import audience
from vrm.web.audit import filters, words
from vrm.web.audit.case import Taking, auditor_names, send
from vrm.web.audit.cases import MOST_MARKED
from vrm.web.audit.entry import verifier
from vrm.web.audit.filters import Typed
from vrm.web.forms import BLANK, Form, filled
from vrm.web.language import gettext
from vrm.web.rooms import house
from vrm.web.typed import N_, REFUSED, needed

PAGE = 50
USUAL = timedelta(days=30)
MOST_TAKEN_OUT = 5
_NAMES = ("company", "client", "since", "until", "key")
_DAY = timedelta(days=1)

SENTENCES = (
    N_("Give a title, at most 200 letters on one line."),
    N_("More than 100000 reads answer this. Ask for a shorter time."),
    N_("The log has no checkpoint yet. Run: vrm log sequence"),
)
"""What rooms say of a fault on this page, so that it is translated."""


class _File(Taking):
    title = needed(N_("Give the file a title."))


@dataclass(frozen=True)
class Line:
    """One thread as the answer shows it; ``href`` leads to its entries in the log."""

    exposed: Exposed
    keys: list[str]
    purposes: list[str]
    href: str


@dataclass(frozen=True)
class TakenOut:
    """A file that left with such an answer."""

    at: datetime
    who: str
    entries: object
    sha256: object
    leaf_index: int


def add_routes(blueprint: Blueprint) -> None:
    """``/exposure``, ``/exposure/export``."""
    blueprint.get("/exposure")(show_exposure)
    blueprint.post("/exposure/export")(export_exposure)


@audience("auditor")
def show_exposure() -> Response:
    return _page(request.args, BLANK)


@audience("auditor")
def export_exposure() -> BaseResponse:
    """The answer to the question, with every read it rests on and its proof, as one signed file."""
    form, now, here = filled(_File()), clock.now(), house()
    typed = here.database.read(lambda db: _read(request.form, words.names(db), now))
    if form.errors or typed.errors or not _is_whole(typed.wanted):
        return _page(request.form, form, REFUSED)
    wanted, auditor_id = typed.wanted, session.auditor_id()
    assert wanted.since is not None and wanted.until is not None
    try:
        bundle = oversight.open_exposure_bundle(
            here.database,
            here.keys,
            origin=here.settings.log_origin,
            title=form.data["title"],
            since=wanted.since,
            until=wanted.until,
            auditor_id=auditor_id,
            now=now,
            older=int(form.data["older"]) if form.data["older"] else None,
            **_whose(wanted),
        )
    except accesslog.NoSuchLeaf as fault:
        wrong = form.with_fault(Invalid(fault.message, field="older"))
        return _page(request.form, wrong, problems.row(fault).status)
    except Invalid as fault:
        return _page(request.form, form.with_fault(fault), problems.row(fault).status)
    here.database.write(lambda db: oversight.record_export(db, here.keys, bundle=bundle, now=now))
    return send(bundle, "exposure")


def _page(given: Mapping[str, str], form: Form, status: int = 200) -> Response:
    here, now = house(), clock.now()
    after = filters.read({"thread": given.get("after", "")}).wanted.thread or ""
    context = here.database.read(lambda db: _answer(db, here, given, after, now))
    return pages.render(
        "audit_exposure.html",
        REFUSED if context["typed"].errors else status,
        form=form,
        vkey=verifier(here).vkey,
        most=oversight.MOST_ENTRIES,
        longest=oversight.LONGEST_TITLE,
        **context,
    )


def _answer(db: Session, here: House, given: Mapping[str, str], after: str, now: datetime) -> dict[str, Any]:
    names, published = words.names(db), accesslog.latest_checkpoint(db)
    typed = _read(given, names, now)
    size = published.size if published else 0
    context: dict[str, Any] = {
        "typed": typed, "whose": _company(typed, names), "names": names, "keys": _keys(here.catalogue), "size": size,
        "behind": max(0, size - oversight.indexed(db)),
        "found": None, "leaves": [], "lines": [], "bars": [], "next": None, "first": None, "title": "",
        "taken_out": _taken_out(db, here),
    }  # fmt: skip
    if typed.errors or not _is_whole(typed.wanted):
        return context
    found = _ask(db, typed.wanted, after)
    wanted = typed.wanted
    whose = names.client(wanted.client) if wanted.client else names.company(wanted.company)
    reads = replace(wanted, type="disclosure", outcome=ANSWERED)
    ranked = sorted(found.key_reads.items(), key=lambda one: (-one[1], one[0]))
    href = "/audit/exposure"
    ranks = [
        charts.Rank(words.key(here.catalogue, key), reads, href=typed.href(href, key=key))
        for key, reads in ranked
    ]
    return context | {
        "found": found,
        "leaves": [row.leaf_index for row in oversight.search(db, reads, limit=MOST_MARKED).rows],
        "lines": [_line(each, here.catalogue, typed) for each in found.exposed],
        "bars": charts.bars(ranks),
        "next": typed.href(href, after=found.after) + "#each" if found.after else None,
        "first": typed.href(href) + "#each" if after else None,
        "title": gettext("Exposed through %(whose)s", whose=whose)[: oversight.LONGEST_TITLE],
    }


def _ask(db: Session, wanted: Filters, after: str) -> Exposure:
    assert wanted.since is not None and wanted.until is not None
    return oversight.exposure(
        db,
        since=wanted.since,
        until=wanted.until,
        key=wanted.key,
        after=after,
        limit=PAGE,
        **_whose(wanted),
    )


def _read(given: Mapping[str, str], names: words.Names, now: datetime) -> Typed:
    """The question in a query or a form. Where no time is given, it is about the last month."""
    today = now.replace(hour=0, minute=0, second=0, microsecond=0)
    usual = {"since": clock.rfc3339(today - USUAL), "until": clock.rfc3339(today + _DAY)}
    kept = {name: given[name] for name in _NAMES if given.get(name, "").strip()}
    typed = filters.read({**usual, **kept})
    errors = dict(typed.errors)
    wanted, client = typed.wanted, names.clients.get(typed.wanted.client or "")
    if wanted.client and wanted.company and client and client.company_id != wanted.company:
        errors["client"] = gettext("This client is not of that company. Choose one of the two.")
    if kept and not errors and not (wanted.client or wanted.company):
        errors["company"] = gettext("Choose a company, or one client.")
    return replace(typed, errors=errors)


def _is_whole(wanted: Filters) -> bool:
    return bool(wanted.client or wanted.company)


def _company(typed: Typed, names: words.Names) -> str:
    """The company that the form begins with: that of the client asked about, or the only one there is."""
    client = names.clients.get(typed.get("client"))
    if client is not None:
        return client.company_id
    return next(iter(names.companies)) if len(names.companies) == 1 else ""


def _whose(wanted: Filters) -> dict[str, Any]:
    """A client says more than its company."""
    return {"client_id": wanted.client} if wanted.client else {"company_id": wanted.company}


def _line(exposed: Exposed, catalogue: Catalogue, typed: Typed) -> Line:
    entries = {"thread": exposed.thread, "type": "disclosure", "outcome": ANSWERED}
    return Line(
        exposed,
        [words.key(catalogue, key) for key in exposed.keys],
        [words.purpose(catalogue, purpose) for purpose in exposed.purposes],
        typed.href(**entries),
    )


def _keys(catalogue: Catalogue) -> list[tuple[str, str]]:
    found = [(name, gettext(key.label)) for name, key in catalogue.keys.items()]
    return sorted(found, key=lambda one: one[1].casefold())


def _taken_out(db: Session, here: House) -> list[TakenOut]:
    """The newest such files. The log keeps the SHA-256 of each, so a copy can be compared with what left."""
    rows = oversight.search(db, Filters(type="case.exported", code="exposure"), limit=MOST_TAKEN_OUT).rows
    details = accesslog.details(db, [row.event_id for row in rows])
    names = auditor_names(db, here) if rows else {}
    found = []
    for row in rows:
        said = details.get(row.event_id, {})
        who = names.get(str(said.get("auditor"))) or gettext("An auditor")
        found.append(TakenOut(row.at, who, said.get("entries"), said.get("sha256"), row.leaf_index))
    return found
