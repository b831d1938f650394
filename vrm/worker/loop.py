"""Pass after pass: due sweeps, then due jobs, each guarded from the others."""

import logging
import os
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

from vrm import clock, work
from vrm.house import House
from vrm.work import PATIENCE, Job, MailNotSent, Patience

_log = logging.getLogger("vrm.worker")

BUSY, IDLE = 0.1, 0.5  # seconds of rest: after a pass that did something, and after one that did not
LONGEST = 0.25  # seconds of one sweep after which the others have their turn
BATCH = 20
LEASE = timedelta(minutes=10)  # longer than BATCH mails at their longest: nothing is sent twice by being slow


@dataclass(frozen=True)
class Sweep:
    """Something looked at every so many seconds. ``run`` gives how much it did, and bears being run by two."""

    name: str
    seconds: float
    run: Callable[[House], int]


def while_more(run: Callable[[], int]) -> int:
    """Run it again while it did something, ``LONGEST`` at most; 0 once nothing was left, for then the worker may rest."""
    until = time.monotonic() + LONGEST
    while (done := run()) and time.monotonic() < until:
        pass
    return done


Handler = Callable[[House, Job], None]
"""Does one job, and bears doing it twice. Raises to have it tried later; a permanent ``MailNotSent`` buries it."""


class Worker:
    """One worker. Not for several threads."""

    def __init__(
        self,
        house: House,
        *,
        sweeps: Sequence[Sweep],
        handlers: Mapping[str, Handler],
        patience: Patience = PATIENCE,
    ) -> None:
        self._house = house
        self._patience = patience
        self._sweeps = sweeps
        self._handlers = handlers
        self._due: dict[str, float] = {}

    def run(self, stop: threading.Event, *, parent: int | None = None) -> None:
        """Pass after pass until ``stop`` is set, or until ``parent`` is no longer our parent process."""
        _log.info("worker started")
        while not stop.is_set() and (parent is None or os.getppid() == parent):
            stop.wait(BUSY if self.run_once(stop) else IDLE)
        _log.info("worker stopped")

    def run_once(self, stop: threading.Event | None = None) -> int:
        """One pass: due sweeps, then due jobs until ``stop``. How much was done."""
        done = 0
        for sweep in self._sweeps:
            done += _guarded(sweep.name, partial(self._sweep, sweep))
        return done + _guarded("claiming jobs", partial(self._jobs, stop))

    def _sweep(self, sweep: Sweep) -> int:
        now = time.monotonic()
        if now < self._due.get(sweep.name, now):
            return 0
        self._due[sweep.name] = now + sweep.seconds
        return sweep.run(self._house)

    def _jobs(self, stop: threading.Event | None) -> int:
        if not self._handlers:
            return 0
        claimed = self._house.database.write_group(
            lambda connection: work.claim(
                connection, kinds=self._handlers.keys(), limit=BATCH, lease=LEASE, patience=self._patience
            )
        )
        for job in claimed:
            if stop is not None and stop.is_set():
                break  # what is left comes back when its lease ends
            _guarded(f"a job of kind {job.kind}", partial(self._job, job))
        return len(claimed)

    def _job(self, job: Job) -> int:
        """Do it, then settle it as its fault asks."""
        write = self._house.database.write_group
        try:
            self._handlers[job.kind](self._house, job)
        except Exception as fault:
            if isinstance(fault, MailNotSent) and fault.permanent:
                write(lambda connection: work.bury(connection, job))
            else:
                write(
                    lambda connection: work.retry(connection, job, now=clock.now(), patience=self._patience)
                )
            raise
        write(lambda connection: work.finish(connection, job))
        return 1


def _guarded(what: str, run: Callable[[], int]) -> int:
    """Run it; a fault is logged by its type alone, since its text may hold what a person typed."""
    try:
        return run()
    except Exception:
        _log.exception("%s failed", what)
        return 0
