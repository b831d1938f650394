"""What time it is: aware UTC, to the millisecond, so that what is written reads back equal on every engine.

People are told the time of where they are: zones are for that, and for nothing that is kept.
"""

from datetime import UTC, datetime, tzinfo
from functools import cache
from zoneinfo import ZoneInfo, available_timezones


def now() -> datetime:
    """The current time in UTC, cut to the millisecond."""
    return trim(datetime.now(UTC))


def trim(moment: datetime) -> datetime:
    """The same moment in UTC, cut to the millisecond."""
    moment = moment.astimezone(UTC)
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


def rfc3339(moment: datetime) -> str:
    """``2026-11-21T22:14:25.123Z``: RFC 3339, always UTC, always three decimals."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").removesuffix("+00:00") + "Z"


def is_zone(name: str) -> bool:
    """Whether a time zone is called so (IANA, ``Europe/Berlin``), as far as this machine knows them."""
    return name in _zone_names()


def zone(name: str) -> tzinfo:
    """The time zone of this name; UTC where there is none of it."""
    return ZoneInfo(name) if is_zone(name) else UTC


def zone_name(moment: datetime) -> str:
    """What its zone is called at that moment: ``CET``, ``UTC``; ``UTC+05:45`` where it has no letters of its own."""
    name = moment.tzname() or "UTC"
    return f"UTC{moment.isoformat()[-6:]}" if name[0] in "+-" else name


@cache
def _zone_names() -> frozenset[str]:
    return frozenset(available_timezones())
