"""A log of a given size, filled by the log's own verbs."""

import random
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from bench.explorer import events
from keys.signing import Ed25519Signer
from vrm import accesslog
from vrm.accesslog import Event, Pin
from vrm.accesslog import models as _tables  # noqa: F401  (so that the metadata knows the log's tables)
from vrm.db import Base, Database

ORIGIN = "log.example/bench"


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
