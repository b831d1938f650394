"""Many consents in one request: values a second beside single reads, the first line, and memory."""

import json
import time
from collections.abc import Sequence
from dataclasses import dataclass
from http.client import HTTPConnection
from statistics import median

from bench.side_by_side.instance import PROFILE, Instance
from bench.side_by_side.load import load
from bench.side_by_side.served import Served

PATH = "/v1/disclosures"
MOST = 1000  # consents in one request


@dataclass(frozen=True)
class Batch:
    """``first_ms`` are milliseconds to the first line of each request; ``memory`` bytes, after each."""

    consents: int
    requests: int
    batch_values: float
    single_values: float
    first_ms: float
    first_ms_p99: float
    memory: tuple[int, ...]

    @property
    def ratio(self) -> float:
        return self.batch_values / self.single_values

    @property
    def growth(self) -> float:
        """How much more memory the second half of the requests needed than the first, at most."""
        half = len(self.memory) // 2
        return max(self.memory[half:]) / max(self.memory[:half]) - 1


class Reader:
    """One connection over which batches are read."""

    def __init__(self, instance: Instance, port: int) -> None:
        self._instance = instance
        self._http = HTTPConnection("127.0.0.1", port, timeout=120)

    def read(self, consent_ids: Sequence[str]) -> tuple[float, list[bytes]]:
        """Seconds to the first line, and every line. Ends everything when it is refused."""
        body = json.dumps({"consent_ids": consent_ids})
        headers = {"Content-Type": "application/json"}
        headers |= self._instance.shown("POST", PATH, self._instance.own_token)
        began = time.perf_counter()
        self._http.request("POST", PATH, body, headers)
        answer = self._http.getresponse()
        first = answer.readline()
        after = time.perf_counter() - began
        lines = [first, *answer.read().splitlines()]
        if answer.status != 200:
            raise SystemExit(f"a batch was answered with {answer.status}: {first[:400]!r}")
        return after, lines


def measure(instance: Instance, served: Served, *, requests: int, seconds: float, rounds: int) -> Batch:
    """Single reads and batches in turns, then batches alone; ``seconds`` for each turn, ten of them for what is left."""
    consent_ids = [held.consent_id for held in instance.held[:MOST]]
    reader, single = Reader(instance, served.port), instance.reads()
    reader.read(consent_ids)
    firsts: list[float] = []
    memory: list[int] = []
    rates: list[float] = []
    singles: list[float] = []

    def read_for(turn: float) -> None:
        until = time.perf_counter() + turn
        while time.perf_counter() < until and len(firsts) < requests:
            began = time.perf_counter()
            first, lines = reader.read(consent_ids)
            rates.append(len(lines) * len(PROFILE) / (time.perf_counter() - began))
            bad = [line for line in lines if b'"profile"' not in line]
            if bad or len(lines) != len(consent_ids):
                raise SystemExit(f"a batch is not as it should be: {(bad or lines)[0][:400]!r}")
            firsts.append(first * 1000)
            memory.append(served.memory())

    for _ in range(rounds):
        found = load(served.port, single(int(4000 * seconds)), once=True, connections=16, seconds=seconds)
        singles.append(found.rate * len(PROFILE))
        read_for(seconds)
    read_for(seconds * 10)
    return Batch(
        consents=len(consent_ids),
        requests=len(firsts),
        batch_values=median(rates),
        single_values=median(singles),
        first_ms=median(firsts),
        first_ms_p99=sorted(firsts)[min(len(firsts) - 1, int(len(firsts) * 0.99))],
        memory=tuple(memory),
    )
