"""What time it is: aware UTC, to the millisecond, so that what is written reads back equal on every engine."""

from datetime import UTC, datetime


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
