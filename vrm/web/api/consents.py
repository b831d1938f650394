"""``GET /v1/consents``: what this client holds, a page at a time."""

from typing import Any

from flask import Blueprint, Response, jsonify, request
from sqlalchemy.orm import Session

from vrm import clock, companies, consents
from vrm.errors import Invalid
from vrm.ids import is_id
from vrm.web import problems, protector
from vrm.web.api.answers import DETAIL, STATUS
from vrm.web.audiences import audience
from vrm.web.rooms import house

PAGE = 100


def add_routes(blueprint: Blueprint) -> None:
    """Hang the view on the blueprint."""

    @blueprint.get("/v1/consents")
    @audience("token")
    def held() -> Response:
        token = protector.own_token()
        after = request.args.get("after")
        if after is not None and not is_id(after):
            raise Invalid("after is the id of the last consent you have seen.", field="after")
        standing, page = house().database.read(lambda session: _page(session, token.client_id, after))
        if not standing.may_read:
            return problems.respond(
                STATUS["client_suspended"], "client_suspended", DETAIL["client_suspended"]
            )
        body: dict[str, Any] = {"consents": [_consent(held, standing.notice_version) for held in page[:PAGE]]}
        if len(page) > PAGE:
            body["next"] = page[PAGE - 1].standing.consent_id
        return jsonify(body)


def _page(
    session: Session, client_id: str, after: str | None
) -> tuple[companies.ClientStanding, list[consents.Held]]:
    standing = companies.client_standings(session.connection(), client_ids=[client_id])[client_id]
    return standing, consents.held_by_client(session, client_id=client_id, after=after, limit=PAGE + 1)


def _consent(held: consents.Held, notice_version: int) -> dict[str, Any]:
    standing = held.standing
    active = (
        standing.state == "active"
        and standing.expires_at > clock.now()
        and standing.notice_version == notice_version
    )
    return {
        "consent_id": standing.consent_id,
        "subject": standing.subject,
        "state": "active" if active else "ended",
        "revision": standing.revision,
        "granted_at": clock.rfc3339(held.granted_at),
        "expires_at": clock.rfc3339(standing.expires_at),
        "lines": [
            {"key": line.key, "purpose": line.purpose, "required": line.required, "frequency": line.frequency}
            for line in standing.lines
        ],
    }
