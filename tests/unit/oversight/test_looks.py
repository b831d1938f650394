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


def look(office, what, /, auditor=None, **query):
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


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("code", "0491570156"),  # a telephone number, where a code cannot be one
        ("before", "0491570156"),
        ("type", "1980-04-17"),
        ("client", "jane"),
        ("thread", "jane.doe"),
        ("what", "0491570156"),
        ("kind", "jane"),
        ("case_id", "jane"),
        ("code", "jane"),  # in the form of a code, and no word of the log
        ("key", "jane"),
        ("type", "jane"),
        ("actor", "jane"),
        ("purpose", "jane:Doe"),
        ("thread", "A" * 43),
        ("agent", "AnnaKarlssonAbcd"),
    ],
)
def test_a_value_is_kept_where_its_own_filter_would_take_it(office, name, typed):
    """What another filter would take is merely typed in this one."""
    look(office, "search", **{name: typed})
    (one,) = office.see(oversight.list_looks).looks
    assert one.query == {name: "(other)"}


def test_what_narrowed_a_look_is_kept(office):
    """Filters, cursors, ids and choices as they were given; a time without the digits that nobody reads."""
    asked = {
        "after": "mI9b7TTiVWJIrV7erI49v80Mf1cbHcOPU1nxwoL4Jco",
        "before": new_id(),
        "by": "client",
        "case_id": new_id(),
        "grain": "hour",
        "kind": "unused_key",
        "limit": "50",
        "since": "2026-03-01T09:30:00.0000491570156Z",
        "state": "any",
        "what": "api_looks",
    }
    look(office, "search", **asked)
    (one,) = office.see(oversight.list_looks).looks
    assert one.query == asked | {"since": "2026-03-01T09:30:00.000Z"}


def test_a_look_is_bounded(office):
    """However much a query has, the event holds conditions there are: of an unknown one not even the name."""
    look(office, "search", jane_doe="x", outcom="refused", **{f"name{number}": "x" for number in range(5000)})
    (one,) = office.see(oversight.list_looks).looks
    assert one.query == {}


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
