"""The figures behind charts are what counting every entry gives."""

import random
from collections import Counter
from dataclasses import replace
from datetime import timedelta

import pytest

from tests.unit.oversight.conftest import CLIENTS, MONDAY, mixed, read, write
from tests.unit.oversight.test_searching import everything, small_blocks, some, thread  # noqa: F401
from vrm import oversight
from vrm.errors import Invalid
from vrm.oversight import Filters, members, searching, tallies
from vrm.oversight.indexing import day, hour


@pytest.mark.parametrize("grain", ["day", "hour"])
def test_series_count_what_there_is(database, grain):
    """Any conditions: every bucket of the span with the outcomes of its entries, whole buckets at both ends."""
    write(database, mixed(400), each=50)
    rows, chance = everything(database), random.Random(6)
    floor, step = (day, timedelta(days=1)) if grain == "day" else (hour, timedelta(hours=1))
    for _ in range(30):
        since = MONDAY + timedelta(hours=chance.randrange(-20, 100), minutes=7)
        filters = replace(some(chance), since=since, until=since + timedelta(hours=chance.randrange(1, 90)))
        told = database.read(lambda session, f=filters: oversight.series(session, f, grain=grain))
        starts = [bucket.start for bucket in told.buckets]
        assert starts[0] == floor(filters.since)
        assert starts[-1] < filters.until <= starts[-1] + step
        whole = replace(filters, since=starts[0], until=starts[-1] + step)
        for bucket in told.buckets:
            here = [row for row in rows if whole.admit(row) and floor(row.at) == bucket.start]
            assert bucket.counts == Counter(row.outcome or "" for row in here), filters
        assert told.counted_back_to is None


def test_rankings_count_what_there_is(database):
    """Any conditions, grouped by anything: most first, over whole days."""
    write(database, mixed(400), each=50)
    rows, chance = everything(database), random.Random(7)
    for number in range(140):
        by, filters = oversight.GROUPS[number % len(oversight.GROUPS)], some(chance)
        told = database.read(lambda session, f=filters, by=by: oversight.rank(session, f, by=by))
        end = filters.until and day(filters.until - timedelta(microseconds=1)) + timedelta(days=1)
        whole = replace(filters, since=filters.since and day(filters.since), until=end)
        expected = Counter(value for row in rows if whole.admit(row) for value in _values(row, by))
        assert {one.value: one.count for one in told.counts} == expected, (by, filters)
        assert [one.count for one in told.counts] == sorted(expected.values(), reverse=True)


def test_late_entries_at_the_ends_of_the_log_are_ranked(database):
    """An entry may be older than the first leaf's day, or younger than the last one's: an open span has it."""
    midnight, second = MONDAY + timedelta(days=1), timedelta(seconds=1)
    times = [midnight + second, midnight - second, midnight + timedelta(days=1), midnight + 2 * second]
    write(database, [read(at) for at in times], each=1)
    bits = Filters(client=CLIENTS[0], type="disclosure", actor="client")
    for since, until, expected in (
        (None, times[2], 3),
        (midnight, None, 3),
        (None, midnight, 1),
        (times[2], None, 1),
    ):
        span = replace(bits, since=since, until=until)
        told = database.read(lambda session, f=span: oversight.rank(session, f, by="key"))
        assert told.counts == [oversight.Count("email", expected)], (since, until)


def test_any_span_of_days_is_ranked(database):
    """A short one from its own days, a long one from all there ever was without the others: the same figures."""
    write(database, mixed(300), each=50)
    rows, days = everything(database), [MONDAY + timedelta(days=number) for number in range(-3, 9)]
    for since in (None, *days):
        for until in (None, *days):
            span = Filters(since=since, until=until, outcome="answered")
            told = database.read(lambda session, f=span: oversight.rank(session, f, by="client"))
            expected = Counter(row.client_id for row in rows if span.admit(row))
            assert {one.value: one.count for one in told.counts} == expected, span


def _values(row, by):
    if by == "key":
        return row.keys
    value = members.member(row, by)
    return () if value is None else (value,)


def test_figures_say_how_far_back_they_reach(database, monkeypatch):
    """What is counted with bits, or one by one, is bounded; then it says from when on it counts."""
    monkeypatch.setattr(searching, "MOST_BLOCKS", 2)
    monkeypatch.setattr(tallies, "MOST_OF_ONE", 30)
    write(database, [read(MONDAY + timedelta(minutes=number)) for number in range(300)])
    rows = everything(database)
    many = Filters(
        MONDAY, MONDAY + timedelta(days=1), client=CLIENTS[0], key="email", purpose=rows[0].purpose
    )
    told = database.read(lambda session: oversight.series(session, many))
    assert told.buckets[0].counts == {"answered": 300 - 192}
    assert told.counted_back_to == rows[-1 - 192].at
    one = database.read(lambda session: oversight.rank(session, Filters(thread=thread(0)), by="key"))
    assert (one.counts[0].count, one.counted_back_to) == (30, rows[29].at)


def test_outcomes_are_counted(database):
    """How many in all, by outcome, with a time and without."""
    write(database, mixed(200), each=50)
    rows = everything(database)
    expected = Counter(row.outcome or "" for row in rows)
    for filters in (Filters(), Filters(since=MONDAY - timedelta(days=3), until=MONDAY + timedelta(days=20))):
        told = database.read(lambda session, f=filters: oversight.count(session, f))
        assert {one.value: one.count for one in told.counts} == expected


@pytest.mark.parametrize("filters", [Filters(), Filters(since=MONDAY, until=MONDAY + timedelta(days=1001))])
def test_a_chart_has_a_span(database, filters):
    """Without an end, or with too many buckets, the caller is told what to do."""
    with pytest.raises(Invalid):
        database.read(lambda session: oversight.series(session, filters))


def test_an_unknown_group_is_refused(database):
    """One groups by what there is."""
    with pytest.raises(Invalid):
        database.read(lambda session: oversight.rank(session, Filters(), by="thread"))
