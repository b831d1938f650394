"""Reads along a line of time, as percentages: what the drawings on the page of reads are made from. Pure."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from babel.dates import format_skeleton
from flask_babel import get_locale


class Strip(NamedTuple):
    """One company's reads and refusals, each a percentage of the way from ``start`` to ``end``."""

    company: str
    consent_id: str | None
    reads: list[float]
    refusals: list[float]


class Mark(NamedTuple):
    """A place on the axis and what is written there."""

    percent: float
    label: str


def strips(rows: Iterable[Mapping[str, Any]], *, start: datetime, end: datetime) -> list[Strip]:
    """One strip for each company in ``rows`` (as on the page of reads), the busiest first."""
    found: dict[str, Strip] = {}
    for row in rows:
        if not start <= row["at"] <= end:
            continue
        strip = found.setdefault(row["company"], Strip(row["company"], row["consent_id"], [], []))
        place = round(100 * ((row["at"] - start) / (end - start)), 1)
        (strip.reads if row["outcome"] == "permitted" else strip.refusals).append(min(place, 99.5))
    return sorted(found.values(), key=lambda strip: (-len(strip.reads) - len(strip.refusals), strip.company))


def axis(*, start: datetime, end: datetime, steps: int = 3) -> list[Mark]:
    """The dates under the strips, first to last; the last is now."""
    return [
        Mark(
            round(100 * step / steps),
            format_skeleton("MMMd", start + (end - start) * step / steps, locale=get_locale()),
        )
        for step in range(steps + 1)
    ]
