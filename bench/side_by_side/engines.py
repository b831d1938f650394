"""The two databases a server of ours can stand on, and its instances on them, made when they are first needed."""

import os
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import func, select

from bench.side_by_side import slow_disk
from bench.side_by_side.instance import Instance
from bench.side_by_side.served import Served, family, processor_seconds
from tests.support.postgres import Cluster
from vrm import accesslog
from vrm.accesslog.models import LogLeaf
from vrm.house import House

_PATIENCE = 60.0  # seconds for the last checkpoint


@dataclass
class Engine:
    """``name`` is SQLite or PostgreSQL. ``people`` are in an instance; ``stack`` ends all that is started."""

    name: str
    folder: Path
    people: int
    stack: ExitStack
    _instances: dict[str, Instance] = field(default_factory=dict)
    _clusters: dict[bool, Cluster] = field(default_factory=dict)

    def strict(self) -> Instance:
        """The instance as people run one: tokens are bound to keys."""
        return self._instance("strict", self.people, bound=True)

    def sandbox(self) -> Instance:
        """A sandbox, where a token may be shown by whoever has it."""
        return self._instance("sandbox", min(self.people, 200), bound=False)

    def slow(self) -> tuple[Instance, dict[str, str]] | None:
        """An instance on a slow disk, and what its processes need to have it; None where it cannot be built."""
        environment = slow_disk.build(self.folder)
        if environment is None:
            return None
        if self.name == "SQLite" and "slow" not in self._instances:
            self._instances["slow"] = self.strict().copy(self.folder / "slow")
        return self._instance("slow", min(self.people, 200), bound=True), environment

    def spent(self, served: Served, instance: Instance) -> Callable[[], float]:
        """Processor seconds of a server and of its database."""
        if self.name == "SQLite":
            return served.processor_seconds
        cluster = self._clusters[instance.home.name == "slow"]
        postmaster = int((cluster.folder / "postmaster.pid").read_text().split()[0])
        # A backend that ends takes its seconds along; the pools of a server keep theirs.
        return lambda: served.processor_seconds() + sum(map(processor_seconds, family(postmaster)))

    def _instance(self, name: str, people: int, *, bound: bool) -> Instance:
        if name not in self._instances:
            home = self.folder / self.name / name
            home.parent.mkdir(exist_ok=True)
            url = None if self.name == "SQLite" else self._cluster(slow=name == "slow").create()
            self._instances[name] = Instance.make(home, people, bound=bound, database_url=url)
        return self._instances[name]

    def _cluster(self, *, slow: bool) -> Cluster:
        if slow not in self._clusters:
            cluster = Cluster()
            self.stack.callback(cluster.stop)
            environment = (slow_disk.build(self.folder) or {}) if slow else {}
            os.environ.update(environment)
            try:
                cluster.start()
            finally:
                for name in environment:
                    del os.environ[name]
            self._clusters[slow] = cluster
        return self._clusters[slow]


def lag(instance: Instance) -> float:
    """Seconds from now, when nothing writes any more, until a signed checkpoint covers every event there is."""
    began = time.monotonic()
    with House.open(instance.settings()) as house:
        while time.monotonic() < began + _PATIENCE:
            if not house.database.read(accesslog.count_pending):
                leaves = house.database.read(lambda db: db.scalar(select(func.max(LogLeaf.leaf_index))) or 0)
                newest = house.database.read(accesslog.latest_checkpoint)
                if newest is not None and newest.size > leaves:
                    return time.monotonic() - began
            time.sleep(0.01)
    raise SystemExit("events wait for a checkpoint: is the worker running?")
