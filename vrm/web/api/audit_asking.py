"""What a program asks of ``/v1/audit``: the filters in its query, beside the parameters of any program (``asking``)."""

from dataclasses import fields, replace
from datetime import datetime, timedelta

from flask import request

from vrm import clock, oversight
from vrm.errors import Invalid
from vrm.oversight import Filters
from vrm.web.api.asking import MOST_LEAVES, check_names, find_id, find_number, find_word, read_limit
from vrm.web.rooms import house

__all__ = [
    "FILTERS",
    "MOST_LEAVES",
    "check_names",
    "find_id",
    "find_member",
    "find_number",
    "find_word",
    "read_filters",
    "read_limit",
    "read_span",
    "usual_span",
]

USUAL = timedelta(days=30)
"""Figures over time are of so long, up to now, where nothing else is said."""
FILTERS = tuple(one.name for one in fields(Filters))


def read_filters() -> Filters:
    """The filters in the query. Raises ``Invalid`` for what no entry can have, and for words that the log has not."""
    return _known(Filters.of(request.args))


def _known(filters: Filters) -> Filters:
    here = house()
    here.database.read(lambda db: oversight.check_known(db, filters, here.catalogue))
    return filters


def usual_span(filters: Filters) -> Filters:
    """The same, with both ends of the time to count over. Raises ``Invalid`` where no time lies between them."""
    until = filters.until or clock.now()
    spanned = replace(filters, since=filters.since or until - USUAL, until=until)
    spanned.check()
    return spanned


def read_span(filters: Filters) -> tuple[datetime, datetime]:
    """Both ends of the time that is asked about. Raises ``Invalid`` where one is missing."""
    if filters.since is None or filters.until is None:
        name = "since" if filters.since is None else "until"
        raise Invalid("Say from which moment (since) and until which (until).", field=name)
    return filters.since, filters.until


def find_member(name: str, condition: str) -> str | None:
    """What this condition could be, under a name of its own; None where none is given. Raises ``Invalid``."""
    given = request.args.get(name)
    try:
        _known(Filters.of({} if given is None else {condition: given}))
    except Invalid as fault:
        fault.field = name
        raise
    return given
