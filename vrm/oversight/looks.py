"""What auditors looked at, for every auditor to see.

A look is an event of the log like any other, of type ``audit.viewed``: at what is its code; who, and how it was
narrowed, stands in its opening, which is kept because the event is about no person. It is listed when the index has
come to it, a second or so later.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime

from sqlalchemy.orm import Session

from keys import KeyStore
from vrm import accesslog, accounts, ids
from vrm.errors import Invalid
from vrm.oversight.anomalies import KINDS
from vrm.oversight.members import LOOK, Filters
from vrm.oversight.searching import search
from vrm.oversight.tallies import GROUPS
from vrm.oversight.vocabulary import is_in_log

OTHER = "(other)"
"""Stands for whatever cannot be what its name says: a look keeps nothing that was merely typed."""

_NUMBER = re.compile(r"0|[1-9][0-9]{0,18}", re.ASCII)  # as we write one: a telephone number begins otherwise
_NUMBERS = frozenset({"leaf", "leaf_index", "size", "old", "new", "older", "limit", "before", "after"})
_WORDS = {"kind": KINDS, "by": GROUPS, "grain": ("hour", "day"), "state": ("open", "any")}
_FILTERS = {"what": "code", "after": "thread"}  # parameters that are filters by another name
_IDS = frozenset({"anomaly_id", "case_id", "view_id", "before"})
PARAMETERS = frozenset({*(one.name for one in fields(Filters)), *_NUMBERS, *_WORDS, *_FILTERS, *_IDS})
"""What a look can be narrowed by. Nothing of another name is kept, not even the name."""


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

    Empty conditions and unknown names are left out. Of values that their own filter would refuse, and of those that
    are no word of the log, only that there were some is kept. Call it in the transaction before anything is shown.
    """
    asked = {
        name: _plain(session, name, value) for name, value in query.items() if value and name in PARAMETERS
    }
    detail = {"auditor": auditor_id, "query": dict(sorted(asked.items()))}
    accesslog.record(session, accesslog.Event(LOOK, now, "auditor", code=what, detail=detail))


def list_looks(
    session: Session, keys: KeyStore, *, before: int | None = None, limit: int = 50, what: str | None = None
) -> Looks:
    """What auditors looked at, newest first, of leaves below ``before``; at one thing only, if so wished."""
    found = search(session, Filters(type=LOOK, code=what), before=before, limit=limit)
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


def _plain(session: Session, name: str, value: str) -> str:
    """The value, if it can be what its name says; a time in its one spelling, which has no room for anything else."""
    if (
        (name in _NUMBERS and _NUMBER.fullmatch(value))
        or (name in _IDS and ids.is_id(value))
        or value in _WORDS.get(name, ())
    ):
        return value
    meant = _FILTERS.get(name, name)
    try:
        kept = Filters.of({meant: value}).given().get(meant, OTHER)
    except Invalid:
        return OTHER
    return kept if is_in_log(session, meant, kept) else OTHER
