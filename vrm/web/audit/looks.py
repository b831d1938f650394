"""What auditors look at. Every page of theirs is recorded before it is made, and every auditor sees the record.

One place decides: whatever is declared for auditors alone, page or download, is a look; what they do with their own
account is not. Recording comes after the guard and before the view, and its fault is the page's fault: nothing is
seen unlogged.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from flask import Blueprint, Response, current_app, request

from vrm import clock, oversight
from vrm.web import audiences, offices, pages, session
from vrm.web.audiences import audience
from vrm.web.audit import filters, words
from vrm.web.language import gettext
from vrm.web.rooms import house

PAGE = 50
_MOST = 24
_WHAT = {
    "": "overview",
    "log": "search",
    "views": "search",
    "exposure": "exposure",
    "anomalies": "anomalies",
    "cases": "case",
    "checkpoints": "checkpoint",
    "looks": "looks",
    "tokens": "tokens",
}
_TAKEN_OUT = frozenset({"proof", "export", "bundle"})
_ASIDE = frozenset({"lang", "done", "trail"})
_CODE = re.compile(r"[a-z]{1,32}", re.ASCII)


@dataclass(frozen=True)
class Looked:
    """One look, as the page shows it; ``href`` leads to the same, where that can be told."""

    at: datetime
    who: str
    own: bool
    what: str
    query: Mapping[str, str]
    href: str


def add_routes(blueprint: Blueprint) -> None:
    """``/looks``, and the record of every page of this office."""
    blueprint.before_request(record)
    blueprint.get("/looks")(show_looks)


def record() -> None:
    """Write down what is about to be looked at, in a transaction of its own that must succeed first."""
    view = current_app.view_functions[request.endpoint or ""]
    if audiences.of(view) != {"auditor"}:
        return
    auditor_id, now = session.auditor_id(), clock.now()
    what, query = what_is(request.path), _query()
    house().database.write(
        lambda db: oversight.record_look(db, auditor_id=auditor_id, what=what, query=query, now=now)
    )


def what_is(path: str) -> str:
    """What a page of this office shows, as a code of the log."""
    room, *rest = path.removeprefix(offices.AUDITORS.prefix).strip("/").split("/")
    if rest and rest[-1] in _TAKEN_OUT:
        return "export"
    if room == "log" and rest:
        return "entry"
    return _WHAT.get(room, room if _CODE.fullmatch(room) else "overview")


def _query() -> dict[str, str]:
    """How the page was narrowed: its place in the address, and its parameters."""
    given = {name: value.strip() for name, value in request.args.items() if name not in _ASIDE}
    return given | {name: str(value) for name, value in (request.view_args or {}).items()}


@audience("auditor")
def show_looks() -> Response:
    here, auditor_id = house(), session.auditor_id()
    before = filters.leaf("before")
    found = here.database.read(lambda db: oversight.list_looks(db, here.keys, before=before, limit=PAGE))
    return pages.render(
        "audit_looks.html",
        rows=[looked(each, auditor_id) for each in found.looks],
        older=None if found.older is None else f"/audit/looks?before={found.older}",
        looked_back_to=found.looked_back_to,
        first_page=before is None,
    )


def looked(look: oversight.Look, auditor_id: str) -> Looked:
    """A look as a page shows it."""
    who = look.name or gettext("An auditor")
    return Looked(
        look.at,
        who,
        look.auditor_id == auditor_id,
        words.look(look.what),
        look.query,
        _href(look.what, look.query),
    )


def _href(what: str, query: Mapping[str, str]) -> str:
    """The same again, where the record holds all that it takes."""
    typed = filters.read(query)
    if typed.errors:
        return ""
    match what:
        case "entry":
            return f"/audit/log/{query['leaf_index']}" if query.get("leaf_index", "").isdigit() else ""
        case "search":
            return typed.href()
        case "exposure":
            return typed.href("/audit/exposure")
        case _:
            return ""
