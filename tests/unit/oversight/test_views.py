"""Saved views: an auditor's own, under names that nobody else sees."""

import pytest
from sqlalchemy import text

from keys import CannotOpen
from tests.tamper.small_case import Office
from vrm import oversight
from vrm.errors import Conflict, Invalid, NotFound
from vrm.oversight import Filters

NIGHT = Filters.of({"since": "2026-03-01", "type": "disclosure", "outcome": "refused"})


@pytest.fixture
def office(database, tmp_path):
    return Office(database, tmp_path)


def views(office, auditor=None):
    asked = {"auditor_id": auditor or office.okafor}
    return [(view.name, Filters.of(view.filters)) for view in office.see(oversight.list_views, **asked)]


def test_a_view_is_kept_and_found_by_name(office):
    """By name; the same name again takes the place of the one before."""
    office.do(oversight.save_view, name=" Refused ", filters=NIGHT)
    office.do(oversight.save_view, name="all", filters=Filters())
    assert views(office) == [("all", Filters()), ("Refused", NIGHT)]
    office.do(oversight.save_view, name="Refused", filters=Filters(key="email"))
    assert views(office) == [("all", Filters()), ("Refused", Filters(key="email"))]


def test_a_view_that_can_find_nothing_is_not_kept(office):
    """Conditions that no entry can meet are refused before they have a name."""
    with pytest.raises(Invalid) as refused:
        office.do(oversight.save_view, name="Odd", filters=Filters(thread="abc"))
    assert (refused.value.field, views(office)) == ("thread", [])


def test_views_are_ones_own(office):
    """Nobody sees or deletes another's."""
    view = office.do(oversight.save_view, name="Mine", filters=NIGHT)
    assert views(office, office.canary) == []

    def forget(auditor_id):
        office.database.write(lambda db: oversight.delete_view(db, auditor_id=auditor_id, view_id=view.id))

    with pytest.raises(NotFound):
        forget(office.canary)
    forget(office.okafor)
    assert views(office) == []
    with pytest.raises(NotFound):
        forget(office.okafor)


def test_there_is_a_most(office):
    """Fifty; one of those there are can still be changed."""
    for number in range(oversight.MOST_VIEWS):
        office.do(oversight.save_view, name=f"View {number}", filters=NIGHT)
    with pytest.raises(Conflict):
        office.do(oversight.save_view, name="One more", filters=NIGHT)
    office.do(oversight.save_view, name="View 7", filters=Filters())
    office.do(oversight.save_view, name="One more", filters=NIGHT, auditor=office.canary)


@pytest.mark.parametrize("name", ["", " ", "x" * 101, "two\nlines", "\x07"])
def test_bad_names(office, name):
    """A name is a line of plain text."""
    with pytest.raises(Invalid):
        office.do(oversight.save_view, name=name, filters=NIGHT)


def test_names_are_sealed(office):
    """The table holds no name, and nobody's key but the auditor's own opens it."""
    office.do(oversight.save_view, name="Canaryview", filters=NIGHT)
    rows = office.database.read(lambda db: db.execute(text("SELECT * FROM audit_views")).all())
    assert (
        b"canary"
        not in b" ".join(
            bytes(value) if isinstance(value, bytes | memoryview) else str(value).encode()
            for row in rows
            for value in row
        ).lower()
    )
    office.keys.destroy(office.okafor)
    with pytest.raises(CannotOpen):
        views(office)
