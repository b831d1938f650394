"""``/v1/audit/exposure``: who was exposed through a client or a company, as pages, as one stream, and with proofs."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from flask import Response, jsonify, request
from sqlalchemy.orm import Session

from vrm import clock, oversight
from vrm.db import Database
from vrm.errors import Invalid
from vrm.oversight import Exposed, Exposure
from vrm.web import protector
from vrm.web.api import audit_asking as asking
from vrm.web.api.audit_stream import NDJSON, send, stream
from vrm.web.rooms import house

_BATCH = 1000
_TITLE = "Who was exposed"
"""Of a bundle: its head holds the question itself, and nothing that somebody typed passes through an address."""


@dataclass(frozen=True)
class _Question:
    since: datetime
    until: datetime
    client_id: str | None
    company_id: str | None
    key: str | None
    agent: str | None

    def ask(self, db: Session, *, after: str | None, limit: int) -> Exposure:
        return oversight.exposure(
            db,
            since=self.since,
            until=self.until,
            client_id=self.client_id,
            company_id=self.company_id,
            key=self.key,
            agent=self.agent,
            after=after,
            limit=limit,
        )


def exposure() -> Response:
    """A page of the answer, or all of it line by line for who accepts JSON lines."""
    asking.check_names("since", "until", "client", "company", "key", "agent", "after", "limit")
    question, after, limit = _question(), asking.find_member("after", "thread"), asking.read_limit()
    if request.accept_mimetypes.best_match(["application/json", NDJSON]) == NDJSON:
        return stream(_lines(house().database, question, after))
    found = house().database.read(lambda db: question.ask(db, after=after, limit=limit))
    body: dict[str, Any] = {
        "threads": found.threads,
        "reads": found.reads,
        "keys": list(found.keys),
        "key_reads": dict(found.key_reads),
        "exposed": [_exposed(each) for each in found.exposed],
    }
    return jsonify(body if found.after is None else {**body, "next": found.after})


def bundle() -> Response:
    """The answer with every read it rests on, proved, in one signed file."""
    asking.check_names("since", "until", "client", "company", "older")
    question, older = _question(), asking.find_number("older")
    here, now = house(), clock.now()
    made = oversight.open_exposure_bundle(
        here.database,
        here.keys,
        origin=here.settings.log_origin,
        title=_TITLE,
        since=question.since,
        until=question.until,
        client_id=question.client_id,
        company_id=question.company_id,
        auditor_id=protector.auditor_id(),
        now=now,
        older=older,
    )
    here.database.write(lambda db: oversight.record_export(db, here.keys, bundle=made, now=now))
    return send(made)


def _question() -> _Question:
    filters = asking.read_filters()
    since, until = asking.read_span(filters)
    if (filters.client is None) == (filters.company is None):
        raise Invalid("Name one client, or one company.", field="client")
    return _Question(since, until, filters.client, filters.company, filters.key, filters.agent)


def _lines(database: Database, question: _Question, after: str | None) -> Iterator[bytes]:
    while True:
        found = database.read(partial(question.ask, after=after, limit=_BATCH))
        for each in found.exposed:
            yield json.dumps(_exposed(each), separators=(",", ":")).encode() + b"\n"
        after = found.after
        if after is None:
            return


def _exposed(each: Exposed) -> Mapping[str, Any]:
    return {
        "thread": each.thread,
        "keys": list(each.keys),
        "purposes": list(each.purposes),
        "revisions": list(each.revisions),
        "reads": each.reads,
        "first_at": clock.rfc3339(each.first_at),
        "last_at": clock.rfc3339(each.last_at),
        "first_leaf": each.first_leaf,
        "last_leaf": each.last_leaf,
    }
