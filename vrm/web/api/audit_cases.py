"""``/v1/audit/cases``: case files to read, and to take out as signed bundles. They are written on pages."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from flask import Response, jsonify
from sqlalchemy.orm import Session

from vrm import accounts, clock, oversight
from vrm.house import House
from vrm.oversight import Case, CaseLine
from vrm.web import protector
from vrm.web.api import audit_asking as asking
from vrm.web.api.audit_entries import moment_body, older_body
from vrm.web.api.audit_stream import send
from vrm.web.rooms import house

Names = Mapping[str, str]
_STATES = ("open", "any")


def cases() -> Response:
    """The newest first."""
    asking.check_names("state", "before", "limit")
    state, before, limit = asking.find_word("state", *_STATES), asking.find_id("before"), asking.read_limit()
    here = house()

    def read(db: Session) -> tuple[list[Case], Names]:
        found = oversight.list_cases(db, here.keys, before=before, limit=limit + 1, open_only=state == "open")
        return found, _names(db, here)

    found, names = here.database.read(read)
    older = found[limit - 1].id if len(found) > limit else None
    return jsonify({"cases": [_case(each, names) for each in found[:limit]], **older_body(older)})


def case(case_id: UUID) -> Response:
    """One of them."""
    asking.check_names()
    here = house()

    def read(db: Session) -> dict[str, Any]:
        return _case(oversight.get_case(db, here.keys, case_id=str(case_id)), _names(db, here))

    return jsonify(here.database.read(read))


def lines(case_id: UUID) -> Response:
    """What was done in it, newest first."""
    asking.check_names("before", "limit")
    before, limit = asking.find_number("before", most=oversight.MOST_LINES * 2), asking.read_limit()
    here, case = house(), str(case_id)

    def read(db: Session) -> tuple[list[CaseLine], Names]:
        oversight.get_case(db, here.keys, case_id=case)
        found = oversight.list_lines(db, here.keys, case_id=case, before=before, limit=limit + 1)
        return found, _names(db, here)

    found, names = here.database.read(read)
    older = found[limit - 1].line if len(found) > limit else None
    return jsonify({"lines": [_line(each, names) for each in found[:limit]], **older_body(older)})


def marks(case_id: UUID) -> Response:
    """The entries marked in it now, in the log's order."""
    asking.check_names("after", "limit")
    after, limit = asking.find_number("after"), asking.read_limit()
    here, case = house(), str(case_id)

    def read(db: Session) -> tuple[list[CaseLine], Names]:
        oversight.get_case(db, here.keys, case_id=case)
        start = -1 if after is None else after
        found = oversight.list_marks(db, here.keys, case_id=case, after=start, limit=limit + 1)
        return found, _names(db, here)

    found, names = here.database.read(read)
    body: dict[str, Any] = {"marks": [_line(each, names) for each in found[:limit]]}
    return jsonify({**body, "next": found[limit - 1].leaf_index} if len(found) > limit else body)


def bundle(case_id: UUID) -> Response:
    """The case with its entries and their proofs, in one signed file; that it left is logged first."""
    asking.check_names("older")
    older = asking.find_number("older")
    here, now = house(), clock.now()
    made = oversight.open_case_bundle(
        here.database,
        here.keys,
        origin=here.settings.log_origin,
        case_id=str(case_id),
        auditor_id=protector.auditor_id(),
        now=now,
        older=older,
    )
    here.database.write(lambda db: oversight.record_export(db, here.keys, bundle=made, now=now))
    return send(made)


def _names(db: Session, here: House) -> Names:
    return {auditor.id: auditor.name for auditor in accounts.list_auditors(db, here.keys)}


def _case(case: Case, names: Names) -> dict[str, Any]:
    return {
        "case_id": case.id,
        "title": case.title,
        "opened_at": clock.rfc3339(case.opened_at),
        "opened_by": _who(case.opened_by, names),
        **moment_body("closed_at", case.closed_at),
        "marks": case.marks,
        "lines": case.lines,
    }


def _line(line: CaseLine, names: Names) -> dict[str, Any]:
    said = {"leaf_index": line.leaf_index, "text": line.text}
    return {
        "line": line.line,
        "kind": line.kind,
        "at": clock.rfc3339(line.at),
        "by": _who(line.auditor_id, names),
        **{name: value for name, value in said.items() if value is not None},
    }


def _who(auditor_id: str, names: Names) -> dict[str, str]:
    name = names.get(auditor_id)
    return {"auditor_id": auditor_id} if name is None else {"auditor_id": auditor_id, "name": name}
