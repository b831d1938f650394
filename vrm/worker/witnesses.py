"""Asking the log's witnesses: each in a thread of its own, so that a slow one delays no other, and not the signing."""

import logging
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from vrm import clock
from vrm.accesslog import exchange, witnessing
from vrm.house import House
from vrm.tlog.policy import Policy, Witness
from vrm.worker.loop import Sweep

_log = logging.getLogger("vrm.worker")


def begin(house: House) -> Sequence[Sweep]:
    """Make the database follow the policy and hear what every witness has seen; then what is to be done, for each.

    Before the first signature of a process: a database that was put back does not know how far the log was. A witness
    that does not answer is not waited for longer than an exchange takes.
    """
    policy = house.settings.log_policy
    witnessing.enrol(house.database, policy, now=clock.now())
    if policy is None:
        return ()
    asked = [witness for witness in policy.witnesses.values() if witness.url]
    if asked:
        with ThreadPoolExecutor(max_workers=len(asked), thread_name_prefix="witness") as pool:
            list(pool.map(partial(_greet, house, policy), asked))
    return [Sweep(f"asking the witness {one.name}", 0, partial(_ask, policy, one)) for one in asked]


def _greet(house: House, policy: Policy, witness: Witness) -> None:
    try:
        exchange.ask(house.database, house.fetcher, witness, policy, anyway=True)
    except Exception:  # as in a pass: one fault stops nothing else, and its text may quote what was sent
        _log.exception("asking the witness %s failed", witness.name)


def _ask(policy: Policy, witness: Witness, house: House) -> int:
    return int(exchange.ask(house.database, house.fetcher, witness, policy))
