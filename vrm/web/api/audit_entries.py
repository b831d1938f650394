"""``/v1/audit/entries``, ``/tallies``, ``/rankings``: the log, narrowed in any way, and one entry with its proof."""

from datetime import datetime
from typing import Any

from flask import Response, jsonify
from sqlalchemy.orm import Session

from vrm import accesslog, clock, oversight
from vrm.errors import Invalid, NotFound
from vrm.oversight import GROUPS, Row
from vrm.tlog import merkle
from vrm.web.api import audit_asking as asking
from vrm.web.api.answers import encode
from vrm.web.rooms import house


def entries() -> Response:
    """Those that meet every filter, newest first."""
    asking.check_names(*asking.FILTERS, "before", "limit")
    filters, before, limit = asking.read_filters(), asking.find_number("before"), asking.read_limit()
    found = house().database.read(lambda db: oversight.search(db, filters, before=before, limit=limit))
    return jsonify(
        {
            "entries": [row_body(row) for row in found.rows],
            **older_body(found.older),
            **moment_body("looked_back_to", found.looked_back_to),
        }
    )


def entry(leaf_index: int) -> Response:
    """One entry byte for byte, with its inclusion proof in the newest tree."""
    asking.check_names()
    return jsonify(house().database.read(lambda db: _entry(db, leaf_index)))


def tallies() -> Response:
    """How many entries meet the filters, by hour or day and by outcome."""
    asking.check_names(*asking.FILTERS, "grain")
    filters, named = asking.usual_span(asking.read_filters()), asking.find_word("grain", "hour", "day")
    grain: oversight.Grain = "hour" if named == "hour" else "day"
    series = house().database.read(lambda db: oversight.series(db, filters, grain=grain))
    buckets = [
        {
            "start": clock.rfc3339(each.start),
            "answered": each.counts.get("answered", 0),
            "refused": each.counts.get("refused", 0),
            "other": each.counts.get("", 0),
        }
        for each in series.buckets
    ]
    body = {"grain": grain, "buckets": buckets, **moment_body("counted_back_to", series.counted_back_to)}
    return jsonify(body)


def rankings() -> Response:
    """The values of one member that most of the entries have."""
    asking.check_names(*asking.FILTERS, "by", "limit")
    filters, by, limit = asking.read_filters(), asking.find_word("by", *GROUPS), asking.read_limit()
    if by is None:
        raise Invalid(f"Say by what to count: one of {', '.join(GROUPS)}.", field="by")
    ranking = house().database.read(lambda db: oversight.rank(db, filters, by=by, limit=limit))
    counts = [{"value": each.value, "count": each.count} for each in ranking.counts]
    return jsonify({"by": by, "counts": counts, **moment_body("counted_back_to", ranking.counted_back_to)})


def row_body(row: Row) -> dict[str, Any]:
    """The members an entry has in clear, by the names of the filters; those it has not are left out."""
    said = {
        "leaf_index": row.leaf_index,
        "event_id": row.event_id,
        "time": clock.rfc3339(row.at),
        "type": row.type,
        "actor": row.actor,
        "company": row.company_id,
        "client": row.client_id,
        "purpose": row.purpose,
        "keys": list(row.keys) or None,
        "outcome": row.outcome,
        "code": row.code,
        "revision": row.revision,
        "thread": row.thread,
        "agent": row.agent,
    }
    return {name: value for name, value in said.items() if value is not None}


def older_body(older: object) -> dict[str, object]:
    """Where the next page begins: its ``before``. Left out after the last."""
    return {} if older is None else {"older": older}


def moment_body(name: str, moment: datetime | None) -> dict[str, str]:
    """A moment, where there is one."""
    return {} if moment is None else {name: clock.rfc3339(moment)}


def _entry(db: Session, leaf_index: int) -> dict[str, Any]:
    published = accesslog.latest_checkpoint(db)
    # Only what a signed checkpoint covers can be proved, so nothing else is shown here.
    if published is None or leaf_index >= published.size:
        raise NotFound(
            "The log has no such entry, or no signed checkpoint covers it yet. A new one waits a minute at most.",
            code="no_such_entry",
        )
    ((_, event_id, raw),) = accesslog.entries(db.connection(), leaf_index, 1)
    proof = accesslog.inclusion(db, leaf_index=leaf_index, size=published.size)
    return {
        "leaf_index": leaf_index,
        "event_id": event_id,
        "entry": raw.decode("utf-8", "replace"),
        "leaf_hash": encode(merkle.leaf_hash(raw)),
        "size": published.size,
        "proof": [encode(each) for each in proof],
        "checkpoint": published.note,
    }
