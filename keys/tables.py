"""The key store's own database: what it keeps, and how it is opened. An SQLite file or PostgreSQL."""

import os
from pathlib import Path

from sqlalchemy import (
    Column,
    DateTime,
    Engine,
    LargeBinary,
    MetaData,
    SmallInteger,
    Table,
    Uuid,
    create_engine,
    event,
    inspect,
)
from sqlalchemy.engine import make_url

from keys.errors import AlreadyExists, NotReady
from keys.files import refuse_exposed, sync_directory

metadata = MetaData()

deks = Table(
    "deks",
    metadata,
    Column("owner_id", Uuid(as_uuid=False), primary_key=True),
    Column("generation", SmallInteger, primary_key=True, autoincrement=False),
    Column("dek_id", LargeBinary(16), nullable=False, unique=True),
    Column("wrapped", LargeBinary, nullable=False),
    Column("kek_id", Uuid(as_uuid=False), nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
)

log_secrets = Table(
    "log_secrets",
    metadata,
    Column("owner_id", Uuid(as_uuid=False), primary_key=True),
    Column("wrapped", LargeBinary, nullable=False),
    Column("kek_id", Uuid(as_uuid=False), nullable=False),
)


def refuse_existing(url: str) -> None:
    """Raise AlreadyExists when the SQLite file, or the tables on PostgreSQL, are there."""
    path = _sqlite_file(url)
    if path is None:
        engine = _engine(url)
        taken = inspect(engine).has_table(deks.name)
        engine.dispose()
    else:
        taken = path.exists()
    if taken:
        raise AlreadyExists(f"{path or 'This database'} holds a key store already; it is initialised once.")


def create_database(url: str) -> Engine:
    """Create the tables. Call ``refuse_existing`` before anything else is made."""
    path = _sqlite_file(url)
    if path is not None:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        # Made here, so that it is never readable by others; SQLite gives its -wal and -shm the same mode.
        os.close(os.open(path, os.O_CREAT | os.O_EXCL, 0o600))
        sync_directory(path.parent)
    engine = _engine(url)
    metadata.create_all(engine, checkfirst=False)
    return engine


def open_database(url: str) -> Engine:
    """Open what ``create_database`` made; NotReady or Exposed."""
    path = _sqlite_file(url)
    if path is not None:
        refuse_exposed(path)
    engine = _engine(url)
    if not inspect(engine).has_table(deks.name):
        raise NotReady("This database holds no key store. Initialise it, or restore it from a backup.")
    return engine


def clear_write_ahead_log(engine: Engine) -> bool:
    """Empty SQLite's write-ahead log, which still holds what was just deleted. False when a reader is in the way."""
    if engine.dialect.name != "sqlite":
        return True
    with engine.connect() as connection:
        blocked: int = connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").one()[0]
        return not blocked


def _sqlite_file(url: str) -> Path | None:
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite":
        return None
    if not parsed.database or parsed.database == ":memory:":
        raise ValueError("a key store on SQLite needs a file")
    return Path(parsed.database)


def _engine(url: str) -> Engine:
    # hide_parameters: no wrapped key appears in a database error's message.
    engine = create_engine(url, hide_parameters=True, pool_pre_ping=_sqlite_file(url) is None)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _prepare_sqlite)
    return engine


def _prepare_sqlite(connection: object, record: object) -> None:
    cursor = connection.cursor()  # type: ignore[attr-defined]
    for pragma in (
        "busy_timeout=10000",  # milliseconds
        "journal_mode=WAL",
        "synchronous=FULL",  # a key is durable before the first row sealed under it
        "secure_delete=ON",  # a destroyed key leaves no bytes in free pages
        "temp_store=MEMORY",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()
