"""Databases for tests: each test that asks for one runs on SQLite and on PostgreSQL."""

import importlib.util
import pkgutil
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from psycopg import sql
from sqlalchemy import event

import vrm
from tests.support.postgres import Cluster
from vrm.db import Base, Database

ENGINES = ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)]


def import_models() -> None:
    """Import every room's ``models``, so that ``Base.metadata`` knows every table."""
    for module in pkgutil.iter_modules(vrm.__path__):
        name = f"vrm.{module.name}.models"
        if module.ispkg and importlib.util.find_spec(name):
            importlib.import_module(name)


def create_tables(url: str) -> None:
    """Create every room's tables in an empty database."""
    import_models()
    database = Database(url)
    try:
        with database.engine.begin() as connection:
            Base.metadata.create_all(connection)
    finally:
        database.close()


@pytest.fixture(params=ENGINES)
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of an empty database, once for each engine."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/vrm.db"
    url: str = request.getfixturevalue("postgres_url")
    return url


@contextmanager
def new_database(engine: str, folder: Path, request: pytest.FixtureRequest) -> Iterator[str]:
    """The URL of an empty database, for a fixture that several tests share."""
    if engine == "sqlite":
        yield f"sqlite:///{folder}/vrm.db"
    else:
        cluster: Cluster = request.getfixturevalue("postgres")
        url = cluster.create()
        yield url
        cluster.drop(url)


@contextmanager
def statements(database: Database) -> Iterator[list[str]]:
    """The SQL statements that run meanwhile, in every thread."""
    run: list[str] = []

    def note(connection: object, cursor: object, statement: str, *rest: object) -> None:
        run.append(statement)

    event.listen(database.engine, "before_cursor_execute", note)
    try:
        yield run
    finally:
        event.remove(database.engine, "before_cursor_execute", note)


Fill = Callable[[Path], str]


@pytest.fixture(scope="session")
def _sqlite_with_tables(tmp_path_factory: pytest.TempPathFactory) -> Fill:
    """Creating every table takes longer than copying a file that has them."""
    original = tmp_path_factory.mktemp("template") / "vrm.db"
    create_tables(f"sqlite:///{original}")

    def fill(folder: Path) -> str:
        shutil.copy(original, folder / "vrm.db")
        return f"sqlite:///{folder}/vrm.db"

    return fill


_BUILT = "SELECT (SELECT string_agg(relname, ' ' ORDER BY relname) FROM pg_class), " + ", ".join(
    f"(SELECT count(*) FROM pg_{what})" for what in ("attribute", "constraint", "trigger", "proc")
)
"""What a database holds beside rows."""


class Emptied:
    """PostgreSQL databases with every table, emptied after a test and used again: copying one took most of its time."""

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster
        self._template: str | None = None
        self._built: tuple[object, ...] | None = None
        self._free: list[str] = []

    def take(self) -> str:
        """The URL of a database whose tables are empty."""
        if self._free:
            return self._free.pop()
        if self._template is None:
            url = self._cluster.create()
            create_tables(url)
            with psycopg.connect(url.replace("+psycopg", "")) as connection:
                self._built = connection.execute(_BUILT).fetchone()
            self._template = url.rpartition("/")[2]
        return self._cluster.create(self._template)

    def give_back(self, url: str) -> None:
        """Empty a database for the next test, whoever is still connected to it."""
        with psycopg.connect(url.replace("+psycopg", ""), autocommit=True, connect_timeout=30) as connection:
            connection.execute(
                "SELECT pg_terminate_backend(pid, 30000) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
            if connection.execute(_BUILT).fetchone() != self._built:
                self._cluster.drop(url)  # a test has changed more than rows
                return
            # In any order, whoever refers to whom.
            connection.execute("SET session_replication_role = replica")
            deletes = [
                sql.SQL("DELETE FROM {}").format(sql.Identifier(name)) for name in Base.metadata.tables
            ]
            connection.execute(sql.SQL("; ").join(deletes))
        self._free.append(url)


@pytest.fixture(scope="session")
def _emptied(request: pytest.FixtureRequest) -> Emptied:
    return Emptied(request.getfixturevalue("postgres"))


@pytest.fixture(params=ENGINES)
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """An open database with every room's tables, once for each engine."""
    if request.param == "sqlite":
        database = Database(request.getfixturevalue("_sqlite_with_tables")(tmp_path))
        yield database
        database.close()
    else:
        emptied: Emptied = request.getfixturevalue("_emptied")
        database = Database(emptied.take())
        yield database
        database.close()
        emptied.give_back(database.url.render_as_string(hide_password=False))
