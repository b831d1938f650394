"""The worker: everything that happens without anybody asking.

``tasks`` says what there is to do: ``SWEEPS`` are looked at again and again (put new events into the log, end what
has expired), ``HANDLERS`` do the jobs that rooms enqueued, by kind. ``loop`` does it. A fault in one task is
logged by its type and stops no other. Several workers may run at once.

    run_once(house)              one pass over everything; for tests and the demonstration
    Worker(house).run(stop)      until told to stop
"""

from vrm.house import House
from vrm.worker.loop import Handler, Sweep, Worker
from vrm.worker.tasks import HANDLERS, SWEEPS

__all__ = ["HANDLERS", "SWEEPS", "Handler", "Sweep", "Worker", "run_once"]


def run_once(house: House) -> int:
    """One pass over everything there is to do; how much was done."""
    return Worker(house, sweeps=SWEEPS, handlers=HANDLERS).run_once()
