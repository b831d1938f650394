"""Looks: what auditors looked at, for all of them to see."""

import pytest

from tests.tamper.small_case import NAMES, Office
from vrm import accesslog, oversight
from vrm.ids import new_id


@pytest.fixture
def office(database, tmp_path):
    office = Office(database, tmp_path)
    office.grow(0, 6)
    return office


def look(office, what, auditor=None, **query):
    now, by = office.now, auditor or office.okafor
    office.database.write(
        lambda db: oversight.record_look(db, auditor_id=by, what=what, query=query, now=now)
    )
    office.sequence()


def test_looks_are_seen_by_all_newest_first(office):
    """Who, at what, how narrowed; paged by key."""
    look(office, "search", key="email", outcome="refused", since="", client=new_id())
    look(office, "entry", auditor=office.canary, leaf="4")
    look(office, "case")
    page = office.see(oversight.list_looks, limit=2)
    assert [(one.name, one.what) for one in page.looks] == [(NAMES[0], "case"), (NAMES[1], "entry")]
    assert page.looks[1].query == {"leaf": "4"}
    last = office.see(oversight.list_looks, limit=2, before=page.older)
    (first,) = last.looks
    assert (first.auditor_id, first.what, last.older) == (office.okafor, "search", None)
    assert (first.query["key"], first.query["outcome"], "since" in first.query) == ("email", "refused", False)
    (entry,) = office.see(oversight.list_looks, what="entry").looks
    assert entry.leaf_index == page.looks[1].leaf_index


def test_a_look_keeps_nothing_that_was_merely_typed(office):
    """What is in no form that the log has is kept as that something was typed, and long ones too."""
    typed = {
        "thread": "Jane Doe",
        "code": "jane@example.org",
        "key": "x" * 65,
        "purpose": "dpv:ServiceProvision",
        "since": "2026-03-01T09:30:00.000Z",
        "<b>": "1",
    }
    look(office, "search", **typed)
    (one,) = office.see(oversight.list_looks).looks
    assert one.query == {
        "thread": "(other)",
        "code": "(other)",
        "key": "(other)",
        "purpose": "dpv:ServiceProvision",
        "since": "2026-03-01T09:30:00.000Z",
    }


def test_a_look_is_bounded(office):
    """However many conditions a query has, the event holds a few."""
    look(office, "search", **{f"name{number}": "x" for number in range(5000)})
    (one,) = office.see(oversight.list_looks).looks
    assert len(one.query) == 40


def test_someone_unknown(office):
    """A look by nobody we know is listed all the same."""
    look(office, "overview", auditor=new_id())
    (one,) = office.see(oversight.list_looks).looks
    assert (one.name, one.what, one.query) == (None, "overview", {})


def test_openings_of_people_are_not_given_out(office):
    """Only events about no person tell what their openings say."""
    rows = office.database.read(lambda db: oversight.search(db, oversight.Filters())).rows
    told = office.database.read(lambda db: accesslog.details(db, [row.event_id for row in rows]))
    assert {row.type for row in rows if row.event_id in told} == {"auditor.granted", "company.approved"}
