"""The drawings of counts: geometry from the records, and pages from the macros."""

import math
import re
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from flask import Flask, render_template_string
from flask_babel import force_locale

from tests.support.pseudo import Plain, Pseudo
from vrm.web import Site, axes, charts, create
from vrm.web.charts import Bucket, Point, Rank

START = datetime(2026, 3, 2, tzinfo=UTC)  # a Monday
HOUR, DAY = timedelta(hours=1), timedelta(days=1)

SPECIMEN = """{% import "_charts.html" as c %}{% import "_office.html" as o %}
{{ c.columns(columns, "a", heading, "", (heading, heading)) }}{{ c.growth(growth, "b", heading, "", heading) }}
{{ c.bars(bars, "c", heading, "", (heading, heading), code=true, parts=(heading, heading)) }}
{{ c.hours(week, "d", heading, "", heading) }}
{% call o.filters(heading, "/audit/log", heading, clear="/audit/log") %}{{ o.filter("since", heading, kind="datetime-local") }}
{{ o.choice("outcome", heading, [("refused", heading)], "refused") }}{% endcall %}
{{ o.tabs(heading, [("/a", heading), ("/b", heading, 3)], "/b") }}{{ o.pager(heading, "/n", "/o", heading) }}
<dl class="facts">{{ o.fact(heading, evil) }}{{ o.fact(heading, evil, code=true) }}
{% call o.fact(heading) %}7{% endcall %}</dl>{{ o.code("e", heading, evil) }}
<ol class="exchange">{% call o.step("f", heading, evil, evil) %}{% endcall %}
{% call o.step("g", heading, evil, none, state="bad") %}{% endcall %}
{% call o.step("h", heading, none, none, state="next") %}{% endcall %}</ol>
<ul class="checks">{% call o.check(true, heading) %}{% endcall %}{% call o.check(false, heading) %}{% endcall %}</ul>"""


@pytest.fixture(autouse=True)
def english():
    """Labels of axes are in the language of a request; here it is the source language."""
    app = create(Site("http://localhost", lambda token: None))
    with app.test_request_context("/"):
        yield


def shown(app: Flask, **more: object) -> str:
    """Every macro, once, with something in it."""
    context = {
        "columns": charts.columns([Bucket(START, 3, 1, "/audit/log?at=1"), Bucket(START + DAY, 0)]),
        "growth": charts.growth([Point(START, 5), Point(START + 9 * DAY, 900)]),
        "bars": charts.bars([Rank("email", 9, 3, "/k"), Rank("<b>", 7)]),
        "week": charts.hours({(0, 9): 4}, {(6, 3)}),
        "heading": "\u2068·\u2069",
        "evil": "<script>",
        **more,
    }
    with app.test_request_context("/"):
        return render_template_string(SPECIMEN, **context)


def inside(*percents: float) -> bool:
    return all(math.isfinite(percent) and 0 <= percent <= 100 for percent in percents)


def days(*counts: int) -> list[Bucket]:
    return [Bucket(START + n * DAY, count) for n, count in enumerate(counts)]


@pytest.mark.parametrize(
    ("span", "step"), [(0, 1), (1, 1), (3, 1), (4, 2), (7, 5), (999, 500), (1501, 1000), (10**18, 5 * 10**17)]
)
def test_an_axis_has_few_round_values(span, step):
    """The step is 1, 2 or 5 with noughts, and at most three of them reach over the span."""
    assert axes.round_step(span) == step


def test_columns_stand_on_one_line():
    """Reads rise from the line and refusals hang from it, on one scale; each column keeps its place."""
    chart = charts.columns([Bucket(START, 300), Bucket(START + DAY, 150, 100)])
    first, second = chart.columns
    assert chart.zero == 75
    assert (first.top, first.rise, first.drop) == (0, 75, 0)
    assert (second.top, second.rise, second.drop) == (37.5, 37.5, 25)
    assert (first.x, second.x) == (0, 50)
    assert [(tick.percent, tick.label, tick.zero) for tick in chart.ticks] == [
        (75, "0", True), (50, "100", False), (25, "200", False), (0, "300", False), (100, "100", False)
    ]  # fmt: skip
    assert (chart.above, chart.below, chart.peak) == (450, 100, first)


