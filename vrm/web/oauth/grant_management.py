"""A client's own grants (Grant Management for OAuth 2.0, draft 03, section 6): look at one, give one back.

A grant that is another's, one that has ended and one that never was are answered alike, by 404: the draft's 403 would
tell them apart.
"""

from typing import Any

from flask import Blueprint, Response, jsonify
from sqlalchemy.orm import Session

from vrm import clock, companies, consents
from vrm.errors import Denied, NotFound
from vrm.ids import is_id
from vrm.web import protector
from vrm.web.asking import granted_details, scopes
from vrm.web.audiences import audience
from vrm.web.oauth.own_grant import OWN_SCOPES
from vrm.web.oauth.server import AuthorizationServer

QUERY, REVOKE = OWN_SCOPES
"""Section 6.1: what a client's own token must have been asked for."""

_NONE = "There is no such consent, or it has ended."


def add_routes(blueprint: Blueprint, server: AuthorizationServer) -> None:
    """``GET`` and ``DELETE /oauth/grants/<grant_id>``."""
    house = server.house

    @blueprint.get("/oauth/grants/<grant_id>")
    @audience("token")
    def show_grant(grant_id: str) -> Response:
        token = protector.own_token(scope=QUERY)
        return jsonify(house.database.read(lambda db: _describe(db, token.client_id, grant_id)))

    @blueprint.delete("/oauth/grants/<grant_id>")
    @audience("token")
    def give_back(grant_id: str) -> Response:
        token, now = protector.own_token(scope=REVOKE), clock.now()

        def end(db: Session) -> None:
            _require_standing(db, token.client_id)
            _require_id(grant_id)
            consents.give_back(db, house.keys, client_id=token.client_id, consent_id=grant_id, now=now)

        house.database.write(end)
        return Response(status=204)


def _describe(db: Session, client_id: str, grant_id: str) -> dict[str, Any]:
    """Section 6.3. Every scope and claim stands in ``authorization_details`` as well, with what it is for."""
    standing = _require_standing(db, client_id)
    _require_id(grant_id)
    basis = consents.find_basis(
        db,
        client_id=client_id,
        consent_id=grant_id,
        notice_version=standing.notice_version,
        now=clock.now(),
    )
    if basis is None:
        raise NotFound(_NONE)
    consent, revision = basis.consent, basis.revision
    names, claims = scopes.of_revision(revision)
    return {
        "scopes": [{"scope": " ".join(names)}] if names else [],
        "claims": claims,
        "authorization_details": granted_details(revision),
        "created_at": clock.rfc3339(consent.granted_at),
        "last_updated_at": clock.rfc3339(revision.created_at),
        "expires_at": clock.rfc3339(consent.expires_at),
    }


def _require_id(grant_id: str) -> None:
    if not is_id(grant_id):
        raise NotFound(_NONE)


def _require_standing(db: Session, client_id: str) -> companies.ClientStanding:
    standing = companies.client_standings(db.connection(), client_ids=[client_id])[client_id]
    if not standing.may_read:
        raise Denied("This client or its company is suspended. Ask the operator.", code="client_suspended")
    return standing
