"""Whether an instance is whole: every row readable, every key there, the log what it says it is."""

import tempfile
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from keys import KeysError
from vrm import accesslog, accounts, migrations
from vrm.accesslog import archiving
from vrm.cli.edge import progress
from vrm.errors import Conflict
from vrm.house import House
from vrm.tlog import note


@dataclass(frozen=True)
class Findings:
    """What was read, and found whole."""

    tables: int
    rows: int
    log_size: int


def examine(house: House, checkpoint: str | None) -> Findings:
    """Read everything once. ``checkpoint`` is one the log must continue. Raises ``Conflict`` at what is not whole."""
    tables, rows = _read_tables(house)
    _require_keys(house)
    return Findings(tables, rows, require_log(house, checkpoint))


def _read_tables(house: House) -> tuple[int, int]:
    """Read every row of every table, through the types the rooms read them with."""
    tables = migrations.metadata().sorted_tables
    tell = progress("reading tables")

    def read(session: Session) -> int:
        connection = session.connection()
        if house.database.sqlite:
            fault = connection.exec_driver_sql("PRAGMA integrity_check").scalar_one()
            if fault != "ok":
                raise Conflict("the restored database file is damaged (integrity_check)", code="damaged")
        rows = 0
        for done, table in enumerate(tables):
            tell(done, len(tables))
            with connection.execution_options(yield_per=500).execute(select(table)) as result:
                rows += sum(1 for _ in result)
        tell(len(tables), len(tables))
        return rows

    return len(tables), house.database.read(read)


def _require_keys(house: House) -> None:
    """Every KEK that anything is wrapped by must have its file, and every key really unwrap, of every account."""
    missing = [kek.kek_id for kek in house.keys.status() if not kek.present]
    if missing:
        raise Conflict(
            "the keys folder lacks "
            + ", ".join(missing)
            + "; give a copy made after the last vrm keys rotate "
            "before this backup",
            code="kek_missing",
        )
    owners = {*house.keys.owners(), *house.database.read(accounts.list_person_ids)}
    owners -= set(
        house.keys.were_destroyed(owners)
    )  # whose account was closed while the backup was made, or later
    tell = progress("unwrapping keys")
    for done, owner in enumerate(sorted(owners)):
        tell(done, len(owners))
        try:
            house.keys.log_secret(owner)
        except KeysError as fault:
            raise Conflict(
                "a key of the backup does not unwrap: the keys folder or the key store is not the one this backup"
                " was made with",
                code="key_unusable",
            ) from fault
    tell(len(owners), len(owners))


def require_log(house: House, checkpoint: str | None) -> int:
    """Verify the whole log as an auditor would, from an export and nothing else, continuing ``checkpoint``."""
    newest = house.database.read(accesslog.latest_checkpoint)
    if newest is None:
        if checkpoint is not None:
            raise Conflict("the log has no checkpoint, but the backup names one", code="log_inconsistent")
        return 0
    archiving.check_whole(house.settings.log_archive, house.database.read(archiving.count_moved))
    keys = house.log_verifiers()
    signed = {(line.name, line.key_id) for line in note.parse(newest.note.encode()).signatures}
    # A backup from before the log's key changed is signed by the one before.
    verifier = next((key for key in keys if (key.name, key.key_id) in signed), keys[0])
    found = accesslog.open_export(house.database, verifier=verifier)
    with tempfile.TemporaryFile() as file:
        file.writelines(found)
        total = file.tell()
        file.seek(0)
        tell = progress("verifying the log")
        report = accesslog.verify_export(
            file,
            vkey=[key.vkey for key in keys],
            checkpoint=checkpoint.encode() if checkpoint else None,
            progress=lambda done: tell(done, total),
        )
    if not report.ok:
        raise Conflict(f"the log is not whole: {report.findings[0]}", code="log_inconsistent")
    return found.published.size
