"""Entrants, loaded in turns: A B A B, so that what else the machine does falls on all of them alike."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median

from bench.side_by_side import wire
from bench.side_by_side.load import Load, load

UNSTEADY = 0.25  # how far the bare rows may lie apart before nothing is compared with them
_MOST = 60_000  # requests made ahead of one load

Make = Callable[[int], list[bytes]]


@dataclass(frozen=True)
class Entrant:
    """Somebody who answers at a port.

    ``make`` gives so many requests; ``once``: each of them counts once, so they are made anew for every load.
    ``wanted`` stands in the right answer. ``spent`` are the processor seconds of its processes so far. ``lacks`` is
    what it does not do and this server does.
    """

    name: str
    port: int
    make: Make
    wanted: bytes
    spent: Callable[[], float]
    once: bool = False
    lacks: str = ""


@dataclass(frozen=True)
class Row:
    """An entrant's loads, and how the middle one compares."""

    name: str
    lacks: str
    rates: tuple[float, ...]
    p50: float
    p99: float
    failed: int
    processor_us: float

    @property
    def rate(self) -> float:
        return median(self.rates)


@dataclass(frozen=True)
class Result:
    """A contest's rows; the first is the bare route. ``spread`` is how far its own loads lie apart."""

    title: str
    connections: int
    rows: tuple[Row, ...]

    @property
    def spread(self) -> float:
        rates = self.rows[0].rates
        return (max(rates) - min(rates)) / median(rates)

    @property
    def steady(self) -> bool:
        return self.spread <= UNSTEADY


def hold(title: str, entrants: Sequence[Entrant], *, rounds: int, connections: int, seconds: float) -> Result:
    """Load each in turn, again and again. The first of an entrant's loads is a short one that nobody counts."""
    rates = {each.name: _warm(each, connections) for each in entrants}
    loads: dict[str, list[tuple[Load, float]]] = {each.name: [] for each in entrants}
    for _ in range(rounds):
        for each in entrants:
            found, spent = _load(each, rates[each.name], connections, seconds)
            rates[each.name] = max(rates[each.name], found.rate)
            loads[each.name].append((found, spent))
    return Result(title, connections, tuple(_row(each, loads[each.name]) for each in entrants))


def _warm(entrant: Entrant, connections: int) -> float:
    wire.look(entrant.port, entrant.make(1)[0], entrant.wanted)
    first = load(entrant.port, entrant.make(4000), once=entrant.once, connections=connections, seconds=1)
    return max(first.rate, 100.0)


def _load(entrant: Entrant, rate: float, connections: int, seconds: float) -> tuple[Load, float]:
    """One load, and the processor seconds it cost the entrant."""
    count = min(_MOST, int(rate * seconds * 1.6) + 500) if entrant.once else 1000
    requests = entrant.make(count)
    before = entrant.spent()
    found = load(entrant.port, requests, once=entrant.once, connections=connections, seconds=seconds)
    return found, entrant.spent() - before


def _row(entrant: Entrant, loads: Sequence[tuple[Load, float]]) -> Row:
    answered = sum(found.answered for found, _ in loads)
    return Row(
        name=entrant.name,
        lacks=entrant.lacks,
        rates=tuple(found.rate for found, _ in loads),
        p50=median(found.p50 for found, _ in loads),
        p99=median(found.p99 for found, _ in loads),
        failed=sum(found.failed for found, _ in loads),
        processor_us=sum(spent for _, spent in loads) / max(1, answered) * 1e6,
    )
