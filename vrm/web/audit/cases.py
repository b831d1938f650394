"""Case files: all of them, opening one, and putting an entry into one."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from flask import Blueprint, Response, request
from marshmallow import Schema, fields, validate
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as BaseResponse

from vrm import accesslog, clock, ids, oversight
from vrm.errors import Conflict, Invalid, NotFound
from vrm.house import House
from vrm.web import pages, problems, session
from vrm.web.audiences import audience
from vrm.web.audit import filters
from vrm.web.audit.case import auditor_names
from vrm.web.forms import BLANK, Form, filled
from vrm.web.language import told
from vrm.web.onward import onward
from vrm.web.rooms import house
from vrm.web.typed import N_, needed

PAGE = 30
MOST_OFFERED = 100
"""So many open cases one can choose from, the newest; an older one has a form of its own on its page."""
MOST_MARKED = 200
"""So many entries are marked at once."""

SENTENCES = (
    N_("There is no such case."),
    N_("No signed checkpoint covers such an entry. A new one waits a second or so for it."),
    N_("This entry is marked in the case already."),
    N_("This case is closed. Reopen it to add to it."),
    N_("This case is full. Open another one."),
    N_("A note is plain text of at most 4000 letters."),
)
"""What rooms say of a fault on these pages, so that it is translated."""


class _Opened(Schema):
    title = needed(N_("Give the case a title."))


class Choosing(Schema):
    """Into which case, and why."""

    case = fields.String(load_default="")
    title = fields.String(load_default="")
    note = fields.String(load_default="")


class _Marked(Choosing):
    leaf = fields.List(
        fields.Integer(error_messages={"invalid": N_("Give the entry’s leaf index, a number.")}),
        required=True,
        validate=validate.Length(1, MOST_MARKED, error=N_("Choose at least one entry.")),
        error_messages={"required": N_("Choose at least one entry.")},
    )


def add_routes(blueprint: Blueprint) -> None:
    """``/cases``, ``/cases/mark``."""
    blueprint.get("/cases")(show_cases)
    blueprint.post("/cases")(open_case)
    blueprint.post("/cases/mark")(mark_entries)


@audience("auditor")
def show_cases() -> Response:
    asked = {leaf for leaf in request.args.getlist("leaf", type=int) if 0 <= leaf < filters.MOST_LEAVES}
    return _page(BLANK, sorted(asked)[-MOST_MARKED:])


@audience("auditor")
def open_case() -> BaseResponse:
    """Begin a case."""
    form, here, auditor_id, now = filled(_Opened()), house(), session.auditor_id(), clock.now()
    if not form.errors:
        try:
            case_id = here.database.write(
                lambda db: chosen(db, here, form.data, auditor_id=auditor_id, now=now)
            )
        except Invalid as fault:
            form = form.with_fault(fault)
        else:
            return onward(f"/audit/cases/{case_id}", "saved")
    return _page(form, [], problems.row(Invalid("")).status)


@audience("auditor")
def mark_entries() -> BaseResponse:
    """Mark one entry, or several, in a case that is open, or in one that is opened for them."""
    form, here, now = filled(_Marked(), lists=("leaf",)), house(), clock.now()
    if form.errors:
        return _page(form, [], problems.row(Invalid("")).status)
    who: dict[str, Any] = {"auditor_id": session.auditor_id(), "now": now}
    leaves, note = sorted(set(form.data["leaf"])), form.data["note"]

    def mark(db: Session) -> str:
        case_id = chosen(db, here, form.data, **who)
        if len(leaves) == 1:
            oversight.mark(db, here.keys, case_id=case_id, leaf_index=leaves[0], note=note, **who)
            return case_id
        oversight.mark_all(db, here.keys, case_id=case_id, leaves=leaves, **who)
        if note.strip():
            oversight.add_note(db, here.keys, case_id=case_id, text=note, **who)
        return case_id

    try:
        case_id = here.database.write(mark)
    except (Invalid, Conflict, NotFound) as fault:
        wrong = form.with_fault(fault) if isinstance(fault, Invalid) else whole(form, fault)
        shown = sorted({max(0, min(leaf, filters.MOST_LEAVES - 1)) for leaf in leaves})
        return _page(wrong, shown, problems.row(fault).status)
    return onward(f"/audit/cases/{case_id}", "saved")


def put(
    db: Session, here: House, data: Mapping[str, Any], leaves: Iterable[int], note: str, **who: Any
) -> str:
    """Mark entries, those that a checkpoint covers, in the case that a form names, with a note about them all.

    Gives the case's id.
    """
    case_id, newest = chosen(db, here, data, **who), accesslog.latest_checkpoint(db)
    covered = (leaf for leaf in leaves if newest and leaf < newest.size)
    oversight.mark_all(db, here.keys, case_id=case_id, leaves=covered, **who)
    oversight.add_note(db, here.keys, case_id=case_id, text=note, **who)
    return case_id


def chosen(db: Session, here: House, data: Mapping[str, Any], *, auditor_id: str, now: datetime) -> str:
    """The id of the case that a form names; of a new one where it names none, or gives a title."""
    case_id, title = str(data.get("case", "")), str(data.get("title", ""))
    if title.strip() or not case_id:
        return oversight.open_case(db, here.keys, title=title, auditor_id=auditor_id, now=now).id
    if not ids.is_id(case_id):
        raise NotFound("There is no such case.", code="no_such_case")
    return oversight.get_case(db, here.keys, case_id=case_id).id


def offered(db: Session, here: House, auditor_id: str) -> dict[str, object]:
    """The cases one can put something into, and the id of the one this auditor worked on last."""
    return {
        "offered": oversight.list_cases(db, here.keys, open_only=True, limit=MOST_OFFERED),
        "recent": oversight.find_last_case(db, auditor_id=auditor_id) or "",
    }


def whole(form: Form, fault: Conflict | NotFound) -> Form:
    """The form with a fault that is of no one field."""
    return Form(form.values, form.data, {**form.errors, "": told(fault)})


def _page(form: Form, leaves: Sequence[int], status: int = 200) -> Response:
    here, auditor_id = house(), session.auditor_id()
    before = request.args.get("before", "")
    before = before if ids.is_id(before) else ""
    open_only = request.args.get("state") == "open"
    return pages.render(
        "audit_cases.html",
        status,
        form=form,
        open_only=open_only,
        longest=oversight.LONGEST_TITLE,
        longest_note=oversight.LONGEST_NOTE,
        **here.database.read(lambda db: _cases(db, here, auditor_id, leaves, before or None, open_only)),
    )


def _cases(
    db: Session, here: House, auditor_id: str, leaves: Sequence[int], before: str | None, open_only: bool
) -> dict[str, object]:
    found = oversight.list_cases(db, here.keys, before=before, limit=PAGE + 1, open_only=open_only)
    newest = accesslog.latest_checkpoint(db)
    size = newest.size if newest else 0
    covered = [leaf for leaf in leaves if leaf < size]
    keep = "&state=open" if open_only else ""
    older = f"/audit/cases?before={found[PAGE - 1].id}{keep}#each" if len(found) > PAGE else None
    return {
        "cases": found[:PAGE],
        "names": auditor_names(db, here),
        "older": older,
        "newest": f"/audit/cases{'?state=open' if open_only else ''}#each" if before else None,
        "leaves": covered or leaves[:1],
        "covered": bool(covered),
        "marked_in": oversight.list_cases(db, here.keys, leaf_index=leaves[0]) if len(leaves) == 1 else [],
        **offered(db, here, auditor_id),
    }
