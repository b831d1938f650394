"""The words of an axis: round values, and dates that fit under a drawing on a narrow page. Pure.

Words are in the language of the request; times are told in the zone they come in (UTC, from the log).
"""

import math
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Literal, NamedTuple

from babel.dates import format_skeleton
from babel.numbers import format_compact_decimal, format_decimal
from flask_babel import get_locale

from vrm.web.strips import Mark

Unit = Literal["hour", "day", "week", "month"]

_NARROW = 4
"""Dates under an axis: so many stand side by side on a page of 320 px."""
_LOWEST = 0.1
"""A part of an axis that is lower has no room for a figure."""
_DAYS = (1, 2, 3, 7, 14, 30, 60, 90, 180, 365)
_SPACING: dict[Unit, tuple[int, ...]] = {"hour": (1, 2, 3, 6, 12, 24, 48, 168), "month": (1, 2, 3, 6, 12)}


class Tick(NamedTuple):
    """A round value on the upright axis: how far down it stands, and what is written there."""

    percent: float
    label: str
    zero: bool


def round_step(span: int, about: int = 3) -> int:
    """The smallest of 1, 2, 5, 10, 20, 50 … of which ``about`` reach over ``span``: values that read as round."""
    size = 1
    while True:
        for figure in (1, 2, 5):
            if about * figure * size >= span:
                return figure * size
        size *= 10


def rounds(most: int, step: int, span: int) -> list[int]:
    """The round values up to ``most``, or the largest below it where the step is higher: a drawn part has its figure,
    unless it is too low for one on an axis of ``span``.
    """
    found = list(range(step, most + 1, step))
    if not found and most > span * _LOWEST:
        size = 10 ** (len(str(most)) - 1)
        found = [next(figure * size for figure in (5, 2, 1) if figure * size <= most)]
    return found


def begins(since: datetime, until: datetime, unit: Unit) -> list[datetime]:
    """Where each unit begins, from the one that ``since`` lies in to the last before ``until``. Weeks are of Mondays."""
    at = since.replace(minute=0, second=0, microsecond=0)
    if unit != "hour":
        at = at.replace(hour=0)
    if unit == "week":
        at -= timedelta(days=at.weekday())
    if unit == "month":
        at = at.replace(day=1)
    found = []
    while at < until:
        found.append(at)
        if unit == "month":
            at = (at + timedelta(days=31)).replace(day=1)
        else:
            at += {"hour": timedelta(hours=1), "day": timedelta(days=1), "week": timedelta(days=7)}[unit]
    return found


def short(value: int) -> str:
    """``500``, ``12K``, ``1.5M``, as the language shortens it: it must fit beside the drawing."""
    locale = get_locale()
    if value >= 10_000:
        words = str(format_compact_decimal(value, locale=locale, fraction_digits=1))
        if not words.isdecimal():  # German writes thousands out, and then without the points between them
            return words
    return str(format_decimal(value, locale=locale))


def marks(times: Sequence[datetime], unit: Unit) -> list[Mark]:
    """Dates under buckets that begin at ``times``, so few that they never touch."""
    if not times:
        return []
    every = next(
        (n for n in _SPACING.get(unit, _DAYS) if len(times) <= n * _NARROW), math.ceil(len(times) / _NARROW)
    )
    # Hours are marked where a clock has its figures, whatever the hour at which the drawing begins.
    first = -times[0].hour % min(every, 24) if unit == "hour" else 0
    return [
        Mark(round(100 * n / len(times), 2), _mark(times[n], unit, len(times)))
        for n in range(first, len(times), every)
    ]


def span(start: datetime, end: datetime) -> list[Mark]:
    """Dates at the thirds of a time, each once; hours within a day."""
    skeleton = "Hm" if end - start < timedelta(days=1) else "MMMd"
    found: list[Mark] = []
    for percent in (0, 33, 67, 100) if end > start else (0,):
        at = start + (end - start) * percent / 100
        word = str(format_skeleton(skeleton, at, locale=get_locale()))
        if not found or found[-1].label != word:
            found.append(Mark(percent, word))
    return found


def _mark(at: datetime, unit: Unit, many: int) -> str:
    """A word under the axis, as short as it can be among so ``many``: midnight is a date, once there are two."""
    if unit == "hour" and (at.hour or many <= 24):
        skeleton = "Hm"
    elif unit == "month":
        skeleton = "MMM" if many <= 12 else "yMMM"
    else:
        skeleton = "MMMd"
    return str(format_skeleton(skeleton, at, locale=get_locale()))


def label(at: datetime, unit: Unit) -> str:
    """The whole of it, for the table."""
    locale = get_locale()
    date = format_skeleton("yMMMM" if unit == "month" else "yMMMd", at, locale=locale)
    return f"{date}, {format_skeleton('Hm', at, locale=locale)}" if unit == "hour" else str(date)
