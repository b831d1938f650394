"""Unwrapped keys, kept in memory for a short and bounded time."""

import threading
from collections import OrderedDict
from collections.abc import Callable
from typing import Generic, NamedTuple, TypeVar

V = TypeVar("V")


class _Entry(NamedTuple, Generic[V]):
    until: float
    value: V


class KeyCache(Generic[V]):
    """What ``load`` gave for an owner, for ``seconds`` counted from before it was loaded; at most ``most``.

    Entries stand in order of loading, so the first is the next to expire: a new entry pushes out those that
    are over, and their keys leave memory. For entries this short-lived, recency of use would decide nothing.
    """

    def __init__(self, seconds: float, most: int, monotonic: Callable[[], float]) -> None:
        self._seconds, self._most, self._monotonic = seconds, most, monotonic
        self._entries: OrderedDict[str, _Entry[V]] = OrderedDict()
        self._drops = 0
        self._mutex = threading.Lock()

    def get(self, owner: str, load: Callable[[str], V]) -> V:
        """The cached value, or a freshly loaded one; what ``load`` raises passes through uncached."""
        now = self._monotonic()
        with self._mutex:
            entry = self._entries.get(owner)
            if entry is not None and now < entry.until:
                return entry.value
            drops = self._drops
        value = load(owner)
        with self._mutex:
            if drops == self._drops:  # else it may have been loaded just before it was destroyed
                self._entries.pop(owner, None)
                self._entries[owner] = _Entry(now + self._seconds, value)
            while self._entries and (len(self._entries) > self._most or self._first().until <= now):
                self._entries.popitem(last=False)
        return value

    def drop(self, owner: str) -> None:
        """Forget an owner, and whatever other threads are loading at this moment."""
        with self._mutex:
            self._drops += 1
            self._entries.pop(owner, None)

    def _first(self) -> _Entry[V]:
        return next(iter(self._entries.values()))
