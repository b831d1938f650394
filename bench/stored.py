"""What an instance keeps on disk, with its indexes, by what it is kept for."""

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from sqlalchemy import TextClause, func, select, text
from sqlalchemy.orm import Session

from vrm import migrations
from vrm.config import Settings
from vrm.db import Database

_PEOPLE = ("accounts", "profile_values", "notice_patterns")
_CONSENTS = ("asks", "consent", "subjects", "notice_due")
_ENTRIES = ("log_", "event_lookups")
_WHAT = {"consumer": _PEOPLE, "consent": _CONSENTS, "entry": _ENTRIES}
_COUNTED = {"consumer": "accounts", "consent": "consents", "entry": "log_leaves"}


@dataclass(frozen=True)
class Stored:
    """``each``: bytes of a consumer's own, of a consent and of an entry of the log; and all of it for a consumer."""

    each: dict[str, float]


def stored(settings: Settings) -> Stored:
    """Ask the engine for the size of each table; the key store's is that of its file. For one that is not served."""
    database = Database(settings.database_url)
    try:
        sizes = dict(_sqlite(Path(str(database.url.database))) if database.sqlite else _postgres(database))
        counts = {what: _count(database, table) for what, table in _COUNTED.items()}
    finally:
        database.close()
    keys = Path(settings.keystore_url.partition(":///")[2])
    sizes["accounts"] += keys.stat().st_size if keys.exists() else 0
    each = {
        what: sum(size for name, size in sizes.items() if name.startswith(named)) / counts[what]
        for what, named in _WHAT.items()
    }
    return Stored({**each, "consumer, all told": sum(sizes.values()) / counts["consumer"]})


def _sqlite(path: Path) -> Iterator[tuple[str, int]]:
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        yield from connection.execute(
            "SELECT tbl_name, sum(pgsize) FROM dbstat JOIN sqlite_master USING (name) GROUP BY tbl_name"
        )


def _postgres(database: Database) -> Iterator[tuple[str, int]]:
    for name in migrations.metadata().tables:
        query = text("SELECT pg_total_relation_size(CAST(:name AS regclass))").bindparams(name=name)
        yield name, database.read(partial(_scalar, query=query))


def _scalar(db: Session, query: TextClause) -> int:
    return int(db.execute(query).scalar_one())


def _count(database: Database, name: str) -> int:
    table = migrations.metadata().tables[name]
    return database.read(lambda db: db.execute(select(func.count()).select_from(table)).scalar_one())
