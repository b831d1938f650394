"""A database with the tables of these tests, once for each engine."""

from collections.abc import Iterator

import pytest

from tests.unit.db.tables import Counter, Local
from vrm.db import Database


@pytest.fixture
def store(database_url: str) -> Iterator[Database]:
    """An open database with ``Note`` and a ``Counter`` named ``c``."""
    database = Database(database_url)
    with database.engine.begin() as connection:
        Local.metadata.create_all(connection)
    database.write(lambda session: session.add(Counter(name="c", value=0)))
    yield database
    database.close()
