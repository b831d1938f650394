"""One anomaly: its reason, the client's past beside it, the entries it rests on, and the way into a case."""

from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response
from marshmallow import Schema
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as BaseResponse

from vrm import accesslog, clock, oversight
from vrm.errors import Conflict, Invalid, NotFound
from vrm.house import House
from vrm.oversight import Anomaly, Filters
from vrm.web import charts, pages, problems, session
from vrm.web.audiences import audience
from vrm.web.audit import filters, words
from vrm.web.audit.anomalies import Odd, became_of, odd
from vrm.web.audit.cases import Choosing, offered, put, whole
from vrm.web.forms import BLANK, Form, filled
from vrm.web.language import gettext
from vrm.web.onward import onward
from vrm.web.rooms import house
from vrm.web.typed import N_, REFUSED, needed

ENTRIES = 200
"""Entries of the evidence on one page."""
_HOUR, _DAY = timedelta(hours=1), timedelta(days=1)
_PAST = 28 * _DAY
_LONGEST = 90 * _DAY

SENTENCES = (N_("This alarm is open."),)
"""What rooms say of a fault on this page, so that it is translated."""


class _Answered(Schema):
    found = needed(N_("Write what you found."))


def add_routes(blueprint: Blueprint) -> None:
    """``/anomalies/<id>`` and what is done with it: ``/mark``, ``/looked-into``, ``/reopen``."""
    blueprint.get("/anomalies/<uuid:anomaly_id>")(show_anomaly)
    blueprint.post("/anomalies/<uuid:anomaly_id>/mark")(mark_anomaly)
    blueprint.post("/anomalies/<uuid:anomaly_id>/looked-into")(answer_anomaly)
    blueprint.post("/anomalies/<uuid:anomaly_id>/reopen")(reopen_anomaly)


@audience("auditor")
def show_anomaly(anomaly_id: object) -> Response:
    return _page(str(anomaly_id), filters.leaf("before"), BLANK)


@audience("auditor")
def mark_anomaly(anomaly_id: object) -> BaseResponse:
    """Put the entries it rests on into a case; what is in it already stays as it is."""
    form, here, now = filled(Choosing()), house(), clock.now()
    if form.errors:
        return _page(str(anomaly_id), None, form, REFUSED)
    who: dict[str, Any] = {"auditor_id": session.auditor_id(), "now": now}

    def mark(db: Session) -> str:
        found = oversight.get_anomaly(db, anomaly_id=str(anomaly_id))
        note = _note(odd(found, here.catalogue, words.names(db)), form.data["note"])
        return put(db, here, form.data, oversight.leaves_found(db, found.evidence), note, **who)

    try:
        case_id = here.database.write(mark)
    except (Invalid, Conflict, NotFound) as fault:
        wrong = form.with_fault(fault) if isinstance(fault, Invalid) else whole(form, fault)
        return _page(str(anomaly_id), None, wrong, problems.row(fault).status)
    return onward(f"/audit/cases/{case_id}", "saved")


@audience("auditor")
def answer_anomaly(anomaly_id: object) -> BaseResponse:
    """Set it as looked into, with what was found."""
    form, here, id, who = filled(_Answered()), house(), str(anomaly_id), session.auditor_id()
    if form.errors:
        return _page(id, None, BLANK, REFUSED, answering=form)
    now, note = clock.now(), form.data["found"]
    try:
        here.database.write(
            lambda db: oversight.answer_anomaly(
                db, here.keys, anomaly_id=id, note=note, auditor_id=who, now=now
            )
        )
    except Invalid as fault:
        wrong = form.with_fault(Invalid(fault.message, field="found"))
        return _page(id, None, BLANK, problems.row(fault).status, answering=wrong)
    return onward(f"/audit/anomalies/{id}", "saved")


@audience("auditor")
def reopen_anomaly(anomaly_id: object) -> BaseResponse:
    """Set it as open again."""
    here, id, who, now = house(), str(anomaly_id), session.auditor_id(), clock.now()
    try:
        here.database.write(lambda db: oversight.reopen_anomaly(db, anomaly_id=id, auditor_id=who, now=now))
    except Conflict as fault:
        return _page(id, None, BLANK, problems.row(fault).status, answering=whole(BLANK, fault))
    return onward(f"/audit/anomalies/{id}", "saved")


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


def _page(
    anomaly_id: str, before: int | None, form: Form, status: int = 200, *, answering: Form = BLANK
) -> Response:
    here, now, auditor_id = house(), clock.now(), session.auditor_id()
    return pages.render(
        "audit_anomaly.html",
        status,
        form=form,
        answering=answering,
        most=oversight.MOST_MARKS,
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
    agent = {} if found.evidence.agent is None else {"agent": found.evidence.agent}
    return {
        "odd": odd(found, here.catalogue, words.names(db)),
        "became": became_of(db, here, [found])[found.id],
        "span": _span(found),
        "week": _week(db, found) if found.kind == "hours" else None,
        "columns": None if found.kind == "hours" else _drawn(db, found, now),
        "rows": evidence.rows,
        "older": None if evidence.older is None else f"{path}?before={evidence.older}#evidence",
        "newest": f"{path}#evidence" if before is not None else None,
        "looked_back_to": evidence.looked_back_to,
        "entries": f"/audit/log?{urlencode(found.evidence.given())}",
        "exposure": f"/audit/exposure?{urlencode({'client': found.client_id, **agent, **span})}",
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


def _drawn(db: Session, found: Anomaly, now: datetime) -> charts.Columns:
    return _agents(db, found) if found.kind == "agent" else _columns(db, found, now)


def _agents(db: Session, found: Anomaly) -> charts.Columns:
    """From how many consents the agent read, day by day, and below the line the busiest of its colleagues."""
    since, until = _span(found)
    read = Filters(client=found.client_id, type="disclosure", outcome="answered", agent=found.evidence.agent)
    own: dict[datetime, int] = {}
    others: dict[datetime, int] = {}
    for one in oversight.agent_days(db, client_id=found.client_id, since=since, until=until):
        kept = own if one.agent == found.evidence.agent else others
        kept[one.day] = max(kept.get(one.day, 0), one.threads)
    buckets = [
        charts.Bucket(
            day, own.get(day, 0), others.get(day, 0), _entries(read, day, _DAY) if day in own else None
        )
        for day in sorted(own.keys() | others.keys())
    ]
    return charts.columns(charts.filled(buckets, since, until, "day"), "day")


def _columns(db: Session, found: Anomaly, now: datetime) -> charts.Columns:
    """The client's reads, answered and refused."""
    since, until = _span(found)
    grain: oversight.Grain = "hour" if found.kind == "refusals" else "day"
    wanted = Filters(since, min(until, now), client=found.client_id, type="disclosure")
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
