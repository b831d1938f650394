"""``GET /v1/profile``: what one person permits, under their consent's token."""

from flask import Blueprint, Response, jsonify, request

from vrm import clock
from vrm.disclosures import Reader, Refusal
from vrm.web import problems, protector
from vrm.web.api.answers import answer_body, encode, named_agent, wanted_keys, wanted_purpose
from vrm.web.audiences import audience
from vrm.web.refusals import STATUS, detail, next_use, retry_after
from vrm.web.rooms import door


def add_routes(blueprint: Blueprint) -> None:
    """Hang the view on the blueprint."""

    @blueprint.get("/v1/profile")
    @audience("token")
    def profile() -> Response:
        with protector.reading() as token:
            agent = named_agent(request.headers.get("VRM-Agent"))
            outcome = door().read(
                Reader(token.client_id, token.epoch, agent, shown=token.shown),
                consent_id=token.consent_id,
                purpose=wanted_purpose(request.headers.get("VRM-Purpose")),
                keys=wanted_keys(request.args.get("keys")),
            )
        if isinstance(outcome, Refusal):
            return _refused(outcome)
        return jsonify(answer_body(outcome))


def _refused(refusal: Refusal) -> Response:
    response = problems.respond(
        STATUS[refusal.code],
        refusal.code,
        detail(refusal),
        event_id=refusal.event_id,
        leaf_hash=encode(refusal.leaf_hash),
        **next_use(refusal),
    )
    response.headers.update(retry_after(refusal, clock.now()))
    if response.status_code == 401:  # RFC 6750, section 3.1: the token is worth nothing any more
        protector.challenge(response, 401, refusal.code)
    return response
