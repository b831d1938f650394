"""Case files: a history that every auditor reads and writes, marks with notes, and one signed file."""

import io
import re

import pytest

from tests.unit.web.audit.desk import settle
from tests.unit.web.portal.actors import found
from vrm import oversight
from vrm.tlog.note import Verifier

TITLE = "Night <b>reads</b>"


@pytest.fixture
def case(desk, world):
    """The path of an open case."""
    return desk.post("/audit/cases", title=TITLE).location.split("?")[0]


def test_a_case_is_opened_and_found(desk, colleague, case):
    """Every auditor finds it, with who opened it; its title is text, whatever was typed."""
    page = colleague.get("/audit/cases").text
    assert "Night &lt;b&gt;reads" in page and "<b>reads" not in page
    assert "R. Okafor" in page
    assert "The case was opened" in colleague.get(case).text
    assert "Night" in colleague.get("/audit").text


def test_a_case_has_a_title(desk, world):
    """Without one, or with one that is too long or of several lines, none is opened."""
    for title in ("", "  ", "x" * 201, "two\nlines"):
        desk.post("/audit/cases", 400, title=title)
        assert "No case was opened" in desk.page
    assert "There is no case yet." in desk.get("/audit/cases").text


def test_the_list(desk, case):
    """Open ones alone if so wished; from any place on; an unknown place gives none."""
    desk.post(f"{case}/close")
    assert "No case is open." in desk.get("/audit/cases?state=open").text
    assert "Closed" in desk.get("/audit/cases").text
    desk.get("/audit/cases?before=0c9b6a5e-3f1c-4c57-9a66-d3a80b53c5d7")
    desk.get("/audit/cases?before=%00&leaf=x")


def test_an_entry_is_marked_from_its_page(desk, house, world, case):
    """The entry's link leads to the choice of a case, open or new; afterwards both pages say that it is marked."""
    assert "/audit/cases?leaf=3" in desk.get("/audit/log/3").text
    page = desk.get("/audit/cases?leaf=3").text
    id = case.rsplit("/", 1)[1]
    assert f'<option value="{id}"' in page
    desk.post("/audit/cases/mark", leaf="3", case=id, note="Why\nthis one.", follow=True)
    assert "Entry 3 marked" in desk.page and "this one." in desk.page
    desk.post("/audit/cases/mark", leaf="3", title="Another", follow=True)
    assert "Another" in desk.page and "one entry is marked" in desk.page
    assert "Marked in:" in desk.get("/audit/log/3").text
    assert "Another" in desk.get("/audit/cases?leaf=3").text
    desk.post("/audit/cases/mark", 409, leaf="3", case=id)
    assert "This entry is marked in the case already." in desk.page


def test_what_a_list_found_is_marked_at_once(desk, world, case):
    """The log's list leads to its entries; those chosen are marked, those held already stay."""
    id = case.rsplit("/", 1)[1]
    listed = desk.get("/audit/log?type=disclosure&outcome=answered").text
    leaves = re.findall(r'<input type="hidden" name="leaf" value="([0-9]+)">', listed)
    assert len(leaves) == 2 and "Mark these 2 entries in a case" in listed
    page = desk.get(
        "/audit/cases?" + "&".join(f"leaf={leaf}" for leaf in [*leaves, "999999", "x", "-1"])
    ).text
    assert "Mark 2 entries" in page and page.count('name="leaf"') == 2
    desk.post(f"{case}/marks", leaf=leaves[0])
    desk.post("/audit/cases/mark", leaf=leaves, case=id, note="Both at night.", follow=True)
    assert "2 entries are marked" in desk.page and "Both at night." in desk.page
    desk.post("/audit/cases/mark", 404, leaf=[leaves[0], "999999"], case=id)
    desk.post("/audit/cases/mark", 400, leaf=[leaves[0], "x"], case=id)
    desk.post("/audit/cases/mark", 400, case=id)
    assert "Choose at least one entry." in desk.page


def test_the_case_worked_on_last_is_proposed(desk, colleague, case):
    """One's own, while it is open; but a title means a new one."""
    id = case.rsplit("/", 1)[1]
    assert f'<option value="{id}" selected' in desk.get("/audit/cases?leaf=1").text
    assert " selected" not in colleague.get("/audit/cases?leaf=1").text
    other = desk.post("/audit/cases", title="Another").location.split("?")[0].rsplit("/", 1)[1]
    assert f'<option value="{other}" selected' in desk.get("/audit/cases?leaf=1").text
    desk.post(f"{case}/notes", text="Back to this one.")
    assert f'<option value="{id}" selected' in desk.get("/audit/cases?leaf=1").text
    third = desk.post("/audit/cases/mark", leaf="1", case=id, title="A third").location
    assert "one entry is marked" in desk.get(third).text
    assert "A third" in desk.page and id not in third
    desk.post(f"{third.split('?')[0]}/close")
    desk.post(f"{case}/close")
    assert f'<option value="{other}" selected' in desk.get("/audit/cases?leaf=1").text


