"""How the log was narrowed, read from a page's address: every filter is a query parameter, so a link is a view."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime
from urllib.parse import urlencode

from flask import request

from vrm.errors import Invalid
from vrm.oversight import Filters
from vrm.web.language import gettext

NAMES = tuple(one.name for one in fields(Filters))
"""Every filter there is."""
MOST_LEAVES = 2**63
"""No leaf index reaches this (C2SP tlog-checkpoint): what somebody types may be any number."""
_LONGEST = 64
_GRAMMAR = {
    "thread": re.compile(r"[A-Za-z0-9_-]{43}", re.ASCII),
    "agent": re.compile(r"[A-Za-z0-9_-]{16}", re.ASCII),
    "code": re.compile(r"[a-z][a-z0-9_.]*", re.ASCII),
    "key": re.compile(r"[a-z][a-z0-9_.]*", re.ASCII),
    "type": re.compile(r"[a-z][a-z0-9_.]*", re.ASCII),
    "actor": re.compile(r"[a-z]+", re.ASCII),
    "outcome": re.compile(r"answered|refused", re.ASCII),
    "purpose": re.compile(r"[a-z][a-z0-9]*:[A-Za-z][A-Za-z0-9_-]*", re.ASCII),
}
_FIRST, _LAST = datetime(1970, 1, 1, tzinfo=UTC), datetime(9000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Typed:
    """The filters of a request: ``values`` as typed, ``wanted`` as read, ``errors`` by filter."""

    values: Mapping[str, str]
    wanted: Filters
    errors: Mapping[str, str] = field(default_factory=dict)

    def get(self, name: str) -> str:
        """What was typed; "" where nothing was. A moment is written as an input of that kind takes it (UTC)."""
        if name in ("since", "until") and name not in self.errors:
            moment: datetime | None = getattr(self.wanted, name)
            return "" if moment is None else _local(moment)
        return self.values.get(name, "")

    def href(self, path: str = "/audit/log", **changes: object) -> str:
        """A link to a page narrowed in the same way, with changes; None and "" take a filter away."""
        query = {**self.values, **changes}
        kept = {name: value for name, value in query.items() if value not in (None, "")}
        return f"{path}?{urlencode(kept)}" if kept else path


def read(given: Mapping[str, str]) -> Typed:
    """The filters in a query or a form; other parameters are left aside. It never raises."""
    values = {name: given[name].strip() for name in NAMES if given.get(name, "").strip()}
    good: dict[str, str] = {}
    errors: dict[str, str] = {}
    for name, value in values.items():
        fault = _fault(name, value)
        if fault:
            errors[name] = fault
        else:
            good[name] = value
    wanted = Filters.of(good)
    if wanted.since and wanted.until and wanted.since >= wanted.until:
        errors["until"] = gettext("“Until” must be later than “From”.")
    return Typed(values, wanted, errors)


def leaf(name: str) -> int | None:
    """A leaf index or tree size in the query, whatever was typed there; None where it is no number."""
    given = request.args.get(name, type=int)
    return None if given is None else max(0, min(given, MOST_LEAVES - 1))


def _fault(name: str, value: str) -> str:
    """What is wrong with one filter, in a sentence; "" where nothing is."""
    try:
        found = Filters.of({name: value})
    except Invalid:
        found = None
    if name in ("since", "until"):
        moment = getattr(found, name) if found else None
        if moment is None or not _FIRST <= moment < _LAST:
            return gettext("Write a time as 2026-03-01 09:30, or a date alone.")
    elif name in ("company", "client"):
        if found is None:
            return gettext("Choose a company or client from the list, or give its whole id.")
    elif name == "thread":
        if not _GRAMMAR[name].fullmatch(value):
            return gettext("A thread has 43 letters and digits. Copy the whole of it from an entry.")
    elif name == "agent":
        if not _GRAMMAR[name].fullmatch(value):
            return gettext(
                "An agent’s pseudonym has 16 letters and digits. Copy the whole of it from an entry."
            )
    elif len(value) > _LONGEST or not _GRAMMAR[name].fullmatch(value):
        return gettext("No entry can have this. Choose from the list, or copy it from an entry.")
    return ""


def _local(moment: datetime) -> str:
    precise = "minutes" if not (moment.second or moment.microsecond) else "milliseconds"
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec=precise)
