"""Databases for tests: each test that asks for one runs on SQLite and on PostgreSQL."""

import importlib.util
import pkgutil
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import event

import vrm
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


@pytest.fixture(scope="session")
def _postgres_with_tables(request: pytest.FixtureRequest) -> str:
    """The name of a PostgreSQL database with every table, to be copied."""
    url: str = request.getfixturevalue("postgres").create()
    create_tables(url)
    return url.rpartition("/")[2]


@pytest.fixture(params=ENGINES)
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """An open database with every room's tables, once for each engine."""
    if request.param == "sqlite":
        database = Database(request.getfixturevalue("_sqlite_with_tables")(tmp_path))
        yield database
        database.close()
    else:
        cluster = request.getfixturevalue("postgres")
        url = cluster.create(request.getfixturevalue("_postgres_with_tables"))
        database = Database(url)
        yield database
        database.close()
        cluster.drop(url)