def test_what_cannot_be_marked(desk, world, case):
    """An entry that no checkpoint covers, a leaf that is no number, a case that is none: a sentence, and no mark."""
    id = case.rsplit("/", 1)[1]
    assert "No signed checkpoint covers" in desk.get("/audit/cases?leaf=999999").text
    for leaf, status in (("999999", 404), (str(2**80), 404), ("-1", 404), ("first", 400), ("", 400)):
        desk.post("/audit/cases/mark", status, leaf=leaf, case=id)
        desk.post(f"{case}/marks", 400 if leaf in ("-1", str(2**80)) else status, leaf=leaf)
    desk.post("/audit/cases/mark", 404, leaf="1", case="none")
    desk.post("/audit/cases/mark", 400, leaf="1")
    assert "Give a title" in desk.page
    assert "0 entries are marked" in desk.get(case).text


def test_notes_have_authors(desk, colleague, case):
    """A note stands in the history with its author, line by line, and is never more than text."""
    desk.post(f"{case}/notes", text="Asked them why.\n<i>No answer</i> yet.")
    colleague.post(f"{case}/notes", text="They answered me.", follow=True)
    history = colleague.page.split('id="history"')[1]
    assert history.index("They answered me.") < history.index("Asked them why.")
    assert "Ingrid Solheim" in history and "R. Okafor" in history
    assert "&lt;i&gt;No answer" in colleague.get(case).text
    for text in ("", "x" * 4001, "\x00"):
        desk.post(f"{case}/notes", 400, text=text)
        assert 'id="text-wrong"' in desk.page


def test_a_mark_is_taken_away(desk, case):
    """The history keeps that it was there; taking it away twice is said."""
    desk.post(f"{case}/marks", leaf="1", note="Odd.")
    desk.post(f"{case}/unmark", leaf="1", follow=True)
    assert "0 entries are marked" in desk.page and "Entry 1 unmarked" in desk.page and "Odd." in desk.page
    desk.post(f"{case}/unmark", 404, leaf="1")
    assert "This entry is not marked in the case." in desk.page


def test_a_closed_case_is_at_rest(desk, case):
    """Nothing is added until it is reopened; closing and reopening are lines of their own."""
    desk.post(f"{case}/close", follow=True)
    assert "Reopen it" in desk.page and "Write a note" not in desk.page
    desk.post(f"{case}/notes", 409, text="Late.")
    desk.post(f"{case}/marks", 409, leaf="1")
    desk.post(f"{case}/close", 409)
    assert "This case is closed." in desk.page
    desk.post(f"{case}/reopen", follow=True)
    assert "Reopened" in desk.page
    desk.post(f"{case}/reopen", 409)
    assert "This case is open." in desk.page
    desk.post("/audit/cases/0c9b6a5e-3f1c-4c57-9a66-d3a80b53c5d7/close", 404)
    desk.get("/audit/cases/0c9b6a5e-3f1c-4c57-9a66-d3a80b53c5d7", 404)


def test_the_file_proves_itself(desk, house, world, case):
    """The bundle verifies offline; its SHA-256 and the command stand on the page; a note changed later is found."""
    desk.post(f"{case}/marks", leaf="2", note="Here.")
    desk.post(f"{case}/notes", text="Asked them why.")
    settle(house)
    answer = desk.post(f"{case}/bundle", 200, older=str(world.size))
    raw, vkey = answer.data, Verifier(house.settings.log_origin, house.keys.log_signer.public).vkey
    report = oversight.verify_bundle(io.BytesIO(raw), vkey=vkey)
    assert report.ok and report.entries == 1 and report.lines == 3
    assert report.head is not None and report.head.consistency is not None
    assert report.head.title == TITLE and report.head.consistency[0] == world.size
    name = f"case-{report.sha256[:12]}.ndjson"
    assert f'filename="{name}"' in answer.headers["Content-Disposition"]
    page = desk.get(case).text
    assert report.sha256 in page and f"vrm log verify {name} --vkey &#39;{vkey}" in page
    assert "Taken out as a signed file" in page
    bent = raw.replace(b"Asked them why.", b"Asked them who.")
    assert not oversight.verify_bundle(io.BytesIO(bent), vkey=vkey).ok


def test_a_tree_that_never_was(desk, case):
    """A size that the log never had, or that is no number, is said; nothing leaves."""
    desk.post(f"{case}/bundle", 404, older="999999")
    assert 'id="older-wrong"' in desk.page
    desk.post(f"{case}/bundle", 400, older="ten")
    assert "Taken out as a signed file" not in desk.get(case).text


def test_long_cases_have_pages(desk, house, world, case):
    """History and marks go on page by page."""
    id, who = case.rsplit("/", 1)[1], {"auditor_id": desk.who.auditor_id, "now": world.consent.granted_at}
    for number in range(26):
        house.database.write(
            lambda db, number=number: oversight.add_note(
                db, house.keys, case_id=id, text=f"Note {number}.", **who
            )
        )
    settle(house)
    for leaf in range(26):
        house.database.write(
            lambda db, leaf=leaf: oversight.mark(db, house.keys, case_id=id, leaf_index=leaf, **who)
        )
    page = desk.get(case).text
    older = found(r'href="([^"]+before=[^"]+)#history"', page)
    further = found(r'href="([^"]+after=[^"]+)#marks"', page)
    assert "Note 2." in desk.get(older).text
    assert "/audit/log/24" not in desk.get(further).text.split('id="history"')[0]
    assert 'href="/audit/log/25"' in desk.page
    desk.get(f"{case}?before={2**70}&after={2**70}")
