"""The schema's history, on both engines. A landed revision is never edited; each change migrates its data.

* ``upgrade(url)`` brings a database to ``head()``; ``current(url)`` says where it is, None for an empty one.
* ``differences(url)`` lists what the rooms' models have and the database has not, or the other way round.
* ``python -m vrm.migrations new "what it does"`` writes a revision from those differences.

Only this package, and nothing else in the house, knows the models of every room at once.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, Engine, MetaData, create_engine, event, inspect, text
from sqlalchemy.engine import make_url
from sqlalchemy.pool import NullPool

if TYPE_CHECKING:
    from alembic.config import Config

# Every command asks whether the schema is at head, and few change it: alembic is loaded by those alone.

FOLDER = Path(__file__).parent


def head() -> str | None:
    """The newest revision this version knows, None while there is none. A file is named for its revision."""
    return max((path.name.partition("_")[0] for path in FOLDER.glob("versions/[0-9]*_*.py")), default=None)


def current(url: str) -> str | None:
    """The revision a database is at; None when it holds no schema of ours."""
    if _is_missing_file(url):
        return None
    engine = _engine(url)
    try:
        with engine.connect() as connection:
            if not inspect(connection).has_table("alembic_version"):
                return None
            return connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one_or_none()
    finally:
        engine.dispose()


def upgrade(url: str, *, to: str = "head") -> None:
    """Run the missing revisions, all in one transaction: a failure leaves the database as it was."""
    from alembic import command

    engine = _engine(url)
    try:
        with engine.begin() as connection:
            command.upgrade(_config(connection), to)
    finally:
        engine.dispose()


def revise(url: str, message: str, *, number: str) -> Path:
    """Write a revision that turns the database at ``url``, which is at head, into what the models say."""
    from alembic import command

    engine = _engine(url)
    try:
        with engine.begin() as connection:
            made = command.revision(_config(connection), message, autogenerate=True, rev_id=number)
    finally:
        engine.dispose()
    assert made is not None and not isinstance(made, list)
    path = Path(made.path)
    lines = path.read_text().splitlines(keepends=True)
    path.write_text("".join(line for line in lines if "# ### " not in line))  # alembic's own remarks
    return path


def differences(url: str) -> Sequence[object]:
    """What autogenerate would do; empty when database and models agree."""
    from alembic.autogenerate import compare_metadata
    from alembic.runtime.migration import MigrationContext

    engine = _engine(url)
    try:
        with engine.connect() as connection:
            context = MigrationContext.configure(connection, opts={"compare_type": True})
            found: Sequence[object] = compare_metadata(context, metadata())
            return found
    finally:
        engine.dispose()


def metadata() -> MetaData:
    """Every table of every room."""
    from vrm.migrations.models import all_tables

    return all_tables()


def _config(connection: Connection) -> "Config":
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    config.attributes["connection"] = connection
    return config


def _is_missing_file(url: str) -> bool:
    """Asking must not create the file it asks about."""
    parsed = make_url(url)
    return parsed.get_backend_name() == "sqlite" and not Path(parsed.database or "").exists()


def _engine(url: str) -> Engine:
    engine = create_engine(url, poolclass=NullPool)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: object, _: object) -> None:
    # Foreign keys stay off: batch mode rebuilds a table by dropping the old one, which would cascade.
    connection.isolation_level = None  # type: ignore[attr-defined]
    connection.execute("PRAGMA journal_mode=WAL")  # type: ignore[attr-defined]
    connection.execute("PRAGMA synchronous=FULL")  # type: ignore[attr-defined]


def _begin_sqlite(connection: Connection) -> None:
    # The driver commits before DDL unless we begin ourselves; then a failed upgrade would stay half done.
    connection.exec_driver_sql("BEGIN")
