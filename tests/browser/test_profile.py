"""Keeping a profile."""

import re

from playwright.sync_api import Page, expect

from tests.browser.people import HOME, Resident, follow, heading, move_in, path, press
from tests.browser.windows import Shown, shows
from tests.support.actors import Company, needed


def line(page: Page, key: str):
    """A line of the profile page."""
    return page.locator(f"#{key}")


def test_fill_in_a_name(city, page):
    """A line is found on the profile page, filled in, and stands there, readable by nobody."""
    mia = move_in(city, page, {})
    mia.open("/profile")
    expect(page.get_by_text("It is empty, and may stay so")).to_be_visible()
    follow(page, "Full name")
    page.get_by_label("Full name").fill("Mia Tran")
    press(page, "Save")
    expect(page.get_by_role("status")).to_have_text("Saved.")
    expect(line(page, "name")).to_contain_text("Mia Tran")
    expect(line(page, "name")).to_contain_text("Nobody can read it")


def test_a_bad_birthdate(city, page):
    """A date that cannot be is refused with a sentence that helps, and what was typed is still there."""
    mia = move_in(city, page, {})
    mia.open("/profile/birthdate")
    field = page.get_by_label("Date of birth")
    field.fill("2091-06-17")
    press(page, "Save")
    expect(page.get_by_role("alert")).to_contain_text("This day is still to come. Check the year.")
    expect(field).to_have_value("2091-06-17")
    expect(field).to_have_accessible_description(re.compile("still to come"))
    mia.open("/profile")
    expect(line(page, "birthdate")).to_have_count(0)
    mia.open("/profile/birthdate")
    field.fill("1991-06-17")
    press(page, "Save")
    expect(line(page, "birthdate")).to_contain_text("17 June 1991")
    expect(line(page, "birthdate")).to_contain_text("Sensitive")


def test_two_addresses(city, page):
    """Addresses are as many as life has: each stands on its own, is changed and deleted on its own."""
    mia = move_in(city, page, {"address": HOME})
    mia.open("/profile")
    follow(page, "Add another Address")
    page.get_by_label("Street and number").fill("2 Lygon Street")
    page.get_by_label("Town").fill("Carlton")
    page.get_by_label("Postal code").fill("3056")
    page.get_by_label("Country").select_option("AU")
    press(page, "Save")
    both = line(page, "address")
    expect(both).to_contain_text("14 Barkly Street")
    expect(both).to_contain_text("2 Lygon Street")
    follow(page, "Change Address 2")
    page.get_by_label("Street and number").fill("3 Lygon Street")
    press(page, "Save")
    expect(both).to_contain_text("3 Lygon Street")
    follow(page, "Change Address 1")
    press(page, "Delete")
    expect(page.get_by_role("status")).to_have_text("Deleted.")
    expect(both).not_to_contain_text("Barkly")
    expect(both).to_contain_text("3 Lygon Street")


@shows(Shown.PHONE, quick="desktop")
def test_a_phone_number(city, page):
    """A phone number with a digit too few is told so; the right one is shown as people write it."""
    mia = move_in(city, page, {})
    mia.open("/profile/phone_number")
    page.get_by_label("Phone number").fill("+61 491")
    press(page, "Save")
    expect(page.get_by_role("alert")).to_be_visible()
    expect(page.get_by_label("Phone number")).to_have_value("+61 491")
    page.get_by_label("Phone number").fill("+61 491 570 156")
    press(page, "Save")
    expect(line(page, "phone_number")).to_contain_text("+61 491 570 156")


@shows(Shown.SENSITIVE, quick="desktop")
def test_a_very_sensitive_line(city, page):
    """What the law calls special is marked so, before it is filled in and after."""
    mia = move_in(city, page, {})
    mia.open("/profile/food_allergy")
    expect(page.get_by_role("main")).to_contain_text("Very sensitive")
    page.get_by_label("Food allergy or intolerance").select_option("peanuts")
    press(page, "Save")
    kept = page.locator("#g-food")
    expect(kept).to_contain_text("Peanuts")
    expect(kept).to_contain_text("Very sensitive")


def test_two_tabs_lose_nothing(mia: Resident):
    """Two tabs change one line: the second is shown both and chooses; neither is lost on the way."""
    page = mia.open("/profile/name")
    tab = page.context.new_page()
    tab.goto("/profile/name")
    tab.get_by_label("Full name").fill("Mia Tran-Weber")
    press(tab, "Save")
    page.get_by_label("Full name").fill("Mia Thu Tran")
    press(page, "Save")
    expect(page.get_by_role("alert")).to_contain_text("You changed this in another tab")
    choice = page.get_by_role("group", name="Which one stays?")
    expect(choice).to_contain_text("Mia Tran-Weber")
    expect(choice).to_contain_text("Mia Thu Tran")
    tab.goto("/profile")
    expect(line(tab, "name")).to_contain_text("Mia Tran-Weber")
    choice.get_by_label("What you just wrote").check()
    press(page, "Save")
    assert path(page) == "/profile"
    expect(line(page, "name")).to_contain_text("Mia Thu Tran")
    expect(line(page, "name")).not_to_contain_text("Weber")


def test_an_answer_is_worked_out(mia: Resident):
    """The profile shows what could be said instead of the raw value, and what it is worked out from."""
    page = mia.open("/profile")
    page.locator("#g-identity").get_by_text("Answers we can give", exact=False).click()
    expect(line(page, "age_over_18")).to_contain_text("Yes")
    expect(line(page, "age_over_65")).to_contain_text("No")
    expect(page.get_by_role("heading", name="Name and birth")).to_be_visible()
    heading(page, "Your profile")


@shows(Shown.INBOX, Shown.SEEN, Shown.UNDO, quick="phone, no script")
def test_a_proposal_is_taken_over_and_back(mia: Resident, shop: Company) -> None:
    """What a company proposes waits for her; accepted it stands in her profile, and goes again with one press.

    Of a line that she changed twice, the first words are used again from its history, which says who reads it.
    """
    held = mia.decide(shop, needed("name"))
    shop.propose(held.access_token)
    page, main = mia.open("/home"), mia.page.get_by_role("main")
    follow(page, "See what they propose")
    expect(main).to_contain_text("You are a member now.")
    page.get_by_role("button", name="Accept").click()
    expect(main).to_contain_text("NL-20-4417")
    page.get_by_role("button", name="Undo: leave it empty").click()
    mia.open("/profile")
    expect(main).not_to_contain_text("NL-20-4417")

    expect(line(page, "name")).to_contain_text(re.compile("Can read it now.*Nordlicht Versand.*until"))
    follow(page, "Change Full name")
    page.get_by_label("Full name").fill("Mia Weber")
    press(page, "Save")
    expect(line(page, "name")).to_contain_text("Mia Weber")
    follow(page, "Change Full name")
    expect(main).to_contain_text("Can read it now")
    page.get_by_role("button", name="Use this again Mia Tran").click()
    mia.open("/profile")
    expect(line(page, "name")).to_contain_text("Mia Tran")
    assert shop.read(held.access_token).json()["profile"] == {"name": "Mia Tran"}
