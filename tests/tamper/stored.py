"""A log in a database, and whoever changes that database behind its back."""

import io
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Executable, select

from tests.support.databases import create_tables
from tests.tamper.small_log import ORIGIN, Signer, exported, write
from tests.tamper.telling import Place
from vrm import accesslog
from vrm.accesslog import Inconsistent, Pin, verify_export
from vrm.accesslog.models import LogCheckpoint
from vrm.db import Database

SIZE, OLDER = 12, 6
"""How many leaves the log has, and had when a copy of the database was made."""

NOW, PAST = "now", "past"


class Ledger:
    """The database, the pin beside it, and the process that signs. Each has its own copy of a log made once."""

    database: Database

    def __init__(self, made: Path, home: Path) -> None:
        self._made, self.home = made, home
        self.origin = ORIGIN
        self.put_back(NOW)
        shutil.copy(made / "pin", home / "pin")
        self.pin = Pin(home / "pin")

    @staticmethod
    def make(folder: Path) -> None:
        """A log that grew while copies of it were made."""
        url = f"sqlite:///{folder}/log.db"
        create_tables(url)
        pin = Pin(folder / "pin", every=0)
        for name, numbers in ((PAST, range(OLDER)), (NOW, range(OLDER, SIZE))):
            database = Database(url)
            write(database, numbers)
            accesslog.sequence(database)
            accesslog.publish(database, Signer(), ORIGIN, pin=pin)
            database.close()
            shutil.copy(folder / "log.db", folder / name)

    def put_back(self, name: str) -> None:
        """Put a copy of the database in place."""
        if hasattr(self, "database"):
            self.database.close()
        for file in self.home.glob("log.db*"):
            file.unlink()
        shutil.copy(self._made / name, self.home / "log.db")
        self.database = Database(f"sqlite:///{self.home}/log.db")

    def run(self, *statements: Executable) -> None:
        """Change rows."""
        self.database.write(lambda session: [session.execute(one) for one in statements])

    def sign(self) -> str:
        """Let the log go on, as a worker does: what it says where it does not."""
        before = self._checkpoints()
        try:
            while accesslog.sequence(self.database):
                pass
            accesslog.publish(self.database, Signer(), self.origin, pin=self.pin, witnessed=True)
        except Inconsistent as fault:
            assert self._checkpoints() == before, "something was signed all the same"
            return f"{fault.code}: {fault.message}"
        return ""

    def _checkpoints(self) -> set[str]:
        query = select(LogCheckpoint.note)
        return set(self.database.read(lambda session: session.execute(query).scalars().all()))

    def ask(self, place: Place) -> str:
        """What is said at a place; empty where all is taken for the truth."""
        if place is Place.SIGNING:
            return self.sign()
        report = verify_export(io.BytesIO(exported(self.database)), vkey=Signer().verifier.vkey)
        return "; ".join(f"{one.part} {one.leaf}: {one.problem}" for one in report.findings)


@dataclass(frozen=True)
class Alteration:
    """What was done to the database, and what is said of it: by ``SIGNING``, which then signs nothing, or an ``EXPORT``."""

    name: str
    alter: Callable[[Ledger], object]
    found: Mapping[Place, str]
    missed: tuple[Place, ...] = ()
    operator: bool = False
