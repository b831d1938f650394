"""What can stand in an entry, member by member. Pure.

A condition that no entry can meet is refused and not searched for: what is written wrongly must not look like a log
in which nothing happened.
"""

import re
from collections.abc import Mapping
from datetime import UTC, datetime

from vrm import ids
from vrm.accesslog.entry import AGENT, CODE, KEY, MOST_CHARS, PURPOSE
from vrm.accesslog.types import ANSWERED, REFUSED
from vrm.errors import Invalid

FIRST, LAST = datetime(1970, 1, 1, tzinfo=UTC), datetime(9000, 1, 1, tzinfo=UTC)
"""Times from the first on and before the last can be asked about: arithmetic with them cannot overflow."""
_THREAD = re.compile(r"[A-Za-z0-9_-]{43}", re.ASCII)  # an HMAC-SHA256 in base64url
_GRAMMAR: Mapping[str, re.Pattern[str]] = {
    "purpose": PURPOSE,
    "key": KEY,
    "type": CODE,  # not the types of today: a log may hold those of a newer version
    "code": CODE,
    "actor": re.compile(r"[a-z]+", re.ASCII),
    "outcome": re.compile(f"{ANSWERED}|{REFUSED}"),
    "looks": re.compile("with|without"),
}


def read_moment(name: str, text: str) -> datetime:
    """A time or a date, in UTC where it names no zone. Raises ``Invalid`` for field ``name``."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = LAST
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    if not FIRST <= moment < LAST:
        raise Invalid("Write a time as 2026-03-01T09:30Z, or a date alone.", field=name)
    return moment


def check_span(since: datetime | None, until: datetime | None) -> None:
    """Raises ``Invalid`` for ``until`` where no time lies between the two."""
    if since is not None and until is not None and until <= since:
        raise Invalid("The end must be later than the beginning.", field="until")


def check_member(name: str, value: str) -> None:
    """Raises ``Invalid`` for field ``name``, which is one of ``Filters``, where no entry can have this value."""
    match name:
        case "company" | "client":
            if not ids.is_id(value):
                raise Invalid("Give the whole id, like f81d4fae-7dec-4d0a-a765-00a0c91e6bf6.", field=name)
        case "thread":
            if not _THREAD.fullmatch(value):
                raise Invalid(
                    "A thread has 43 letters and digits. Copy the whole of it from an entry.", field=name
                )
        case "agent":
            if not AGENT.fullmatch(value):
                raise Invalid(
                    "An agent’s pseudonym has 16 letters and digits. Copy the whole of it from an entry.",
                    field=name,
                )
        case _:
            if len(value) > MOST_CHARS or not _GRAMMAR[name].fullmatch(value):
                raise Invalid("No entry can have this. Copy the whole of it from an entry.", field=name)
