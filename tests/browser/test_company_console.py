"""The console: an ask is built, seen as a person would see it, run against an invented one, and copied as code."""

import json
import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.measures import TOO_WIDE, UNREADABLE
from tests.browser.offices import Desk, at_work
from tests.browser.people import press
from tests.support import seeds

pytestmark = pytest.mark.deep


@pytest.fixture
def firm(city):
    """A company that may ask, for this story alone."""
    return seeds.shop(city.house, "Atelier")


@pytest.fixture
def desk(city, page, firm):
    """A developer of it."""
    return at_work(city, page, firm, "developer", "Kim Fox")


def build(desk: Desk) -> Page:
    """An ask of two lines: one that is needed, and one with an answer that tells less."""
    page = desk.open("/company")
    page.get_by_role("navigation", name="Main").get_by_role("link", name="Console").click()
    expect(page.locator("h1").first).to_have_text("Console")
    page.get_by_role("combobox", name="Key", exact=True).select_option("name")
    page.get_by_label("Why, in your own words").fill("For the label on the parcel")
    press(page, "One more line")
    page.get_by_role("combobox", name="Key", exact=True).nth(1).select_option("birthdate")
    page.get_by_label("Why, in your own words").nth(1).fill("The jacket has a pocket knife")
    page.get_by_role("combobox", name="Other key 1").nth(1).select_option("age_over_18")
    return page


def picture(page: Page):
    """What the person will see."""
    return page.locator(".picture")


def test_build_see_and_copy(desk, page, firm):
    """The picture is the real page with invented values and cannot be pressed; the ask stands there as code."""
    build(desk)
    press(page, "One more line")
    press(page, "Take line 3 away")
    page.get_by_role("button", name="Show the page", exact=True).last.click()
    expect(picture(page)).to_contain_text("For the label on the parcel")
    expect(picture(page)).to_contain_text("Atelier GmbH")
    assert picture(page).locator("button, input, a").count() > 5
    assert picture(page).locator(":is(button, input, a):not([inert] *)").count() == 0
    shown = page.get_by_role("region", name=re.compile("^authorization_details")).inner_text()
    asked = json.loads(shown)[0]
    assert [each["key"] for each in asked["lines"]] == ["name", "birthdate"]
    assert asked["lines"][1]["any_of"] == ["age_over_18"]
    copied = " ".join(page.locator("figure.copy pre").all_text_contents())
    assert firm.client.id in copied
    assert "curl" in copied


@pytest.mark.browser
@pytest.mark.parametrize("size", ["desktop", "phone"])
def test_the_picture_follows_the_form(city, browse, firm, size):
    """Whatever changes in the form shows at once, without a button, and nothing that is being typed is lost."""
    page = at_work(city, browse(size), firm, "developer", "Kim Fox").open("/company/console")
    old = page.get_by_text("It is of the request as you showed it last")
    expect(old).to_be_hidden()
    why = page.get_by_label("Why, in your own words").first
    why.fill("For the label on the parcel")
    expect(picture(page)).to_contain_text("For the label on the parcel")
    expect(old).to_be_hidden()
    expect(why).to_be_focused()
    expect(picture(page)).to_contain_text("They need one thing.")
    page.get_by_label("Needed").first.uncheck()
    expect(picture(page)).to_contain_text("They need nothing.")
    shown = page.get_by_role("region", name=re.compile("^authorization_details"))
    expect(shown).to_contain_text('"required": false')
    page.get_by_role("combobox", name="Key", exact=True).select_option("birthdate")
    expect(picture(page)).to_contain_text("Date of birth")
    expect(why).to_have_value("")
    expect(page.get_by_text("The reason that stood here was for")).to_be_visible()
    page.get_by_role("combobox", name="Other key 1").select_option("age_over_18")
    expect(picture(page)).to_contain_text("Any one of these is enough for them.")
    days = page.get_by_label("For how many days you want to read")
    days.fill("4000")
    expect(picture(page)).to_have_count(0)
    expect(page.get_by_role("main")).to_contain_text("Choose between 1 and 365 days.")
    days.fill("30")
    expect(picture(page)).to_contain_text("30 days")
    expect(page.get_by_role("combobox", name="Other key 1")).to_have_value("age_over_18")


