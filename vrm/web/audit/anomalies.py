"""What is out of the ordinary: the list, and one of them with its reason, its entries, and the way into a case.

An anomaly is a figure that does not fit a client's own past. It accuses nobody: the page says what it may mean.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, get_args
from urllib.parse import urlencode

from flask import Blueprint, Response, request
from marshmallow import Schema, fields
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as BaseResponse

from vrm import accesslog, clock, ids, oversight
from vrm.catalogue import Catalogue
from vrm.errors import Conflict, Invalid, NotFound
from vrm.house import House
from vrm.oversight import KINDS, Anomaly, Filters, Kind
from vrm.web import charts, pages, problems, session
from vrm.web.audiences import audience
from vrm.web.audit import filters, words
from vrm.web.audit.cases import chosen, offered, whole
from vrm.web.forms import BLANK, Form, filled
from vrm.web.language import gettext
from vrm.web.onward import onward
from vrm.web.rooms import house
from vrm.web.typed import N_, REFUSED

PAGE = 30
ENTRIES = 200
"""Entries of the evidence on one page, and so as many as one button marks."""
_DAY = timedelta(days=1)
_PAST = 28 * _DAY
_LONGEST = 90 * _DAY

SENTENCES = (N_("There is no such anomaly."),)
"""What rooms say of a fault on these pages, so that it is translated."""


class _Marked(Schema):
    case = fields.String(load_default="")
    title = fields.String(load_default="")
    note = fields.String(load_default="")
    upto = fields.Integer(load_default=None, allow_none=True)


@dataclass(frozen=True)
class Odd:
    """An anomaly as a page shows it; figures are rounded to a tenth."""

    found: Anomaly
    heading: str
    client: str
    company: str
    key: str
    observed: float
    usual: float
    threshold: float


def add_routes(blueprint: Blueprint) -> None:
    """``/anomalies``, ``/anomalies/<id>``, ``/anomalies/<id>/mark``."""
    blueprint.get("/anomalies")(show_anomalies)
    blueprint.get("/anomalies/<uuid:anomaly_id>")(show_anomaly)
    blueprint.post("/anomalies/<uuid:anomaly_id>/mark")(mark_anomaly)


@audience("auditor")
def show_anomalies() -> Response:
    here, typed = house(), filters.read(_narrowed(request.args))
    kind, before = request.args.get("kind", ""), request.args.get("before", "")
    errors = dict(typed.errors)
    if kind and kind not in KINDS:
        errors["kind"] = gettext("No entry can have this. Choose from the list, or copy it from an entry.")
    if errors:
        kind = ""
    context = here.database.read(
        lambda db: _list(db, here.catalogue, typed, kind, before if ids.is_id(before) else None, bool(errors))
    )
    kinds = [(one, gettext(words.ANOMALIES[one])) for one in KINDS]
    return pages.render(
        "audit_anomalies.html",
        REFUSED if errors else 200,
        typed=typed,
        kind=kind,
        kinds=kinds,
        errors=errors,
        **context,
    )


@audience("auditor")
def show_anomaly(anomaly_id: object) -> Response:
    return _page(str(anomaly_id), filters.leaf("before"), BLANK)


@audience("auditor")
def mark_anomaly(anomaly_id: object) -> BaseResponse:
    """Put what the page shows of the evidence into a case; what is in it already stays as it is."""
    form, here, auditor_id, now = filled(_Marked()), house(), session.auditor_id(), clock.now()
    upto = form.data.get("upto")
    upto = None if upto is None else max(0, min(upto, filters.MOST_LEAVES - 1))
    if form.errors:
        return _page(str(anomaly_id), upto, form, REFUSED)

    def mark(db: Session) -> str:
        who: dict[str, Any] = {"auditor_id": auditor_id, "now": now}
        odd = _odd(oversight.get_anomaly(db, anomaly_id=str(anomaly_id)), here.catalogue, words.names(db))
        newest = accesslog.latest_checkpoint(db)
        high = min(newest.size if newest else 0, filters.MOST_LEAVES if upto is None else upto)
        found = oversight.search(db, odd.found.evidence, before=high, limit=ENTRIES)
        case_id = chosen(db, here, form.data, **who)
        oversight.add_note(db, here.keys, case_id=case_id, text=_note(odd, form.data["note"]), **who)
        marked = set(oversight.marked_leaves(db, case_id=case_id))
        for row in reversed(found.rows):
            if row.leaf_index not in marked:
                oversight.mark(db, here.keys, case_id=case_id, leaf_index=row.leaf_index, **who)
        return case_id

    try:
        case_id = here.database.write(mark)
    except (Invalid, Conflict, NotFound) as fault:
        if fault.code == "no_such_anomaly":
            raise
        field = {"text": "note"}.get(getattr(fault, "field", None) or "", "") or getattr(fault, "field", None)
        wrong = (
            form.with_fault(Invalid(fault.message, field=field))
            if isinstance(fault, Invalid)
            else whole(form, fault)
        )
        return _page(str(anomaly_id), upto, wrong, problems.row(fault).status)
    return onward(f"/audit/cases/{case_id}", "saved")


def _note(odd: Odd, more: str) -> str:
    said = gettext(
        "Alarm: %(what)s (observed %(observed)s, usual %(usual)s, threshold %(threshold)s). %(id)s",
        what=odd.heading,
        observed=pages.number(odd.observed),
        usual=pages.number(odd.usual),
        threshold=pages.number(odd.threshold),
        id=odd.found.id,
    )
    return f"{said}\n{more}".strip()


def _narrowed(given: Mapping[str, str]) -> dict[str, str]:
    return {name: given[name] for name in ("company", "client") if given.get(name, "").strip()}


def _list(
    db: Session, catalogue: Catalogue, typed: filters.Typed, kind: str, before: str | None, faulty: bool
) -> dict[str, object]:
    names = words.names(db)
    found: list[Anomaly] = []
    if not faulty:
        wanted: Kind | None = next((one for one in get_args(Kind) if one == kind), None)
        found = oversight.list_anomalies(
            db,
            kind=wanted,
            client_id=typed.wanted.client,
            company_id=typed.wanted.company,
            before=before,
            limit=PAGE + 1,
        )
    path = "/audit/anomalies"
    return {
        "names": names,
        "rows": [_odd(one, catalogue, names) for one in found[:PAGE]],
        "older": typed.href(path, kind=kind, before=found[PAGE - 1].id) if len(found) > PAGE else None,
        "newest": typed.href(path, kind=kind) if before else None,
    }


def _odd(found: Anomaly, catalogue: Catalogue, names: words.Names) -> Odd:
    figures, key = found.figures, found.evidence.key
    return Odd(
        found,
        gettext(words.ANOMALIES[found.kind]),
        names.client(found.client_id) or found.client_id,
        names.company(found.company_id),
        words.key(catalogue, key) if key else "",
        round(figures.observed, 1),
        round(figures.usual, 1),
        round(figures.threshold, 1),
    )


def _page(anomaly_id: str, before: int | None, form: Form, status: int = 200) -> Response:
    here, now = house(), clock.now()
    return pages.render(
        "audit_anomaly.html",
        status,
        form=form,
        most=ENTRIES,
        longest=oversight.LONGEST_TITLE,
        longest_note=oversight.LONGEST_NOTE,
        **here.database.read(lambda db: _one(db, here, anomaly_id, before, now)),
    )


def _one(db: Session, here: House, anomaly_id: str, before: int | None, now: datetime) -> dict[str, object]:
    found = oversight.get_anomaly(db, anomaly_id=anomaly_id)
    odd = _odd(found, here.catalogue, words.names(db))
    newest = accesslog.latest_checkpoint(db)
    evidence = oversight.search(db, found.evidence, before=before, limit=ENTRIES)
    path = f"/audit/anomalies/{anomaly_id}"
    told = {
        "client": found.client_id,
        "since": clock.rfc3339(found.since),
        "until": clock.rfc3339(found.until),
    }
    return {
        "odd": odd,
        "week": _week(db, found) if found.kind == "hours" else None,
        "columns": _columns(db, found, now) if found.kind != "hours" else None,
        "span": _span(found),
        "rows": evidence.rows,
        "upto": evidence.rows[0].leaf_index + 1 if evidence.rows else None,
        "older": None if evidence.older is None else f"{path}?before={evidence.older}#evidence",
        "newest": f"{path}#evidence" if before is not None else None,
        "looked_back_to": evidence.looked_back_to,
        "entries": f"/audit/log?{urlencode(found.evidence.given())}",
        "exposure": f"/audit/exposure?{urlencode(told)}",
        "offered": offered(db, here),
        "size": newest.size if newest else 0,
    }


def _span(found: Anomaly) -> tuple[datetime, datetime]:
    """The time that the drawing shows: what happened, and the client's past that it is compared with."""
    match found.kind:
        case "refusals":
            return found.since - _DAY, found.until
        case "unused_key":
            return max(found.since, found.until - _LONGEST), found.until
        case _:
            return found.since - _PAST, found.until


