"""What is unusual is found by its rule, one step below it is not."""

from datetime import UTC, datetime, timedelta

import pytest

from vrm.notices import Finding, SeenReads, look

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def after(seen: SeenReads, reads: int, *, at: datetime = NOON, answered: bool = True, apart: float = 1):
    """So many reads of a name, ``apart`` minutes apart, and what the last of them was."""
    found: tuple[Finding, ...] = ()
    for number in range(reads):
        moment = at + timedelta(minutes=number * apart)
        seen, found = look(seen, at=moment, keys=["name"], answered=answered)
    return seen, [each.what for each in found]


@pytest.mark.parametrize(
    ("usual", "reads", "found"),
    [(0, 19, []), (0, 20, ["burst"]), (0, 21, []), (2, 20, []), (2, 21, ["burst"]), (2, 22, [])],
)
def test_a_burst_is_twenty_and_ten_times_the_usual(usual, reads, found):
    """Twenty reads a day where there was none; more than ten times the median of the days on which it read. Found once."""
    seen = SeenReads(last_at=NOON - timedelta(days=3), keys=frozenset({"name"}))
    if usual:
        for back in (5, 4, 3):
            seen, _ = after(seen, usual, at=NOON - timedelta(days=back))
    assert after(seen, reads)[1] == found


@pytest.mark.parametrize(("days", "found"), [(89.9, []), (90, ["silence"])])
def test_a_read_after_silence(days, found):
    """Ninety days without any read; a new key on that day is said by the same."""
    seen = SeenReads(last_at=NOON - timedelta(days=days), keys=frozenset({"name"}))
    assert after(seen, 1)[1] == found


@pytest.mark.parametrize(
    ("reads", "apart", "found"), [(4, 1, []), (5, 15, ["refused"]), (5, 16, []), (6, 15, [])]
)
def test_refused_tries_within_an_hour(reads, apart, found):
    """Five within sixty minutes, and not five spread over more; a refused try is no read."""
    seen, what = after(SeenReads(), reads, answered=False, apart=apart)
    assert what == found
    assert seen.last_at is None and not seen.keys


def test_refused_tries_that_go_on_are_found_each_day():
    """Not at every try; on the day after, once more."""
    seen, _ = after(SeenReads(), 5, answered=False)
    seen, what = after(seen, 1, at=NOON + timedelta(minutes=5), answered=False)
    assert what == []
    seen, _ = after(seen, 5, at=NOON.replace(hour=23, minute=50), answered=False)
    assert after(seen, 1, at=NOON.replace(hour=0) + timedelta(days=1), answered=False)[1] == ["refused"]


def test_a_key_is_new_once():
    """The first read of a key is found, the second is not; figures stay those of a month."""
    seen, what = after(SeenReads(), 1)
    assert what == ["new_key"]
    assert after(seen, 1)[1] == []
    for day in range(60):
        seen, _ = after(seen, 1, at=NOON + timedelta(days=day))
    assert len(seen.days) <= 29