@pytest.mark.browser
def test_a_picture_that_cannot_follow_says_so(city, browse, firm):
    """Where the form's page cannot be had, as after signing out, the picture of before is called what it is."""
    page = at_work(city, browse(), firm, "developer", "Kim Fox").open("/company/console")
    page.route("**/company/console", lambda route: route.fulfill(status=200, body="<p>Sign in</p>"))
    with page.expect_response("**/company/console"):
        page.get_by_label("Needed").first.uncheck()
    expect(page.get_by_text("It is of the request as you showed it last")).to_be_visible()
    expect(picture(page)).to_contain_text("They need one thing.")


@pytest.mark.browser
def test_without_scripts_the_picture_says_of_when_it_is(city, browse, firm):
    """The page works with buttons alone, and says that the picture is as it was shown last."""
    desk = at_work(city, browse(java_script_enabled=False), firm, "developer", "Kim Fox")
    page = desk.open("/company/console")
    expect(page.get_by_text("It is of the request as you showed it last")).to_be_visible()
    page.get_by_label("Needed").first.uncheck()
    page.get_by_role("button", name="Show the page", exact=True).last.click()
    expect(picture(page)).to_contain_text("They need nothing.")


def test_an_ask_that_cannot_be(desk, page):
    """What the authorization server would refuse is told at its field, and nothing typed is lost."""
    build(desk)
    page.get_by_label("For how many days you want to read").fill("4000")
    page.get_by_role("button", name="Show the page", exact=True).last.click()
    expect(page.get_by_role("alert")).to_contain_text("Nobody could be asked this yet")
    expect(page.get_by_label("For how many days you want to read")).to_have_attribute("aria-invalid", "true")
    expect(page.get_by_label("Why, in your own words").first).to_have_value("For the label on the parcel")
    expect(picture(page)).to_have_count(0)


def test_run_it(desk, page):
    """A run shows every request and answer with its explanation, to the read that is refused after revoking."""
    build(desk)
    page.get_by_label("Allows every line").check()
    press(page, "Run it")
    expect(page.get_by_role("status")).to_contain_text("Everything went as it should")
    expect(page.get_by_role("status")).to_be_in_viewport()
    steps = page.locator("ol.exchange > li")
    expect(steps).to_have_count(10)
    for step in steps.all():
        expect(step).to_have_class("done")
        expect(step.locator("pre").first).to_be_visible()
    expect(steps.first).to_contain_text("POST /oauth/par")
    expect(steps.first).to_contain_text("RFC 9126")
    expect(steps.last).to_contain_text("401")
    page.set_viewport_size({"width": 320, "height": 640})
    assert page.evaluate(TOO_WIDE) == []
    assert page.evaluate(UNREADABLE) == []
    expect(page.get_by_label("Why, in your own words").first).to_have_value("For the label on the parcel")


def test_a_person_who_refuses(desk, page):
    """The invented person says no, and the run ends where a real one would."""
    build(desk)
    page.get_by_label("Refuses", exact=True).check()
    press(page, "Run it")
    expect(page.get_by_role("status")).to_contain_text("access_denied")
    expect(page.locator("ol.exchange > li.next").first).to_be_visible()


def test_how_people_took_a_line(city, page, town):
    """Beside a line it says how many did not allow it, from twenty people on."""
    page.context.add_cookies(
        [
            {
                "name": "vrm-company",
                "value": town.staff["developer"].session,
                "url": city.house.settings.issuer,
            }
        ]
    )
    page.goto("/company/console")
    page.get_by_role("combobox", name="Key", exact=True).select_option("phone_number")
    page.get_by_role("combobox", name="Purpose").select_option(seeds.PURPOSE)
    page.get_by_label("Needed").first.uncheck()
    page.get_by_role("button", name="Show the page", exact=True).last.click()
    expect(page.get_by_role("main")).to_contain_text(re.compile(r"\d+% of the \d+ who lately"))
