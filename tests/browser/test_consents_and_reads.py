"""What is allowed, ending it, and who read what."""

import re

from playwright.sync_api import expect

from tests.browser import past
from tests.browser.people import (
    ADULT,
    NEEDED,
    TERMS,
    WISHED,
    Back,
    Resident,
    follow,
    heading,
    move_in,
    open_shop,
    path,
    press,
)
from tests.browser.windows import Shown, shows
from tests.support.actors import DELIVERY, MARKETING, Company, World
from tests.support.server import RunningServer


@shows(Shown.REVOKE, quick="phone, no script")
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


@shows(Shown.LISTS, quick="desktop")
def test_current_and_past(mia: Resident, shop: Company, city: World, back: Back) -> None:
    """Each card says all that matters; filters narrow what is allowed now and what was; history keeps the end."""
    others = [open_shop(city, back, name) for name in ("Alder Travel", "Hawthorn Tea")]
    for number, other in enumerate(others * 2):
        past.given(mia, other, "name" if number else "birthdate", ago=3 + number)
    past.given(mia, others[0], "name", ago=30, days=7)
    past.given(mia, shop, "birthdate", ago=2, purpose=MARKETING)
    held = mia.decide(shop, *NEEDED)
    shop.read(held.access_token)
    page = mia.open("/home")
    follow(page, "Consents")
    expect(page.get_by_role("main")).to_contain_text("6 consents to read parts of your profile are active.")
    cards = page.locator("li.consent")
    page.get_by_label("Company").select_option(shop.company_id)
    page.get_by_label("What they read").select_option("name")
    press(page, "Show these")
    expect(cards).to_have_count(1)
    for words in (
        "Nordlicht Versand", "Active", "Delivering what you ordered", "Full name", "Since", "Last read", "Ends",
    ):  # fmt: skip
        expect(cards).to_contain_text(words)
    cards.get_by_role("link", name="Revoke").click()
    press(page, "Revoke")
    follow(page, "All consents")
    expect(page.get_by_role("link", name=re.compile("^History"))).to_have_attribute("aria-current", "page")
    expect(cards).to_have_count(2)
    mia.open("/consents?show=history&state=expired")
    expect(cards).to_contain_text("Alder Travel")
    page.get_by_label("State").select_option("Revoked")
    press(page, "Show these")
    expect(cards).to_have_count(1)
    cards.get_by_role("link", name="Nordlicht Versand").click()
    expect(page.get_by_role("main")).to_contain_text("They can read nothing now.")
    expect(page.get_by_role("button", name="Revoke")).to_have_count(0)


@shows(Shown.RECEIPT_OF_NO, Shown.HOME, quick="desktop")
def test_a_refusal_has_its_receipt(mia: Resident, shop: Company) -> None:
    """What she refused is told at home and stands in the history, each with a receipt that says so."""
    page = mia.open(shop.ask(*NEEDED, **TERMS).address)
    press(page, "Refuse")
    expect(page.get_by_role("heading", name="Back at the shop")).to_be_visible()
    mia.open("/home")
    told = page.get_by_role("region", name="What happened")
    told.get_by_role("link", name="You refused what Nordlicht Versand asked").click()
    receipt = page.get_by_role("main").filter(
        has_text="You refused what they asked. Nothing left your profile."
    )
    expect(receipt).to_be_visible()
    follow(page, "Consents")
    page.get_by_role("link", name=re.compile("^History")).click()
    page.get_by_role("link", name=re.compile("^Receipt.*Nordlicht Versand")).click()
    expect(receipt).to_be_visible()


@shows(Shown.READS, quick="desktop")
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
        "You did not allow it for: Sending you advertising.",
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


@shows(Shown.READS, quick="phone, no script")
def test_who_read_what_narrowed(
    mia: Resident, shop: Company, city: World, back: Back, running: RunningServer
) -> None:
    """By company, key, purpose and result the list is just what was so read; a line of it leads down to its log entry."""
    other = open_shop(city, back, "Alder Travel")
    held = mia.decide(shop, *NEEDED, ADULT)
    theirs = mia.decide(other, NEEDED[0], *WISHED, tick=("E-mail address",))
    tried = "Nordlicht Versand", "Sending you advertising", "Refused"
    parcel = "Nordlicht Versand", "Delivering what you ordered", "Address, Over 18, Full name"
    label = "Alder Travel", "Delivering what you ordered", "Full name"
    news = "Alder Travel", "Sending you advertising", "E-mail address"
    shop.read(held.access_token, DELIVERY)
    other.read(theirs.access_token, DELIVERY)
    entry = other.read(theirs.access_token, MARKETING).json()["event_id"]
    shop.read(held.access_token, MARKETING)
    running.vrm("log", "sequence")

    page = mia.open("/home")
    follow(page, "See every read")
    lines = page.locator("section", has=page.locator("#each")).locator("tbody tr")
    for field, choice, read in (
        ("For", MARKETING, (tried, news)),
        ("Company", other.company_id, (news, label)),
        ("What they got", "name", (label, parcel)),
        ("What they got", "birthdate", (parcel,)),
        ("Result", "refused", (tried,)),
        ("Result", "answered", (news, label, parcel)),
        ("Result", "", (tried, news, label, parcel)),
    ):
        page.get_by_label(field, exact=True).select_option(choice)
        press(page, "Show these")
        expect(lines).to_have_count(len(read))
        for line, words in zip(lines.all(), read, strict=True):
            for word in words:
                expect(line).to_contain_text(word)
        page.get_by_label(field, exact=True).select_option("")

    lines.nth(1).get_by_role("link", name=re.compile("^Verify this")).click()
    heading(page, "Verify this")
    expect(page).to_have_url(re.compile(f"/reads/{entry}$"))
    expect(page.locator("#entry")).to_contain_text(f'"company":"{other.company_id}"')


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
