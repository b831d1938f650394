"""Case files: what auditors mark and write, kept line by line."""

import pytest
from sqlalchemy import text

from tests.tamper.small_case import Office
from vrm import accesslog, oversight
from vrm.errors import Conflict, Invalid, NotFound
from vrm.ids import new_id


@pytest.fixture
def office(database, tmp_path):
    office = Office(database, tmp_path)
    office.grow(0, 12)
    return office


def story(office, case_id, **asked):
    lines = office.see(oversight.list_lines, case_id=case_id, **asked)
    return [(line.line, line.kind, line.leaf_index, line.text) for line in lines]


def test_a_case_is_a_history(office):
    """Every line is kept with who wrote it, newest first, and what is marked now follows from them."""
    case_id = office.case(4, 7)
    assert story(office, case_id) == [
        (7, "reopened", None, None),
        (6, "closed", None, None),
        (5, "unmarked", 7, None),
        (4, "noted", None, "Asked them.\nNo answer."),
        (3, "marked", 7, "Why so late?"),
        (2, "marked", 4, None),
        (1, "opened", None, None),
    ]
    assert story(office, case_id, before=5, limit=1) == [(4, "noted", None, "Asked them.\nNo answer.")]
    assert [line[0] for line in story(office, case_id, kinds=("marked", "noted"))] == [4, 3, 2]
    (marked,) = office.see(oversight.list_marks, case_id=case_id)
    assert (marked.leaf_index, marked.auditor_id) == (4, office.okafor)
    case = office.see(oversight.get_case, case_id=case_id)
    assert (case.title, case.opened_by, case.closed_at) == ("Night reads", office.okafor, None)
    assert (case.marks, case.lines) == (1, 7)


def test_cases_are_listed_newest_first_and_paged(office):
    """By key: no case twice, none left out; those open, or those that mark an entry, alone."""
    cases = [office.do(oversight.open_case, title=f"Case {number}").id for number in range(5)]
    office.do(oversight.mark, case_id=cases[1], leaf_index=3)
    office.do(oversight.close_case, case_id=cases[4])

    def listed(**asked):
        return [case.id for case in office.see(oversight.list_cases, **asked)]

    assert listed() == cases[::-1]
    assert listed(limit=2) + listed(limit=9, before=cases[3]) == cases[::-1]
    assert listed(before=new_id()) == listed(before="x") == []
    assert listed(open_only=True) == cases[3::-1]
    assert listed(leaf_index=3) == [cases[1]]
    assert listed(leaf_index=4) == []


def test_marks_are_paged_in_the_order_of_the_log(office):
    """Whatever order they were made in."""
    case_id = office.do(oversight.open_case, title="Marks").id
    for leaf in (9, 2, 5, 7):
        office.do(oversight.mark, case_id=case_id, leaf_index=leaf)

    def page(**asked):
        return [line.leaf_index for line in office.see(oversight.list_marks, case_id=case_id, **asked)]

    assert page() == [2, 5, 7, 9]
    assert (page(limit=2), page(after=5, limit=2)) == ([2, 5], [7, 9])


def test_only_what_is_signed_can_be_marked(office):
    """An entry that no checkpoint covers cannot be proved, so it is no evidence yet."""
    case_id = office.do(oversight.open_case, title="Early").id
    size = office.database.read(accesslog.latest_checkpoint).size
    accesslog.sequence(office.database)
    for leaf in (-1, size, 2**62):
        with pytest.raises(accesslog.NoSuchLeaf):
            office.do(oversight.mark, case_id=case_id, leaf_index=leaf)
    office.sequence()
    office.do(oversight.mark, case_id=case_id, leaf_index=size)


