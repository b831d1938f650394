"""Hearing the log's witnesses before a process signs anything: a database that was put back knows nothing of it."""

import threading
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from vrm import clock
from vrm.accesslog import exchange, witnessing
from vrm.accesslog.doubting import doubt
from vrm.accesslog.pin import Pin
from vrm.db import Database
from vrm.fetch import Fetcher
from vrm.tlog.policy import Policy, Witness


class Hearing:
    """Each witness of a policy is asked once by each process. For any number of threads."""

    def __init__(self, policy: Policy | None) -> None:
        self._policy = policy
        self._lock = threading.Lock()
        self._over = policy is None

    def hold(self, database: Database, fetcher: Fetcher, pin: Pin, *, restored: bool = False) -> None:
        """Ask all of them at once what they have seen, unless that was done; what they say is kept beside each.

        One that does not answer is not waited for longer than an exchange takes. Where the database was ``restored``,
        or the pin is gone, nothing is signed before a quorum has cosigned what there is (``doubting``). Raises
        what the database raises, and then asks again the next time.
        """
        policy = self._policy
        with self._lock:
            if self._over or policy is None:
                return
            witnessing.enrol(database, policy, now=clock.now())
            if restored or not pin.exists():
                database.write_group(doubt)
            ask = partial(_ask, database, fetcher, policy)
            asked = [witness for witness in policy.witnesses.values() if witness.url]
            with ThreadPoolExecutor(max_workers=len(asked) or 1, thread_name_prefix="witness") as pool:
                told = pool.map(ask, asked[1:])  # beside this thread, which asks the first
                for one in asked[:1]:
                    ask(one)
                list(told)
            self._over = True


def _ask(database: Database, fetcher: Fetcher, policy: Policy, witness: Witness) -> None:
    exchange.ask(database, fetcher, witness, policy, anyway=True)
