"""Much at once, at a browser: pause everything, take one line back everywhere, find what happened. Clicks are counted."""

import re

from playwright.sync_api import expect

from tests.browser.clicks import Clicks
from tests.browser.people import NEEDED, Back, Resident, heading, open_shop, press
from tests.support.actors import Company, World


def test_much_at_once(mia: Resident, shop: Company, city: World, back: Back) -> None:
    """In two presses from home everything is paused, in one it goes on, and in two a permission ends.

    A line is taken back everywhere, and what happened stands at home.
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
    clicks.press("Resume what I paused at once")
    expect(mia.page.get_by_role("status")).to_contain_text("Resumed.")
    assert clicks.count == 1 and shop.read(held.access_token).status_code == 200

    page = mia.open("/consents/revoke?key=address")
    heading(page, "Let nobody read: Address")
    page.get_by_role("checkbox", name=re.compile("Alder Travel")).uncheck()
    press(page, "Revoke what is ticked")
    expect(page.get_by_role("status")).to_contain_text("Revoked.")
    assert "address" not in shop.read(held.access_token).json()["profile"]
    assert "address" in other.read(theirs.access_token).json()["profile"]

    clicks = Clicks(mia.page)
    clicks.follow("Revoke Alder Travel")
    clicks.press("Revoke")
    expect(mia.page.get_by_role("status")).to_have_text("Revoked. Their next read is refused.")
    assert clicks.count == 2 and other.read(theirs.access_token).status_code == 401
    page = mia.open("/home")
    told = page.get_by_role("region", name="What happened")
    expect(told).to_contain_text("You revoked what Alder Travel may read")
    expect(told).to_contain_text(re.compile("Nordlicht Versand.? was refused. .?You had paused it."))
    told.get_by_role("link", name=re.compile("Nordlicht Versand was refused")).click()
    expect(page.get_by_role("main")).to_contain_text("You had paused it.")
