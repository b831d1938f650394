"""Counts as drawings: columns over time, growth, ranked bars, the hours of a week. Pure.

Every place is a percentage of the drawing, so that it bends to any width without bending its text, and needs no
script. The macros of ``_charts.html`` turn these records into SVG, with a sentence above and a table behind::

    found = [charts.Bucket(at, above=reads, below=refused) for at, reads, refused in series]
    chart = charts.columns(charts.filled(found, since, until, "day"), "day")
    {{ c.columns(chart, "day-by-day", _("Reads a day"), sentence, (_("Read"), _("Refused"))) }}
"""

import math
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from babel.dates import get_day_names
from babel.numbers import format_decimal
from flask_babel import get_locale

from vrm.web import axes
from vrm.web.axes import Tick, Unit
from vrm.web.strips import Mark

Link = Callable[[datetime, datetime], str]

_LEAST = 1.2
"""What is not nothing must be seen: no part of a drawing is lower than this many per cent."""

_WIDEST = 10.0
"""One column alone is still a column, not a wall."""


class Bucket(NamedTuple):
    """What happened from ``at`` on, until the next bucket: two counts, and a link to the entries, if there is one."""

    at: datetime
    above: int
    below: int = 0
    href: str | None = None


class Column(NamedTuple):
    """One bucket: ``above`` stands on the line (``top`` to the line), ``below`` hangs from it (``drop`` high)."""

    label: str
    href: str | None
    above: int
    below: int
    x: float
    width: float
    top: float
    rise: float
    drop: float


class Columns(NamedTuple):
    """Columns over time; ``zero`` is where the line stands, ``peak`` the highest column (None: nothing at all)."""

    columns: list[Column]
    ticks: list[Tick]
    marks: list[Mark]
    zero: float
    above: int
    below: int
    peak: Column | None


class Point(NamedTuple):
    """A value that holds from ``at`` until the next point."""

    at: datetime
    value: int


class Growth(NamedTuple):
    """A line in steps, as a path in a square of 100 by 100; ``rows`` are the same points for the table."""

    path: str
    ticks: list[Tick]
    marks: list[Mark]
    rows: list[tuple[str, Point]]


class Rank(NamedTuple):
    """One row of a ranking. ``part`` of ``total`` is filled (None: all of it); ``figure`` replaces the numbers."""

    label: str
    total: int
    part: int | None = None
    href: str | None = None
    figure: str = ""


class Bar(NamedTuple):
    """A rank drawn: the bar is ``width`` long and ``filled`` of it is full."""

    rank: Rank
    width: float
    filled: float


class Cell(NamedTuple):
    """One hour of the week; ``size`` is the side of its square, in twentieths of the place it has."""

    x: float
    hour: int
    times: int
    size: float
    unusual: bool


class Day(NamedTuple):
    """One line of the week."""

    name: str
    short: str
    cells: list[Cell]


class Week(NamedTuple):
    """Seven days of 24 hours."""

    days: list[Day]
    marks: list[Mark]
    total: int
    unusual: int


def columns(buckets: Iterable[Bucket], unit: Unit = "day") -> Columns:
    """A column for each bucket, oldest first and without holes (see ``filled``)."""
    rows = list(buckets)
    up, down = max((row.above for row in rows), default=0), max((row.below for row in rows), default=0)
    span = max(up + down, 1)
    zero = _round(100 * up / span) if up + down else 100.0
    step = axes.round_step(max(up, down))
    # Many columns stand closer: a gap of a third would swallow what is two pixels wide.
    each = 100 / max(len(rows), 1)
    width = min(each * (0.68 if len(rows) <= 60 else 0.84), _WIDEST)
    drawn = []
    for n, row in enumerate(rows):
        rise, drop = _height(row.above, span), _height(row.below, span)
        drawn.append(
            Column(
                axes.label(row.at, unit), row.href, row.above, row.below,
                _round(n * each), _round(width), _round(max(zero - rise, 0)), rise, drop,
            )
        )  # fmt: skip
    values = [0, *axes.rounds(up, step, span), *(-value for value in axes.rounds(down, step, span))]
    ticks = [Tick(_round(zero - 100 * value / span), axes.short(abs(value)), not value) for value in values]
    tallest = max(drawn, key=lambda column: (column.above, column.below), default=None)
    return Columns(
        drawn,
        ticks,
        axes.marks([row.at for row in rows], unit),
        zero,
        sum(row.above for row in rows),
        sum(row.below for row in rows),
        tallest if tallest and (tallest.above or tallest.below) else None,
    )


