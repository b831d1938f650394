"""A company asks to change what a person allowed; they see what would change, and decide on that."""

from playwright.sync_api import expect

from tests.browser.people import ADULT, NEEDED, TERMS, WISHED, Resident, heading, press
from tests.browser.windows import Shown, shows
from tests.support.actors import Asked, Company, line, needed


def asked_to(shop: Company, action: str, grant_id: str, *lines: dict[str, object], **terms: object) -> Asked:
    """A pushed request that changes a consent."""
    return shop.pushed(shop.request(*lines, **terms), grant_management_action=action, grant_id=grant_id)


@shows(Shown.AMENDMENT, quick="desktop")
def test_a_consent_that_grows(mia: Resident, shop: Company):
    """The new line is open, what stays is one folded sentence, and unfolded it is ticked and can be unticked."""
    page, first = mia.page, shop.ask(*NEEDED, *WISHED, **TERMS)
    mia.open(first.address)
    page.get_by_label("Send: E-mail address").check()
    press(page, "Allow what is ticked")
    before = shop.take_back(first, page.url)
    asked = asked_to(shop, "merge", before.consent_id, ADULT, retention_days=30)
    mia.open(asked.address)
    heading(page, "Nordlicht Versand asks to change what you allowed")
    main = page.get_by_role("main")
    expect(main).to_contain_text("keep what they read for 30 days; until now for 90 days")
    expect(page.get_by_role("radio", name="Over 18")).to_be_visible()
    expect(page.get_by_text("Mia Tran", exact=True)).not_to_be_visible()
    page.get_by_text("Stays as you allowed it").click()
    expect(page.get_by_text("Mia Tran", exact=True)).to_be_visible()
    expect(page.get_by_label("Send: E-mail address")).to_be_checked()
    page.get_by_label("Send: E-mail address").uncheck()
    press(page, "Allow what is ticked")
    after = shop.take_back(asked, page.url)
    assert after.consent_id == before.consent_id
    assert [each["key"] for each in after.granted] == ["name", "address", "age_over_18"]
    mia.open(f"/consents/{after.consent_id}")
    expect(main).to_contain_text("Version 2, now")


def test_a_consent_that_is_replaced_and_given_back(mia: Resident, shop: Company):
    """What they would no longer read is named; a no leaves it; when the company ends it, the person reads who did."""
    before = mia.decide(shop, needed("name"), line("email"), tick=("E-mail address",))
    page = mia.page
    mia.open(asked_to(shop, "replace", before.consent_id, needed("name")).address)
    main = page.get_by_role("main")
    expect(main).to_contain_text("They will no longer read")
    expect(main).to_contain_text("E-mail address")
    press(page, "Refuse")
    assert "access_denied" in page.url
    assert set(shop.read(before.access_token).json()["profile"]) == {"name", "email"}
    response = shop.token(grant_type="client_credentials", scope="grant_management_revoke")
    path = f"/oauth/grants/{before.consent_id}"
    headers = shop.shown("DELETE", path, response.json()["access_token"])
    assert shop.http.delete(path, headers=headers).status_code == 204
    mia.open(f"/consents/{before.consent_id}")
    expect(main).to_contain_text("The company gave it back. They can read nothing now.")
