"""``POST /v1/proposals``: propose a value for the profile of the person behind a consent; ``/v1/proposals/{id}``.

What comes back is that it was received. It says the same whatever the person does with it, so that nobody learns from
it whether they looked.
"""

import re
from uuid import UUID

from flask import Blueprint, Response, jsonify, request
from marshmallow import RAISE, Schema, fields

from vrm import clock, journeys, profiles
from vrm.consents import Refused
from vrm.errors import Invalid
from vrm.profiles import Received
from vrm.web import problems, protector
from vrm.web.api import asking
from vrm.web.api.answers import encode
from vrm.web.audiences import audience
from vrm.web.refusals import DETAIL, STATUS
from vrm.web.rooms import house

_MARK = re.compile(r"[\x21-\x7e]{1,128}")


class _Body(Schema):
    class Meta:
        unknown = RAISE

    key = fields.String(required=True)
    value = fields.Raw(required=True)
    why = fields.String(required=True)


def add_routes(blueprint: Blueprint) -> None:
    """Hang the views on the blueprint."""

    @blueprint.post("/v1/proposals")
    @audience("token")
    def propose() -> Response:
        token, here, now = protector.consent_token(), house(), clock.now()
        asking.check_names()
        mark, body = _mark(), asking.read_body(_Body(), "key, value and why")
        wanted = profiles.check(here.catalogue, field=body["key"], raw=body["value"], why=body["why"])
        return _answer(
            here.database.write(
                lambda db: journeys.proposing.propose(
                    db,
                    here.keys,
                    wanted,
                    client_id=token.client_id,
                    consent_id=token.consent_id,
                    epoch=token.epoch,
                    mark=mark,
                    now=now,
                )
            )
        )

    @blueprint.get("/v1/proposals/<uuid:proposal_id>")
    @audience("token")
    def proposal(proposal_id: UUID) -> Response:
        token, now = protector.consent_token(), clock.now()
        asking.check_names()
        return _answer(
            house().database.read(
                lambda db: journeys.proposing.find_received(
                    db,
                    client_id=token.client_id,
                    consent_id=token.consent_id,
                    epoch=token.epoch,
                    proposal_id=str(proposal_id),
                    now=now,
                )
            )
        )


def _answer(outcome: Received | Refused) -> Response:
    if isinstance(outcome, Received):
        return jsonify(
            proposal_id=outcome.id,
            key=outcome.field,
            received_at=clock.rfc3339(outcome.received_at),
            expires_at=clock.rfc3339(outcome.expires_at),
            event_id=outcome.event_id,
            leaf_hash=encode(outcome.leaf_hash),
        )
    code = outcome.public
    response = problems.respond(STATUS[code], code, DETAIL[code])
    if response.status_code == 401:  # RFC 6750, section 3.1: the token is worth nothing any more
        protector.challenge(response, 401, code)
    return response


def _mark() -> str:
    """What the client calls this request, so that sending it again does nothing twice."""
    given = request.headers.getlist("Idempotency-Key")
    if len(given) != 1 or not _MARK.fullmatch(given[0]):
        raise Invalid(
            "Send one Idempotency-Key header of 1 to 128 visible characters, a new one for each proposal.",
            field="Idempotency-Key",
        )
    return given[0]