def _columns(db: Session, found: Anomaly, now: datetime) -> charts.Columns:
    """The client's reads, answered and refused; of the one agent, where it is about one."""
    since, until = _span(found)
    evidence, grain = found.evidence, "hour" if found.kind == "refusals" else "day"
    step = timedelta(hours=1) if grain == "hour" else _DAY
    wanted = Filters(since, min(until, now), client=found.client_id, type="disclosure", agent=evidence.agent)
    series = oversight.series(db, wanted, grain="hour" if grain == "hour" else "day")
    same = {"client": found.client_id, "type": "disclosure"} | (
        {"agent": evidence.agent} if evidence.agent else {}
    )
    buckets = [
        charts.Bucket(
            each.start,
            above=each.counts.get("answered", 0),
            below=each.counts.get("refused", 0),
            href="/audit/log?"
            + urlencode(
                {**same, "since": clock.rfc3339(each.start), "until": clock.rfc3339(each.start + step)}
            )
            if each.counts
            else None,
        )
        for each in series.buckets
    ]
    return charts.columns(buckets, "hour" if grain == "hour" else "day")


def _week(db: Session, found: Anomaly) -> charts.Week:
    """When in the week the client read, in the four weeks before and in the hour itself."""
    since, until = _span(found)
    wanted = Filters(since, until, client=found.client_id, type="disclosure", outcome="answered")
    series = oversight.series(db, wanted, grain="hour")
    counts = charts.by_hour_of_week((each.start, each.counts.get("answered", 0)) for each in series.buckets)
    return charts.hours(counts, {(found.since.weekday(), found.since.hour)})
