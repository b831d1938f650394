"""Much at once, at a browser: pause everything, take back all of a company, a purpose or a line. Clicks are counted."""

import re

from playwright.sync_api import expect

from tests.browser.clicks import Clicks
from tests.browser.people import NEEDED, WISHED, Back, Resident, follow, heading, open_shop, press
from tests.browser.windows import Shown, shows
from tests.support.actors import MARKETING, Company, World


@shows(Shown.PAUSE_ALL, Shown.BULK_KEY, quick="phone, no script")
def test_much_at_once(mia: Resident, shop: Company, city: World, back: Back) -> None:
    """In two presses from home everything is paused, in one it goes on; a line is taken back everywhere but where it stays.

    The try that was refused meanwhile stands at home.
    """
    other = open_shop(city, back, "Alder Travel")
    held, theirs = mia.decide(shop, *NEEDED), mia.decide(other, *NEEDED)
    shop.read(held.access_token)

    clicks = Clicks(mia.page)
    clicks.follow("Pause everything")
    clicks.press("Pause everything")
    expect(mia.page.get_by_role("heading", name="You have paused everything")).to_be_visible()
    assert clicks.count == 2
    assert {shop.read(held.access_token).status_code, other.read(theirs.access_token).status_code} == {403}
    clicks = Clicks(mia.page)
    clicks.press("Resume what I paused together")
    expect(mia.page.get_by_role("status")).to_contain_text("Resumed.")
    assert clicks.count == 1 and shop.read(held.access_token).status_code == 200

    page = mia.open("/home")
    follow(page, "Consents")
    page.get_by_label("What they read").select_option("address")
    press(page, "Show these")
    follow(page, "Revoke these consents")
    heading(page, "Let nobody read: Address")
    page.get_by_role("checkbox", name=re.compile("Alder Travel")).uncheck()
    press(page, "Revoke what is ticked")
    expect(page.get_by_role("status")).to_contain_text("Revoked.")
    assert "address" not in shop.read(held.access_token).json()["profile"]
    assert "address" in other.read(theirs.access_token).json()["profile"]
    page = mia.open("/home")
    told = page.get_by_role("region", name="What happened")
    told.get_by_role("link", name=re.compile("Nordlicht Versand was refused")).click()
    expect(page.get_by_role("main")).to_contain_text("You had paused it.")


@shows(Shown.BULK_COMPANY, Shown.BULK_PURPOSE, quick="desktop")
def test_a_purpose_and_a_company(mia: Resident, shop: Company, city: World, back: Back) -> None:
    """All that one purpose may read is taken back from the list, and all of a company from the company's own page."""
    other = open_shop(city, back, "Alder Travel")
    held, theirs = (mia.decide(each, *NEEDED, *WISHED, tick=("E-mail address",)) for each in (shop, other))
    page = mia.open("/home")
    follow(page, "Consents")
    purposes = page.get_by_role("paragraph").filter(has_text="Revoke all of one purpose")
    purposes.get_by_role("link", name="Sending you advertising").click()
    heading(page, "Revoke all of one purpose")
    press(page, "Revoke what is ticked")
    expect(page.get_by_role("status")).to_contain_text("Revoked.")
    for company, its in ((shop, held), (other, theirs)):
        assert company.read(its.access_token, MARKETING).status_code == 403
        assert company.read(its.access_token).status_code == 200

    mia.open("/home")
    page.get_by_role("region", name="Who may read").get_by_role(
        "link", name="Nordlicht Versand", exact=True
    ).click()
    follow(page, "Who they are, and what they need data for")
    follow(page, "Revoke what they may read")
    heading(page, "Revoke what Nordlicht Versand may read")
    press(page, "Revoke what is ticked")
    expect(page.get_by_role("status")).to_contain_text("Revoked.")
    assert shop.read(held.access_token).status_code == 401
    assert other.read(theirs.access_token).status_code == 200
