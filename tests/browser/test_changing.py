"""What a person changes of one permission by themselves, at a browser."""

from playwright.sync_api import expect

from tests.browser.people import NEEDED, Resident, follow, press


def test_pause_resume_and_narrow(mia: Resident, shop):
    """Paused is refused, resumed is read, and a line that was unticked is not read any more."""
    held = mia.decide(shop, *NEEDED)
    page = mia.open(f"/consents/{held.consent_id}")
    page.get_by_role("button", name="Pause", exact=True).click()
    expect(page.get_by_role("main")).to_contain_text("You paused it")
    assert shop.read(held.access_token).status_code == 403
    press(page, "Resume")
    assert set(shop.read(held.access_token).json()["profile"]) == {"name", "address"}
    follow(page, "Narrow or move the end")
    page.get_by_label("Full name").uncheck()
    page.get_by_label("7 days from today").check()
    press(page, "Change it")
    expect(page.get_by_role("status")).to_have_text("Changed. It holds from now on.")
    assert set(shop.read(held.access_token).json()["profile"]) == {"address"}
