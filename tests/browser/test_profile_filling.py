"""Filling in a profile that saves itself: by keyboard alone, with the line down, in two tabs, and without script."""

import re

from playwright.sync_api import Page, Request, Route, expect

from tests.browser.people import HOME, follow, move_in, press
from tests.browser.windows import SCRIPTED, SILENT, Shown, shows
from tests.support.actors import needed

KNOWN = {
    "identity": {"name": "Mia Tran", "given-name": "Mia", "family-name": "Tran", "bday": "1991-06-17"},
    "contact": {
        "email": "mia@people.example", "work email": "tran@work.example", "mobile tel": "+61 491 570 156",
        "street-address": "14 Barkly Street", "address-level2": "Brunswick", "postal-code": "3056",
    },
}  # fmt: skip
"""By group and autofill token (HTML standard, "Autofill"): what a browser remembers of its owner."""


def entry(page: Page, key: str):
    """One field of the page of a group."""
    return page.locator(f'[data-save^="/profile/{key}"]').first


def saying(page: Page, key: str):
    """What is said of a field below it."""
    return entry(page, key).get_by_role("status")


@shows(Shown.GROUPS, quick="desktop", windows=SCRIPTED)
def test_a_profile_saves_itself_and_takes_back(city, page, faults):
    """By keyboard alone a stranger fills in line after line: each is saved when left, and one button takes it back.

    What cannot be is said in words and not kept; while the server cannot be reached what was typed stays, and is
    saved as soon as it can; another tab's word is shown, and the person says which one stays.
    """
    mia = move_in(city, page, {"given_name": "Mia", "family_name": "Tran"})
    mia.open("/profile/in/identity")
    page.get_by_label("Full name").focus()
    page.keyboard.type("Mia Tran")
    page.keyboard.press("Tab")
    expect(page.get_by_label("Given name")).to_be_focused()
    expect(saying(page, "name")).to_contain_text("Saved.")

    # One sitting is one step, however often it was saved on the way.
    page.get_by_label("Given name").fill("Mi")
    expect(saying(page, "given_name")).to_contain_text("Saved.", timeout=15_000)  # after a rest in the field
    page.get_by_label("Given name").fill("Mimi")
    page.keyboard.press("Tab")
    expect(saying(page, "given_name")).to_contain_text("Saved.")
    saying(page, "given_name").get_by_role("button", name="Undo").press("Enter")
    expect(saying(page, "given_name")).to_have_text("As before.")
    expect(page.get_by_label("Given name")).to_have_value("Mia")

    born = page.get_by_label("Date of birth")
    born.fill("1891-06-17")
    born.press("Tab")
    born.press("Tab")
    born.press("Tab")
    page.get_by_label("Place of birth").focus()
    expect(born).to_have_accessible_description(re.compile("Use a day from 1900"))
    expect(saying(page, "birthdate")).to_have_text("Not saved yet.")

    page.route("**/profile/nickname*", lambda route: route.abort())
    page.get_by_label("What people call you").fill("Mimi")
    page.get_by_label("Place of birth").focus()
    expect(saying(page, "nickname")).to_contain_text("What you wrote stays here, and we try again.")
    page.unroute("**/profile/nickname*")
    expect(saying(page, "nickname")).to_contain_text("Saved.")
    expect(page.get_by_label("What people call you")).to_have_value("Mimi")

    tab = page.context.new_page()
    tab.goto("/profile/family_name")
    tab.get_by_label("Family name").fill("Weber")
    press(tab, "Save")
    page.get_by_label("Family name").fill("Tran-Weber")
    page.get_by_label("Place of birth").focus()
    expect(saying(page, "family_name")).to_contain_text("There it says: Weber")
    saying(page, "family_name").get_by_role("button", name="Keep what I wrote").click()
    expect(saying(page, "family_name")).to_contain_text("Saved.")

    born.fill("1991-06-17")
    press(page, "Save")
    expect(page).to_have_url(re.compile("/profile"))
    main = page.get_by_role("main")
    for said in ("Mia Tran", "Mimi", "Tran-Weber", "17 June 1991"):
        expect(main).to_contain_text(said)
    faults.seen[:] = [seen for seen in faults.seen if "ERR_FAILED" not in seen]


