"""One anomaly: its reason, the client's past beside it, the entries it rests on, and the way into a case."""

from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response
from marshmallow import Schema, fields
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as BaseResponse

from vrm import accesslog, clock, oversight
from vrm.errors import Conflict, Invalid, NotFound
from vrm.house import House
from vrm.oversight import Anomaly, Filters
from vrm.web import charts, pages, problems, session
from vrm.web.audiences import audience
from vrm.web.audit import filters, words
from vrm.web.audit.anomalies import Odd, odd
from vrm.web.audit.cases import MOST_MARKED, chosen, mark_all, offered, whole
from vrm.web.forms import BLANK, Form, filled
from vrm.web.language import gettext
from vrm.web.onward import onward
from vrm.web.rooms import house
from vrm.web.typed import REFUSED

ENTRIES = MOST_MARKED
"""Entries of the evidence on one page, and so as many as one button marks."""
_HOUR, _DAY = timedelta(hours=1), timedelta(days=1)
_PAST = 28 * _DAY
_LONGEST = 90 * _DAY


class _Marked(Schema):
    case = fields.String(load_default="")
    title = fields.String(load_default="")
    note = fields.String(load_default="")
    upto = fields.Integer(load_default=filters.MOST_LEAVES - 1)


def add_routes(blueprint: Blueprint) -> None:
    """``/anomalies/<id>``, ``/anomalies/<id>/mark``."""
    blueprint.get("/anomalies/<uuid:anomaly_id>")(show_anomaly)
    blueprint.post("/anomalies/<uuid:anomaly_id>/mark")(mark_anomaly)


@audience("auditor")
def show_anomaly(anomaly_id: object) -> Response:
    return _page(str(anomaly_id), filters.leaf("before"), BLANK)


@audience("auditor")
def mark_anomaly(anomaly_id: object) -> BaseResponse:
    """Put what the page shows of the evidence into a case; what is in it already stays as it is."""
    form, here, now = filled(_Marked()), house(), clock.now()
    if form.errors:
        return _page(str(anomaly_id), None, form, REFUSED)
    upto = max(0, min(form.data["upto"], filters.MOST_LEAVES - 1))
    who: dict[str, Any] = {"auditor_id": session.auditor_id(), "now": now}

    def mark(db: Session) -> str:
        found = oversight.get_anomaly(db, anomaly_id=str(anomaly_id))
        newest = accesslog.latest_checkpoint(db)
        provable = min(newest.size if newest else 0, upto)
        rows = oversight.search(db, found.evidence, before=provable, limit=ENTRIES).rows
        case_id = chosen(db, here, form.data, **who)
        mark_all(db, here, case_id, (row.leaf_index for row in rows), **who)
        note = _note(odd(found, here.catalogue, words.names(db)), form.data["note"])
        oversight.add_note(db, here.keys, case_id=case_id, text=note, **who)
        return case_id

    try:
        case_id = here.database.write(mark)
    except (Invalid, Conflict, NotFound) as fault:
        wrong = form.with_fault(fault) if isinstance(fault, Invalid) else whole(form, fault)
        return _page(str(anomaly_id), upto, wrong, problems.row(fault).status)
    return onward(f"/audit/cases/{case_id}", "saved")


def _note(one: Odd, more: str) -> str:
    """Why these entries are in the case, and what the auditor has to add."""
    said = gettext(
        "Alarm: %(what)s (observed %(observed)s, usual %(usual)s, threshold %(threshold)s). %(id)s",
        what=one.heading,
        observed=pages.number(one.observed),
        usual=pages.number(one.usual),
        threshold=pages.number(one.threshold),
        id=one.found.id,
    )
    return f"{said}\n{more}".strip()


def _page(anomaly_id: str, before: int | None, form: Form, status: int = 200) -> Response:
    here, now, auditor_id = house(), clock.now(), session.auditor_id()
    return pages.render(
        "audit_anomaly.html",
        status,
        form=form,
        most=ENTRIES,
        longest=oversight.LONGEST_TITLE,
        longest_note=oversight.LONGEST_NOTE // 2,
        **here.database.read(lambda db: _one(db, here, anomaly_id, auditor_id, before, now)),
    )


def _one(
    db: Session, here: House, anomaly_id: str, auditor_id: str, before: int | None, now: datetime
) -> dict[str, object]:
    found = oversight.get_anomaly(db, anomaly_id=anomaly_id)
    evidence = oversight.search(db, found.evidence, before=before, limit=ENTRIES)
    newest, path = accesslog.latest_checkpoint(db), f"/audit/anomalies/{anomaly_id}"
    span = {"since": clock.rfc3339(found.since), "until": clock.rfc3339(found.until)}
    return {
        "odd": odd(found, here.catalogue, words.names(db)),
        "span": _span(found),
        "week": _week(db, found) if found.kind == "hours" else None,
        "columns": _columns(db, found, now) if found.kind != "hours" else None,
        "rows": evidence.rows,
        "upto": evidence.rows[0].leaf_index + 1 if evidence.rows else 0,
        "older": None if evidence.older is None else f"{path}?before={evidence.older}#evidence",
        "newest": f"{path}#evidence" if before is not None else None,
        "looked_back_to": evidence.looked_back_to,
        "entries": f"/audit/log?{urlencode(found.evidence.given())}",
        "exposure": f"/audit/exposure?{urlencode({'client': found.client_id, **span})}",
        "size": newest.size if newest else 0,
        **offered(db, here, auditor_id),
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
    """The client's reads, answered and refused; those of the one agent, where it is about one."""
    since, until = _span(found)
    grain: oversight.Grain = "hour" if found.kind == "refusals" else "day"
    wanted = Filters(
        since, min(until, now), client=found.client_id, type="disclosure", agent=found.evidence.agent
    )
    buckets = [
        charts.Bucket(
            each.start,
            above=each.counts.get("answered", 0),
            below=each.counts.get("refused", 0),
            href=_entries(wanted, each.start, _HOUR if grain == "hour" else _DAY) if each.counts else None,
        )
        for each in oversight.series(db, wanted, grain=grain).buckets
    ]
    return charts.columns(buckets, grain)


def _entries(wanted: Filters, at: datetime, length: timedelta) -> str:
    span = {"since": clock.rfc3339(at), "until": clock.rfc3339(at + length)}
    return f"/audit/log?{urlencode({**wanted.members(), **span})}"


def _week(db: Session, found: Anomaly) -> charts.Week:
    """When in the week the client read, in the four weeks before and in the hour itself."""
    since, until = _span(found)
    wanted = Filters(since, until, client=found.client_id, type="disclosure", outcome="answered")
    series = oversight.series(db, wanted, grain="hour")
    counts = charts.by_hour_of_week((each.start, each.counts.get("answered", 0)) for each in series.buckets)
    return charts.hours(counts, {(found.since.weekday(), found.since.hour)})
