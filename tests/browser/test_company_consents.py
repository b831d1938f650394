"""What a company holds, what it read under it with proofs, how its asking is received, and taking it all out."""

import csv
import json
import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import PASSES
from tests.browser.offices import choose, command, download, sit_down
from tests.browser.people import follow, heading
from tests.support.town import GRANTED, REFUSED

pytestmark = pytest.mark.deep


@pytest.fixture
def owner(city, town, page):
    """The owner of the company that has lived."""
    return sit_down(city.house, page, town.staff["owner"])


def test_counts_trend_and_what_is_never_read(owner, page):
    """Counts, how they come and go, when they end, what is refused and what is never read: drawn, and as tables."""
    owner.open("/company")
    follow(page, "Consents we hold")
    heading(page, "Consents we hold")
    expect(page.locator("h1 + p")).to_contain_text(f"{GRANTED - 1} are active.")
    expect(page.locator("h1 + p")).to_contain_text("never read")
    expect(page.get_by_role("main")).to_contain_text("1 revoked")
    for name in ("Granted and ended", "When they run out", "Your reads, day by day"):
        expect(page.get_by_role("img", name=name)).to_be_visible()
    for drawing in page.locator("[role=img]").all():
        expect(drawing).to_have_accessible_name(re.compile(r"\w"))
    assert page.locator("figure table, figure + details table, details table").count() >= 3
    expect(page.get_by_role("main")).to_contain_text("Phone number")


def test_one_consent_and_the_proof_of_a_read(owner, page, town, running, tmp_path):
    """A consent shows a pseudonym, its lines and our reads; a read's proof verifies away from the service."""
    owner.open("/company/consents")
    assert town.held.consumer_id not in page.content()
    owner.open(f"/company/consents/{town.held.id}")
    main = page.get_by_role("main")
    for words in ("Full name", "Phone number", "Answered", "Refused"):
        expect(main).to_contain_text(words)
    for person in ("Mia Tran", "mia@", "1991-06-17", "491 570"):
        expect(main).not_to_contain_text(person)
    answered = page.get_by_role("row").filter(has_text="Answered").filter(has_text="Entry in the log").first
    answered.locator("summary").click()
    with page.expect_download() as waiting:
        answered.get_by_role("link", name=re.compile("^Download with its proof")).click()
    file = tmp_path / waiting.value.suggested_filename
    waiting.value.save_as(file)
    check = [str(file) if word == "FILE" else word for word in command(page, "To check a file of entries")]
    assert "Verified" in running.vrm(*check).stdout


def test_a_list_is_narrowed(owner, page):
    """The list is filtered by state; each person stands there under a name that only this company has."""
    owner.open("/company/consents")
    page.get_by_label("State", exact=True).select_option(label="Revoked")
    page.get_by_role("button", name="Show these consents", exact=True).click()
    rows = page.locator("table.ledger[aria-labelledby=each] tbody tr")
    expect(rows).to_have_count(1)
    expect(rows).to_contain_text("Revoked")


def test_take_everything_out(owner, page, tmp_path, town):
    """An owner exports every consent for spreadsheets and for programs; nothing in it names a person."""
    owner.open("/company/consents")
    sheet = download(page, "Download CSV", tmp_path)
    rows = list(csv.reader(sheet.read_text("utf-8-sig").splitlines()))
    assert len(rows) > GRANTED
    lines = download(page, "Download NDJSON", tmp_path).read_text()
    assert len([json.loads(line) for line in lines.splitlines()]) >= GRANTED
    for text in (sheet.read_text(), lines):
        assert town.held.consumer_id not in text
        assert "Mia Tran" not in text


@pytest.mark.browser
@pytest.mark.parametrize("name", PASSES)
def test_an_agent_takes_nothing_out(city, browse, town, name):
    """An agent may look, and is told who can export."""
    size, settings = PASSES[name]
    agent = sit_down(city.house, browse(size, **settings), town.staff["agent"])
    page = agent.open("/company/consents")
    expect(page.get_by_role("button", name=re.compile("^Download"))).to_have_count(0)
    expect(page.get_by_role("main")).to_contain_text("Owners and privacy officers")


def test_quality_of_asking(owner, page):
    """What people leave out is told back as a share, with advice in plain words."""
    owner.open("/company")
    choose(page, "Quality of asking")
    main = page.get_by_role("main")
    expect(page.locator("#h-do")).to_be_visible()
    expect(main).to_contain_text(re.compile("[67]\\d% untick.*Phone number"))
    expect(main).to_contain_text(f"{GRANTED + REFUSED} requests")
    expect(main).to_contain_text("held under")
