"""``POST /v1/disclosures``: many consents in one request, answered as a stream of JSON lines."""

import json
from collections.abc import Iterator
from itertools import chain
from typing import Any

from flask import Blueprint, Response, request, stream_with_context
from marshmallow import RAISE, Schema, fields, validate

from vrm.disclosures import Answer, Reader, Refusal
from vrm.errors import Invalid
from vrm.ids import is_id
from vrm.web import problems, protector
from vrm.web.api import asking
from vrm.web.api.answers import answer_body, check_keys, named_agent, refusal_body, wanted_purpose
from vrm.web.audiences import audience
from vrm.web.rooms import door

MOST_CONSENTS = 1000


class _Body(Schema):
    class Meta:
        unknown = RAISE

    consent_ids = fields.List(
        fields.String(),
        required=True,
        validate=validate.Length(1, MOST_CONSENTS, error=f"Give 1 to {MOST_CONSENTS} consent ids."),
    )
    keys = fields.List(fields.String(), load_default=None)


class BrokenStream(Exception):
    """A stream that ended early; what was sent before is in the log."""


def add_routes(blueprint: Blueprint) -> None:
    """Hang the view on the blueprint."""

    @blueprint.post("/v1/disclosures")
    @audience("token")
    def disclosures() -> Response:
        token = protector.own_token()
        body = _body()
        keys = body["keys"]
        outcomes = door().read_many(
            Reader(token.client_id, agent=named_agent(request.headers.get("VRM-Agent"))),
            consent_ids=list(dict.fromkeys(body["consent_ids"])),
            purpose=wanted_purpose(request.headers.get("VRM-Purpose")),
            keys=None if keys is None else check_keys(keys),
        )
        # The first batch is durable before the status is said, so a fault until then is told as one.
        outcomes = chain([next(outcomes)], outcomes)
        return Response(stream_with_context(_lines(outcomes)), mimetype="application/x-ndjson")


def _lines(outcomes: Iterator[Answer | Refusal]) -> Iterator[str]:
    try:
        for outcome in outcomes:
            body = answer_body(outcome) if isinstance(outcome, Answer) else refusal_body(outcome)
            yield json.dumps(body, ensure_ascii=False, separators=(",", ":")) + "\n"
    except Exception as fault:
        # The server would print the fault with its message; its own words are for nobody.
        problems.report(fault, "in a stream")
        raise BrokenStream from None


def _body() -> dict[str, Any]:
    body = asking.read_body(_Body(), "consent_ids")
    if not all(is_id(consent_id) for consent_id in body["consent_ids"]):
        raise Invalid("A consent id has the form f81d4fae-7dec-4d0a-a765-00a0c91e6bf6.", field="consent_ids")
    return body
