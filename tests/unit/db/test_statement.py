"""Statements: what SQLAlchemy would give, by the driver alone, in whatever transaction the connection is in."""

from contextlib import suppress
from datetime import UTC, datetime
from typing import Any, cast

import pytest
from sqlalchemy import Connection, Table, bindparam, insert, select
from sqlalchemy.exc import IntegrityError

from tests.unit.db.tables import START, Note
from vrm.db import Database, Statement
from vrm.ids import new_id

_notes = cast(Table, Note.__table__)
NAMED = Statement(
    select(_notes.c.id, _notes.c.text, _notes.c.at, _notes.c.until, _notes.c.body)
    .where(_notes.c.text.in_(bindparam("texts")), _notes.c.at == bindparam("at"), _notes.c.text != "never")
    .order_by(_notes.c.text)
)
INSERT = Statement(insert(_notes))


def note(text: str, **more: Any) -> dict[str, Any]:
    return {"id": new_id(), "text": text, "at": START, "until": None, "body": None, **more}


def keep(store: Database, *notes: dict[str, Any]) -> None:
    store.write_group(lambda connection: INSERT.write(connection, notes))


def named(store: Database, *texts: str) -> list[str]:
    rows = store.glance(lambda connection: NAMED.each(connection, texts=list(texts), at=START))
    return [row.text for row in rows]


def test_a_row_is_as_its_types_have_it(store: Database) -> None:
    """Ids, moments and JSON read back as they were written, on both engines."""
    later = datetime(2027, 5, 6, tzinfo=UTC)
    told = note("a", until=later, body={"lines": [1, None, "ü"]})
    keep(store, told)
    row = store.glance(lambda connection: NAMED.one(connection, texts=["a"], at=START))
    assert row is not None
    assert row._asdict() == told


@pytest.mark.parametrize("count", [0, 1, 2, 3, 5, 9])
def test_a_list_finds_each_of_its_values_once(store: Database, count: int) -> None:
    """However long the list: a value that is repeated to fill a form finds nothing twice."""
    texts = [f"note {at}" for at in range(count)]
    keep(store, *(note(text) for text in [*texts, "another"]))
    assert named(store, *texts) == texts


def test_a_parameter_that_is_left_out(store: Database) -> None:
    """It is a fault of ours, and no NULL."""
    with pytest.raises(KeyError):
        store.glance(lambda connection: NAMED.each(connection, texts=["a"]))
    with pytest.raises(KeyError):
        keep(store, {"id": new_id(), "text": "a"})


def test_no_row(store: Database) -> None:
    """Where there is none, ``one`` gives None."""
    assert store.glance(lambda connection: NAMED.one(connection, texts=["a"], at=START)) is None


def test_it_is_part_of_the_transaction_it_runs_in(store: Database) -> None:
    """A session sees what a statement wrote in it, a statement what the session wrote, and a rollback undoes both."""
    found: list[list[str]] = []

    def work(session: Any) -> None:
        session.add(Note(text="by the session"))
        session.flush()
        INSERT.write(session.connection(), [note("by a statement")])
        texts = ["by a statement", "by the session"]
        found.append([row.text for row in NAMED.each(session.connection(), texts=texts, at=START)])
        found.append(sorted(session.scalars(select(Note.text))))
        raise LookupError

    with pytest.raises(LookupError):
        store.write(work)
    assert found == [["by a statement", "by the session"]] * 2
    assert named(store, "by a statement", "by the session") == []


def test_a_fault_is_sqlalchemys_and_tells_no_value(store: Database) -> None:
    """Callers know one family of faults; its text reaches logs, and repeats nothing of a row."""
    keep(store, note("canary-7"))
    for rows in ([note("canary-7")], [note("b"), note("canary-7")]):
        with pytest.raises(IntegrityError) as raised:
            keep(store, *rows)
        assert "canary" not in f"{raised.value} {raised.value.orig} {raised.value.__cause__!r}"
    assert named(store, "b", "canary-7") == ["canary-7"]


def test_a_glance_sees_one_snapshot_and_writes_nothing(store: Database) -> None:
    """What is committed meanwhile is not seen; what it says it changes is refused or thrown away."""
    keep(store, note("a"))

    def work(connection: Any) -> tuple[int, int]:
        before = NAMED.each(connection, texts=["a", "b"], at=START)
        other = Database(store.url.render_as_string(hide_password=False))
        keep(other, note("b"))
        other.close()
        return len(before), len(NAMED.each(connection, texts=["a", "b"], at=START))

    assert store.glance(work) == (1, 1)
    assert named(store, "a", "b") == ["a", "b"]

    def fail(connection: Any) -> None:
        raise LookupError

    with pytest.raises(LookupError):
        store.glance(fail)
    assert named(store, "a", "b") == ["a", "b"]


def test_a_connection_that_died_is_replaced(store: Database) -> None:
    """A server that was restarted costs nobody a read."""
    assert named(store, "a") == []
    store.glance(lambda connection: connection.connection.dbapi_connection).close()  # type: ignore[union-attr]
    assert named(store, "a") == []
    keep(store, note("a"))
    assert named(store, "a") == ["a"]


def test_a_failed_statement_is_not_committed_over(store: Database) -> None:
    """Work that swallows the fault of a statement hears that nothing was written, where that is so."""
    first = note("a")

    def swallow(connection: Connection) -> None:
        INSERT.write(connection, [note("b")])
        with suppress(IntegrityError):
            INSERT.write(connection, [first])

    keep(store, first)
    if store.sqlite:  # which takes back the statement alone
        store.write_group(swallow)
        assert named(store, "a", "b") == ["a", "b"]
    else:
        with pytest.raises(RuntimeError, match="none of it can be committed"):
            store.write_group(swallow)
        assert named(store, "a", "b") == ["a"]


def test_a_parameter_of_in_is_a_list(store: Database) -> None:
    """Anything else would be taken for as long as the first one was."""
    with pytest.raises(TypeError, match="texts: a parameter of IN is a list"):
        store.glance(lambda connection: NAMED.each(connection, texts=("a", "b"), at=START))
