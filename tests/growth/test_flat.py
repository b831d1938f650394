"""What is done for one person or one client costs the same however many others there are.

No clock is asked: the number of statements must not grow, and none of them may walk a table that does.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import event

from tests.support.seeds import PURPOSE, access_token, grant, person, shop
from vrm import accesslog, clock, consents, profiles, tokens
from vrm.db import Database
from vrm.disclosures import Door, Reader
from vrm.house import House

pytestmark = pytest.mark.deep

FEW, MANY = 10, 200


@pytest.fixture
def database(tmp_path, _sqlite_with_tables) -> Iterator[Database]:
    """SQLite alone: it tells its plan in words that do not depend on statistics."""
    opened = Database(_sqlite_with_tables(tmp_path))
    yield opened
    opened.close()


@contextmanager
def seen(database: Database) -> Iterator[list[tuple[str, Any]]]:
    """The statements that run meanwhile, with their parameters."""
    run: list[tuple[str, Any]] = []

    def note(connection: object, cursor: object, statement: str, parameters: Any, *rest: object) -> None:
        run.append((statement, parameters))

    event.listen(database.engine, "before_cursor_execute", note)
    try:
        yield run
    finally:
        event.remove(database.engine, "before_cursor_execute", note)


def walked(database: Database, run: list[tuple[str, Any]]) -> set[str]:
    """The steps of those statements' plans that walk a whole table."""
    steps = set()
    with database.engine.connect() as connection:
        for statement, parameters in run:
            if statement.startswith("SELECT"):
                for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters):
                    if row[3].startswith("SCAN"):
                        steps.add(row[3])
    return steps


def test_work_for_one_does_not_grow_with_all(house: House):
    """Reading, looking a token up, listing a person's events and consents, and a client's page stay flat."""
    nordlicht, door = shop(house), Door(house.database, house.keys, house.catalogue)
    mia = person(house, email="mia@mail.example")
    consent = grant(house, mia, nordlicht, "name", "email")
    secret = access_token(house, consent)
    reader = Reader(consent.client_id, consent.epoch)
    read = house.database.read
    work: dict[str, Callable[[], object]] = {
        "token": lambda: read(lambda db: tokens.find_token(db, secret, now=clock.now())),
        "disclosure": lambda: door.read(reader, consent_id=consent.id, purpose=PURPOSE, keys=None),
        "profile": lambda: read(lambda db: profiles.list_items(db, house.keys, consumer_id=mia.consumer_id)),
        "events": lambda: read(
            lambda db: accesslog.list_for_consumer(db, consumer_id=mia.consumer_id, limit=20)
        ),
        "consents": lambda: read(lambda db: consents.list_consents(db, consumer_id=mia.consumer_id)),
        "held": lambda: read(
            lambda db: consents.holdings.list_held(
                db, company_id=consent.company_id, client_id=consent.client_id, now=clock.now(), limit=5
            )
        ),
    }
    counts = []
    for others in (FEW, MANY):
        for _ in range(others):
            grant(house, person(house), nordlicht, "name")
        accesslog.sequence(house.database)
        for name, once in work.items():
            with seen(house.database) as run:
                once()
            assert run
            assert not walked(house.database, run), name
            counts.append((name, len(run)))
    half = len(work)
    assert counts[:half] == counts[half:]


def test_proofs_grow_with_the_logarithm(house: House):
    """An inclusion proof has one hash for each doubling of the log, and still verifies."""
    nordlicht = shop(house)
    for others in (FEW, MANY):
        for _ in range(others):
            grant(house, person(house), nordlicht, "name")
        accesslog.sequence(house.database)
        published = accesslog.publish(house.database, house.keys.log_signer, house.settings.log_origin)

        def proof(db: Any, size: int = published.size) -> Any:
            return accesslog.inclusion(db, leaf_index=3, size=size)

        assert len(house.database.read(proof)) <= merkle_depth(published.size)


def merkle_depth(size: int) -> int:
    return max(1, (size - 1).bit_length())
