"""How the log was narrowed, read from a page's address: every filter is a query parameter, so a link is a view."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import UTC, datetime
from urllib.parse import urlencode

from flask import request
from sqlalchemy.orm import Session

from vrm import oversight
from vrm.catalogue import Catalogue
from vrm.errors import Invalid
from vrm.oversight import Filters
from vrm.web.language import told

NAMES = tuple(one.name for one in fields(Filters))
"""Every filter there is."""
MOST_LEAVES = 2**63
"""No leaf index reaches this (C2SP tlog-checkpoint): what somebody types may be any number."""


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
    wanted = Filters()
    for name, value in values.items():
        try:
            wanted = Filters.of({**good, name: value})
        except Invalid as fault:
            errors[name] = told(fault)
        else:
            good[name] = value
    return Typed(values, wanted, errors)


def checked(db: Session, catalogue: Catalogue, typed: Typed) -> Typed:
    """The same, with an error where a filter has the form of a word that the log has, and is none of them."""
    try:
        oversight.check_known(db, typed.wanted, catalogue)
    except Invalid as fault:
        return replace(typed, errors={str(fault.field): told(fault), **typed.errors})
    return typed


def leaf(name: str) -> int | None:
    """A leaf index or tree size in the query, whatever was typed there; None where it is no number."""
    given = request.args.get(name, type=int)
    return None if given is None else max(0, min(given, MOST_LEAVES - 1))


def _local(moment: datetime) -> str:
    precise = "minutes" if not (moment.second or moment.microsecond) else "milliseconds"
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec=precise)
