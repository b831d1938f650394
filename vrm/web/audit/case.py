"""One case file: its history, its marked entries, and the signed bundle in which it leaves."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response
from marshmallow import Schema, fields, validate
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as BaseResponse

from vrm import accesslog, accounts, clock, oversight
from vrm.errors import Conflict, Invalid, NotFound
from vrm.house import House
from vrm.oversight import Bundle, CaseLine, LineKind, Row
from vrm.tlog.canonical import b64
from vrm.web import pages, problems, session
from vrm.web.audiences import audience
from vrm.web.audit import filters, words
from vrm.web.audit.entry import verifier
from vrm.web.forms import BLANK, Form, filled
from vrm.web.language import told
from vrm.web.onward import onward
from vrm.web.rooms import house
from vrm.web.typed import N_, needed

PAGE = 25

SENTENCES = (
    N_("Write something."),
    N_("This case is open."),
    N_("This entry is not marked in the case."),
)
"""What rooms say of a fault on this page, so that it is translated."""

_EXPORTS: tuple[LineKind, ...] = ("exported",)
_NUMBER = N_("Give a number, without letters or spaces.")
Verb = Callable[[Session, Mapping[str, Any]], object]


class _Note(Schema):
    text = needed(N_("Write something."))


class _Mark(Schema):
    leaf = fields.Integer(
        required=True,
        validate=validate.Range(0, filters.MOST_LEAVES - 1, error=_NUMBER),
        error_messages={"invalid": _NUMBER, "required": _NUMBER},
    )
    note = fields.String(load_default="")


class Taking(Schema):
    """How a bundle is taken out: ``older`` is the size of a tree that the log is to be shown to continue, or ""."""

    older = fields.String(load_default="", validate=validate.Regexp(r"\A[0-9]{0,18}\Z", error=_NUMBER))


@dataclass(frozen=True)
class Marked:
    """A marked entry: the line that marked it, and what the index says of the entry, unless it is behind."""

    line: CaseLine
    row: Row | None
    client: str


def add_routes(blueprint: Blueprint) -> None:
    """``/cases/<id>`` and what is done in it: ``/notes``, ``/marks``, ``/unmark``, ``/close``, ``/reopen``, ``/bundle``."""
    blueprint.get("/cases/<uuid:case_id>")(show_case)
    blueprint.post("/cases/<uuid:case_id>/notes")(note_in_case)
    blueprint.post("/cases/<uuid:case_id>/marks")(mark_in_case)
    blueprint.post("/cases/<uuid:case_id>/unmark")(unmark_in_case)
    blueprint.post("/cases/<uuid:case_id>/close")(close_case)
    blueprint.post("/cases/<uuid:case_id>/reopen")(reopen_case)
    blueprint.post("/cases/<uuid:case_id>/bundle")(export_case)


@audience("auditor")
def show_case(case_id: object) -> Response:
    return _page(str(case_id))


@audience("auditor")
def note_in_case(case_id: object) -> BaseResponse:
    """Write a note."""
    case, keys, who = str(case_id), house().keys, _who()
    return _done(
        case,
        "note",
        filled(_Note()),
        lambda db, data: oversight.add_note(db, keys, case_id=case, text=data["text"], **who),
    )


@audience("auditor")
def mark_in_case(case_id: object) -> BaseResponse:
    """Mark an entry by its leaf index."""
    case, keys, who = str(case_id), house().keys, _who()
    return _done(
        case,
        "mark",
        filled(_Mark()),
        lambda db, data: oversight.mark(
            db, keys, case_id=case, leaf_index=data["leaf"], note=data["note"], **who
        ),
    )


@audience("auditor")
def unmark_in_case(case_id: object) -> BaseResponse:
    case, keys, who = str(case_id), house().keys, _who()
    return _done(
        case,
        "marks",
        filled(_Mark()),
        lambda db, data: oversight.unmark(db, keys, case_id=case, leaf_index=data["leaf"], **who),
    )


@audience("auditor")
def close_case(case_id: object) -> BaseResponse:
    case, keys, who = str(case_id), house().keys, _who()
    return _done(case, "state", BLANK, lambda db, _: oversight.close_case(db, keys, case_id=case, **who))


@audience("auditor")
def reopen_case(case_id: object) -> BaseResponse:
    case, keys, who = str(case_id), house().keys, _who()
    return _done(case, "state", BLANK, lambda db, _: oversight.reopen_case(db, keys, case_id=case, **who))


@audience("auditor")
def export_case(case_id: object) -> BaseResponse:
    """The case as one signed file. That it leaves is logged, and stands in the case, before its first byte."""
    here, who, form = house(), _who(), filled(Taking())
    if form.errors:
        return _page(str(case_id), bundle=form, status=problems.row(Invalid("")).status)
    older = form.data["older"]
    try:
        bundle = oversight.open_case_bundle(
            here.database,
            here.keys,
            origin=here.settings.log_origin,
            case_id=str(case_id),
            older=int(older) if older else None,
            **who,
        )
    except accesslog.NoSuchLeaf as fault:
        wrong = form.with_fault(Invalid(fault.message, field="older"))
        return _page(str(case_id), bundle=wrong, status=problems.row(fault).status)
    here.database.write(lambda db: oversight.record_export(db, here.keys, bundle=bundle, now=who["now"]))
    return send(bundle, "case")


def send(bundle: Bundle, what: str) -> Response:
    """A bundle as a download, a part in memory at a time. Its SHA-256 is in its name, and whole in a header."""
    response = Response(iter(bundle), mimetype="application/x-ndjson")
    name = f"{what}-{bundle.sha256.hex()[:12]}.ndjson"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Repr-Digest"] = f"sha-256=:{b64(bundle.sha256)}:"  # RFC 9530, section 3
    return response


def auditor_names(db: Session, here: House) -> dict[str, str]:
    """The names of all auditors there ever were, by id."""
    return {auditor.id: auditor.name for auditor in accounts.list_auditors(db, here.keys)}


def _who() -> dict[str, Any]:
    return {"auditor_id": session.auditor_id(), "now": clock.now()}


def _done(case_id: str, part: str, form: Form, verb: Verb) -> BaseResponse:
    """Do one thing in a case, and show it again; ``part`` is where a fault is shown."""
    if form.errors:
        return _page(case_id, status=problems.row(Invalid("")).status, **{part: form})
    try:
        house().database.write(lambda db: verb(db, form.data))
    except Invalid as fault:
        # The room's note is the field "text" of the form for notes, and "note" of that for marks.
        field = "text" if part == "note" else fault.field
        wrong = Form(form.values, form.data, {field or "": told(fault)})
        return _page(case_id, status=problems.row(fault).status, **{part: wrong})
    except (Conflict, NotFound) as fault:
        if fault.code == "no_such_case":
            raise
        field = "leaf" if isinstance(fault, accesslog.NoSuchLeaf) else ""
        wrong = Form(form.values, form.data, {field: told(fault)})
        return _page(case_id, status=problems.row(fault).status, **{part: wrong})
    return onward(f"/audit/cases/{case_id}", "saved")


def _page(
    case_id: str,
    *,
    note: Form = BLANK,
    mark: Form = BLANK,
    marks: Form = BLANK,
    state: Form = BLANK,
    bundle: Form = BLANK,
    status: int = 200,
) -> Response:
    here = house()
    before, after = filters.leaf("before"), filters.leaf("after")
    return pages.render(
        "audit_case.html",
        status,
        note=note,
        mark=mark,
        faults=marks if marks.errors else state,
        bundle=bundle,
        vkey=verifier(here).vkey,
        longest_note=oversight.LONGEST_NOTE,
        **here.database.read(lambda db: _case(db, here, case_id, before, after)),
    )


def _case(db: Session, here: House, case_id: str, before: int | None, after: int | None) -> dict[str, object]:
    case = oversight.get_case(db, here.keys, case_id=case_id)
    # SQL takes smaller numbers for a line than for a leaf.
    below = None if before is None else min(before, oversight.MOST_LINES * 10)
    lines = oversight.list_lines(db, here.keys, case_id=case_id, before=below, limit=PAGE + 1)
    marked = oversight.list_marks(
        db, here.keys, case_id=case_id, after=-1 if after is None else after, limit=PAGE + 1
    )
    names, path = words.names(db), f"/audit/cases/{case_id}"
    exports = oversight.list_lines(db, here.keys, case_id=case_id, kinds=_EXPORTS, limit=5)
    newest = accesslog.latest_checkpoint(db)
    return {
        "case": case,
        "names": auditor_names(db, here),
        "lines": lines[:PAGE],
        "older": f"{path}?before={lines[PAGE - 1].line}#history" if len(lines) > PAGE else None,
        "newest": f"{path}#history" if before is not None else None,
        "marks": [_marked(db, line, names) for line in marked[:PAGE]],
        "next_marks": f"{path}?after={marked[PAGE - 1].leaf_index}#marks" if len(marked) > PAGE else None,
        "first_marks": f"{path}#marks" if after is not None else None,
        "exports": exports,
        "size": newest.size if newest else 0,
    }


def _marked(db: Session, line: CaseLine, names: words.Names) -> Marked:
    try:
        row = oversight.get_row(db, leaf_index=line.leaf_index or 0)
    except NotFound:
        return Marked(line, None, "")
    return Marked(line, row, names.client(row.client_id))
