"""An auditor's questions, timed in a small and in a large log that tell of the same ninety days.

    python -m bench.explorer [--small 1000] [--large 1000000] [--rounds 15] [--folder FOLDER] [--postgres]
        [--clock wall|processor]

Seeds both with real entries, by the log's own verbs, so that every leaf is in the tree; indexes them; then asks each
question in turns, small, large, small, large, so that whatever else the machine does falls on both alike. A question
is timed as a page asks it, with the session and the transaction that it needs. Prints medians and their ratio, and
writes them as JSON.

``--clock processor`` counts only the time that this thread had a processor, for a machine that others use as well. It
is the same where nobody else does, with SQLite, which works in the thread that asks; PostgreSQL works elsewhere.

With ``--folder`` the logs are kept there, and found there the next time. With ``--postgres`` a server is started as the
tests start it, instead of SQLite.
"""

import argparse
import json
import platform
import random
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

from sqlalchemy import inspect

from bench.questions import CLIENTS, CODES, COMPANIES, DAYS, KEYS, PURPOSES, QUESTIONS, START, Question
from vrm import accesslog, oversight
from vrm.accesslog import About, Event
from vrm.db import Base, Database
from vrm.oversight import models as _tables  # noqa: F401  (so that the index has its tables)

Clock = Callable[[], float]
CLOCKS: dict[str, Clock] = {"wall": time.perf_counter, "processor": time.thread_time}


def events(count: int) -> Iterator[Event]:
    """Reads spread evenly over the days; ten of them with a code that is rare."""
    chance = random.Random(count)
    for number in range(count):
        consent = chance.randrange(max(50, count // 10))
        client = consent % len(CLIENTS)
        code = chance.choice(CODES) if chance.random() < 0.05 else None
        if number % (count // 10) == 0:
            code = "rare_fault"
        thread = f"{consent:08d}-0000-4000-8000-0000000000aa"
        yield Event(
            "disclosure", START + DAYS * number / count, "client", company=COMPANIES[client % 10],
            client=CLIENTS[client], purpose=chance.choice(PURPOSES), keys=tuple(chance.sample(KEYS, 3)),
            outcome="refused" if code else "answered", code=code, revision=1,
            about=About(thread, thread, consent.to_bytes(32, "big"), thread),
        )  # fmt: skip


def seed(database: Database, count: int) -> dict[str, float]:
    """Write, sequence and index that many entries; seconds for each step."""
    with database.engine.begin() as connection:
        Base.metadata.create_all(connection)
    spent = {"writing": 0.0, "sequencing": 0.0, "indexing": 0.0}
    every, done = events(count), 0
    while done < count:
        step = min(20_000, count - done)
        began = time.perf_counter()
        prepared = [accesslog.prepare(next(every)) for _ in range(step)]
        database.write_group(partial(accesslog.append, prepared=prepared))
        written = time.perf_counter()
        while accesslog.sequence(database, limit=20_000):
            pass
        sequenced = time.perf_counter()
        while oversight.index(database, limit=20_000):
            pass
        spent["writing"] += written - began
        spent["sequencing"] += sequenced - written
        spent["indexing"] += time.perf_counter() - sequenced
        done += step
        print(f"\rseeding {count:>9,} [{'#' * (25 * done // count):<25}] {done:>9,}", end="", file=sys.stderr)
    print(file=sys.stderr)
    return spent


def once(database: Database, question: Question, clock: Clock) -> float:
    """Milliseconds that one answer takes."""
    began = clock()
    database.read(question)
    return 1000 * (clock() - began)


def exposures(count: int) -> Question:
    """Who was exposed through a client, in the time in which this log has a thousand entries."""
    since = START + DAYS / 2
    until = min(START + DAYS, since + DAYS * 1000 / count)
    since = START if count <= 1000 else since
    return lambda session: oversight.exposure(session, client_id=CLIENTS[0], since=since, until=until)


def measure(
    small: Database, large: Database, sizes: tuple[int, int], rounds: int, clock: Clock
) -> list[dict[str, Any]]:
    """Each question's median in both logs, asked in turns."""
    asked = {name: (question, question) for name, question in QUESTIONS.items()}
    asked["exposure, as many reads"] = (exposures(sizes[0]), exposures(sizes[1]))
    rows = []
    for name, (one, other) in asked.items():
        once(small, one, clock), once(large, other, clock)  # compiled and in memory
        taken = [(once(small, one, clock), once(large, other, clock)) for _ in range(rounds)]
        few, many = (median(side) for side in zip(*taken, strict=True))
        rows.append({"question": name, "small_ms": few, "large_ms": many, "ratio": many / few})
        print(f"{name:<34} {few:>9.2f} ms {many:>9.2f} ms {many / few:>7.2f}")
    return rows


@contextmanager
def places(folder: Path | None, postgres: bool) -> Iterator[Callable[[str], Database]]:
    """Where the logs are: gives a database for a name."""
    if postgres:
        from tests.support.postgres import Cluster

        cluster = Cluster()
        try:
            cluster.start()

            def create(_: str) -> Database:
                return Database(cluster.create())

            yield create
        finally:
            cluster.stop()
    elif folder is None:
        with tempfile.TemporaryDirectory(prefix="vrm-bench-") as made:
            yield partial(_in_folder, Path(made))
    else:
        folder.mkdir(parents=True, exist_ok=True)
        yield partial(_in_folder, folder)


def _in_folder(folder: Path, name: str) -> Database:
    return Database(f"sqlite:///{folder}/{name}.db")


def filled(database: Database, count: int) -> dict[str, float]:
    """Seed, where the log is not there from another time."""
    if inspect(database.engine).has_table("log_index_state") and database.read(oversight.indexed) == count:
        return {}
    return seed(database, count)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--small", type=int, default=1_000)
    parser.add_argument("--large", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--out", type=Path, default=Path("var/explorer.json"))
    parser.add_argument("--clock", choices=CLOCKS, default="wall")
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--postgres", action="store_true")
    given = parser.parse_args()
    with places(given.folder, given.postgres) as place:
        small, large = place(f"log-{given.small}"), place(f"log-{given.large}")
        filled(small, given.small)
        spent = filled(large, given.large)
        if spent:
            print("seconds for the large log: " + ", ".join(f"{what} {spent[what]:.0f}" for what in spent))
        print(f"{'question':<34} {given.small:>9,}    {given.large:>9,}      ratio")
        rows = measure(small, large, (given.small, given.large), given.rounds, CLOCKS[given.clock])
        small.close()
        large.close()
    told = {
        "small": given.small, "large": given.large, "rounds": given.rounds, "python": platform.python_version(),
        "clock": given.clock, "engine": "postgresql" if given.postgres else "sqlite", "seconds": spent, "questions": rows,
    }  # fmt: skip
    given.out.parent.mkdir(parents=True, exist_ok=True)
    given.out.write_text(json.dumps(told, indent=1) + "\n")
    print(f"largest ratio: {max(row['ratio'] for row in rows):.2f}")


if __name__ == "__main__":
    main()
