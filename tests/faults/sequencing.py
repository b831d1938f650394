"""The log's own work, done step by step, and what must be true of the log whatever happened in between.

Run as a program, this does the work in processes to be broken: it imports everything once and forks for each, so that
no start is waited for. ``Maker`` speaks to it.
"""

import io
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import select

from tests.support.houses import build_house
from tests.support.witness import Town
from tests.tamper.small_log import event
from vrm import accesslog, clock
from vrm.accesslog import Published, exchange, witnessing
from vrm.accesslog.models import LogEvent, LogLeaf, LogPending
from vrm.config import Settings
from vrm.db import Database
from vrm.house import House
from vrm.tlog import checkpoint, merkle

Tell = Callable[[str, str], None]
"""Hears of what is acknowledged: ``event`` with its id, ``checkpoint`` with its note; and of a ``fault``, by its type."""


def turn(house: House, tell: Tell) -> None:
    """One round: write an event, give it its leaf, sign the tree, have it cosigned, show it to people."""
    prepared = accesslog.prepare(event(0))
    house.database.write(lambda session: accesslog.append(session.connection(), [prepared]))
    tell("event", prepared.event_id)
    finish(house, tell)


def finish(house: House, tell: Tell) -> None:
    """All of a round but the writing: what is left to do after a fault as well."""
    accesslog.sequence(house.database)
    tell("checkpoint", house.publish_log().note)
    policy = house.settings.log_policy
    assert policy is not None
    for witness in policy.witnesses.values():
        # In a fault, whoever asked keeps its claim for a while; these tests do not wait.
        exchange.ask(house.database, house.fetcher, witness, policy, anyway=True)
    shown = house.database.read(accesslog.public_checkpoint)
    assert shown is not None
    tell("checkpoint", shown.note)


@dataclass
class Ledger:
    """What the world was told, and whether the log still stands to it."""

    settings: Settings
    environment: Mapping[str, str]
    events: set[str] = field(default_factory=set)
    notes: set[str] = field(default_factory=set)
    faults: list[str] = field(default_factory=list)
    pinned: int = 0

    def hear(self, what: str, told: str) -> None:
        """Keep what one process told."""
        match what:
            case "event":
                self.events.add(told)
            case "checkpoint":
                self.notes.add(told)
            case "fault":
                self.faults.append(told)

    def judge(self) -> int:
        """Start anew, catch up, and fail on a fork, a loss or a double. How many leaves the log has."""
        with House.open(self.settings) as house:
            self._look(house)  # people may have seen it, though no process told of it
            finish(house, self.hear)
            self._look(house)
            newest = house.database.read(accesslog.latest_checkpoint)
            assert newest is not None
            self._require_whole(house, newest)
            for note in self.notes:
                self._require_continued(house, note, newest)
            return newest.size

    def verify(self) -> int:
        """Verify all of the log from a file; how many entries it has."""
        with House.open(self.settings) as house:
            key = house.log_verifiers()[0]
            export = b"".join(accesslog.open_export(house.database, verifier=key))
            report = accesslog.verify_export(io.BytesIO(export), vkey=key.vkey)
        assert report.ok, report.findings
        return report.entries

    def _look(self, house: House) -> None:
        for look in (accesslog.latest_checkpoint, accesslog.public_checkpoint):
            if found := house.database.read(look):
                self.notes.add(found.note)
        if self.settings.log_pin.exists():
            pinned = self.settings.log_pin.read_text()
            self.notes.add(pinned)
            size = checkpoint.verify(pinned.encode(), house.log_verifiers()[0]).size
            assert size >= self.pinned, "the pin has gone back"
            self.pinned = size

    def _require_whole(self, house: House, newest: Published) -> None:
        def ids(column: Any) -> list[Any]:
            return house.database.read(lambda session: list(session.scalars(select(column))))

        events, leaves = ids(LogEvent.id), ids(LogLeaf.event_id)
        assert ids(LogPending.event_id) == [], "an event still waits"
        assert sorted(events) == sorted(leaves), "an event has no leaf, or two"
        assert sorted(ids(LogLeaf.leaf_index)) == list(range(newest.size)), "the leaves are not those signed"
        assert not self.events - set(leaves), "an event that was acknowledged is lost"
        assert len(set(ids(LogEvent.leaf_hash))) == newest.size, "an event stands there twice"

    def _require_continued(self, house: House, note: str, newest: Published) -> None:
        key = house.log_verifiers()[0]
        old = checkpoint.verify(note.encode(), key)
        proof = house.database.read(partial(accesslog.consistency, old=old.size, new=newest.size))
        assert merkle.consistent(proof, old.size, newest.size, old.root, newest.root), "the log has forked"


