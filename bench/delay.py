"""How long after an event the checkpoint over it is signed, while events keep coming.

    python -m bench.delay [--seconds 10] [--rate 100] [--postgres] [--out var/delay.json]

An instance is made and served as its users serve it, by ``vrm serve`` with its own worker. Four writers of another
process write one event in a transaction, so many a second in all (``--rate 0``: as fast as they can); beside them
somebody looks for a newer checkpoint every few milliseconds. An event's delay is from the end of its transaction to the
moment at which a checkpoint that covers it can be seen. Wall clock: whatever else the machine does is in it.
"""

import argparse
import json
import platform
import tempfile
import threading
import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from statistics import quantiles

from sqlalchemy import select

from bench.explorer import events
from tests.support.postgres import Cluster
from tests.support.server import RunningServer
from vrm import accesslog
from vrm.accesslog.models import LogLeaf
from vrm.config import Settings
from vrm.house import House

MOST = 20.0  # seconds of load
LOOK = 0.005  # seconds between looks for a newer checkpoint
WRITERS = 4
PATIENCE = 60.0  # seconds for the last event


@dataclass(frozen=True)
class Delays:
    """Seconds from event to checkpoint, of so many events in so many seconds under so many checkpoints."""

    events: int
    seconds: float
    checkpoints: int
    p50: float
    p99: float
    most: float


def measure(house: House, *, seconds: float, rate: float) -> Delays:
    """Write for so long, then wait for the last event's checkpoint. Somebody else sequences and signs."""
    written: list[tuple[str, float]] = []
    signed: list[tuple[float, int]] = []
    began = time.monotonic()
    until = began + seconds

    def write(number: int) -> None:
        for done, each in enumerate(events(1_000_000 + number)):
            if rate:
                time.sleep(max(0.0, began + (done * WRITERS + number) / rate - time.monotonic()))
            if time.monotonic() >= until:
                return
            prepared = accesslog.prepare(each)
            house.database.write_group(partial(accesslog.append, prepared=[prepared]))
            written.append((prepared.event_id, time.monotonic()))

    threads = [threading.Thread(target=write, args=(number,)) for number in range(WRITERS)]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads) or house.database.read(accesslog.count_pending):
        _look(house, signed)
        if time.monotonic() > until + PATIENCE:
            raise SystemExit("events wait for their leaves: is a worker running?")
    leaves = select(LogLeaf.event_id, LogLeaf.leaf_index)
    places = house.database.read(lambda db: {row.event_id: row.leaf_index for row in db.execute(leaves)})
    while not signed or signed[-1][1] <= max(places[event_id] for event_id, _ in written):
        _look(house, signed)
        if time.monotonic() > until + PATIENCE:
            raise SystemExit("the last leaves are not signed: is a worker running?")
    return _delays(written, signed, places, seconds)


def _look(house: House, signed: list[tuple[float, int]]) -> None:
    time.sleep(LOOK)
    newest = house.database.read(accesslog.latest_checkpoint)
    if newest is not None and (not signed or newest.size > signed[-1][1]):
        signed.append((time.monotonic(), newest.size))


def _delays(
    written: Sequence[tuple[str, float]],
    signed: Sequence[tuple[float, int]],
    places: dict[str, int],
    seconds: float,
) -> Delays:
    """For each event the first checkpoint that was seen with its leaf under it; both run upwards."""
    delays, at = [], 0
    for leaf, wrote in sorted((places[event_id], wrote) for event_id, wrote in written):
        while signed[at][1] <= leaf:
            at += 1
        delays.append(max(0.0, signed[at][0] - wrote))
    cuts = quantiles(delays, n=100)
    return Delays(len(delays), seconds, len(signed), cuts[49], cuts[98], max(delays))


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument(
        "--rate", type=float, default=100, help="events a second; 0: as many as can be written"
    )
    parser.add_argument(
        "--postgres", action="store_true", help="on a PostgreSQL server that is started for it"
    )
    parser.add_argument("--out", type=Path, default=Path("var/delay.json"))
    given = parser.parse_args()
    if not 1 <= given.seconds <= MOST:
        parser.error(f"a load of 1 to {MOST:.0f} seconds")
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="vrm-bench-")))
        url = None
        if given.postgres:
            cluster = Cluster()
            stack.callback(cluster.stop)
            cluster.start()
            url = cluster.create()
        server = RunningServer(folder / "home", database_url=url)
        server.initialise("--sandbox")
        server.start()
        stack.callback(server.stop)
        settings = Settings.load({k: v for k, v in server.environment.items() if k.startswith("VRM_")})
        house = stack.enter_context(House.open(settings))
        measure(house, seconds=1, rate=10)  # the worker has begun
        found = measure(house, seconds=given.seconds, rate=given.rate)
    engine = "PostgreSQL" if given.postgres else "SQLite"
    print(f"{engine}: {found.events / found.seconds:.0f} events a second, {found.checkpoints} checkpoints")
    for name, value in (("p50", found.p50), ("p99", found.p99), ("longest", found.most)):
        print(f"from event to signed checkpoint, {name:<8}{value:>8.3f} s")
    told = {**vars(found), "engine": engine, "rate": given.rate, "python": platform.python_version()}
    given.out.parent.mkdir(parents=True, exist_ok=True)
    given.out.write_text(json.dumps(told, indent=1) + "\n")


if __name__ == "__main__":
    main()
