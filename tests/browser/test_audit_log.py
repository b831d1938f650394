"""The log explorer, an entry with its proof, saved views, and the board of checkpoints."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.offices import at_the_log, command
from tests.browser.people import follow, heading, path, press
from tests.support import seeds

pytestmark = pytest.mark.deep


@pytest.fixture
def desk(city, town, page):
    """An auditor of this story's own, at the log of a company that has lived."""
    return at_the_log(city, page)


def entries(page: Page):
    """The entries on this page of the log."""
    return page.locator("[aria-labelledby=each] tbody tr")


def search(page: Page) -> None:
    """Press the filters' button."""
    press(page, "Show these entries")
    assert path(page) == "/audit/log"


def test_filters_counts_and_pages(desk, page, town):
    """Filters narrow by any part; counts are drawn with a table behind; paging goes on and comes back."""
    desk.open("/audit")
    follow(page, "Log")
    page.get_by_label("Client", exact=True).select_option(town.shop.client.id)
    page.get_by_label("Outcome", exact=True).select_option("answered")
    search(page)
    first = entries(page).first.get_by_role("link").first.inner_text()
    for row in entries(page).all()[:5]:
        expect(row).to_contain_text("Nordlicht shop")
        expect(row).to_contain_text("Answered")
    expect(page.locator("svg[role=img], figure[role=img], [role=img]").first).to_be_visible()
    assert page.locator("figure table").count() >= 1
    follow(page, "Older")
    second = entries(page).first.get_by_role("link").first.inner_text()
    assert second != first
    follow(page, "Older")
    follow(page, "Newer")
    assert entries(page).first.get_by_role("link").first.inner_text() == second
    follow(page, "Newest")
    assert entries(page).first.get_by_role("link").first.inner_text() == first
    page.get_by_label("Client", exact=True).select_option("")
    page.get_by_label("Company", exact=True).select_option(town.shop.company.id)
    page.get_by_label("Outcome", exact=True).select_option("refused")
    page.get_by_label("Purpose", exact=True).select_option(seeds.OTHER_PURPOSE)
    search(page)
    expect(entries(page)).to_have_count(1)
    entries(page).get_by_role("link").last.click()
    assert "thread=" in page.url


def test_a_filter_that_cannot_be(desk, page):
    """A thread that cannot be is refused with a sentence, and what was typed is still there."""
    desk.open("/audit/log")
    page.get_by_label("Thread", exact=True).fill("nobody at all!")
    press(page, "Show these entries")
    expect(page.get_by_role("alert")).to_contain_text("Nothing was searched for")
    expect(page.get_by_label("Thread", exact=True)).to_have_value("nobody at all!")


def test_save_a_view(desk, page):
    """Filters are kept under a name, found again at the log, and deleted."""
    desk.open("/audit/log")
    page.get_by_label("Outcome", exact=True).select_option("refused")
    search(page)
    follow(page, "Save this view")
    page.get_by_label("Its name").fill("What was refused")
    press(page, "Save this view")
    desk.open("/audit/log")
    follow(page, "What was refused")
    expect(page.get_by_label("Outcome", exact=True)).to_have_value("refused")
    desk.open("/audit/views")
    page.get_by_role("button", name=re.compile("^Delete")).click()
    expect(page.get_by_role("main")).to_contain_text("You have saved none.")


def test_an_entry_explained_and_proved(desk, page, town, running, tmp_path):
    """Each part is explained, the proof is checked on the page step by step, and again away from the service."""
    desk.open(f"/audit/log/{town.leaf}")
    expect(page.locator("#h-proof")).to_be_visible()
    expect(page.get_by_role("main")).to_contain_text("It is in the log, unchanged")
    for member in ("type", "time", "actor", "client", "purpose", "keys", "outcome", "thread", "detail"):
        expect(page.locator("dt").filter(has_text=re.compile(f"^{member}$"))).to_be_visible()
    page.get_by_text("Each step", exact=True).click()
    assert page.locator("table.dense tbody tr").count() >= 3
    with page.expect_download() as waiting:
        page.get_by_role("link", name="Download with its proof").click()
    file = tmp_path / waiting.value.suggested_filename
    waiting.value.save_as(file)
    words = [str(file) if word == file.name else word for word in command(page, "To check the file")]
    assert "Verified" in running.vrm(*words).stdout
    follow(page, "All entries of this consent")
    assert "thread=" in page.url
    expect(entries(page).first).to_be_visible()


def test_the_board_holds_the_log_to_its_word(desk, page, city):
    """A checkpoint kept from before is found again; a bent one, and what is none, are told apart in words."""
    desk.open("/audit")
    follow(page, "Checkpoints")
    heading(page, "Checkpoints")
    page.get_by_text("Its text").first.click()
    note = page.locator("figure.copy").filter(has_text="as it was signed").locator("pre").inner_text()
    for words in ("Tree size", "Root hash", "Signature", "holds", "Size at each checkpoint"):
        expect(page.get_by_role("main")).to_contain_text(words)
    seeds.person(city.house)
    seeds.shop(city.house, "Later")
    seeds.catch_up(city.house)
    note = note.rstrip("\n") + "\n"
    held = page.get_by_label("A checkpoint you kept")
    held.fill(note)
    press(page, "Check it against the log")
    expect(page.get_by_role("status")).to_contain_text("The log still begins with the one you hold")
    page.get_by_text("The consistency proof", exact=True).click()
    expect(page.get_by_role("status").locator("ol.count li").first).to_be_visible()
    lines = note.splitlines(keepends=True)
    held.fill("".join([lines[0], f"{int(lines[1]) - 1}\n", *lines[2:]]))
    press(page, "Check it against the log")
    expect(page.get_by_role("status")).to_contain_text("Its signature does not hold")
    held.fill("this is no checkpoint")
    press(page, "Check it against the log")
    expect(page.get_by_role("status")).to_contain_text("This is no checkpoint")
    held.fill("")
    page.get_by_label("Or the file you kept it in").set_input_files(
        {"name": "kept.txt", "mimeType": "text/plain", "buffer": note.encode()}
    )
    press(page, "Check it against the log")
    expect(page.get_by_role("status")).to_contain_text("The log still begins with the one you hold")
