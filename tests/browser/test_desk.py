"""At a desk: an agent asks with the code that the person reads out of the page."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.people import Resident, follow, heading, move_in, open_shop, path, press
from tests.browser.windows import Shown, shows
from tests.support import desk
from tests.support.actors import Company, details, line, needed

ASKED = details(needed("name", why="To hand you the parcel"), line("phone_number"), duration_days=1)


@pytest.fixture
def shop(city, back) -> Company:
    """Whose desk it is."""
    return open_shop(city, back)


@pytest.fixture
def mia(city, page: Page) -> Resident:
    """Who stands before it, with her own device."""
    return move_in(city, page)


def code(page: Page) -> str:
    """What she reads out."""
    page.goto("/home")
    follow(page, "At a desk or on the phone")
    press(page, "Make a code")
    return page.locator(".token").inner_text()


def test_at_a_desk(mia: Resident, shop):
    """She reads out the code, compares the words, allows the one line, and stays where she is; the agent reads it."""
    page = mia.page
    spoken = code(page)
    auth_req_id = desk.ask(
        shop, spoken, authorization_details=ASKED, binding_message="Counter 4, parcel 1207"
    )
    assert desk.heard(shop, auth_req_id) == "authorization_pending"
    follow(page, "Have they asked? Look")
    expect(page.get_by_role("main")).to_contain_text("Counter 4, parcel 1207")
    page.get_by_role("link", name="Read the request").click()
    heading(page, "Nordlicht Versand asks to read your profile")
    expect(page.locator(".token")).to_have_text("Counter 4, parcel 1207")
    expect(page.get_by_role("main")).to_contain_text("They hear nothing.")
    press(page, "Allow what is ticked")
    expect(page.get_by_role("status")).to_have_text("You allowed it. The company hears now.")
    assert path(page).startswith("/consents/")
    body = desk.poll(shop, auth_req_id).json()
    assert shop.read(body["access_token"]).json()["profile"] == {"name": "Mia Tran"}


def test_words_that_differ(mia: Resident, shop):
    """Where the words are others than those at the desk she refuses; nobody hears it, and she is told so."""
    page = mia.page
    auth_req_id = desk.ask(shop, code(page), binding_message="Counter 9")
    page.goto("/home")
    page.get_by_role("link", name="Read the request").click()
    press(page, "Refuse")
    expect(page.get_by_role("status")).to_have_text("You refused. They hear nothing.")
    expect(page.get_by_role("main")).to_contain_text("Nothing to decide.")
    assert desk.heard(shop, auth_req_id) == "authorization_pending"


@shows(Shown.BLOCK, Shown.HOME, quick="phone, no script")
def test_blocking_a_company(mia: Resident, shop):
    """From its page she blocks a company, and home tells it; its next request never comes; from its own site she is reminded."""
    page = mia.page
    page.goto(f"/companies/{shop.company_id}")
    follow(page, "Block them")
    press(page, "Block them")
    expect(page.get_by_role("status")).to_contain_text("Blocked.")
    desk.ask(shop, code(page))
    page.goto("/home")
    expect(page.get_by_role("main")).to_contain_text("Nothing to decide.")
    told = page.get_by_role("region", name="What happened")
    told.get_by_role("link", name="You blocked Nordlicht Versand").click()
    expect(page.get_by_role("main")).to_contain_text("You have blocked them")
    asked = shop.ask(needed("name"))
    page.goto(asked.address)
    heading(page, "You have blocked Nordlicht Versand")
    press(page, "Unblock them")
    heading(page, "Nordlicht Versand asks to read your profile")
    press(page, "Allow what is ticked")
    assert shop.take_back(asked, page.url).consent_id
