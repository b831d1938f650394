"""What the log costs as it grows: writing into it, signing it, proving from it, and verifying all of it.

    python -m bench.log [--sizes 1000 100000] [--large] [--rounds 21] [--out var/log.json] [--clock wall|processor]

Fills one log of each size by the log's own verbs; then takes every measure in all of them in turns, so that whatever
else the machine does falls on all alike. The last entries of each log are those whose writing is measured. ``--large``
adds a log of a million.

Prints medians, and what each is of the smallest log's; writes them as JSON, and as a picture (SVG) beside it. SQLite:
every transaction waits for its disk, which ``--clock processor`` leaves out, as it does everything that other people's
programs take of the machine.
"""

import argparse
import json
import platform
import tempfile
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from statistics import median

from bench.curves import Curve, draw
from bench.explorer import CLOCKS, Clock
from bench.filled import ORIGIN, Log
from bench.verifying import VERIFYING, verifying
from vrm import accesslog
from vrm.db import Database

GROUP = 16
"""Entries that are written, and given their leaves, in one transaction."""

PROOFS = 20
"""Proofs in one measure: one is too short for a clock."""

Measure = Callable[[Log], float]


def write(log: Log) -> float:
    """One transaction with a group of entries: what a change waits for."""
    log.write(GROUP)
    return GROUP


def sequence(log: Log) -> float:
    """One pass, which gives the group its leaves."""
    return accesslog.sequence(log.database)


def sign(log: Log) -> float:
    """One checkpoint, checked against the newest one and the pin before it is signed."""
    accesslog.publish(log.database, log.signer, ORIGIN, pin=log.pin, witnessed=True)
    return 1


def prove_inclusion(log: Log) -> float:
    """Proofs of leaves anywhere in the whole tree."""
    for _ in range(PROOFS):
        prove = partial(accesslog.inclusion, leaf_index=log.chance.randrange(log.size), size=log.size)
        log.hashes.append(len(log.database.read(prove)))
    return PROOFS


def prove_consistency(log: Log) -> float:
    """Proofs that the whole tree continues one of any size."""
    for _ in range(PROOFS):
        log.database.read(partial(accesslog.consistency, old=log.chance.randrange(1, log.size), new=log.size))
    return PROOFS


WRITING: dict[str, Measure] = {
    "write an entry": write,
    "give it its leaf": sequence,
    "sign a checkpoint": sign,
}
PROVING: dict[str, Measure] = {
    "prove inclusion": prove_inclusion,
    "prove consistency": prove_consistency,
}


def take(
    measures: dict[str, Measure], logs: Sequence[Log], rounds: int, clock: Clock
) -> dict[str, list[float]]:
    """The median of each measure in each log: microseconds for one entry, checkpoint or proof."""
    taken: dict[str, list[list[float]]] = {name: [[] for _ in logs] for name in measures}
    for _ in range(rounds):
        for at, log in enumerate(logs):
            for name, measure in measures.items():
                began = clock()
                done = measure(log)
                taken[name][at].append(1e6 * (clock() - began) / done)
    return {name: [median(each) for each in every] for name, every in taken.items()}


def tell(found: dict[str, list[float]], logs: Sequence[Log]) -> None:
    """A table: each measure in each log, and what the largest log's is of the smallest's."""
    print(f"{'microseconds':<30}" + "".join(f"{log.size:>12,}" for log in logs) + f"{'ratio':>9}")
    for name, row in found.items():
        print(f"{name:<30}" + "".join(f"{value:>12.1f}" for value in row) + f"{row[-1] / row[0]:>9.2f}")
    lengths = [sum(log.hashes) / len(log.hashes) for log in logs]
    print(
        f"{'hashes in a proof':<30}"
        + "".join(f"{value:>12.1f}" for value in lengths)
        + f"{lengths[-1] / lengths[0]:>9.2f}"
    )
    for form, whole, *hashed in (("files", *VERIFYING[:3]), ("an export", *VERIFYING[3:])):
        for how, least in zip(("with the tree", "alone"), hashed, strict=True):
            ratios = [one / other for one, other in zip(found[whole], found[least], strict=True)]
            print(f"{f'{form} / hashing {how}':<30}" + "".join(f"{ratio:>12.2f}" for ratio in ratios))


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--sizes", type=int, nargs="+", default=[1_000, 100_000])
    parser.add_argument("--large", action="store_true", help="also a log of a million")
    parser.add_argument("--rounds", type=int, default=21)
    parser.add_argument("--out", type=Path, default=Path("var/log.json"))
    parser.add_argument("--clock", choices=CLOCKS, default="wall")
    given = parser.parse_args()
    sizes = sorted({*given.sizes, *([1_000_000] if given.large else [])})
    written = GROUP * given.rounds
    if sizes[0] <= written:
        parser.error(f"{given.rounds} rounds write {written} entries; the smallest log must have more")
    with tempfile.TemporaryDirectory(prefix="vrm-bench-") as made:
        logs = [Log(size, Database(f"sqlite:///{made}/{size}.db"), Path(made)) for size in sizes]
        for log in logs:
            log.fill(log.size - written)
            sign(log)
        clock = CLOCKS[given.clock]
        found = take(WRITING, logs, given.rounds, clock)
        found |= take(PROVING, logs, given.rounds, clock)
        found |= verifying(logs, 3, clock)
        for log in logs:
            log.database.close()
    tell(found, logs)
    told = {
        "sizes": sizes, "rounds": given.rounds, "clock": given.clock, "python": platform.python_version(),
        "microseconds": found, "hashes": [sum(log.hashes) / len(log.hashes) for log in logs],
    }  # fmt: skip
    given.out.parent.mkdir(parents=True, exist_ok=True)
    given.out.write_text(json.dumps(told, indent=1) + "\n")
    picture = given.out.with_suffix(".svg")
    curves = [Curve(name, [value / row[0] for value in row]) for name, row in found.items()]
    picture.write_text(draw(sizes, curves, "Time in a log of so many entries, of that in the smallest"))
    print(f"{given.out}, {picture}")


if __name__ == "__main__":
    main()
