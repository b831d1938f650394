"""What a person changes of one consent by themselves, at a browser, and what time changes."""

import json
import re
from datetime import timedelta

from playwright.sync_api import expect

from tests.browser import past
from tests.browser.people import ADULT, NEEDED, Resident, follow, heading, press
from tests.browser.windows import Shown, shows
from tests.support.actors import MARKETING, Company
from vrm.worker import run_once


def profile(shop: Company, consent_id: str) -> dict[str, object] | str:
    """What the company reads under a consent now, or the code of the refusal."""
    said = json.loads(shop.read_many([consent_id]).text.splitlines()[0])
    found: dict[str, object] | str = said["profile"] if "profile" in said else said["refused"]["code"]
    return found


@shows(Shown.DETAIL, Shown.PAUSE, Shown.NARROW, quick="desktop")
def test_one_consent(mia: Resident, shop: Company) -> None:
    """Paused is refused, resumed is read, an unticked line is not read any more; one page tells all of it.

    There stand the words and values of the day, each revision beside the one before it, and each read with its purpose.
    """
    held = mia.decide(shop, *NEEDED, ADULT)
    page = mia.open(f"/consents/{held.consent_id}")
    main = page.get_by_role("main")
    for words in (
        "Mia Tran",
        "For the label on the parcel",
        "The jacket comes with a pocket knife",
        "90 days",
    ):
        expect(main).to_contain_text(words)
    press(page, "Pause")
    expect(main).to_contain_text("You paused it")
    assert shop.read(held.access_token).status_code == 403
    press(page, "Resume")
    assert set(shop.read(held.access_token).json()["profile"]) == {"name", "address", "age_over_18"}
    follow(page, "Narrow or move the end")
    page.get_by_label("Full name").uncheck()
    press(page, "Change it")
    expect(page.get_by_role("status")).to_have_text("Changed. It holds from now on.")
    assert set(shop.read(held.access_token).json()["profile"]) == {"address", "age_over_18"}
    assert shop.read(held.access_token, MARKETING).status_code == 403

    mia.open(f"/consents/{held.consent_id}")
    before, now = page.locator("ol.versions > li").all()
    expect(now).to_contain_text("Version 2, now")
    expect(now.locator("del")).to_have_text("Full name")
    expect(before).to_contain_text("Full name")
    reads = page.get_by_role("row").filter(has_text="Entry in the log")
    expect(reads).to_have_count(4)
    expect(reads.first).to_contain_text("You did not allow it for: Sending you advertising.")
    expect(reads.nth(1)).to_contain_text("Delivering what you ordered")
    expect(reads.last).to_contain_text("You had paused it.")


@shows(Shown.EXTEND, Shown.SHORTEN)
def test_the_end_is_moved(mia: Resident, shop: Company) -> None:
    """It ends sooner, and then as late as they had asked, each with its own version."""
    consent_id = past.given(mia, shop, "name", ago=20, days=90)
    page = mia.open(f"/consents/{consent_id}")
    main = page.get_by_role("main")
    for days, near, done in (
        (7, "in [67] days", "Version 2, now"),
        (90, "in (89|90) days|in 3 months", "Version 3, now"),
    ):
        follow(page, "Narrow or move the end")
        page.get_by_role("radio", name=re.compile(rf"\b{days} days from today")).check()
        press(page, "Change it")
        expect(page.get_by_role("status")).to_have_text("Changed. It holds from now on.")
        expect(main).to_contain_text(re.compile(near))
        expect(main).to_contain_text(done)
    assert profile(shop, consent_id) == {"name": "Mia Tran"}


@shows(Shown.TRIM, quick="desktop")
def test_what_they_never_read_is_taken_out(mia: Resident, shop: Company) -> None:
    """After some weeks the page names the lines that nobody read, and one press leaves those that were."""
    consent_id = past.given(mia, shop, "name", "address", "birthdate", ago=40)
    past.read(mia, shop, consent_id, ago=timedelta(days=3), keys=["name"])
    page = mia.open(f"/consents/{consent_id}")
    expect(page.get_by_role("main")).to_contain_text(
        re.compile("they never read these: .*(Date of birth|Address), (Date of birth|Address)")
    )
    press(page, "Trim to the one they use")
    expect(page.get_by_role("status")).to_contain_text("Changed.")
    assert profile(shop, consent_id) == {"name": "Mia Tran"}


@shows(Shown.EXPIRY, quick="phone, no script")
def test_what_came_to_its_end(mia: Resident, shop: Company) -> None:
    """When its time is over nothing is read, nothing is to be done, and home leads to the page that says so."""
    over = past.given(mia, shop, "name", ago=8, days=7)
    assert profile(shop, over) == "consent_ended"
    run_once(mia.city.house)
    page = mia.open("/home")
    expect(page.get_by_role("main")).to_contain_text("No company can read anything about you.")
    told = page.get_by_role("region", name="What happened")
    told.get_by_role("link", name="Your consent to Nordlicht Versand ended: its time was over").click()
    heading(page, "Nordlicht Versand")
    expect(page.get_by_role("button", name=re.compile("Revoke|Pause"))).to_have_count(0)
    follow(page, "All consents")
    expect(page.get_by_role("link", name=re.compile("^History"))).to_have_attribute("aria-current", "page")
    expect(page.get_by_role("listitem").filter(has_text="Nordlicht Versand")).to_contain_text("Ended")
