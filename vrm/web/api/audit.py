"""``/v1/audit/…``: what auditors see on pages, for programs of theirs, under a token an auditor made (scope ``audit``).

Nobody writes here. The log may be taken out, and a case or an answer as a signed bundle, which is logged. This one place lets in and writes
down: every request is recorded as a look before its view runs, and one that cannot be recorded gets no answer.
"""

from collections.abc import Callable
from functools import wraps

from flask import Blueprint, Response, request

from vrm import clock, oversight
from vrm.web import protector
from vrm.web.api import audit_cases, audit_checkpoints, audit_entries, audit_exposure, audit_findings
from vrm.web.audiences import audience
from vrm.web.rooms import house

View = Callable[..., Response]

_ROUTES: tuple[tuple[str, str, str, View], ...] = (
    ("GET", "/entries", "entries", audit_entries.entries),
    ("GET", "/entries/<int:leaf_index>", "entry", audit_entries.entry),
    ("GET", "/tallies", "tallies", audit_entries.tallies),
    ("GET", "/rankings", "rankings", audit_entries.rankings),
    ("GET", "/exposure", "exposure", audit_exposure.exposure),
    ("POST", "/exposure/bundle", "exposure_bundle", audit_exposure.bundle),
    ("GET", "/anomalies", "anomalies", audit_findings.anomalies),
    ("GET", "/anomalies/<uuid:anomaly_id>", "anomaly", audit_findings.anomaly),
    ("GET", "/checkpoints", "checkpoints", audit_checkpoints.checkpoints),
    ("GET", "/checkpoints/newest", "newest_checkpoint", audit_checkpoints.newest),
    ("GET", "/checkpoints/<int:size>", "checkpoint", audit_checkpoints.checkpoint),
    ("GET", "/consistency", "consistency", audit_checkpoints.consistency),
    ("GET", "/export", "export", audit_checkpoints.export),
    ("GET", "/cases", "cases", audit_cases.cases),
    ("GET", "/cases/<uuid:case_id>", "case", audit_cases.case),
    ("GET", "/cases/<uuid:case_id>/lines", "case_lines", audit_cases.lines),
    ("GET", "/cases/<uuid:case_id>/marks", "case_marks", audit_cases.marks),
    ("POST", "/cases/<uuid:case_id>/bundle", "case_bundle", audit_cases.bundle),
    ("GET", "/looks", "looks", audit_findings.looks),
)
"""Method, address, what a look at it is called (after ``api_``), and the view."""


def add_routes(blueprint: Blueprint) -> None:
    """Hang the views on the blueprint."""
    for method, rule, what, view in _ROUTES:
        seen = _recorded(f"api_{what}", view)
        blueprint.add_url_rule(f"/v1/audit{rule}", f"audit_{what}", seen, methods=[method])


def _recorded(what: str, view: View) -> View:
    @audience("auditor_token")
    @wraps(view)
    def answer(**place: object) -> Response:
        auditor_id, now = protector.auditor_id(), clock.now()
        query = {**request.args, **{name: str(value) for name, value in place.items()}}
        house().database.write(
            lambda db: oversight.record_look(db, auditor_id=auditor_id, what=what, query=query, now=now)
        )
        return view(**place)

    return answer