def test_columns_of_nothing():
    """No bucket, and buckets in which nothing happened, draw nothing and divide by nothing."""
    assert charts.columns([])[:3] == ([], [axes.Tick(100, "0", True)], [])
    quiet = charts.columns(days(0, 0, 0))
    assert (quiet.peak, quiet.zero, quiet.above) == (None, 100, 0)
    assert {column.rise for column in quiet.columns} == {0}


def test_one_column_is_not_a_wall():
    """A single bucket is drawn as a column."""
    only = charts.columns([Bucket(START, 7)]).columns[0]
    assert (only.rise, only.width) == (100, 10)


def test_only_refusals_hang_from_the_top():
    """Without a read the line is at the top."""
    chart = charts.columns([Bucket(START, 0, 5)])
    assert chart.zero == 0
    assert (chart.columns[0].rise, chart.columns[0].drop) == (0, 100)


def test_huge_and_tiny_stay_in_the_drawing():
    """Beside a huge number, one is still seen; nothing leaves the drawing, and labels stay short."""
    chart = charts.columns(days(10**15, 1, 0))
    assert all(inside(c.x, c.width, c.top, c.rise, c.drop) for c in chart.columns)
    assert chart.columns[1].rise > 1
    assert chart.columns[2].rise == 0
    assert max(len(tick.label) for tick in chart.ticks) <= 6


def test_thousands_are_short_in_each_language():
    """Values beside the drawing are short, and grouped where a language does not shorten them."""
    assert [axes.short(n) for n in (0, 9_999, 12_000, 1_500_000)] == ["0", "9,999", "12K", "1.5M"]
    with force_locale("de"):
        assert [axes.short(n) for n in (12_000, 1_500_000)] == ["12.000", "1,5\xa0Mio."]


@pytest.mark.parametrize(
    ("unit", "step", "many", "words"),
    [
        ("hour", HOUR, 24, ["00:00", "06:00", "12:00", "18:00"]),
        ("hour", HOUR, 168, ["2 Mar", "4 Mar", "6 Mar", "8 Mar"]),
        ("day", DAY, 7, ["2 Mar", "4 Mar", "6 Mar", "8 Mar"]),
        ("day", DAY, 90, ["2 Mar", "1 Apr", "1 May"]),
        ("day", DAY, 1, ["2 Mar"]),
    ],
)
def test_dates_under_the_axis_are_few(unit, step, many, words):
    """Four dates at most, spaced evenly."""
    marks = axes.marks([START + n * step for n in range(many)], unit)
    assert [mark.label for mark in marks] == words
    assert len({round(b.percent - a.percent, 1) for a, b in pairwise(marks)}) <= 1


@pytest.mark.parametrize("many", [1, 2, 5, 30, 61, 168, 366, 5000])
@pytest.mark.parametrize("unit", ["hour", "day", "week", "month"])
def test_dates_never_crowd(many, unit):
    """However many buckets there are, four dates stand under them."""
    marks = axes.marks([START + n * DAY for n in range(many)], unit)
    assert 1 <= len(marks) <= 4
    assert inside(*(mark.percent for mark in marks))


def test_hours_are_marked_where_a_clock_has_figures():
    """A day that begins at ten in the evening is marked at midnight, six and noon."""
    marks = axes.marks([START - 2 * HOUR + n * HOUR for n in range(24)], "hour")
    assert [mark.label for mark in marks] == ["00:00", "06:00", "12:00", "18:00"]
    assert marks[0].percent == 8.33


@pytest.mark.parametrize(
    ("unit", "starts"),
    [("day", ["03-04", "03-05", "03-06"]), ("week", ["03-02"]), ("month", ["03-01"])],
)
def test_units_begin_where_the_calendar_says(unit, starts):
    """The first unit is the one in which the time lies."""
    found = axes.begins(START + 2 * DAY + HOUR, START + 4 * DAY + HOUR, unit)
    assert [at.strftime("%m-%d") for at in found] == starts


def test_months_follow_each_other():
    """Each month of a year begins on its first day, also after a short one."""
    found = axes.begins(START, START + 365 * DAY, "month")
    assert [at.month for at in found] == [3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 1, 2, 3]
    assert {at.day for at in found} == {1}


def test_holes_are_filled():
    """A day without a row gets an empty bucket; only what happened has a link, over its own time."""
    found = charts.filled(
        [Bucket(START + DAY, 2)], START, START + 3 * DAY - HOUR, link=lambda at, end: f"{at:%d}-{end:%d.%H}"
    )
    assert [(bucket.above, bucket.href) for bucket in found] == [(0, None), (2, "03-04.00"), (0, None)]


