"""Asking the log's witnesses: each in a thread of its own, so that a slow one delays no other, and not the signing."""

import logging
from collections.abc import Sequence
from functools import partial

from vrm import clock
from vrm.accesslog import exchange, witnessing
from vrm.house import House
from vrm.tlog.policy import Policy, Witness
from vrm.worker.loop import Sweep

_log = logging.getLogger("vrm.worker")


def begin(house: House) -> Sequence[Sweep]:
    """Make the database follow the policy and hear what every witness has seen; then what is to be done, for each.

    A fault of the database is told, and stops nothing else: whoever signs hears the witnesses first (``publish_log``).
    """
    policy = house.settings.log_policy
    if policy is None:
        witnessing.enrol(house.database, None, now=clock.now())
        return ()
    try:
        house.hear_witnesses()
    except Exception:  # as in a pass: its text may quote what was sent
        _log.exception("hearing the witnesses failed")
    asked = [witness for witness in policy.witnesses.values() if witness.url]
    return [Sweep(f"asking the witness {one.name}", 0, partial(_ask, policy, one)) for one in asked]


def _ask(policy: Policy, witness: Witness, house: House) -> int:
    return int(exchange.ask(house.database, house.fetcher, witness, policy))
