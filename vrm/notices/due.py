"""When something is to be said. Pure: moments in, moments out.

A consent is brought to mind every 90 days since anything was last decided or said about it (as the Australian Consumer
Data Right has it, Competition and Consumer (CDR) Rules 2020, rule 4.20). Its end is told ahead: a fortnight before, or
when its last quarter begins if that is later; and once more a day before, where it was granted for four weeks or longer.
"""

from datetime import UTC, datetime, timedelta, tzinfo
from typing import Literal

from vrm.notices.kinds import Every

REMIND = timedelta(days=90)
AHEAD = timedelta(days=14)
SHORTLY = timedelta(days=1)
LONG = timedelta(weeks=4)

What = Literal["reminder", "ending"]


def warnings(granted_at: datetime, expires_at: datetime) -> list[datetime]:
    """When its end is told ahead, in order."""
    runs = expires_at - granted_at
    ahead = expires_at - min(AHEAD, runs / 4)
    return [ahead, expires_at - SHORTLY] if runs >= LONG else [ahead]


def next_due(*, since: datetime, after: datetime, granted_at: datetime, expires_at: datetime) -> datetime:
    """The first moment later than ``after`` at which there is something to say; the end itself where nothing is.

    ``since``: when it was last decided or brought to mind. A reminder in the last fortnight would only repeat the warning.
    """
    ahead = warnings(granted_at, expires_at)
    moments = [moment for moment in ahead if moment > max(after, since)]
    reminder = since + REMIND
    while reminder <= after:
        reminder += REMIND
    if reminder < ahead[0]:
        moments.append(reminder)
    return min(moments, default=expires_at)


def what_is_due(*, due_at: datetime, granted_at: datetime, expires_at: datetime, now: datetime) -> What:
    """What became due at ``due_at`` or since: a worker that was down for long tells the more urgent alone."""
    late = any(due_at <= moment <= now for moment in warnings(granted_at, expires_at))
    return "ending" if late else "reminder"


def ends_at(granted_at: datetime, expires_at: datetime, now: datetime) -> str:
    """Which of the warnings has come, for telling each once: the latest that is past, as a date."""
    past = [moment for moment in warnings(granted_at, expires_at) if moment <= now]
    return f"{expires_at.isoformat()} {len(past)}"


def next_digest(*, every: Every, hour: int, zone: tzinfo, now: datetime) -> datetime:
    """When the next digest comes: at that hour where the person is, of the next day or the next Monday."""
    first = now.astimezone(zone).replace(hour=hour, minute=0, second=0, microsecond=0)
    if first <= now:
        first += timedelta(days=1)
    if every == "weekly":
        first += timedelta(days=(7 - first.weekday()) % 7)
    return first.astimezone(UTC)