def filled(
    found: Iterable[Bucket], since: datetime, until: datetime, unit: Unit = "day", link: Link | None = None
) -> list[Bucket]:
    """A bucket for every unit from ``since`` to before ``until``: those found, and empty ones in the holes.

    ``link`` makes the href of the buckets in which something happened, from where each begins and ends.
    """
    kept = {bucket.at: bucket for bucket in found}
    begins = axes.begins(since, until, unit)
    rows = []
    for at, end in zip(begins, [*begins[1:], until], strict=True):
        row = kept.get(at, Bucket(at, 0))
        rows.append(row._replace(href=link(at, end)) if link and (row.above or row.below) else row)
    return rows


def growth(points: Sequence[Point]) -> Growth:
    """A value over time as steps, oldest first. The axis starts at nothing: half as high is half as much."""
    if not points:
        return Growth("", [], [], [])
    high = max(point.value for point in points)
    step = axes.round_step(high)
    start, end = points[0].at, points[-1].at
    span, height = max(end - start, timedelta(seconds=1)), max(high, 1)

    def y(value: int) -> float:
        return _round(100 - 100 * value / height)

    path = f"M0 {y(points[0].value)}"
    for point in points[1:]:
        path += f"H{_round(100 * ((point.at - start) / span))}V{y(point.value)}"
    ticks = [
        Tick(y(value), format_decimal(value, locale=get_locale()), not value)
        for value in range(0, high + 1, step)
    ]
    return Growth(
        path + "H100",
        ticks,
        axes.span(start, end),
        [(axes.label(point.at, "hour"), point) for point in points],
    )


def bars(ranks: Sequence[Rank], full: int | None = None) -> list[Bar]:
    """Each rank against the largest, or against ``full`` (100 for shares). The order is the caller's."""
    most = max(full or max((rank.total for rank in ranks), default=0), 1)
    drawn = []
    for rank in ranks:
        width = min(_height(rank.total, most), 100.0)
        part = rank.total if rank.part is None else min(rank.part, rank.total)
        drawn.append(Bar(rank, width, min(_height(part, most), width)))
    return drawn


def hours(counts: Mapping[tuple[int, int], int], unusual: Collection[tuple[int, int]] = ()) -> Week:
    """Counts by (day of the week, Monday is 0; hour) as squares: twice the count is twice the area."""
    locale = get_locale()
    most = max([*counts.values(), 1])
    wide, short = (get_day_names(width, "stand-alone", locale=locale) for width in ("wide", "abbreviated"))
    first = locale.first_week_day if locale else 0
    days = []
    for weekday in ((first + n) % 7 for n in range(7)):
        cells = []
        for hour in range(24):
            count = counts.get((weekday, hour), 0)
            size = _round(max(18 * math.sqrt(count / most), 4)) if count else 0.0
            cells.append(Cell(_round(hour * 100 / 24), hour, count, size, (weekday, hour) in unusual))
        days.append(Day(wide[weekday], short[weekday], cells))
    marks = [Mark(_round(hour * 100 / 24), f"{hour:02}:00") for hour in (0, 6, 12, 18)]
    return Week(days, marks, sum(counts.values()), sum(cell.unusual for day in days for cell in day.cells))


def by_hour_of_week(series: Iterable[tuple[datetime, int]]) -> dict[tuple[int, int], int]:
    """Counts by hour, added up to what ``hours`` takes."""
    found: Counter[tuple[int, int]] = Counter()
    for at, count in series:
        found[at.weekday(), at.hour] += count
    return dict(found)


def _height(value: int, span: int) -> float:
    return max(_round(100 * value / span), _LEAST) if value else 0.0


def _round(percent: float) -> float:
    return round(percent, 2)
