"""Who was exposed through a client, or through all of a company's, in a time: the question, its answer, and a file.

The question stands in the address, so an answer can be linked. Nobody here can tell whose thread is whose.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any

from flask import Blueprint, Response, request
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as BaseResponse

from vrm import accesslog, clock, oversight
from vrm.accesslog.types import ANSWERED
from vrm.catalogue import Catalogue
from vrm.errors import Conflict, Invalid, NotFound
from vrm.house import House
from vrm.oversight import MOST_MARKS, Exposed, Filters
from vrm.web import charts, pages, problems, session
from vrm.web.audiences import audience
from vrm.web.audit import filters, question, words
from vrm.web.audit.case import Taking, auditor_names, send
from vrm.web.audit.cases import Choosing, offered, put, whole
from vrm.web.audit.entry import verifier
from vrm.web.audit.filters import Typed
from vrm.web.forms import BLANK, Form, filled
from vrm.web.language import gettext
from vrm.web.onward import onward
from vrm.web.rooms import house
from vrm.web.typed import N_, REFUSED, needed

PAGE = 50
MOST_TAKEN_OUT = 5

SENTENCES = (
    N_("Give a title, at most 200 letters on one line."),
    N_("More than 100000 reads answer this. Ask for a shorter time."),
    N_("The log has no checkpoint yet. Run: vrm log sequence"),
)
"""What rooms say of a fault on this page, so that it is translated."""


class _File(Taking):
    file_title = needed(N_("Give the file a title."))


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
    """``/exposure``, ``/exposure/export``, ``/exposure/mark``."""
    blueprint.get("/exposure")(show_exposure)
    blueprint.post("/exposure/export")(export_exposure)
    blueprint.post("/exposure/mark")(mark_exposure)


@audience("auditor")
def show_exposure() -> Response:
    return _page(request.args, BLANK)


@audience("auditor")
def export_exposure() -> BaseResponse:
    """The answer to the question, with every read it rests on and its proof, as one signed file."""
    form, now, here = filled(_File()), clock.now(), house()
    typed = here.database.read(lambda db: question.read(request.form, words.names(db), now))
    if form.errors or typed.errors or not question.is_whole(typed.wanted):
        return _page(request.form, form, REFUSED)
    wanted, auditor_id = typed.wanted, session.auditor_id()
    assert wanted.since is not None and wanted.until is not None
    try:
        bundle = oversight.open_exposure_bundle(
            here.database,
            here.keys,
            origin=here.settings.log_origin,
            title=form.data["file_title"],
            since=wanted.since,
            until=wanted.until,
            auditor_id=auditor_id,
            now=now,
            older=int(form.data["older"]) if form.data["older"] else None,
            **question.whose(wanted),
        )
    except accesslog.NoSuchLeaf as fault:
        wrong = form.with_fault(Invalid(fault.message, field="older"))
        return _page(request.form, wrong, problems.row(fault).status)
    except Invalid as fault:
        wrong = form.with_fault(
            Invalid(fault.message, field="file_title") if fault.field == "title" else fault
        )
        return _page(request.form, wrong, problems.row(fault).status)
    here.database.write(lambda db: oversight.record_export(db, here.keys, bundle=bundle, now=now))
    return send(bundle, "exposure")


@audience("auditor")
def mark_exposure() -> BaseResponse:
    """Put every read that answers the question into a case; what is in it already stays as it is."""
    form, now, here = filled(Choosing()), clock.now(), house()
    names = here.database.read(words.names)
    typed = question.read(request.form, names, now)
    if form.errors or typed.errors or not question.is_whole(typed.wanted):
        return _page(request.form, BLANK, REFUSED, marking=form)
    who: dict[str, Any] = {"auditor_id": session.auditor_id(), "now": now}
    note = f"{question.told(typed.wanted, names)}\n{form.data['note']}".strip()

    def mark(db: Session) -> str:
        leaves = list(islice(oversight.exposed_leaves(db, **question.narrowed(typed.wanted)), MOST_MARKS + 1))
        return put(db, here, form.data, leaves, note, **who)

    try:
        case_id = here.database.write(mark)
    except (Invalid, Conflict, NotFound) as fault:
        wrong = form.with_fault(fault) if isinstance(fault, Invalid) else whole(form, fault)
        return _page(request.form, BLANK, problems.row(fault).status, marking=wrong)
    return onward(f"/audit/cases/{case_id}", "saved")


def _page(given: Mapping[str, str], form: Form, status: int = 200, *, marking: Form = BLANK) -> Response:
    here, now, auditor_id = house(), clock.now(), session.auditor_id()
    after = filters.read({"thread": given.get("after", "")}).wanted.thread or ""
    context = here.database.read(
        lambda db: _answer(db, here, given, after, now) | offered(db, here, auditor_id)
    )
    return pages.render(
        "audit_exposure.html",
        REFUSED if context["typed"].errors else status,
        form=form,
        marking=marking,
        most_marks=MOST_MARKS,
        longest_note=oversight.LONGEST_NOTE // 2,
        vkey=verifier(here).vkey,
        most=oversight.MOST_ENTRIES,
        longest=oversight.LONGEST_TITLE,
        **context,
    )


def _answer(db: Session, here: House, given: Mapping[str, str], after: str, now: datetime) -> dict[str, Any]:
    names, published = words.names(db), accesslog.latest_checkpoint(db)
    typed = question.read(given, names, now)
    size = published.size if published else 0
    context: dict[str, Any] = {
        "typed": typed, "whose": question.company(typed, names), "names": names, "keys": _keys(here.catalogue), "size": size,
        "behind": max(0, size - oversight.indexed(db)),
        "found": None, "lines": [], "bars": [], "next": None, "first": None, "title": "",
        "taken_out": _taken_out(db, here),
    }  # fmt: skip
    if typed.errors or not question.is_whole(typed.wanted):
        return context
    wanted = typed.wanted
    found = oversight.exposure(db, after=after, limit=PAGE, **question.narrowed(wanted))
    whose = names.client(wanted.client) if wanted.client else names.company(wanted.company)
    ranked = sorted(found.key_reads.items(), key=lambda one: (-one[1], one[0]))
    href = "/audit/exposure"
    ranks = [
        charts.Rank(words.key(here.catalogue, key), reads, href=typed.href(href, key=key))
        for key, reads in ranked
    ]
    return context | {
        "found": found,
        "lines": [_line(each, here.catalogue, typed) for each in found.exposed],
        "bars": charts.bars(ranks),
        "next": typed.href(href, after=found.after) + "#each" if found.after else None,
        "first": typed.href(href) + "#each" if after else None,
        "title": gettext("Exposed through %(whose)s", whose=whose)[: oversight.LONGEST_TITLE],
    }


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
