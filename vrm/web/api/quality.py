"""``GET /v1/quality``: how people received what this client asked.

No share is told of fewer than ``consents.quality.MIN_PEOPLE`` people: of so few it would tell what one of them did.
"""

from dataclasses import asdict
from datetime import datetime
from typing import Any

from flask import Blueprint, Response, jsonify
from sqlalchemy.orm import Session

from vrm import clock, consents
from vrm.consents.quality import MIN_PEOPLE, LineQuality
from vrm.web import protector
from vrm.web.api import asking
from vrm.web.api.holder import get_holder
from vrm.web.audiences import audience
from vrm.web.rooms import house


def add_routes(blueprint: Blueprint) -> None:
    """Hang the view on the blueprint."""

    @blueprint.get("/v1/quality")
    @audience("token")
    def quality() -> Response:
        token, now = protector.own_token(), clock.now()
        asking.check_names()
        return jsonify(house().database.read(lambda db: _quality(db, token.client_id, now)))


def line_body(line: LineQuality) -> dict[str, Any]:
    """A line and the shares of people who left it out, as far as enough of them decided."""
    body: dict[str, Any] = {"key": line.key, "purpose": line.purpose, "required": line.required}
    if line.reception is not None:
        body["refused_share"] = round(line.reception.refused_share, 4)
        if line.reception.unticked_share is not None and not line.required:
            body["unticked_share"] = round(line.reception.unticked_share, 4)
    return body


def _quality(db: Session, client_id: str, now: datetime) -> dict[str, Any]:
    company_id = get_holder(db, client_id).company_id
    lines = consents.quality.lines(db, company_id=company_id, client_id=client_id)
    decisions = consents.quality.decisions(db, company_id=company_id, client_id=client_id, now=now)
    return {
        "least_people": MIN_PEOPLE,
        **({"decisions": asdict(decisions)} if decisions else {}),
        "lines": [line_body(line) for line in lines],
    }
