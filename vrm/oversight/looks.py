"""What auditors looked at, for every auditor to see.

A look is an event of the log like any other, of type ``audit.viewed``: at what is its code; who, and how it was
narrowed, stands in its opening, which is kept because the event is about no person. It is listed when the index has
come to it, a second or so later.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.orm import Session

from keys import KeyStore
from vrm import accesslog, accounts
from vrm.oversight.members import Filters
from vrm.oversight.searching import search

VIEWED = "audit.viewed"
MOST_CONDITIONS = 40
OTHER = "(other)"
"""Stands for whatever is not in the form of something the log holds: a look keeps nothing that was merely typed."""

_NAME = re.compile(r"[a-z][a-z0-9_]{0,31}", re.ASCII)
_VALUE = re.compile(
    r"[0-9][0-9T:.Z+-]{0,31}"  # numbers, days and times
    r"|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"  # ids
    r"|[a-z][a-z0-9_]*(\.[a-z0-9_]+)*"  # keys, codes, types, outcomes
    r"|[a-z][a-z0-9]*:[A-Za-z][A-Za-z0-9_-]*"  # purposes
    r"|[A-Za-z0-9_-]{43}|[A-Za-z0-9_-]{16}",  # threads and agents
    re.ASCII,
)
_LONGEST_VALUE = 64


@dataclass(frozen=True)
class Look:
    """One look. ``name`` is None where the auditor is none we know; ``query`` says how it was narrowed."""

    leaf_index: int
    event_id: str
    at: datetime
    auditor_id: str | None
    name: str | None = field(repr=False)
    what: str
    query: Mapping[str, str]


@dataclass(frozen=True)
class Looks:
    """A page of looks. ``older`` is the ``before`` of the next page, None after the last.

    ``looked_back_to`` is given where the page ended before it was full: what lies before has not been looked at.
    """

    looks: list[Look]
    older: int | None
    looked_back_to: datetime | None


def record_look(
    session: Session, *, auditor_id: str, what: str, query: Mapping[str, str], now: datetime
) -> None:
    """Log that an auditor looks: ``what`` is a word such as ``search``, ``query`` the conditions by name.

    Empty conditions are left out, and values that are in no form the log has are not kept. Call it in the transaction
    before anything is shown.
    """
    asked = {name: _plain(value) for name, value in query.items() if value and _NAME.fullmatch(name)}
    detail = {"auditor": auditor_id, "query": dict(sorted(asked.items())[:MOST_CONDITIONS])}
    accesslog.record(session, accesslog.Event(VIEWED, now, "auditor", code=what, detail=detail))


def list_looks(
    session: Session, keys: KeyStore, *, before: int | None = None, limit: int = 50, what: str | None = None
) -> Looks:
    """What auditors looked at, newest first, of leaves below ``before``; at one thing only, if so wished."""
    found = search(session, Filters(type=VIEWED, code=what), before=before, limit=limit)
    details = accesslog.details(session, [row.event_id for row in found.rows])
    names = {auditor.id: auditor.name for auditor in accounts.list_auditors(session, keys)}
    looks = []
    for row in found.rows:
        detail = details.get(row.event_id, {})
        who, query = detail.get("auditor"), detail.get("query")
        auditor_id = who if isinstance(who, str) else None
        asked = {str(name): str(value) for name, value in query.items()} if isinstance(query, dict) else {}
        name = names.get(auditor_id) if auditor_id else None
        looks.append(Look(row.leaf_index, row.event_id, row.at, auditor_id, name, row.code or "", asked))
    return Looks(looks, found.older, found.looked_back_to)


def _plain(value: str) -> str:
    return value if len(value) <= _LONGEST_VALUE and _VALUE.fullmatch(value) else OTHER
