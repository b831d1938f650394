"""What there is to do for the log: give events their place, sign, and read it for those who watch it."""

import logging

from vrm import accesslog, clock, oversight
from vrm.house import House
from vrm.worker.loop import Sweep, while_more

_log = logging.getLogger("vrm.worker")

MOST_SEQUENCED = 500
MOST_INDEXED = 150
"""Leaves at once: so long must whoever else writes wait on SQLite, some thousandths of a second and the disk."""
TURNS = 4
"""So often at most are leaves given before other work has its turn: the log keeps up with whoever writes flat out."""


def sequence_log(house: House) -> int:
    """Give new events their place in the tree, and sign the checkpoint over them at once."""
    sequenced = 0
    for turn in range(1, TURNS + 1):
        sequenced += accesslog.sequence(house.database, limit=MOST_SEQUENCED)
        if sequenced < turn * MOST_SEQUENCED:
            break
    if sequenced:
        publish_log(house)
    return sequenced


def index_log(house: House) -> int:
    """Read new leaves into the index that auditors search. It counts as work done only while more are waiting."""
    return while_more(lambda: oversight.index(house.database, limit=MOST_INDEXED))


def watch_log(house: House) -> int:
    """Look for what is out of the ordinary, and keep it."""
    return oversight.watch(house.database, now=clock.now())


def publish_log(house: House) -> int:
    """Sign the committed tree; does nothing when that was done. Finds a tree whose worker died before signing."""
    try:
        house.publish_log()
    except accesslog.Inconsistent as fault:
        # What to do, and nobody's data.
        _log.error("the log is not signed: %s (vrm log status)", fault.message)
    return 0


LOG_SWEEPS: tuple[Sweep, ...] = (
    Sweep("sequencing the log", 0, sequence_log),
    Sweep("publishing the log", 10, publish_log),
)
"""Run in a thread of their own: an event waits for nobody's mail server and for no company's key set."""
