"""``GET /v1/consents/{id}/reads``: what this client read under one of its consents, as the log has it, with proofs.

``GET /v1/reads/{event_id}/proof``: one answered read as a C2SP proof file. As long as it is known whose it was, the file
also opens the entry; after that person was forgotten it still proves that the read was logged.

A refused read has neither entry nor proof: the code in its entry is more than a company is told.
"""

from typing import Any
from uuid import UUID

from flask import Blueprint, Response, jsonify
from sqlalchemy.orm import Session

from vrm import accesslog, clock, consents
from vrm.accesslog import OwnRead, ProofFile
from vrm.disclosures import company_may_see
from vrm.errors import NotFound
from vrm.web import proofs, protector
from vrm.web.api import asking
from vrm.web.api.answers import encode
from vrm.web.api.holder import get_holder
from vrm.web.audiences import audience
from vrm.web.rooms import house

_TOLD = ("keys", "purpose", "revision", "agent")


def add_routes(blueprint: Blueprint) -> None:
    """Hang the view on the blueprint."""

    @blueprint.get("/v1/consents/<uuid:consent_id>/reads")
    @audience("token")
    def own_reads(consent_id: UUID) -> Response:
        token = protector.own_token()
        asking.check_names("before", "limit")
        before, limit = asking.find_id("before"), asking.read_limit()

        def read(db: Session) -> dict[str, Any]:
            found = consents.holdings.list_reads(
                db,
                company_id=get_holder(db, token.client_id).company_id,
                client_id=token.client_id,
                consent_id=str(consent_id),
                limit=limit + 1,
                before=before,
            )
            body = _page(db, found[:limit])
            return {**body, "older": found[limit - 1].event_id} if len(found) > limit else body

        return jsonify(house().database.read(read))

    @blueprint.get("/v1/reads/<uuid:event_id>/proof")
    @audience("token")
    def proof(event_id: UUID) -> Response:
        token = protector.own_token()
        asking.check_names()
        found = house().database.read(lambda db: _proof_file(db, token.client_id, str(event_id)))
        return proofs.answer(found)


def _proof_file(db: Session, client_id: str, event_id: str) -> ProofFile:
    get_holder(db, client_id)
    event = accesslog.find_for_client(db, client_id=client_id, event_id=event_id)
    if event is None:
        found = accesslog.find_bare_proof(db, client_id=client_id, event_id=event_id)
    elif (event.type, event.outcome) == ("disclosure", "answered"):
        found = accesslog.find_proof(db, event, opened=company_may_see(event.detail))
        if found is None:
            raise NotFound("This read is not signed yet. Ask again in a second.", code="not_signed_yet")
    else:
        found = None
    if found is None:
        raise NotFound("Your client has no such read, or it was refused and has no proof.")
    return found


def _page(db: Session, reads: list[OwnRead]) -> dict[str, Any]:
    published = accesslog.latest_checkpoint(db)
    if published is None:
        return {"reads": [_read(each) for each in reads]}
    return {
        "reads": [{**_read(each), **_proof(db, each, published.size)} for each in reads],
        "size": published.size,
        "checkpoint": published.note,
    }


def _read(read: OwnRead) -> dict[str, Any]:
    said = {
        "code": read.told,
        "leaf_index": read.leaf_index,
        "entry": None if read.entry is None else read.entry.decode(),
        **{name: read.members.get(name) for name in _TOLD},
    }
    return {
        "event_id": read.event_id,
        "at": clock.rfc3339(read.at),
        "outcome": "answered" if read.answered else "refused",
        "leaf_hash": encode(read.leaf_hash),
        **{name: value for name, value in said.items() if value is not None},
    }


def _proof(db: Session, read: OwnRead, size: int) -> dict[str, Any]:
    if read.entry is None or read.leaf_index is None or read.leaf_index >= size:
        return {}  # only what a signed checkpoint covers can be proved
    return {
        "proof": [encode(each) for each in accesslog.inclusion(db, leaf_index=read.leaf_index, size=size)]
    }
