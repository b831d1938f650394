"""The worker: everything that happens without anybody asking.

``tasks`` and ``log_tasks`` say what there is to do: sweeps are looked at again and again (``LOG_SWEEPS`` put new events
into the log, ``SWEEPS`` end what has expired), ``HANDLERS`` do the jobs that rooms enqueued, by kind; ``witnesses`` has
the log cosigned. ``loop`` does it. A fault in one task is logged by its type and stops no other. Several may run at once.

    run_once(house)              one pass over everything; for tests and the demonstration
    run(house, stop)             until told to stop
"""

import threading

from vrm.house import House
from vrm.worker.log_tasks import LOG_SWEEPS
from vrm.worker.loop import Handler, Sweep, Worker
from vrm.worker.tasks import HANDLERS, SWEEPS
from vrm.worker.witnesses import begin

__all__ = ["HANDLERS", "LOG_SWEEPS", "SWEEPS", "Handler", "Sweep", "Worker", "run", "run_once"]


def run_once(house: House) -> int:
    """One pass over everything there is to do; how much was done."""
    witnesses = tuple(begin(house))
    return Worker(house, sweeps=LOG_SWEEPS + witnesses + SWEEPS, handlers=HANDLERS).run_once()


def run(house: House, stop: threading.Event, *, parent: int | None = None) -> None:
    """Pass after pass until ``stop`` is set or ``parent`` is gone; the log and each witness have their own thread."""
    alone: list[tuple[Sweep, ...]] = [(sweep,) for sweep in begin(house)]
    threads = [
        threading.Thread(
            target=Worker(house, sweeps=sweeps, handlers={}).run,
            args=(stop,),
            kwargs={"parent": parent},
            name=sweeps[0].name,
        )
        for sweeps in (LOG_SWEEPS, *alone)
    ]
    for thread in threads:
        thread.start()
    Worker(house, sweeps=SWEEPS, handlers=HANDLERS).run(stop, parent=parent)
    for thread in threads:
        thread.join()
