"""``GET /v1/consents/{id}/reads``: what this client read under one of its consents, as the log has it, with proofs.

A refused read has neither entry nor proof: the code in its entry is more than a company is told.
"""

from typing import Any
from uuid import UUID

from flask import Blueprint, Response, jsonify
from sqlalchemy.orm import Session

from vrm import accesslog, clock, consents
from vrm.accesslog import OwnRead
from vrm.web import protector
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
