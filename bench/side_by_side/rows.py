"""What is contested: each function is one contest, on one engine, and starts what it needs and nothing else."""

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path

from bench.side_by_side import batch, revoking
from bench.side_by_side.batch import Batch
from bench.side_by_side.contest import Entrant, Make, Result, hold
from bench.side_by_side.engines import Engine, lag
from bench.side_by_side.instance import Instance
from bench.side_by_side.peers.running import Peers
from bench.side_by_side.revoking import Revoking
from bench.side_by_side.served import Served

SENT_READS = "bare, sent those reads"
READ, SANDBOX, UNLOGGED = "read, bound to its sender", "read, bearer, in a sandbox", "read without the log"
SLOW = "read, each fsync 1 ms longer"
TOKEN, PUSHED, LOOKED_AT = "token", "pushed request", "introspection"
_MIA = b"Mia Tran"


@dataclass(frozen=True)
class Size:
    """How much is measured."""

    rounds: int = 3
    seconds: float = 4
    people: int = 1000
    batches: int = 100
    trials: int = 1000
    longest: float = 120  # seconds for all trials


@dataclass
class Found:
    """All that was found on one engine. ``lags``: seconds to the last checkpoint, after each row.

    ``left_out`` says of a row why it is not there.
    """

    engine: str
    contests: dict[str, Result] = field(default_factory=dict)
    batch: Batch | None = None
    revoking: Revoking | None = None
    lags: dict[str, float] = field(default_factory=dict)
    left_out: dict[str, str] = field(default_factory=dict)


class Bench:
    """The contests of one engine. ``peers``: whether they take part, as they do once, beside SQLite."""

    def __init__(self, engine: Engine, folder: Path, size: Size, *, peers: bool) -> None:
        self._engine, self._folder, self._size, self._peers = engine, folder, size, peers
        self.found = Found(engine.name)

    def read(self, connections: int = 16) -> None:
        """A read of five sealed values under a consent, beside everybody who answers something like it."""
        engine, strict, sandbox = self._engine, self._engine.strict(), self._engine.sandbox()
        with ExitStack() as stack:
            peers = Peers(self._folder, stack)
            one, two = _served(stack, strict), _served(stack, sandbox)
            bare_log = _served(stack, strict, "bench.side_by_side.unlogged", "--no-worker")
            bare = peers.bare()
            entrants = [
                bare,
                # As many bytes, and nothing done with them: how much faster the tool that loads could send reads.
                replace(bare, name=SENT_READS, make=strict.reads()),
                Entrant(READ, one.port, strict.reads(), _MIA, engine.spent(one, strict), once=True),
                Entrant(SANDBOX, two.port, sandbox.reads(), _MIA, engine.spent(two, sandbox)),
                Entrant(
                    UNLOGGED, bare_log.port, strict.reads(), _MIA, engine.spent(bare_log, strict), once=True,
                    lacks="the log",
                ),
            ]  # fmt: skip
            if self._peers and connections == 16:
                entrants += [peers.oidc(), peers.authlib()[0], peers.django(), peers.solid()]
            elif self._peers:
                entrants += [peers.oidc()]
            self._hold("read" if connections == 16 else "read-64", entrants, strict, connections)

    def read_64(self) -> None:
        """The same with 64 connections."""
        self.read(64)

    def token(self) -> None:
        """The endpoints where a client shows who it is: private_key_jwt, and DPoP at the first two."""
        engine, strict = self._engine, self._engine.strict()
        with ExitStack() as stack:
            peers, served = Peers(self._folder, stack), _served(stack, strict)
            spent = engine.spent(served, strict)

            def ours(name: str, make: Make, wanted: bytes) -> Entrant:
                return Entrant(name, served.port, make, wanted, spent, once=True)

            entrants = [
                peers.bare(),
                ours(TOKEN, strict.token_requests(), b"access_token"),
                ours(PUSHED, strict.pushed_requests(), b"request_uri"),
                ours(LOOKED_AT, strict.introspections(), b'"active": true'),
                *([peers.authlib()[1]] if self._peers else []),
            ]
            self._hold("token", entrants, strict, 16)

    def batch(self) -> None:
        """Many consents in one request."""
        strict, size = self._engine.strict(), self._size
        with ExitStack() as stack:
            served = _served(stack, strict)
            self.found.batch = batch.measure(
                strict, served, requests=size.batches, seconds=size.seconds, rounds=size.rounds
            )
            self.found.lags["batch"] = lag(strict)

    def disk(self) -> None:
        """64 connections, with and without a millisecond more for each fsync."""
        engine, slow, strict = self._engine, self._engine.slow(), self._engine.strict()
        if slow is None:
            self.found.left_out["disk"] = "there is no C compiler (cc) to build the slow disk with"
            return
        with ExitStack() as stack:
            peers, one = Peers(self._folder, stack), _served(stack, strict)
            two = slow[0].serve(environment=slow[1])
            stack.callback(two.stop)
            entrants = [
                peers.bare(),
                Entrant(READ, one.port, strict.reads(), _MIA, engine.spent(one, strict), once=True),
                Entrant(SLOW, two.port, slow[0].reads(), _MIA, engine.spent(two, slow[0]), once=True),
            ]
            self._hold("disk", entrants, slow[0], 64)

    def revoke(self) -> None:
        """Reads that start after a revoke was answered. Last: nothing is left to read then."""
        strict, size = self._engine.strict(), self._size
        with ExitStack() as stack:
            served = _served(stack, strict)
            self.found.revoking = revoking.measure(
                strict, served.port, trials=min(size.trials, size.people), seconds=size.longest
            )
            self.found.lags["revoke"] = lag(strict)

    def _hold(self, title: str, entrants: list[Entrant], instance: Instance, connections: int) -> None:
        size = self._size
        self.found.contests[title] = hold(
            title, entrants, rounds=size.rounds, connections=connections, seconds=size.seconds
        )
        self.found.lags[title] = lag(instance)


ROWS: dict[str, Callable[[Bench], None]] = {
    "read": Bench.read,
    "read-64": Bench.read_64,
    "token": Bench.token,
    "batch": Bench.batch,
    "disk": Bench.disk,
    "revoke": Bench.revoke,
}
"""In the order in which they are held."""


def _served(stack: ExitStack, instance: Instance, *command: str) -> Served:
    served = instance.serve(*command)
    stack.callback(served.stop)
    return served
