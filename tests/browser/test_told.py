"""What happens without the person: it is told at home and by letter, in plain words, with one press to act on it."""

import re
from datetime import timedelta
from pathlib import Path

from playwright.sync_api import expect
from time_machine import travel

from tests.browser.clicks import Clicks
from tests.browser.conftest import Browse
from tests.browser.people import Resident, follow, heading, link_in_mail, press
from tests.support.actors import Company, World, needed
from tests.support.server import RunningServer
from vrm import clock
from vrm.disclosures import Answer, Door, Reader


def read_earlier(city: World, shop: Company, consent_id: str) -> None:
    """The company read what it may read, an hour ago."""
    door = Door(city.house.database, city.house.keys, city.house.catalogue)
    with travel(clock.now() - timedelta(hours=1), tick=False):
        answer = door.read(Reader(shop.client_id), consent_id=consent_id, purpose=None, keys=None)
    assert isinstance(answer, Answer)


def test_done_at_once_and_read_too_soon(
    mia: Resident, shop: Company, city: World, running: RunningServer
) -> None:
    """What was for once ends when it was read, what was for once a week is refused the second time; home tells both."""
    once = mia.decide(shop, needed("birthdate", any_of=["age_over_18"], frequency="once"))
    weekly = mia.decide(shop, needed("name", frequency="weekly"))
    for each in (once, weekly):
        read_earlier(city, shop, each.consent_id)
    assert shop.read(weekly.access_token).status_code == 429
    running.vrm("worker", "--once")
    assert shop.read(once.access_token).status_code == 401

    page, main = mia.page, mia.page.get_by_role("main")
    clicks = Clicks(page)
    told = page.get_by_role("region", name="What happened")
    clicks.click(told.get_by_role("link", name="The permission of Nordlicht Versand ended: it was for once"))
    expect(main).to_contain_text("It was for once, and they read it. They can read nothing now.")
    clicks = Clicks(page)
    clicks.click(told.get_by_role("link", name=re.compile("refused.*as often as you allow")))
    expect(main).to_contain_text("Refused")
    assert clicks.count == 1
    mia.open(f"/consents/{weekly.consent_id}")
    expect(main).to_contain_text("They may read it again from")


def test_from_a_letter_to_the_end(mia: Resident, shop: Company, mail: Path, browse: Browse) -> None:
    """The link in the receipt pauses and stops without a password; then the page of notices tells what was written.

    Whoever shares the mailbox says so there, once, and letters name nobody from then on.
    """
    held = mia.decide(shop, needed("name"))
    page = browse("phone")
    page.goto(link_in_mail(mail, mia.email, r"http\S+/stop/\w+"))
    heading(page, "Stop a permission you gave?")
    expect(page.get_by_role("main")).not_to_contain_text("Nordlicht")
    press(page, "Pause the permission")
    heading(page, "This permission is paused")
    assert shop.read(held.access_token).status_code == 403
    press(page, "Stop the permission")
    heading(page, "This permission has ended")
    assert shop.read(held.access_token).status_code == 401

    page = mia.open("/home")
    follow(page, "What we told you of it")
    heading(page, "What we told you")
    follow(page, "Choose what we write to you")
    page.get_by_label("Write discreetly").check()
    page.get_by_label("What ends soon").select_option("In the digest")
    press(page, "Save")
    expect(page.get_by_label("Write discreetly")).to_be_checked()
    expect(page.get_by_label("What ends soon")).to_have_value("digest")
    follow(page, "See the notices")
    page.get_by_role("link", name="See the receipt").last.click()
    expect(page.get_by_role("main")).to_contain_text("You allowed what is marked here, and nothing else.")
