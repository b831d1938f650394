"""Each detector finds what it is for, says why, and keeps still about what is usual."""

import random
from datetime import timedelta

import pytest

from tests.unit.oversight.conftest import MONDAY
from vrm.oversight import anomalies

WEEK = [100, 110, 95, 105, 120, 20, 10]


@pytest.mark.parametrize(
    ("past", "observed", "threshold"),
    [
        (WEEK * 4, 400, 240),  # above twice the last week's median, the largest of the measures
        ([10] * 28, 60, 50),  # the floor
        ([0] * 28, 51, 50),  # dormant for four weeks, then awake
        ([100] * 27 + [5000], 1000, 200),  # one wild day in the past hides nothing
        ([], 3000, 1000),  # its first day
        ([1] * 10, 3000, 1000),  # known for ten days
    ],
)
def test_a_day_far_above_the_past_is_found(past, observed, threshold):
    """What was observed, what is usual and what was passed are said."""
    found = anomalies.volume(past, observed)
    assert found is not None
    assert found.observed == observed
    assert found.threshold == pytest.approx(threshold, rel=0.2)


@pytest.mark.parametrize(
    ("past", "observed"),
    [
        ([], 1000),  # new, and busy
        ([800, 900, 1000], 1300),  # new, large and growing
        ([3000], 3100),  # found the day before
        ([0] * 13, 500),  # known for less than two weeks
        ([1] * 28, 50),  # a handful, though fifty times as many
        (WEEK * 4, 150),  # a good day
        ([round(100 * 1.1**day) for day in range(28)], round(100 * 1.1**28)),  # growing by a tenth a day
        (([500] + [0] * 6) * 4, 520),  # reads on Mondays only, and this is one
        ([100] * 28, 200),  # just twice
    ],
)
def test_usual_days_are_no_finding(past, observed):
    """New, small, growing, weekly: all usual."""
    assert anomalies.volume(past, observed) is None


def shop_hours(weeks=4, reads=30):
    """Reads from nine to six on weekdays, from Monday on."""
    return [reads if hour % 24 in range(9, 18) and hour // 24 % 7 < 5 else 0 for hour in range(weeks * 168)]


def test_reads_in_the_night_are_found():
    """Three in the morning, at which this client never read in four weeks."""
    found = anomalies.hours([*shop_hours(), 0, 0, 0], 40)
    assert found == anomalies.Figures(40, 0, 20)


@pytest.mark.parametrize(
    ("past", "observed"),
    [
        ([*shop_hours(), *[0] * 3], 0),  # a quiet night
        ([*shop_hours(), *[0] * 3], 19),  # a few
        ([*shop_hours(), *[0] * 10], 300),  # ten in the morning, when it always reads
        ([*shop_hours(), *[0] * 8], 40),  # an hour before opening
        (shop_hours(2), 400),  # known for two weeks
        ([0] * 28 * 24, 400),  # never read: no rhythm to leave
        ([3] * 28 * 24, 25),  # reads around the clock
    ],
)
def test_usual_hours_are_no_finding(past, observed):
    """Quiet nights, busy mornings, new clients and those that never sleep."""
    assert anomalies.hours(past, observed) is None


def unused(**changed):
    given = {"granted": 5, "ended": 0, "first_granted": MONDAY, "last_read": None}
    return anomalies.unused_key(**{**given, "now": MONDAY + timedelta(days=40), **changed})


def test_a_key_granted_and_never_read_is_found():
    """Held for a month and not read, ever or lately."""
    assert unused() == anomalies.Figures(40, 0, 30)
    assert unused(last_read=MONDAY + timedelta(days=8)) == anomalies.Figures(32, 0, 30)


@pytest.mark.parametrize(
    "changed",
    [
        {"last_read": MONDAY + timedelta(days=20)},
        {"ended": 5},
        {"first_granted": MONDAY + timedelta(days=15)},
    ],
)
def test_a_key_in_use_or_not_held_is_no_finding(changed):
    """Read lately, all consents ended, or granted lately."""
    assert unused(**changed) is None


@pytest.mark.parametrize(
    ("past", "observed", "reads"),
    [
        ([], 20, 0),  # nothing but refusals
        ([0] * 100, 30, 30),  # half of all
        ([1] * 100, 25, 1000),  # a small share, and far more than ever
    ],
)
def test_a_series_of_refusals_is_found(past, observed, reads):
    """Most of an hour's reads, or many times the usual."""
    assert anomalies.refusals(past, observed, reads) is not None


@pytest.mark.parametrize(
    ("past", "observed", "reads"),
    [
        ([0] * 100, 19, 0),  # a retry loop
        ([30] * 100, 40, 20),  # as always
        ([10] * 100, 90, 1000),  # nine times the usual, and few among many
        ([], 20, 100),  # new, and a small share
    ],
)
def test_usual_refusals_are_no_finding(past, observed, reads):
    """A few, the usual, a small share."""
    assert anomalies.refusals(past, observed, reads) is None


@pytest.mark.parametrize(
    ("own", "others", "observed"),
    [
        ([5] * 10, [6] * 30, 60),
        ([], [6] * 30, 30),  # new among others who look at six
        ([5] * 10, [], 21),  # alone, against its own past
        ([], [], 3000),  # nobody to compare with
        ([], [1] * 4, 3000),
        ([4] * 20, [3000] * 30, 3000),  # a clerk beside a process that reads everybody
        ([], [3000] * 30, 3000),
    ],
)
def test_an_agent_looking_at_many_people_is_found(own, others, observed):
    """Far above its own past and above the client's other agents."""
    assert anomalies.agent(own, others, observed) is not None


@pytest.mark.parametrize(
    ("own", "others", "observed"),
    [
        ([], [], 480),  # nothing to compare with, and just possible
        ([3000], [], 3500),  # found the day before
        ([3000] * 10, [5] * 30, 3500),  # large, and always was
        ([400] * 20, [5] * 30, 500),  # an automatic process that always reads everybody
        ([5] * 10, [40] * 30, 100),  # busy, as the others are
        ([2] * 10, [2] * 30, 20),  # what a clerk at a counter sees
    ],
)
def test_usual_agents_are_no_finding(own, others, observed):
    """New clients, automatic processes, busy offices and counters."""
    assert anomalies.agent(own, others, observed) is None


def test_a_year_of_ordinary_noise_is_quiet():
    """A client that reads around a thousand times a day, more or less by chance, is hardly ever found."""
    chance = random.Random(11)
    year = [max(0, round(chance.gauss(1000, 150))) for _ in range(365)]
    found = [day for day in range(28, 365) if anomalies.volume(year[:day], year[day]) is not None]
    assert found == []
