"""Checking a log again and again: ``follow`` with patience for the network and none for the log."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from vrm import clock
from vrm.tlog.breach import Behind
from vrm.tlog.following import Followed, Kept
from vrm.tlog.sources import Unreachable

MOST_WAIT = timedelta(hours=1)
MOST_BEHIND = timedelta(hours=1)
"""How long a log may show less than a checkpoint that one holds: witnesses are asked meanwhile."""


@dataclass(frozen=True)
class Round:
    """One round of watching: what was found, or why nothing could be, and how long the checkpoint has not moved.

    ``idle`` is None before the first checkpoint was ever seen. ``wait`` says when to look again. ``behind``: the log shows
    less than what one holds.
    """

    followed: Followed | None
    fault: str | None
    idle: timedelta | None
    wait: timedelta
    behind: bool = False


class Watch:
    """Remembers, between rounds, how often the log could not be reached, and when its checkpoint last moved."""

    def __init__(self, every: timedelta, look: Callable[[], Followed], kept: Kept | None) -> None:
        self._every, self._look, self._failures = every, look, 0
        self._moved: datetime | None = kept.moved if kept else None
        self._begun = clock.now()
        self._behind: datetime | None = None

    def round(self) -> Round:
        """Look once. Raises ``Breach`` as ``follow`` does; that the log cannot be reached is a finding, not a fault.

        So is that it is behind, for ``MOST_BEHIND``; an unreachable log in between does not make that longer.
        """
        try:
            followed = self._look()
        except Unreachable as fault:
            self._failures += 1
            # Twice as long each time: many watchers must not keep a log down that struggles to come back.
            wait = min(self._every * 2 ** min(self._failures, 12), max(MOST_WAIT, self._every))
            return Round(None, fault.message, self._idle(), wait)
        except Behind as behind:
            self._failures, self._behind = 0, self._behind or clock.now()
            if clock.now() - self._behind >= MOST_BEHIND:
                raise behind.breach from None
            return Round(None, f"{behind.problem}.", self._idle(), self._every, behind=True)
        self._failures, self._behind, self._moved = 0, None, followed.kept.moved
        return Round(followed, None, self._idle(), self._every)

    def is_stale(self, most: timedelta | None) -> bool:
        """Whether the checkpoint has not moved for longer than this, be it that the log could not be reached."""
        return most is not None and clock.now() - (self._moved or self._begun) > most

    def _idle(self) -> timedelta | None:
        return None if self._moved is None else clock.now() - self._moved
