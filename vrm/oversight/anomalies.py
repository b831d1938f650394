"""What is out of the ordinary, and why. Pure: figures in, a finding or None out.

Each detector compares a client with its own past and stays silent where there is too little of it; but so many
reads or people that only a past could explain them are found without one (the ceilings below). A finding gives three
figures: what was *observed*, what is *usual*, and the *threshold* that was passed, so that a page can say why in a
sentence and an auditor can judge it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from statistics import median
from typing import Literal

Kind = Literal["volume", "hours", "unused_key", "refusals", "agent"]
KINDS: tuple[Kind, ...] = ("volume", "hours", "unused_key", "refusals", "agent")

PAST_DAYS = 28  # four whole weeks, so that every weekday counts alike

VOLUME_FLOOR = 50  # reads a day: below this, ten times as many as usual is still a handful
VOLUME_PAST = 14  # days a client must have been known: two of each weekday, before that all is new
VOLUME_SPREAD = 6.0  # robust standard deviations (1.4826 times the MAD) above the median
VOLUME_GROWTH = 2.0  # times the last week's median and the same weekday's: growth and weekly rhythm are usual
VOLUME_LEAST_SPREAD = 0.1  # of the median: a client of one figure every day may still move a little
VOLUME_CEILING = 1000  # reads a day while a client is new: people consent one by one, so few have yet

HOURS_FLOOR = 20  # reads in the hour
HOURS_PAST = 21  # days a client must have been known: three of each hour of the week
HOURS_TOTAL = 200  # reads in the past, without which there is no rhythm to leave
HOURS_SHARE = 0.05  # of a usual hour in which it reads: what "hardly ever" means

UNUSED_DAYS = 30  # a month: a shop's monthly bill has had its turn

REFUSALS_FLOOR = 20  # refused reads in an hour: a retry loop makes a few
REFUSALS_SHARE = 0.5  # of all reads in that hour
REFUSALS_TIMES = 10.0  # times the client's own usual hour, where the share stays below
REFUSALS_PAST = 24  # hours in which it read, without which nothing is usual yet

AGENT_FLOOR = 20  # people in a day: a clerk at a counter sees as many
AGENT_TIMES = 4.0  # times the median of the client's other agents, and of its own past
AGENT_PAST = 5  # agent days to compare with
AGENT_CEILING = 480  # people in a day: one a minute for eight hours, which is more than anybody looks at


@dataclass(frozen=True)
class Figures:
    """Why something is out of the ordinary."""

    observed: float
    usual: float
    threshold: float


def volume(past: Sequence[int], observed: int) -> Figures | None:
    """Reads in a day against those of the days before, oldest first, since the client was first seen.

    Robust (median and MAD), so that one wild day in the past does not hide the next; and never below twice the
    last week or the same weekday, so that a client that grows steadily, or reads on Mondays only, is no finding.
    A new client has the ceiling, or twice what it read on its busiest day, so that a large one is found once only.
    """
    past = past[-PAST_DAYS:]
    usual = median(past or [0])
    if len(past) < VOLUME_PAST:
        ceiling = max(VOLUME_CEILING, VOLUME_GROWTH * max(past, default=0))
        return Figures(observed, usual, ceiling) if observed > ceiling else None
    spread = max(1.4826 * median(abs(one - usual) for one in past), VOLUME_LEAST_SPREAD * usual)
    threshold = max(
        VOLUME_FLOOR,
        usual + VOLUME_SPREAD * spread,
        VOLUME_GROWTH * median(past[-7:]),
        VOLUME_GROWTH * median(past[::-1][6::7]),
    )
    return Figures(observed, usual, threshold) if observed > threshold else None


def hours(past: Sequence[int], observed: int) -> Figures | None:
    """Reads in one hour against the same hour of the week, and the ones beside it, in the four weeks before.

    ``past`` holds the reads of every hour before it, oldest first, since the client was first seen.
    """
    if len(past) < HOURS_PAST * 24 or sum(past) < HOURS_TOTAL or observed < HOURS_FLOOR:
        return None
    places = [len(past) - weeks * 7 * 24 + beside for weeks in range(1, 5) for beside in (-1, 0, 1)]
    same = [past[place] for place in places if 0 <= place < len(past)]
    usual = sum(same) / len(same)
    busy = sum(past) / sum(1 for one in past if one)
    return Figures(observed, usual, HOURS_FLOOR) if usual < HOURS_SHARE * busy else None


def unused_key(
    *, granted: int, ended: int, first_granted: datetime, last_read: datetime | None, now: datetime
) -> Figures | None:
    """A key that people granted and that was not read for a month. Figures are days.

    ``granted`` and ``ended`` count the consents to it: where all have ended, nothing is held unused.
    """
    idle = (now - (last_read or first_granted)).days
    if granted <= ended or idle < UNUSED_DAYS or (now - first_granted).days < UNUSED_DAYS:
        return None
    return Figures(idle, 0, UNUSED_DAYS)


def refusals(past: Sequence[int], observed: int, reads: int) -> Figures | None:
    """Refused reads in an hour: most of all reads in it, or many times what is usual.

    ``past`` holds the refused reads of the hours before in which the client read at all; ``reads`` is how many
    were answered in the observed one.
    """
    if observed < REFUSALS_FLOOR:
        return None
    known = len(past) >= REFUSALS_PAST
    usual = sum(past) / len(past) if known else 0.0
    if observed >= REFUSALS_SHARE * (observed + reads) and observed > 2 * usual:
        return Figures(observed, usual, max(REFUSALS_FLOOR, 2 * usual))
    threshold = max(REFUSALS_FLOOR, REFUSALS_TIMES * usual)
    return Figures(observed, usual, threshold) if known and observed > threshold else None


def agent(own: Sequence[int], others: Sequence[int], observed: int) -> Figures | None:
    """People that one agent looked at in a day, against its own past days and those of the client's other agents.

    Both must be passed where both are known: an automatic process that always reads everybody is usual. Above the
    ceiling only an agent's own past explains what it does: that others read everybody makes it no less many.
    """
    mine = float(median(own) if len(own) >= AGENT_PAST else max(own, default=0))
    ceiling = max(AGENT_CEILING, AGENT_TIMES * mine)
    known = [float(median(days)) for days in (own, others) if len(days) >= AGENT_PAST]
    usual = max(known, default=mine)
    threshold = max(AGENT_FLOOR, AGENT_TIMES * usual) if known else ceiling
    if threshold > ceiling:
        usual, threshold = mine, ceiling
    return Figures(observed, usual, threshold) if observed > threshold else None
