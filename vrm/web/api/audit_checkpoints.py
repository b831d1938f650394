"""``/v1/audit/checkpoints`` and ``/v1/audit/consistency``: what the log claimed to be, and that it only grew; and
``/v1/audit/export``: all of it.
"""

from typing import Any

from flask import Response, jsonify

from vrm import accesslog, clock, oversight
from vrm.accesslog import Published
from vrm.errors import Invalid, NotFound
from vrm.web import protector
from vrm.web.api import audit_asking as asking
from vrm.web.api.answers import encode
from vrm.web.api.audit_entries import older_body
from vrm.web.api.audit_stream import stream
from vrm.web.rooms import house


def checkpoints() -> Response:
    """The largest tree first."""
    asking.check_names("before", "limit")
    before, limit = asking.find_number("before"), asking.read_limit()
    found = house().database.read(lambda db: accesslog.list_checkpoints(db, before=before, limit=limit + 1))
    older = found[limit - 1].size if len(found) > limit else None
    return jsonify({"checkpoints": [_checkpoint(each) for each in found[:limit]], **older_body(older)})


def newest() -> Response:
    """The one of the largest tree."""
    asking.check_names()
    return jsonify(_checkpoint(_newest()))


def checkpoint(size: int) -> Response:
    """The one of the tree of that size."""
    asking.check_names()
    size = min(size, asking.MOST_LEAVES - 1)
    return jsonify(_checkpoint(house().database.read(lambda db: accesslog.get_checkpoint(db, size=size))))


def consistency() -> Response:
    """The proof that one tree is the beginning of another (RFC 6962, section 2.1.2)."""
    asking.check_names("old", "new")
    old, new = asking.find_number("old"), asking.find_number("new")
    if old is None:
        raise Invalid("Say the size of the older tree.", field="old")
    larger = _newest().size if new is None else new
    proof = house().database.read(lambda db: accesslog.consistency(db, old=old, new=larger))
    return jsonify({"old": old, "new": larger, "proof": [encode(each) for each in proof]})


def export() -> Response:
    """The whole log under the newest checkpoint, line by line; that it left is logged first."""
    asking.check_names()
    here, auditor_id, now = house(), protector.auditor_id(), clock.now()
    made = oversight.open_log(here.database, here.keys, origin=here.settings.log_origin)
    here.database.write(
        lambda db: oversight.record_log_export(db, export=made, auditor_id=auditor_id, now=now)
    )
    return stream(made)


def _newest() -> Published:
    found = house().database.read(accesslog.latest_checkpoint)
    if found is None:
        raise NotFound("The log is empty: there is no checkpoint yet.", code="no_checkpoint")
    return found


def _checkpoint(found: Published) -> dict[str, Any]:
    return {
        "size": found.size,
        "root": encode(found.root),
        "at": clock.rfc3339(found.at),
        "note": found.note,
    }
