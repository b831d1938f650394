"""What auditors look at. Every page of theirs is recorded before it is made, and every auditor sees the record.

One place decides: whatever is declared for auditors alone, page or download, is a look; what they do with their own
account is not. Recording comes after the guard and before the view, and its fault is the page's fault: nothing is
seen unlogged.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from flask import Blueprint, Response, current_app, redirect, request
from werkzeug.wrappers import Response as BaseResponse

from vrm import clock, oversight
from vrm.catalogue import Catalogue
from vrm.errors import Invalid
from vrm.web import audiences, offices, pages, session
from vrm.web.audiences import audience
from vrm.web.audit import codes, filters, words
from vrm.web.language import gettext
from vrm.web.rooms import house

PAGE = 50
_MOST = 24
_WHAT = {
    "": "overview",
    "log": "search",
    "views": "views",
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
    """One look, as the page shows it; ``href`` leads to the same, where that can be told.

    ``narrowed``: what by, the value in words, and the value itself where the words are not it.
    """

    at: datetime
    who: str
    own: bool
    what: str
    code: str
    narrowed: Sequence[tuple[str, str, str]]
    href: str


def add_routes(blueprint: Blueprint) -> None:
    """``/looks``, and the record of every page of this office."""
    blueprint.before_request(record)
    blueprint.get("/looks")(show_looks)


def record() -> BaseResponse | None:
    """Write down what is about to be looked at, in a transaction of its own that must succeed first.

    Filters that were left empty, as a form sends them, are taken out of the address before. A parameter that is none
    of ours is refused, since a filter with a slip in its name would find everything, and it is not written down.
    """
    view = current_app.view_functions[request.endpoint or ""]
    if audiences.of(view) != {"auditor"}:
        return None
    given = [(name, value) for name, value in request.args.items(multi=True) if value.strip()]
    if request.method == "GET" and len(given) < sum(1 for _ in request.args.items(multi=True)):
        return redirect(f"{request.path}?{urlencode(given)}" if given else request.path, 303)
    auditor_id, now = session.auditor_id(), clock.now()
    what, query = what_is(request.path), _query()
    house().database.write(
        lambda db: oversight.record_look(db, auditor_id=auditor_id, what=what, query=query, now=now)
    )
    if not request.args.keys() <= oversight.PARAMETERS | _ASIDE:
        raise Invalid(gettext("The address has a filter that there is none of. Nothing was searched for."))
    return None


def what_is(path: str) -> str:
    """What a page of this office shows, as a code of the log."""
    room, *rest = path.removeprefix(offices.AUDITORS.prefix).strip("/").split("/")
    if rest and rest[-1] in _TAKEN_OUT:
        return "export"
    if room == "log" and rest:
        return "entry"
    return _WHAT.get(room, room if _CODE.fullmatch(room) else "overview")


def _query() -> dict[str, str]:
    """How the page was narrowed: its place in the address, its parameters, and the filters that a form repeats."""
    given = {name: value.strip() for name, value in request.args.items() if name not in _ASIDE}
    repeated = {name: request.form[name].strip() for name in filters.NAMES if name in request.form}
    return repeated | given | {name: str(value) for name, value in (request.view_args or {}).items()}


@audience("auditor")
def show_looks() -> Response:
    here, auditor_id = house(), session.auditor_id()
    before = filters.leaf("before")
    found, names = here.database.read(
        lambda db: (oversight.list_looks(db, here.keys, before=before, limit=PAGE), words.names(db))
    )
    return pages.render(
        "audit_looks.html",
        rows=[looked(each, auditor_id, here.catalogue, names) for each in found.looks],
        older=None if found.older is None else f"/audit/looks?before={found.older}",
        looked_back_to=found.looked_back_to,
        first_page=before is None,
    )


def looked(look: oversight.Look, auditor_id: str, catalogue: Catalogue, names: words.Names) -> Looked:
    """A look as a page shows it."""
    who = look.name or gettext("An auditor")
    return Looked(
        look.at,
        who,
        look.auditor_id == auditor_id,
        codes.look(look.what, look.query),
        look.what,
        words.narrowing(catalogue, names, look.query),
        _href(look.what, look.query),
    )


def _href(what: str, query: Mapping[str, str]) -> str:
    """The same again, where the record holds all that it takes."""
    typed = filters.read(query)
    if typed.errors:
        return ""
    of_exposure = what == "exposure" or (what == "export" and "since" in query)
    match what:
        case "entry" | "export" if query.get("leaf_index", "").isdigit():
            return f"/audit/log/{query['leaf_index']}"
        case "case" | "export" if "case_id" in query:
            return f"/audit/cases/{query['case_id']}"
        case "anomalies" if "anomaly_id" in query:
            return f"/audit/anomalies/{query['anomaly_id']}"
        case "search":
            return typed.href()
        case _ if of_exposure:
            return typed.href("/audit/exposure")
        case _:
            return ""
