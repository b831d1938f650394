"""``/v1/audit/anomalies`` and ``/v1/audit/looks``: what is out of the ordinary, and what auditors looked at."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from flask import Response, jsonify

from vrm import clock, oversight
from vrm.house import House
from vrm.oversight import KINDS, Anomaly, Answer, Look
from vrm.web.api import audit_asking as asking
from vrm.web.api.audit_entries import moment_body, older_body
from vrm.web.rooms import house


def anomalies() -> Response:
    """The newest first, by when they began."""
    asking.check_names("kind", "client", "company", "state", "before", "limit")
    named, client, company = (
        asking.find_word("kind", *KINDS),
        asking.find_id("client"),
        asking.find_id("company"),
    )
    kind = next((each for each in KINDS if each == named), None)
    before, limit = asking.find_id("before"), asking.read_limit()
    open_only, here = asking.find_word("state", "open") is not None, house()
    found = here.database.read(
        lambda db: oversight.list_anomalies(
            db,
            kind=kind,
            client_id=client,
            company_id=company,
            before=before,
            limit=limit + 1,
            open_only=open_only,
        )
    )
    older = found[limit - 1].id if len(found) > limit else None
    answers = _answers(here, found[:limit])
    return jsonify({"anomalies": [_anomaly(each, answers) for each in found[:limit]], **older_body(older)})


def anomaly(anomaly_id: UUID) -> Response:
    """One of them."""
    asking.check_names()
    here = house()
    found = here.database.read(lambda db: oversight.get_anomaly(db, anomaly_id=str(anomaly_id)))
    return jsonify(_anomaly(found, _answers(here, [found])))


def looks() -> Response:
    """All auditors', newest first, pages and programs alike."""
    asking.check_names("before", "limit", "what")
    before, limit, what = (
        asking.find_number("before"),
        asking.read_limit(),
        asking.find_member("what", "code"),
    )
    here = house()
    found = here.database.read(
        lambda db: oversight.list_looks(db, here.keys, before=before, limit=limit, what=what)
    )
    return jsonify(
        {
            "looks": [_look(each) for each in found.looks],
            **older_body(found.older),
            **moment_body("looked_back_to", found.looked_back_to),
        }
    )


def _answers(here: House, found: Sequence[Anomaly]) -> Mapping[str, Answer]:
    ids = [each.id for each in found]
    return here.database.read(lambda db: oversight.list_answers(db, here.keys, anomaly_ids=ids))


def _anomaly(found: Anomaly, answers: Mapping[str, Answer]) -> dict[str, Any]:
    answer = answers.get(found.id)
    company = {} if found.company_id is None else {"company": found.company_id}
    figures = found.figures
    return {
        "anomaly_id": found.id,
        "kind": found.kind,
        "client": found.client_id,
        **company,
        "since": clock.rfc3339(found.since),
        "until": clock.rfc3339(found.until),
        "figures": {"observed": figures.observed, "usual": figures.usual, "threshold": figures.threshold},
        "evidence": found.evidence.given(),
        "found_at": clock.rfc3339(found.found_at),
        "state": "open" if answer is None or answer.reopened_at is not None else "looked_into",
        **({} if answer is None else {"answer": _answer(answer)}),
    }


def _answer(answer: Answer) -> dict[str, Any]:
    return {
        "at": clock.rfc3339(answer.at),
        "auditor_id": answer.auditor_id,
        "note": answer.note,
        "observed": answer.observed,
        **moment_body("reopened_at", answer.reopened_at),
    }


def _look(look: Look) -> dict[str, Any]:
    who = {"auditor_id": look.auditor_id, "name": look.name}
    return {
        "leaf_index": look.leaf_index,
        "event_id": look.event_id,
        "at": clock.rfc3339(look.at),
        **{name: value for name, value in who.items() if value is not None},
        "what": look.what,
        "query": dict(look.query),
    }
