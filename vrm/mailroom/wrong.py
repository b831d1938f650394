"""Whoever names addresses that are nobody's waits longer for each answer; an address that is somebody's never waits."""

import asyncio
from collections import OrderedDict
from collections.abc import Callable
from typing import Any

MOST_PEERS = 10_000


class Wrong:
    """Counts wrong addresses by where they come from, ``free`` of them in a ``window`` (seconds) at no cost.

    It slows and never refuses: behind a mail server everybody comes from one place. Nobody could guess a code
    anyway; what is saved is the database's time. Only for the event loop's own thread.
    """

    def __init__(
        self, *, free: int, delay: float, monotonic: Callable[[], float], window: float = 60
    ) -> None:
        self._free, self._delay, self._window = free, delay, window
        self._monotonic = monotonic
        self._counts: OrderedDict[str, tuple[int, float]] = OrderedDict()

    async def wait(self, peer: Any) -> None:
        """Count one more of this peer, and wait if it has used up what is free."""
        if self.count(peer) > self._free:
            await asyncio.sleep(self._delay)

    def count(self, peer: Any) -> int:
        """How many this peer has named in its window, with this one. A window begins with its first."""
        name, now = str(peer[0] if isinstance(peer, tuple) else peer), self._monotonic()
        count, ends = self._counts.get(name, (0, now))
        if ends <= now:
            count, ends = 0, now + self._window
            self._counts.pop(name, None)
        self._counts[name] = (count + 1, ends)
        if len(self._counts) > MOST_PEERS:
            self._counts.popitem(last=False)
        return count + 1
