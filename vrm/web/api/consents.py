"""``GET /v1/consents``: what this client holds, a page at a time; ``/v1/consents/{id}``: one of them, whole."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, cast
from uuid import UUID

from flask import Blueprint, Response, jsonify, request
from sqlalchemy.orm import Session

from vrm import clock, consents, oversight
from vrm.consents.holdings import STATES, HeldConsent, HeldLine, HeldRevision, Holding, HoldingState
from vrm.errors import Invalid
from vrm.web import protector
from vrm.web.api import asking
from vrm.web.api.holder import get_holder
from vrm.web.audiences import audience
from vrm.web.rooms import house

PAGE = 100


def add_routes(blueprint: Blueprint) -> None:
    """Hang the views on the blueprint."""

    @blueprint.get("/v1/consents")
    @audience("token")
    def held() -> Response:
        token, now = protector.own_token(), clock.now()
        asking.check_names("after", "state", "key", "ends_before")
        after = asking.find_id("after")
        narrowed = {
            "state": cast(HoldingState | None, asking.find_word("state", *STATES)),
            "key": _find_key(),
            "ends_before": _find_moment("ends_before"),
        }

        def read(db: Session) -> list[Holding]:
            return consents.holdings.list_held(
                db,
                company_id=get_holder(db, token.client_id).company_id,
                client_id=token.client_id,
                now=now,
                limit=PAGE + 1,
                before=after,
                **narrowed,  # type: ignore[arg-type]
            )

        found = house().database.read(read)
        body: dict[str, Any] = {"consents": [_listed(each) for each in found[:PAGE]]}
        return jsonify({**body, "next": found[PAGE - 1].id} if len(found) > PAGE else body)

    @blueprint.get("/v1/consents/<uuid:consent_id>")
    @audience("token")
    def consent(consent_id: UUID) -> Response:
        token, now = protector.own_token(), clock.now()
        asking.check_names()

        def read(db: Session) -> HeldConsent:
            return consents.holdings.get_held(
                db,
                company_id=get_holder(db, token.client_id).company_id,
                client_id=token.client_id,
                consent_id=str(consent_id),
                now=now,
            )

        return jsonify(_whole(house().database.read(read)))


def _find_key() -> str | None:
    key = request.args.get("key")
    if key is not None and key not in house().catalogue.keys:
        raise Invalid("There is no such key in the catalogue.", field="key")
    return key


def _find_moment(name: str) -> datetime | None:
    text = request.args.get(name)
    return None if text is None else oversight.read_moment(name, text)


def _listed(held: Holding) -> dict[str, Any]:
    ended = {} if held.ended_at is None else {"ended_at": clock.rfc3339(held.ended_at)}
    return {
        "consent_id": held.id,
        "subject": held.subject,
        "state": held.state,
        "revision": held.revision,
        "granted_at": clock.rfc3339(held.granted_at),
        "expires_at": clock.rfc3339(held.expires_at),
        **ended,
        "lines": _lines(held.lines),
    }


def _whole(consent: HeldConsent) -> dict[str, Any]:
    newest = consent.revisions[-1]
    given = {(line.asked, line.purpose) for line in newest.lines}
    return {
        **_listed(consent.holding),
        "not_given": [_asked(line) for line in newest.terms.lines if (line.key, line.purpose) not in given],
        "revisions": [_revision(each) for each in consent.revisions],
    }


def _revision(revision: HeldRevision) -> dict[str, Any]:
    terms = revision.terms
    kept = {} if terms.retention_days is None else {"retention_days": terms.retention_days}
    return {
        "revision": revision.number,
        "reason": revision.reason,
        "at": clock.rfc3339(revision.created_at),
        "expires_at": clock.rfc3339(revision.expires_at),
        "lines": _lines(revision.lines),
        "asked": {
            "lines": [_asked(line) for line in terms.lines],
            "duration_days": terms.duration_days,
            **kept,
            "recipients": list(terms.recipients),
        },
    }


def _lines(lines: Iterable[HeldLine]) -> list[dict[str, Any]]:
    return [
        {
            "key": line.key,
            "asked": line.asked,
            "purpose": line.purpose,
            "required": line.required,
            "frequency": line.frequency,
            "why": line.why,
        }
        for line in lines
    ]


def _asked(line: consents.Line) -> dict[str, Any]:
    return {
        "key": line.key,
        "any_of": list(line.any_of),
        "purpose": line.purpose,
        "required": line.required,
        "frequency": line.frequency,
        "why": line.why,
    }
