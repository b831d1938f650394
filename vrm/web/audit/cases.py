"""Case files: all of them, opening one, and putting an entry into one."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flask import Blueprint, Response, request
from marshmallow import Schema, fields
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


class _Marked(Schema):
    leaf = fields.Integer(
        required=True, error_messages={"invalid": N_("Give the entry’s leaf index, a number.")}
    )
    case = fields.String(load_default="")
    title = fields.String(load_default="")
    note = fields.String(load_default="")


def add_routes(blueprint: Blueprint) -> None:
    """``/cases``, ``/cases/mark``."""
    blueprint.get("/cases")(show_cases)
    blueprint.post("/cases")(open_case)
    blueprint.post("/cases/mark")(mark_entry)


@audience("auditor")
def show_cases() -> Response:
    return _page(BLANK, filters.leaf("leaf"))


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
    return _page(form, None, problems.row(Invalid("")).status)


@audience("auditor")
def mark_entry() -> BaseResponse:
    """Mark an entry in a case that is open, or in one that is opened for it."""
    form, here, auditor_id, now = filled(_Marked()), house(), session.auditor_id(), clock.now()
    status = problems.row(Invalid("")).status
    if form.errors:
        return _page(form, None, status)

    def mark(db: Session) -> str:
        case_id = chosen(db, here, form.data, auditor_id=auditor_id, now=now)
        oversight.mark(
            db,
            here.keys,
            case_id=case_id,
            leaf_index=form.data["leaf"],
            auditor_id=auditor_id,
            now=now,
            note=form.data["note"],
        )
        return case_id

    try:
        case_id = here.database.write(mark)
    except (Invalid, Conflict, NotFound) as fault:
        wrong = form.with_fault(fault) if isinstance(fault, Invalid) else whole(form, fault)
        leaf = max(0, min(form.data["leaf"], filters.MOST_LEAVES - 1))
        return _page(wrong, leaf, problems.row(fault).status)
    return onward(f"/audit/cases/{case_id}", "saved")


def chosen(db: Session, here: House, data: Mapping[str, Any], *, auditor_id: str, now: datetime) -> str:
    """The id of the case that a form names; of a new one where it names none."""
    case_id = str(data.get("case", ""))
    if not case_id:
        return oversight.open_case(db, here.keys, title=data["title"], auditor_id=auditor_id, now=now).id
    if not ids.is_id(case_id):
        raise NotFound("There is no such case.", code="no_such_case")
    return oversight.get_case(db, here.keys, case_id=case_id).id


def offered(db: Session, here: House) -> list[oversight.Case]:
    """The cases one can put something into."""
    return oversight.list_cases(db, here.keys, open_only=True, limit=MOST_OFFERED)


def whole(form: Form, fault: Conflict | NotFound) -> Form:
    """The form with a fault that is of no one field."""
    return Form(form.values, form.data, {**form.errors, "": told(fault)})


def _page(form: Form, leaf: int | None, status: int = 200) -> Response:
    here = house()
    before = request.args.get("before", "")
    before = before if ids.is_id(before) else ""
    open_only = request.args.get("state") == "open"
    return pages.render(
        "audit_cases.html",
        status,
        form=form,
        leaf=leaf,
        open_only=open_only,
        longest=oversight.LONGEST_TITLE,
        longest_note=oversight.LONGEST_NOTE,
        **here.database.read(lambda db: _cases(db, here, leaf, before or None, open_only)),
    )


def _cases(
    db: Session, here: House, leaf: int | None, before: str | None, open_only: bool
) -> dict[str, object]:
    found = oversight.list_cases(db, here.keys, before=before, limit=PAGE + 1, open_only=open_only)
    newest = accesslog.latest_checkpoint(db)
    keep = "&state=open" if open_only else ""
    older = f"/audit/cases?before={found[PAGE - 1].id}{keep}#each" if len(found) > PAGE else None
    return {
        "cases": found[:PAGE],
        "names": auditor_names(db, here),
        "older": older,
        "newest": f"/audit/cases{'?state=open' if open_only else ''}#each" if before else None,
        "offered": offered(db, here) if leaf is not None else [],
        "covered": leaf is None or (newest is not None and leaf < newest.size),
        "marked_in": oversight.list_cases(db, here.keys, leaf_index=leaf) if leaf is not None else [],
    }
