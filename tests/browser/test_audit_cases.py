"""Alarms with their reasons, who was exposed, and case files that leave as one signed file."""

import re
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from tests.browser.offices import at_the_log, command, download
from tests.browser.people import follow, heading, press
from tests.support import seeds
from vrm import clock

pytestmark = pytest.mark.deep


@pytest.fixture
def desk(city, town, page):
    """An auditor of this story's own, at the log of a company that has lived."""
    return at_the_log(city, page)


@pytest.mark.parametrize(
    ("kind", "title", "reason"),
    [
        ("volume", "Far more reads than usual", "reads a day"),
        ("hours", "Reads at an unusual hour", "At that hour of the week"),
        ("refusals", "A series of refusals", "25 of its reads were refused"),
        ("agent", "One agent, many people", "one agent read from 22 consents"),
    ],
)
def test_an_alarm_says_why(desk, page, town, kind, title, reason):
    """An alarm has its reason in a sentence with figures, a drawing of the past, and the entries it rests on."""
    desk.open("/audit/anomalies")
    page.get_by_label("Kind").select_option(kind)
    page.get_by_label("Company").select_option(town.shop.company.id)
    press(page, "Show these alarms")
    page.get_by_role("link", name=title).click()
    heading(page, title)
    expect(page.locator("h1 + p")).to_contain_text(reason)
    expect(page.get_by_role("img").first).to_be_visible()
    for words in ("Observed", "Usual", "Threshold", "It need not"):
        expect(page.get_by_role("main")).to_contain_text(words)
    follow(page, "These entries in the log")
    expect(page.locator("[aria-labelledby=each] tbody tr").first).to_contain_text("disclosure")


def test_from_an_alarm_to_a_file_that_proves_it(desk, page, town, running, tmp_path):
    """All entries of an alarm go into a case with a note; it leaves as one file that verifies offline."""
    desk.open(f"/audit/anomalies/{town.anomalies['agent']}")
    page.get_by_label("Title of a new case").fill("One clerk, everybody")
    page.get_by_label("Why it belongs there").fill("Ask the company who desk-7 is.")
    press(page, "Mark them all")
    heading(page, "One clerk, everybody")
    expect(page.locator("h1 + p")).to_contain_text("22 entries are marked")
    page.get_by_label("Note", exact=True).fill("They were asked today.")
    press(page, "Add the note")
    expect(page.locator("ol.register")).to_contain_text("They were asked today.")
    expect(page.locator("ol.register")).to_contain_text("Ask the company who desk-7 is.")
    file = download(page, "Download the signed file", tmp_path)
    page.reload()
    words = [str(file) if word == file.name else word for word in command(page, "To check the file")]
    assert str(file) in words
    said = running.vrm(*words).stdout
    assert "Verified: the case “One clerk, everybody”, 22 entries" in said
    page.get_by_role("button", name="Unmark").first.click()
    expect(page.locator("h1 + p")).to_contain_text("21 entries are marked")
    press(page, "Close it")
    expect(page.get_by_role("button", name="Add the note")).to_have_count(0)
    press(page, "Reopen it")
    expect(page.get_by_role("button", name="Add the note")).to_be_visible()


def test_mark_one_entry_from_its_page(desk, page, town):
    """An entry is put into a case from its own page, and tells in which cases it is."""
    desk.open(f"/audit/log/{town.leaf}")
    follow(page, "Mark in a case")
    page.get_by_label("Title of a new case").fill("Just this one")
    press(page, "Mark it")
    heading(page, "Just this one")
    desk.open(f"/audit/log/{town.leaf}")
    expect(page.get_by_role("link", name="Just this one").first).to_be_visible()


def test_who_was_exposed(city, desk, page, town, running, tmp_path):
    """One question, one answer: how many, of which keys, thread by thread; and a file that proves it offline."""
    desk.open("/audit")
    page.get_by_role("navigation", name="Main").get_by_role("link", name="Exposure").click()
    page.get_by_label("Who was exposed through the company").select_option(town.shop.company.id)
    page.get_by_label("by its client").select_option(town.shop.client.id)
    tomorrow = f"{clock.now() + timedelta(days=1):%Y-%m-%d}"
    page.get_by_label("between (UTC)").fill("2020-01-01T00:00")
    page.get_by_label("and (UTC)").fill(f"{tomorrow}T23:59")
    press(page, "Show who was exposed")
    expect(page.locator("#h-answer")).to_be_visible()
    main = page.get_by_role("main")
    expect(main).to_contain_text(re.compile("Through .*Nordlicht shop"))
    expect(main).to_contain_text("Full name")
    assert page.locator("[aria-labelledby=each] tbody tr").count() > 20
    file = download(page, "Download the signed file", tmp_path)
    seeds.catch_up(city.house)
    page.reload()
    words = [str(file) if word == file.name else word for word in command(page, "To check the file")]
    assert str(file) in words
    assert "Verified: the exposure" in running.vrm(*words).stdout
    page.get_by_label("and (UTC)").fill("2020-01-02T00:00")
    press(page, "Show who was exposed")
    expect(main).to_contain_text("Nobody’s data was read in that time.")