@shows(Shown.COUNTRY, quick="phone", windows=SCRIPTED)
def test_an_address_follows_its_country(city, page):
    """As soon as the country is chosen its own parts stand there, with what was typed; once whole, it is saved once."""
    mia = move_in(city, page, {})
    mia.open("/profile/in/contact")
    expect(page.get_by_role("button", name="Show the parts for this country")).to_have_count(0)
    page.get_by_label("Street and number").fill("1 Main Street")
    page.get_by_label("Country").select_option("US")
    expect(page.get_by_label("ZIP code")).to_be_visible()
    expect(page.get_by_label("Street and number")).to_have_value("1 Main Street")
    expect(saying(page, "address")).to_have_text("Not saved yet.")
    page.get_by_label("Town").fill("Springfield")
    page.get_by_label("State").fill("IL")
    page.get_by_label("ZIP code").fill("62701")
    page.get_by_label("E-mail address", exact=True).focus()
    expect(saying(page, "address")).to_contain_text("Saved.")
    press(page, "Save")
    expect(page.locator("#address .item")).to_have_count(1)
    follow(page, "Add another Address")
    page.get_by_label("Country").select_option("DE")
    expect(page.get_by_label("State")).to_have_count(0)
    page.get_by_label("Street and number").fill("Schlossplatz 1")
    page.get_by_label("Town").fill("Oldenburg")
    page.get_by_label("Postal code").fill("26122")
    press(page, "Save")
    expect(page.locator("#address .item")).to_have_count(2)


@shows(Shown.COUNTRY, windows=SCRIPTED)
def test_what_is_typed_while_the_parts_change_stays(city, page):
    """The parts of a country come from the server; whoever types on meanwhile loses nothing of it."""
    mia = move_in(city, page, {})
    mia.open("/profile/in/contact")
    waiting: list[Route] = []
    page.route("**/profile/in/contact", lambda route: waiting.append(route))
    with page.expect_request("**/profile/in/contact"):
        page.get_by_label("Country").select_option("US")
    page.get_by_label("Street and number").fill("1 Main Street")
    (asked,) = waiting
    asked.continue_()
    expect(page.get_by_label("ZIP code")).to_be_visible()
    expect(page.get_by_label("Street and number")).to_have_value("1 Main Street")


@shows(Shown.GROUPS, windows=SCRIPTED)
def test_half_a_number_is_not_read(city, page, shop):
    """A line that a company can read is saved when it is left and not on the way: half of a number can be a number."""
    mia = move_in(city, page, {"phone_number": "+61491570156"})
    mia.decide(shop, needed("phone_number"))
    page.clock.install()
    mia.open("/profile/in/contact")
    sent: list[Request] = []
    page.on("request", lambda request: sent.append(request))
    number = page.get_by_label("Phone number").first
    number.fill("+49 441 23")
    expect(saying(page, "phone_number")).to_have_text(
        "A company can read this. It is saved when you leave it."
    )
    page.clock.run_for(60_000)
    assert [request.url for request in sent if request.method == "POST"] == []
    number.fill("+49 441 23456789")
    number.press("Tab")
    page.clock.run_for(1_000)
    expect(saying(page, "phone_number")).to_contain_text("Saved.")


@shows(Shown.GROUPS, Shown.COUNTRY, windows=SILENT)
def test_without_script_one_button_saves_a_group(city, page):
    """The same page where no script runs: country first, one button, and a way back beside what was saved."""
    mia = move_in(city, page, {"address": HOME})
    mia.open("/profile/in/contact")
    page.get_by_label("E-mail address", exact=True).fill("mia@people.example")
    page.get_by_text("Add another Address").click()
    kept, new = page.get_by_role("group", name="Address").all()
    new.get_by_label("Country").select_option("GB")
    new.get_by_role("button", name="Show the parts for this country").click()
    expect(new.get_by_label("Post town")).to_be_visible()
    expect(page.get_by_label("E-mail address", exact=True)).to_have_value("mia@people.example")
    kept.get_by_label("Town").fill("Carlton")
    press(page, "Save")
    main = page.get_by_role("main")
    expect(main).to_contain_text("Not all of it is saved yet")
    mia.open("/profile")
    expect(main).to_contain_text("mia@people.example")
    expect(main).to_contain_text("Carlton")
    follow(page, "Change E-mail address")
    page.get_by_label("E-mail address").fill("tran@people.example")
    press(page, "Save")
    press(page, "Undo E-mail address")
    expect(main).to_contain_text("As before.")
    expect(main).to_contain_text("mia@people.example")


@shows(Shown.AUTOFILL, quick="phone")
def test_a_browser_fills_in_what_it_knows(city, page):
    """Each thing it remembers has one input that asks for just that; once saved it stands in the profile."""
    mia = move_in(city, page, {})
    main = page.get_by_role("main")
    for group, known in KNOWN.items():
        mia.open(f"/profile/in/{group}")
        for token, value in known.items():
            page.locator(f'[autocomplete="{token}"]').fill(value)
        if group == "contact":
            page.locator('[autocomplete="country"]').select_option("AU")
        press(page, "Save")
        expect(page).to_have_url(re.compile(r"/profile\?"))
    for value in (*KNOWN["identity"].values(), *KNOWN["contact"].values()):
        expect(main).to_contain_text("17 June 1991" if value == "1991-06-17" else value)
