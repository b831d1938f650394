"""Reads along a line of time, as percentages: what the drawings on the page of reads are made from. Pure."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from babel.dates import format_skeleton
from flask_babel import get_locale

FINEST = 200


class Strip(NamedTuple):
    """One company's reads and refusals, each a percentage of the way from ``start`` to ``end``.

    What cannot be told apart on paper is one mark: a strip has at most ``FINEST`` of a kind.
    """

    company: str
    reads: list[float]
    refusals: list[float]


class Mark(NamedTuple):
    """A place on the axis and what is written there."""

    percent: float
    label: str


def strips(rows: Iterable[Mapping[str, Any]], *, start: datetime, end: datetime) -> list[Strip]:
    """One strip for each company in ``rows`` [at, company, outcome], the busiest first."""
    found: dict[str, tuple[int, set[float], set[float]]] = {}
    for row in rows:
        if not start <= row["at"] <= end:
            continue
        times, reads, refusals = found.get(row["company"], (0, set(), set()))
        place = round(FINEST * ((row["at"] - start) / (end - start))) * 100 / FINEST
        (reads if row["outcome"] == "permitted" else refusals).add(min(place, 99.5))
        found[row["company"]] = times + 1, reads, refusals
    busiest = sorted(found.items(), key=lambda each: (-each[1][0], each[0]))
    return [Strip(company, sorted(reads), sorted(refusals)) for company, (_, reads, refusals) in busiest]


def axis(*, start: datetime, end: datetime, steps: int = 3) -> list[Mark]:
    """The dates under the strips, first to last; the last is now."""
    return [
        Mark(
            round(100 * step / steps),
            format_skeleton("MMMd", start + (end - start) * step / steps, locale=get_locale()),
        )
        for step in range(steps + 1)
    ]
