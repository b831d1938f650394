"""Column types mean the same on both engines."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import select
from sqlalchemy.exc import StatementError

from tests.unit.db.tables import START, Note
from vrm.clock import now
from vrm.db import Database
from vrm.ids import is_id, new_id

MOMENTS = [
    START,
    pytest.param(now(), id="now"),
    datetime(1900, 1, 1, tzinfo=UTC),
    datetime(2099, 12, 31, 23, 59, 59, 999000, tzinfo=UTC),
    datetime(2026, 3, 29, 2, 30, tzinfo=timezone(timedelta(hours=5, minutes=45))),
    datetime(2026, 1, 1, 0, 30, tzinfo=timezone(timedelta(hours=14))),
]


@pytest.mark.parametrize("moment", MOMENTS, ids=str)
def test_a_moment_reads_back_equal_and_in_utc(store: Database, moment: datetime):
    """Whatever zone it came in, the same moment comes back, aware, in UTC; none comes back as none."""
    store.write(lambda session: session.add(Note(text="a", at=moment)))
    at, until = store.read(lambda session: session.execute(select(Note.at, Note.until)).one())
    assert at == moment
    assert at.utcoffset() == timedelta(0)
    assert until is None


def test_a_moment_without_a_zone_is_refused(store: Database):
    """A naive datetime means nothing certain and is never stored."""
    with pytest.raises(StatementError, match="time zone"):
        store.write(lambda session: session.add(Note(text="a", at=datetime(2026, 1, 1))))  # noqa: DTZ001


def test_moments_compare_in_the_database(store: Database):
    """Earlier and later are told by the moment, not by how the zone wrote it."""
    east = timezone(timedelta(hours=12))
    early, late = datetime(2026, 1, 2, 1, tzinfo=east), datetime(2026, 1, 1, 23, tzinfo=UTC)
    store.write(lambda session: session.add_all([Note(text="late", at=late), Note(text="early", at=early)]))
    between = datetime(2026, 1, 2, 4, tzinfo=east)
    names = store.read(lambda s: s.scalars(select(Note.text).order_by(Note.at)).all())
    before = store.read(lambda s: s.scalars(select(Note.text).where(Note.at < between)).all())
    assert names == ["early", "late"]
    assert before == ["early"]


def test_an_id_reads_back_as_it_was(store: Database):
    """An id is the same string in its one canonical form, and finds its row."""
    id_ = new_id()
    store.write(lambda session: session.add(Note(id=id_, text="a")))
    found = store.read(lambda session: session.scalars(select(Note.id).where(Note.id == id_)).one())
    assert found == id_
    assert is_id(found)


@pytest.mark.parametrize("document", [{"a": [1, 2.5, None, True], "ü": "漢字 \\ \" '"}, [], "text", 0, {}])
def test_a_document_reads_back_equal(store: Database, document: object):
    """JSON comes back as the same value."""
    store.write(lambda session: session.add(Note(text="a", body=document)))
    assert store.read(lambda session: session.scalars(select(Note.body)).one()) == document