def test_what_the_state_does_not_allow(office):
    """Each refusal has its code, and leaves the case as it was."""
    case_id = office.case(4)
    before = office.see(oversight.get_case, case_id=case_id)
    office.do(oversight.mark, case_id=case_id, leaf_index=5)

    def refused(verb, **said):
        with pytest.raises((Conflict, NotFound, Invalid)) as refusal:
            office.do(verb, **{"case_id": case_id, **said})
        return refusal.value.code

    assert refused(oversight.mark, leaf_index=5) == "marked"
    assert refused(oversight.unmark, leaf_index=4) == "not_marked"
    assert refused(oversight.reopen_case) == "case_open"
    office.do(oversight.close_case, case_id=case_id)
    for verb, said in (
        (oversight.mark, {"leaf_index": 6}),
        (oversight.unmark, {"leaf_index": 5}),
        (oversight.add_note, {"text": "More."}),
        (oversight.close_case, {}),
    ):
        assert refused(verb, **said) == "case_closed"
    for unknown in (new_id(), "x"):
        assert refused(oversight.close_case, case_id=unknown) == "no_such_case"
    case = office.see(oversight.get_case, case_id=case_id)
    assert (case.lines, case.marks) == (before.lines + 2, before.marks + 1)


def test_a_full_case(office, monkeypatch):
    """A case has a most of marks and of lines, and can be closed all the same."""
    monkeypatch.setattr("vrm.oversight.cases.MOST_MARKS", 1)
    monkeypatch.setattr("vrm.oversight.cases.MOST_LINES", 3)
    case_id = office.do(oversight.open_case, title="Full").id
    office.do(oversight.mark, case_id=case_id, leaf_index=1)
    with pytest.raises(Conflict):
        office.do(oversight.mark, case_id=case_id, leaf_index=2)
    office.do(oversight.add_note, case_id=case_id, text="The last.")
    with pytest.raises(Conflict):
        office.do(oversight.add_note, case_id=case_id, text="One more.")
    office.do(oversight.close_case, case_id=case_id)


@pytest.mark.parametrize("title", ["", "  ", "x" * 201, "two\nlines", "bell\a", "\ud800"])
def test_bad_titles(office, title):
    """A title is a line of plain text."""
    with pytest.raises(Invalid):
        office.do(oversight.open_case, title=title)


@pytest.mark.parametrize("note", ["", " \n ", "x" * 4001, "\x1b[2J", "nul\0"])
def test_bad_notes(office, note):
    """A note is plain text; what typing brings along (line ends, tabs) is put right."""
    case_id = office.do(oversight.open_case, title="Notes").id
    with pytest.raises(Invalid):
        office.do(oversight.add_note, case_id=case_id, text=note)
    office.do(oversight.add_note, case_id=case_id, text="one\r\ntwo\tthree  \n")
    assert story(office, case_id, limit=1)[0][3] == "one\ntwo three"


def test_what_auditors_write_is_sealed(office):
    """No title, note or name stands in a table or in the log in clear."""
    case_id = office.do(oversight.open_case, title="Canarytitle").id
    office.do(oversight.mark, case_id=case_id, leaf_index=1, note="Canarymark")
    office.do(oversight.add_note, case_id=case_id, text="Canarynote")

    def everything(session):
        tables = ("audit_cases", "audit_case_lines", "audit_case_marks", "log_events")
        return [bytes(value) if isinstance(value, memoryview) else value
                for name in tables for row in session.execute(text(f"SELECT * FROM {name}")) for value in row]  # fmt: skip

    assert b"canary" not in repr(office.database.read(everything)).lower().encode()


def test_every_change_is_an_event(office):
    """The log hears that something was done, in clear only what; who and where is in the opening."""
    case_id = office.case(4, 7)
    office.sequence()
    rows = office.database.read(lambda db: oversight.search(db, oversight.Filters(actor="auditor"))).rows
    told = office.database.read(lambda db: accesslog.details(db, [row.event_id for row in rows]))
    assert [(row.type, row.code) for row in rows[::-1]] == [
        ("case.opened", None),
        ("case.changed", "marked"),
        ("case.changed", "marked"),
        ("case.changed", "noted"),
        ("case.changed", "unmarked"),
        ("case.changed", "closed"),
        ("case.changed", "reopened"),
    ]
    assert [told[row.event_id]["line"] for row in rows[::-1]] == [1, 2, 3, 4, 5, 6, 7]
    marked = dict(told[rows[-2].event_id])
    assert marked.pop("event") == rows[-2].event_id
    assert marked == {"auditor": office.okafor, "case": case_id, "line": 2, "leaf": 4}