def test_growth_is_drawn_in_steps():
    """A value holds until the next point; the axis starts at nothing."""
    chart = charts.growth([Point(START, 500), Point(START + DAY, 750), Point(START + 2 * DAY, 1000)])
    assert chart.path == "M0 50.0H50.0V25.0H100.0V0.0H100"
    assert [tick.label for tick in chart.ticks] == ["0", "500", "1,000"]
    assert [mark.label for mark in chart.marks] == ["2 Mar", "3 Mar", "4 Mar"]


def test_growth_of_nothing_and_of_one():
    """No point draws nothing; one, or a value that stands still, is a flat line."""
    assert charts.growth([]).rows == []
    assert charts.growth([Point(START, 7)]).path == "M0 0.0H100"
    still = charts.growth([Point(START, 7), Point(START + DAY, 7)])
    assert "NaN" not in still.path and set(re.findall(r"V([\d.]+)", still.path)) == {"0.0"}


@pytest.mark.parametrize(
    ("above", "below", "labels"),
    [(12, 40, ["0", "10", "20", "40"]), (40, 12, ["0", "20", "40", "10"]), (1, 400, ["0", "200", "400"])],
)
def test_both_parts_of_an_axis_have_figures(above, below, labels):
    """The lower part is measured too, where it is high enough for a figure."""
    chart = charts.columns([Bucket(START, above, below)])
    assert [tick.label for tick in chart.ticks] == labels


def test_bars_are_measured_against_the_largest():
    """The largest is full; a part is of its own bar; what is not nothing is seen; the order is kept."""
    rows = charts.bars([Rank("a", 50), Rank("b", 200, 50), Rank("c", 1, 0), Rank("d", 0), Rank("e", 2, 9)])
    assert [(bar.width, bar.filled) for bar in rows] == [(25, 25), (100, 25), (1.2, 0), (0, 0), (1.2, 1.2)]
    assert charts.bars([Rank("a", 70)], full=100)[0].width == 70
    assert charts.bars([]) == []


def test_a_week_has_its_hours():
    """Twice the count is twice the area; an unusual hour is marked even if nothing was read in it."""
    week = charts.hours({(0, 9): 100, (1, 9): 25}, {(6, 3)})
    assert [len(day.cells) for day in week.days] == [24] * 7
    assert (week.days[0].cells[9].size, week.days[1].cells[9].size, week.days[2].cells[9].size) == (18, 9, 0)
    assert week.days[6].cells[3].unusual and (week.total, week.unusual) == (125, 1)
    assert charts.hours({}).total == 0
    with force_locale("en_US"):
        assert [day.short for day in charts.hours({}).days][:2] == ["Sun", "Mon"]


def test_hours_are_added_up():
    """The same hour of two weeks is one cell."""
    series = [(START + 9 * HOUR, 2), (START + 7 * DAY + 9 * HOUR, 3), (START, 1)]
    assert charts.by_hour_of_week(series) == {(0, 9): 5, (0, 0): 1}


def test_macros_are_drawn_well():
    """No inline style, no script, no id twice, one table for each drawing, and labels escaped."""
    html = shown(create(Site("http://localhost", lambda token: None)))
    plain = Plain()
    plain.feed(html)
    assert not re.search(r"\s(style|on\w+)=|<script", html)
    assert len(plain.ids) == len(set(plain.ids))
    assert html.count("<table") == html.count("</table>") == 4
    assert all(f'id="{name}"' in html for name in re.findall(r'aria-labelledby="(\w+)"', html))
    assert "&lt;b&gt;" in html
    assert not re.search(r'class="[^"]*\b(hand|sign|own)\b', html), "agents and auditors see no blue"


def test_nothing_is_drawn_of_nothing():
    """An empty drawing is its sentence alone."""
    html = shown(
        create(Site("http://localhost", lambda token: None)),
        columns=charts.columns(days(0, 0)),
        growth=charts.growth([]),
        bars=[],
        week=charts.hours({}),
    )
    assert html.count("<figcaption") == 5
    assert "<table" not in html


def test_every_word_of_the_macros_can_be_translated():
    """In the pretend language no plain letter stands outside of a value."""
    words = Pseudo()
    plain = Plain()
    plain.feed(shown(create(Site("http://localhost", lambda token: None, translations=lambda locale: words))))
    assert plain.found == []
