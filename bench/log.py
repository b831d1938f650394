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
import hashlib
import json
import platform
import random
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from statistics import median

from bench.curves import Curve, draw
from bench.explorer import CLOCKS, Clock, events
from keys.signing import Ed25519Signer
from vrm import accesslog
from vrm.accesslog import Event, Pin, archiving
from vrm.accesslog import models as _tables  # noqa: F401  (so that the metadata knows the log's tables)
from vrm.db import Base, Database
from vrm.tlog import Verifier, following, merkle
from vrm.tlog.sources import Folder

GROUP = 16
"""Entries that are written, and given their leaves, in one transaction."""

PROOFS = 20
"""Proofs in one measure: one is too short for a clock."""

ORIGIN = "log.example/bench"

Measure = Callable[["Log"], float]


@dataclass
class Log:
    """A log of ``size`` entries once it is complete, and the writer of its last ones."""

    size: int
    database: Database
    folder: Path
    signer: Ed25519Signer = field(default_factory=lambda: Ed25519Signer(b"bench" * 6 + b"ok"))
    chance: random.Random = field(default_factory=lambda: random.Random(1))
    hashes: list[int] = field(default_factory=list)  # how many each proof held

    def __post_init__(self) -> None:
        self.pin = Pin(self.folder / f"{self.size}.checkpoint")
        self.every: Iterator[Event] = events(self.size)

    def write(self, count: int) -> None:
        """Write the next events, in one transaction."""
        prepared = [accesslog.prepare(next(self.every)) for _ in range(count)]
        self.database.write_group(partial(accesslog.append, prepared=prepared))

    def fill(self, count: int) -> None:
        """Write so many events and give them their leaves."""
        with self.database.engine.begin() as connection:
            Base.metadata.create_all(connection)
        done = 0
        while done < count:
            step = min(10_000, count - done)
            self.write(step)
            while accesslog.sequence(self.database, limit=step):
                pass
            done += step
            print(
                f"\rfilling {self.size:>9,} [{'#' * (25 * done // count):<25}]",
                end="",
                file=sys.stderr,
                flush=True,
            )
        print(file=sys.stderr)


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


VERIFYING = (
    "verify the files, an entry",
    "only hash them, an entry",
    "verify an export, an entry",
    "only hash it, an entry",
)


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


def export(log: Log) -> Path:
    """The whole log in a file."""
    path = log.folder / f"{log.size}.jsonl"
    verifier = Verifier(ORIGIN, log.signer.public)
    with path.open("wb") as file:
        file.writelines(accesslog.open_export(log.database, verifier=verifier))
    return path


def put(path: Path, content: bytes) -> None:
    """A file of an archive."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


def archived(log: Log) -> Path:
    """The whole log as the files that are served (C2SP tlog-tiles)."""
    path = log.folder / f"{log.size}-archive"
    archiving.archive(log.database, path, [Verifier(ORIGIN, log.signer.public)], put=put)
    return path


def follow(log: Log, path: Path) -> None:
    """What ``vrm log verify`` does with the files: every entry, every hash, up to the signed root."""
    done = following.follow(Folder(path), [Verifier(ORIGIN, log.signer.public)])
    if (done.size, done.entries) != (log.size, True):
        raise SystemExit("the archive does not verify")


def hash_bundles(path: Path) -> None:
    """The least that anybody must do with them: read each entry, hash it, and hash the hashes up to the root."""
    frontier = merkle.Frontier()
    for bundle in sorted(path.glob("tile/entries/**/*")):
        content, at = (bundle.read_bytes() if bundle.is_file() else b""), 0
        while at < len(content):
            end = at + 2 + int.from_bytes(content[at : at + 2], "big")
            frontier.append(hashlib.sha256(b"\0" + content[at + 2 : end]).digest())
            at = end
    frontier.root()


def verify(log: Log, path: Path) -> None:
    """All that an auditor's program does with the whole file of an export."""
    with path.open("rb") as file:
        report = accesslog.verify_export(file, vkey=Verifier(ORIGIN, log.signer.public).vkey)
    if not report.ok or report.entries != log.size:
        raise SystemExit(f"the log does not verify: {report.findings}")


def hash_only(path: Path) -> None:
    """The least that anybody must do: read each line, hash it, and hash the hashes up to the root."""
    frontier = merkle.Frontier()
    with path.open("rb") as file:
        for line in file:
            frontier.append(hashlib.sha256(line).digest())
    frontier.root()


def verifying(logs: Sequence[Log], rounds: int, clock: Clock) -> dict[str, list[float]]:
    """Microseconds for each entry: both forms of the log, each beside the least that must be done with it, in turns."""
    forms = [(export(log), archived(log)) for log in logs]
    taken: dict[str, list[list[float]]] = {name: [[] for _ in logs] for name in VERIFYING}
    for _ in range(rounds):
        for at, (log, (file, folder)) in enumerate(zip(logs, forms, strict=True)):
            works = (
                partial(follow, log, folder),
                partial(hash_bundles, folder),
                partial(verify, log, file),
                partial(hash_only, file),
            )
            for name, work in zip(VERIFYING, works, strict=True):
                began = clock()
                work()
                taken[name][at].append(1e6 * (clock() - began) / log.size)
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
    for form, one, other in (("files", *VERIFYING[:2]), ("an export", *VERIFYING[2:])):
        ratios = [whole / least for whole, least in zip(found[one], found[other], strict=True)]
        print(f"{f'verifying / hashing {form}':<30}" + "".join(f"{ratio:>12.2f}" for ratio in ratios))


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