@contextmanager
def watched(folder: Path, database: Database) -> Iterator[Ledger]:
    """An instance with a witness that answers, and nothing told yet."""
    with build_house(folder / "home", database) as built:
        town = Town(folder, 1, built.log_verifiers()[0].vkey)
    policy = folder / "policy"
    policy.write_text(town.policy_text("all"))
    with town.open(0):
        environment = {
            "VRM_HOME": str(folder / "home"),
            "VRM_DATABASE_URL": database.url.render_as_string(hide_password=False),
            "VRM_ARGON2": "m=64,t=1,p=1",
            "VRM_LOG_POLICY": str(policy),
            "VRM_FETCH_ALLOW": f"w0.test={town.addresses['w0']}",
        }
        settings = Settings.load(environment)
        assert settings.log_policy is not None
        witnessing.enrol(database, settings.log_policy, now=clock.now())
        yield Ledger(settings, environment)


class Maker:
    """Makes processes that do the log's work; one at a time. ``environment`` says where the instance is."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.sequencing"],
            env={**{k: v for k, v in os.environ.items() if not k.startswith("VRM_")}, **environment},
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1,
            start_new_session=True,
        )  # fmt: skip

    def fork(self) -> int:
        """A process that has opened its house, and waits; its id."""
        self._say("fork")
        what, told = self._next()
        assert what == "ready", (what, told)
        return int(told)

    def begin(self, turns: int = 1) -> None:
        """Let it do its rounds."""
        self._say(str(turns))

    def end(self, ledger: Ledger) -> int:
        """Hear all that it tells until it ends. 0, or the signal that ended it, negative."""
        while True:
            what, told = self._next()
            if what == "ended":
                return int(told)
            ledger.hear(what, told)

    def close(self) -> None:
        """End it, and whatever it made."""
        assert self._process.stdin is not None and self._process.stdout is not None
        self._process.stdin.close()
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)  # the session it leads is ours alone
        self._process.wait()
        self._process.stdout.close()

    def _say(self, line: str) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(line + "\n")

    def _next(self) -> tuple[str, str]:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        assert line, "the maker is gone"
        what, told = json.loads(line)
        return what, told


def _tell(what: str, told: str) -> None:
    # By a call that nothing else here uses: faults of the disk are not to hit what the tests hear.
    os.writev(1, [json.dumps([what, told]).encode() + b"\n"])


def _work() -> None:
    with House.open(Settings.load({k: v for k, v in os.environ.items() if k.startswith("VRM_")})) as house:
        _tell("ready", str(os.getpid()))
        for _ in range(int(os.read(0, 64))):
            try:
                turn(house, _tell)
            except Exception as fault:  # as the worker's loop: it is told, and the next round comes
                _tell("fault", type(fault).__name__)
                turn(house, _tell)


def main() -> None:
    """Fork a worker each time it is asked to, and tell how it ended."""
    while os.read(0, 64):
        pid = os.fork()
        if pid == 0:
            try:
                _work()
            except BaseException as fault:
                _tell("fault", f"again: {type(fault).__name__}")
                os._exit(1)
            os._exit(0)
        _, status = os.waitpid(pid, 0)
        _tell("ended", str(os.waitstatus_to_exitcode(status)))


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    main()
