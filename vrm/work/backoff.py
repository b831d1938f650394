"""How long to wait before a job is tried again, and when to give up."""

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True)
class Patience:
    """Waits double from ``first`` up to ``longest``; after ``attempts`` claims the job is dead.

    The default gives up after about a week, an hour apart in the end, so a mail server may be down for days (RFC 5321,
    section 4.5.4.1, has at least four to five).
    """

    first: timedelta = timedelta(seconds=10)
    longest: timedelta = timedelta(hours=1)
    attempts: int = 180

    def wait(self, attempts: int) -> timedelta:
        """The wait after so many attempts, the first being 1."""
        doublings = min(
            max(attempts - 1, 0), 40
        )  # beyond that, multiplying would overflow, and longest holds
        return min(self.first * int(2**doublings), self.longest)

    def is_over(self, attempts: int) -> bool:
        """Whether so many attempts were enough."""
        return attempts >= self.attempts


PATIENCE = Patience()
