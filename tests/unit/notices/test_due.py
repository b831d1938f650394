"""When something is to be said: by the calendar, and never of what was decided a moment ago."""

from datetime import UTC, datetime, timedelta

import pytest

from vrm import clock
from vrm.notices import next_digest
from vrm.notices.due import next_due, warnings, what_is_due

START = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)  # a Monday


def days(number: float) -> datetime:
    return START + timedelta(days=number)


@pytest.mark.parametrize(("runs", "moments"), [(365, [351, 364]), (28, [21, 27]), (27, [20.25]), (1, [0.75])])
def test_an_end_is_told_ahead(runs, moments):
    """A fortnight and a day before; of what runs for less than four weeks once, in its last quarter."""
    assert warnings(START, days(runs)) == [days(each) for each in moments]


@pytest.mark.parametrize(
    ("since", "after", "runs", "due"),
    [
        (0, 0, 365, 90),  # the first reminder
        (90, 90, 365, 180),  # and the next
        (0, 200, 365, 270),  # nobody is reminded of what was due before somebody followed
        (270, 270, 365, 351),  # no reminder within the last fortnight: the end is told
        (352, 352, 365, 364),
        (364.5, 364.5, 365, 365),  # it was decided after the last warning: nothing is left to say
        (0, 0, 90, 76),
    ],
)
def test_what_comes_next(since, after, runs, due):
    """The earlier of the next reminder and the next warning."""
    found = next_due(since=days(since), after=days(after), granted_at=START, expires_at=days(runs))
    assert found == days(due)


def test_what_was_missed_is_told_by_the_more_urgent():
    """A worker that slept over a reminder and a warning tells of the end."""
    runs = {"granted_at": START, "expires_at": days(180)}
    assert what_is_due(due_at=days(90), now=days(91), **runs) == "reminder"
    assert what_is_due(due_at=days(90), now=days(170), **runs) == "ending"


@pytest.mark.parametrize(
    ("every", "hour", "zone", "due"),
    [
        ("daily", 10, "UTC", datetime(2026, 3, 2, 10, tzinfo=UTC)),
        ("daily", 9, "UTC", datetime(2026, 3, 3, 9, tzinfo=UTC)),
        ("weekly", 10, "UTC", datetime(2026, 3, 2, 10, tzinfo=UTC)),
        ("weekly", 9, "UTC", datetime(2026, 3, 9, 9, tzinfo=UTC)),
        # It is half past ten in the evening of the same Monday in Auckland.
        ("daily", 23, "Pacific/Auckland", datetime(2026, 3, 2, 10, tzinfo=UTC)),
        ("weekly", 7, "Pacific/Auckland", datetime(2026, 3, 8, 18, tzinfo=UTC)),
        # Clocks there are put forward on the Sunday before.
        ("weekly", 2, "America/New_York", datetime(2026, 3, 9, 6, tzinfo=UTC)),
    ],
)
def test_a_digest_comes_at_its_hour(every, hour, zone, due):
    """Today where the hour is still to come, else on the next day, or the next Monday of where the person is."""
    assert next_digest(every=every, hour=hour, zone=clock.zone(zone), now=START) == due
