"""Unwrapped keys leave memory when their time is over, when there are too many, and when they are dropped."""

import pytest

from keys.cache import KeyCache


@pytest.fixture
def cache(clock):
    return KeyCache(5.0, 3, clock)


def never(owner):
    raise AssertionError("this should have been cached")


def test_a_value_is_loaded_once_within_its_time(cache, clock):
    """Until its time is over, a value is not loaded again."""
    cache.get("a", lambda owner: 1)
    clock.now += 4.9
    assert cache.get("a", never) == 1


def test_use_does_not_prolong(cache, clock):
    """However often it is used, a value is loaded anew once its time is over."""
    cache.get("a", lambda owner: 1)
    clock.now += 4.9
    cache.get("a", never)
    clock.now += 0.1
    assert cache.get("a", lambda owner: 2) == 2


def test_the_time_counts_from_before_loading(cache, clock):
    """A slow load does not prolong: what it read may be as old as its start."""

    def slow(owner):
        clock.now += 4.0
        return 1

    cache.get("a", slow)
    clock.now += 1.0
    assert cache.get("a", lambda owner: 2) == 2


def test_the_number_is_bounded(cache):
    """One too many pushes out the oldest."""
    for owner in "abcd":
        cache.get(owner, lambda owner: 1)
    assert list(cache._entries) == ["b", "c", "d"]


def test_expired_values_leave_memory(cache, clock):
    """The next load pushes out what is over, though nobody asked for it."""
    cache.get("a", lambda owner: 1)
    clock.now += 5.0
    cache.get("b", lambda owner: 1)
    assert list(cache._entries) == ["b"]


def test_a_value_dropped_while_it_loads_is_not_kept(cache):
    """A load that began before the drop cannot bring a destroyed key back."""

    def overtaken(owner):
        cache.drop(owner)
        return 1

    assert cache.get("a", overtaken) == 1
    assert cache.get("a", lambda owner: 2) == 2


def test_an_error_is_not_kept(cache):
    """What could not be loaded is tried again."""
    with pytest.raises(ZeroDivisionError):
        cache.get("a", lambda owner: 1 // 0)
    assert cache.get("a", lambda owner: 1) == 1
