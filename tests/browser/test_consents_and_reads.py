"""What is allowed, ending it, and who read what."""

import re

from playwright.sync_api import expect

from tests.browser.people import (
    ADULT,
    NEEDED,
    Resident,
    follow,
    heading,
    move_in,
    path,
    press,
)
from tests.support.actors import DELIVERY, MARKETING


def test_revoke_in_two_presses(mia: Resident, shop):
    """From home to revoked are two presses, one to see what it does and one to do it; the next read is refused."""
    held = mia.decide(shop, *NEEDED)
    assert shop.read(held.access_token).status_code == 200
    page = mia.open("/home")
    expect(page.get_by_role("main")).to_contain_text("One company can read part of your profile.")
    page.get_by_role("link", name="Revoke Nordlicht Versand").click()
    heading(page, "Revoke what Nordlicht Versand may read")
    expect(page.get_by_role("main")).to_contain_text("It does not take back what they already have.")
    press(page, "Revoke")
    expect(page.get_by_role("status")).to_have_text("Revoked. Their next read is refused.")
    assert {shop.read(held.access_token).status_code for _ in range(6)} == {401}
    assert shop.introspect(held.access_token).json() == {"active": False}
    assert shop.refresh(held.refresh_token).status_code == 400


def test_current_and_past(mia: Resident, shop):
    """One page lists what is allowed now and what was; the way from home is open, and history keeps the end."""
    held = mia.decide(shop, *NEEDED)
    shop.read(held.access_token)
    page = mia.open("/home")
    follow(page, "Consents")
    expect(page.get_by_role("main")).to_contain_text("One permission to read parts of your profile is open.")
    entry = page.get_by_role("listitem").filter(has=page.get_by_role("heading", name="Nordlicht Versand"))
    expect(entry).to_contain_text("Active")
    expect(entry).to_contain_text("1 read")
    entry.get_by_role("link", name="Revoke").click()
    press(page, "Revoke")
    follow(page, "All consents")
    expect(page.get_by_role("link", name=re.compile("^History"))).to_have_attribute("aria-current", "page")
    expect(entry).to_contain_text("Revoked")
    entry.get_by_role("link", name="Nordlicht Versand").click()
    expect(page.get_by_role("main")).to_contain_text("They can read nothing now.")
    expect(page.get_by_role("button", name="Revoke")).to_have_count(0)
    follow(page, "Consents")
    expect(page.get_by_role("main")).to_contain_text("Nothing now. No company can read anything about you.")


def test_who_read_what(mia: Resident, shop, running):
    """Answered and refused reads stand with company, purpose, time and their place in the log, drawn and as text."""
    held = mia.decide(shop, *NEEDED, ADULT)
    event = shop.read(held.access_token, DELIVERY).json()["event_id"]
    assert shop.read(held.access_token, MARKETING).status_code == 403
    running.vrm("log", "sequence")
    page = mia.open("/reads")
    expect(page.locator("h1 + p")).to_contain_text("1 read, by one company. One try was refused.")
    drawing = page.get_by_role("img", name=re.compile("Nordlicht Versand"))
    expect(drawing).to_have_accessible_name(re.compile("1 read, 1 refused"))
    listed = page.locator("section", has=page.locator("#each")).get_by_role("row")
    refused, answered = listed.filter(has=page.get_by_role("rowheader")).all()
    for words in (
        "Nordlicht Versand",
        "Sending you advertising",
        "You did not allow it for that.",
        "Refused",
        "Today",
    ):
        expect(refused).to_contain_text(words)
    for words in (
        "Nordlicht Versand",
        "Delivering what you ordered",
        "Full name",
        "Over 18",
        "Read",
        "Today",
    ):
        expect(answered).to_contain_text(words)
    expect(answered).not_to_contain_text("Mia Tran")
    answered.get_by_text("Entry in the log").click()
    expect(answered).to_contain_text(event)
    expect(answered).to_contain_text(re.compile(r"Entry \d+"))
    page.get_by_label("Result").select_option("Refused only")
    press(page, "Show")
    expect(listed.filter(has=page.get_by_role("rowheader"))).to_have_count(1)


def test_what_a_newcomer_finds_in_two_clicks(mia: Resident, shop):
    """From home: who read one key, and what a company knows, each in two clicks and without typing."""
    held = mia.decide(shop, *NEEDED, ADULT)
    shop.read(held.access_token, DELIVERY)
    page = mia.open("/home")
    follow(page, "Reads")
    page.get_by_role("link", name="Over 18").click()
    expect(page.locator("h1 + p")).to_contain_text("Over 18. Last 30 days: 1 read, by one company.")
    page = mia.open("/home")
    follow(page, "Reads")
    page.get_by_text("Each company, and what they know").click()
    page.get_by_role("link", name="What they know Nordlicht Versand").click()
    heading(page, "What Nordlicht Versand knows")
    expect(page.get_by_role("main")).to_contain_text("They have: Mia Tran")


def test_the_drawing_at_home_has_its_table(mia: Resident, shop):
    """The week at home is a drawing with a sentence and a table behind it; what was read stands beside it in words."""
    held = mia.decide(shop, *NEEDED)
    shop.read(held.access_token)
    page = mia.open("/home")
    expect(page.get_by_role("img", name="1 read this week, 0 refused")).to_be_visible()
    page.get_by_text("The figures as a table").click()
    expect(page.get_by_role("row", name="Today")).to_contain_text("1")
    told = page.get_by_role("region", name="What happened")
    expect(told).to_contain_text("Nordlicht Versand read: Address, Full name")
    told.get_by_role("link", name="Nordlicht Versand read").click()
    expect(page.get_by_role("main")).to_contain_text("Delivering what you ordered")


def test_nobody_elses(mia: Resident, shop, city, browse):
    """Another person's ids in the address bar give the page of nothing, the same as ids that never were."""
    held = mia.decide(shop, *NEEDED)
    asked = shop.ask(*NEEDED)
    letter = path(mia.open(asked.address))
    mia.open("/profile")
    item = mia.page.locator("#address a.act").first.get_attribute("href")
    assert item is not None
    jonas = move_in(city, browse("desktop"), {"name": "Jonas Weber"})
    nobody = "00000000-0000-4000-8000-00000000abcd"
    pages = {}
    for known, unknown in (
        (f"/consents/{held.consent_id}", f"/consents/{nobody}"),
        (f"/consents/{held.consent_id}/revoke", f"/consents/{nobody}/revoke"),
        (letter, f"/asks/{nobody}"),
        (item, f"/profile/address/{nobody}"),
    ):
        for address in (known, unknown):
            response = jonas.page.goto(address)
            assert response is not None
            assert response.status == 404, address
            heading(jonas.page, "Nothing here")
            pages[address] = jonas.page.locator("h1 + p").inner_text()
        assert pages[known] == pages[unknown]
    jonas.open("/consents?show=history")
    expect(jonas.page.get_by_role("main")).not_to_contain_text("Nordlicht")
    jonas.open(f"/reads?consent={held.consent_id}")
    expect(jonas.page.get_by_role("main")).not_to_contain_text("Nordlicht")


def test_no_page_is_kept(mia: Resident):
    """No page of a person may be stored by a browser or a proxy."""
    for address in ("/home", "/profile", "/consents", "/reads", "/account", "/profile/name"):
        response = mia.page.goto(address)
        assert response is not None
        assert response.headers["cache-control"] == "no-store", address
