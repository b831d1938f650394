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
STREAMS = 4
"""Requests at once: one stream alone keeps one of several processes busy, and single reads keep all of them so."""


@dataclass(frozen=True)
class Batch:
    """``stream_values`` are those of one stream alone, ``first_ms`` milliseconds to the first line of each of its
    requests, ``memory`` bytes after each.
    """

    consents: int
    requests: int
    batch_values: float
    stream_values: float
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
    """Single reads and batches in turns of ``seconds``, those of batches longer; then one stream for as long as ten."""
    consent_ids = [held.consent_id for held in instance.held]
    singles: list[float] = []
    batches: list[float] = []
    for _ in range(rounds):
        reads = instance.reads()(int(4000 * seconds))
        singles.append(_rate(served, reads, 16, seconds) * len(PROFILE))
        streams = instance.batches()(int(40 * seconds))
        batches.append(_rate(served, streams, STREAMS, 4 * seconds) * len(PROFILE) * len(consent_ids))
    reader = Reader(instance, served.port)  # a connection that waits for a minute is ended
    reader.read(consent_ids)
    firsts: list[float] = []
    memory: list[int] = []
    rates: list[float] = []
    until = time.perf_counter() + 10 * seconds
    while time.perf_counter() < until and len(firsts) < requests:
        began = time.perf_counter()
        first, lines = reader.read(consent_ids)
        rates.append(len(lines) * len(PROFILE) / (time.perf_counter() - began))
        bad = [line for line in lines if b'"profile"' not in line]
        if bad or len(lines) != len(consent_ids):
            raise SystemExit(f"a batch is not as it should be: {(bad or lines)[0][:400]!r}")
        firsts.append(first * 1000)
        memory.append(served.memory())
    return Batch(
        consents=len(consent_ids),
        requests=len(firsts),
        batch_values=median(batches),
        stream_values=median(rates),
        single_values=median(singles),
        first_ms=median(firsts),
        first_ms_p99=sorted(firsts)[min(len(firsts) - 1, int(len(firsts) * 0.99))],
        memory=tuple(memory),
    )


def _rate(served: Served, requests: Sequence[bytes], connections: int, seconds: float) -> float:
    """How many of these are answered in a second; each is sent once. Ends everything when one is refused."""
    found = load(served.port, requests, once=True, connections=connections, seconds=seconds)
    if found.failed:
        raise SystemExit(f"{found.failed} of {found.answered + found.failed} requests were not answered")
    return found.rate
