"""The index follows the log, whoever runs the passes and however often they are interrupted."""

import threading

from sqlalchemy import event, select

from tests.unit.oversight.conftest import MONDAY, append, mixed, read, write
from tests.unit.oversight.test_searching import small_blocks  # noqa: F401
from vrm import accesslog, oversight
from vrm.db import Base
from vrm.oversight.models import LogFacet, LogHour, LogIndex, LogTally

VIEWS = (LogIndex, LogFacet, LogTally, LogHour)


def views(database):
    """Everything that is derived, row by row."""
    found = {}
    with database.engine.connect() as connection:
        for model in VIEWS:
            table = Base.metadata.tables[model.__tablename__]
            rows = connection.execute(select(table)).all()
            found[model.__tablename__] = sorted(map(tuple, rows), key=repr)
    return found


def test_passes_give_what_one_pass_gives(database):
    """Leaf by leaf, in any batches, or made anew at once: the index is the same."""
    events = mixed(150)
    prepared = [accesslog.prepare(event) for event in events]
    for start in range(0, 150, 30):
        some = prepared[start : start + 30]
        database.write(lambda session, some=some: accesslog.append(session.connection(), some))
        accesslog.sequence(database)
        while oversight.index(database, limit=7):
            pass
    bit_by_bit = views(database)
    assert len(bit_by_bit["log_index"]) == database.read(oversight.indexed) == 150
    oversight.reindex(database)
    assert not any(views(database).values())
    while oversight.index(database):
        pass
    assert views(database) == bit_by_bit


def test_nobody_indexes_a_leaf_twice(database):
    """Passes at the same time, in several threads, take each leaf once."""
    events = mixed(200)
    write(database, events)
    alone = views(database)
    oversight.reindex(database)
    faults = []

    def run():
        try:
            while oversight.index(database, limit=9):
                pass
        except Exception as fault:
            faults.append(fault)

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not faults
    assert views(database) == alone


def test_what_waits_for_its_leaf_is_not_indexed(database):
    """The index follows the tree, and never runs ahead of it."""
    waiting = accesslog.prepare(read(MONDAY))
    database.write(lambda session: accesslog.append(session.connection(), [waiting]))
    assert oversight.index(database) == 0
    accesslog.sequence(database)
    assert oversight.index(database) == 1
    assert oversight.index(database) == 0


def test_the_writing_transaction_only_writes(database):
    """Whoever else writes waits for it on SQLite, so it reads nothing but the state and the hours it touches."""
    write(database, mixed(60), each=20)
    append(database, mixed(30, seed=2))
    while accesslog.sequence(database):
        pass
    write_derived = database.write_derived
    run: list[str] = []

    def watched(work):
        def inside(session):
            event.listen(session.connection(), "before_cursor_execute", lambda *given: run.append(given[2]))
            return work(session)

        return write_derived(inside)

    database.write_derived = watched
    while oversight.index(database):
        pass
    assert database.read(oversight.indexed) == 90
    read_inside = [one for one in run if one.lstrip().startswith("SELECT")]
    assert {one.partition("FROM ")[2].split()[0] for one in read_inside} == {"log_index_state", "log_hours"}
