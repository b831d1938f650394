"""A small case for tests: two auditors, a log they look into, and what they mark and write about it."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from keys import KeyStore
from tests.tamper.small_log import CLIENT, ORIGIN, START, write
from vrm import accesslog, accounts, oversight
from vrm.db import Database
from vrm.ids import new_id
from vrm.tlog import Verifier

NOW = datetime(2026, 3, 2, 8, tzinfo=UTC)
NAMES = ("R. Okafor", "Iris Canary")


class Office:
    """A key store, a log, and auditors at work."""

    def __init__(self, database: Database, folder: Path) -> None:
        instance, url = new_id(), f"sqlite:///{folder}/keystore.db"
        KeyStore.initialise(url, folder / "keys", instance)
        self.database = database
        self.keys = KeyStore(url, folder / "keys", instance)
        self.okafor, self.canary = (self.auditor(name) for name in NAMES)
        self.now = NOW

    @property
    def vkey(self) -> str:
        """The log's key, as an auditor pins it."""
        return Verifier(ORIGIN, self.keys.log_signer.public).vkey

    def auditor(self, name: str) -> str:
        """Someone with a mandate; the id."""
        auditor = accounts.prepare_auditor(self.keys, name=name)
        email, until = f"{auditor.id}@auditors.example", NOW + timedelta(days=30)
        self.database.write(
            lambda db: accounts.grant_auditor(
                db, self.keys, auditor=auditor, email=email, until=until, now=NOW
            )
        )
        self.sequence()
        return auditor.id

    def grow(self, start: int, end: int) -> accesslog.Published:
        """Write events of the small log, give them leaves, sign, and index."""
        write(self.database, range(start, end))
        return self.sequence()

    def sequence(self) -> accesslog.Published:
        """Give waiting events their leaves, sign, and index."""
        while accesslog.sequence(self.database):
            pass
        published = accesslog.publish(self.database, self.keys.log_signer, ORIGIN)
        while oversight.index(self.database):
            pass
        return published

    def do(self, verb, /, auditor=None, **said):
        """One verb on a case, in a transaction of its own, a minute after the one before."""
        self.now += timedelta(minutes=1)
        now, by = self.now, auditor or self.okafor
        return self.database.write(lambda db: verb(db, self.keys, auditor_id=by, now=now, **said))

    def see(self, verb, /, **asked):
        """What a verb that only reads gives."""
        return self.database.read(lambda db: verb(db, self.keys, **asked))

    def case(self, *leaves: int, title: str = "Night reads") -> str:
        """A case with these entries marked, one unmarked again, notes by both, closed and reopened; the id."""
        case_id: str = self.do(oversight.open_case, title=title).id
        for leaf in leaves:
            note = "Why so late?" if leaf % 2 else None
            self.do(oversight.mark, case_id=case_id, leaf_index=leaf, note=note)
        self.do(oversight.add_note, case_id=case_id, text="Asked them.\nNo answer.", auditor=self.canary)
        if leaves:
            self.do(oversight.unmark, case_id=case_id, leaf_index=leaves[-1])
        self.do(oversight.close_case, case_id=case_id)
        self.do(oversight.reopen_case, case_id=case_id, auditor=self.canary)
        return case_id

    def bundle(self, case_id: str, *, older: int | None = None) -> oversight.Bundle:
        """The case's bundle, not yet written."""
        return oversight.open_case_bundle(
            self.database, self.keys, origin=ORIGIN, case_id=case_id, auditor_id=self.okafor, now=self.now,
            older=older,
        )  # fmt: skip

    def exposure(self, *, seconds: int = 60, older: int | None = None) -> oversight.Bundle:
        """The bundle of who was exposed through the small log's client in that many seconds from its start."""
        return oversight.open_exposure_bundle(
            self.database, self.keys, origin=ORIGIN, title="Exposed by the shop", since=START,
            until=START + timedelta(seconds=seconds), client_id=CLIENT, auditor_id=self.okafor, now=self.now,
            older=older,
        )  # fmt: skip
