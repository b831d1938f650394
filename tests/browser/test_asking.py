"""A company asks; a person decides."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import QUICK
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
    sign_in,
)
from tests.browser.windows import Shown, shows
from tests.support.actors import DELIVERY, answer, needed, served
from tests.support.openid import asked_for
from tests.support.server import RunningServer


def test_sign_in_on_the_way(mia: Resident, shop):
    """Somebody who is not signed in is told why to sign in, and comes back to the very request."""
    page, asked = mia.page, shop.ask(*NEEDED, **TERMS)
    page.context.clear_cookies()
    page.goto(asked.address)
    assert path(page) == "/sign-in"
    expect(page.get_by_role("main")).to_contain_text("A company wants to ask you something.")
    sign_in(page, mia.email)
    heading(page, "Nordlicht Versand asks to read your profile")
    press(page, "Allow what is ticked")
    assert shop.take_back(asked, page.url).consent_id


def test_signing_in_where_one_is_known(mia: Resident, shop):
    """Somebody who signs in on the way and has nothing to decide is led on by itself: a form may not end elsewhere."""
    page, asked = mia.page, asked_for(shop, "openid")
    mia.open(asked.address)
    press(page, "Allow")
    first = shop.take_back(asked, page.url).consent_id
    page.context.clear_cookies()
    asked = asked_for(shop, "openid")
    page.goto(asked.address)
    sign_in(page, mia.email)
    page.wait_for_url(f"{shop.redirect_uri}?**")
    assert shop.take_back(asked, page.url).consent_id == first


@shows(Shown.ANSWERS, quick="desktop")
def test_what_the_letter_shows(mia: Resident, shop):
    """The very values are on the page, nothing more than needed is ticked, and the answer comes before the date."""
    page = mia.open(shop.ask(*NEEDED, ADULT, *WISHED, **TERMS).address)
    for value in ("Mia Tran", "14 Barkly Street", "17 June 1991", "mia@people.example"):
        expect(page.get_by_text(value, exact=False).first).to_be_visible()
    for words in (
        "For the label on the parcel",
        "This is marketing.",
        "keep what they read for 90 days",
        shop_domain(page),
    ):
        expect(page.get_by_role("main")).to_contain_text(words)
    for box in page.get_by_role("checkbox").all():
        expect(box).not_to_be_checked()
    expect(page.get_by_role("radio", name="Over 18")).to_be_checked()
    expect(page.get_by_role("radio", name="Date of birth")).not_to_be_checked()
    expect(page.get_by_role("radio", name="30 days")).to_be_checked()
    page.get_by_text("See the message as their computer gets it").click()
    payload = page.locator('[data-live="message"]')
    expect(payload).to_contain_text('"age_over_18": true')
    expect(payload).to_contain_text('"name": "Mia Tran"')
    expect(payload).not_to_contain_text("1991")
    expect(payload).not_to_contain_text("mia@people.example")
    page.get_by_label("Send: E-mail address").check()
    page.get_by_role("radio", name="Date of birth").check()
    button = page.get_by_role("button", name="Show it with what I chose")
    if button.count():  # there without a script alone
        button.click()
    expect(payload).to_contain_text("mia@people.example")
    expect(payload).to_contain_text('"birthdate": "1991-06-17"')
    expect(payload).not_to_contain_text("age_over_18")
    refuse, allow = (page.get_by_role("button", name=name) for name in ("Refuse", "Allow what is ticked"))
    one, other = refuse.bounding_box(), allow.bounding_box()
    assert one and other
    assert (round(one["width"]), round(one["height"])) == (round(other["width"]), round(other["height"]))


def test_allow(mia: Resident, shop):
    """Allowing part of it leads to the client with code, state and issuer, and the client reads just that part."""
    page, asked = mia.page, shop.ask(*NEEDED, ADULT, *WISHED, **TERMS)
    mia.open(asked.address)
    page.get_by_label("Send: E-mail address").check()
    page.get_by_role("radio", name="7 days").check()
    press(page, "Allow what is ticked")
    expect(page.get_by_role("heading", name="Back at the shop")).to_be_visible()
    assert set(answer(page.url)) == {"code", "state", "iss"}
    held = shop.take_back(asked, page.url)
    assert [line["key"] for line in held.granted] == ["name", "address", "age_over_18", "email"]
    profile = shop.read(held.access_token, DELIVERY).json()["profile"]
    assert (profile["name"], profile["age_over_18"]) == ("Mia Tran", True)
    assert set(profile) == {"name", "address", "age_over_18"}
    assert len(profile["address"]) == 1
    mia.open(f"/consents/{held.consent_id}")
    expect(page.get_by_role("main")).to_contain_text(re.compile("in [67] days"))


def test_only_this_redirect(mia: Resident, shop):
    """The page lets its form end at this client's address and at no other, by the browser's own rule."""
    page = mia.page
    response = page.goto(shop.ask(*NEEDED, **TERMS).address)
    assert response is not None
    policy = response.headers["content-security-policy"]
    origin = shop.redirect_uri.removesuffix("/back")
    assert policy.endswith(f"form-action 'self' {origin}")
    elsewhere = page.goto("/home")
    assert elsewhere is not None
    assert elsewhere.headers["content-security-policy"].endswith("form-action 'self'")


def test_refuse(mia: Resident, shop):
    """Refusing tells the client access_denied and nothing more; the request is gone."""
    page, asked = mia.page, shop.ask(*NEEDED, **TERMS)
    mia.open(asked.address)
    letter = page.url
    press(page, "Refuse")
    expect(page.get_by_role("heading", name="Back at the shop")).to_be_visible()
    said = answer(page.url)
    assert (said["error"], said["state"]) == ("access_denied", asked.state)
    assert "code" not in said
    page.goto(letter)
    heading(page, "Something changed meanwhile")
    mia.open("/home")
    expect(page.get_by_role("main")).to_contain_text("Nothing to decide.")


def test_decide_later(mia: Resident, shop):
    """A request that is put off waits at home and among the consents, and leads back to itself."""
    page, asked = mia.page, shop.ask(*NEEDED, **TERMS)
    mia.open(asked.address)
    follow(page, "Decide later.")
    expect(page.get_by_role("main")).to_contain_text("Nordlicht Versand asks")
    follow(page, "Consents")
    expect(page.get_by_role("main")).to_contain_text("Waiting for you")
    page.get_by_role("link", name="Read the request").click()
    heading(page, "Nordlicht Versand asks to read your profile")
    press(page, "Allow what is ticked")
    assert shop.take_back(asked, page.url).consent_id


def test_fill_in_what_is_missing(mia: Resident, shop):
    """A needed line that is empty is filled in on the way, and the person is back at the request."""
    page, asked = mia.page, shop.ask(*NEEDED, needed("phone_number"), **TERMS)
    mia.open(asked.address)
    expect(page.get_by_role("button", name="Allow what is ticked")).to_be_disabled()
    expect(page.get_by_role("button", name="Refuse")).to_be_enabled()
    page.get_by_role("radio", name="7 days").check()
    page.get_by_role("button", name="Fill it in Phone number").click()
    expect(page.get_by_role("link", name="Back to the request")).to_be_visible()
    page.get_by_label("Phone number").fill("+61 491 570 156")
    press(page, "Save")
    heading(page, "Nordlicht Versand asks to read your profile")
    expect(page.get_by_role("main")).to_contain_text("+61 491 570 156")
    expect(page.get_by_role("radio", name="7 days")).to_be_checked()
    press(page, "Allow what is ticked")
    held = shop.take_back(asked, page.url)
    assert shop.read(held.access_token).json()["profile"]["phone_number"]


def test_changed_while_reading(mia: Resident, shop):
    """A value that changes while the letter lies open is shown again before anything is allowed."""
    page, asked = mia.page, shop.ask(*NEEDED, **TERMS)
    mia.open(asked.address)
    tab = page.context.new_page()
    tab.goto("/profile/name")
    tab.get_by_label("Full name").fill("Mia Tran-Weber")
    press(tab, "Save")
    press(page, "Allow what is ticked")
    expect(page.get_by_role("alert")).to_contain_text("Something on this page changed meanwhile.")
    expect(page.get_by_role("main")).to_contain_text("Mia Tran-Weber")
    press(page, "Allow what is ticked")
    held = shop.take_back(asked, page.url)
    assert shop.read(held.access_token).json()["profile"]["name"] == "Mia Tran-Weber"


def test_a_very_sensitive_line_is_asked_twice(city, page, shop):
    """A needed line that is very sensitive is only allowed with a tick of its own."""
    mia = move_in(city, page, {"food_allergy": "peanuts"})
    asked = shop.ask(needed("food_allergy"), **TERMS)
    mia.open(asked.address)
    press(page, "Allow what is ticked")
    expect(page.get_by_role("alert")).to_contain_text(
        "Tick that they may read this very sensitive line, or refuse."
    )
    page.get_by_label("Yes, they may read this very sensitive line").check()
    press(page, "Allow what is ticked")
    assert shop.take_back(asked, page.url).consent_id


@pytest.mark.browser
@pytest.mark.postgres
def test_the_main_path_on_postgresql(tmp_path, postgres_url, chromium, back: Back):
    """The whole path on a served PostgreSQL instance: ask, allow, read, revoke, the next read refused."""
    server = RunningServer(tmp_path / "home", database_url=postgres_url, environment=QUICK)
    server.initialise("--sandbox")
    server.start()
    try:
        with served(server) as city, chromium.new_context(base_url=server.url, locale="en-GB") as context:
            mia = move_in(city, context.new_page())
            shop = open_shop(city, back)
            held = mia.decide(shop, *NEEDED, ADULT)
            assert shop.read(held.access_token).status_code == 200
            mia.open("/home")
            mia.page.get_by_role("link", name="Revoke").click()
            press(mia.page, "Revoke")
            assert {shop.read(held.access_token).status_code for _ in range(6)} == {401}
            mia.open("/reads")
            expect(mia.page.get_by_role("main")).to_contain_text("You had revoked it.")
    finally:
        server.stop()


def shop_domain(page: Page) -> str:
    """The checked address on the letter."""
    return page.locator(".domain bdi").first.inner_text()
