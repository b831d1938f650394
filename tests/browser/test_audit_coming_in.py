"""An auditor comes in by the operator's word, with two factors, for a time; and what they look at is seen."""

import json
import re
import secrets

import pytest
from playwright.sync_api import Page, expect

from tests.browser.offices import (
    at_the_log,
    choose,
    choose_password,
    come_in,
    open_mailed,
    secret_on,
    set_up_device,
    sit_down,
)
from tests.browser.people import follow, heading, path, press, sign_in
from tests.support import seeds
from vrm import accounts, clock

pytestmark = pytest.mark.deep


def hello(page: Page, name: str) -> None:
    """The home page greets somebody."""
    heading(page, f"Hello, {name}.")


def test_granted_by_the_operator_and_in_with_two_factors(running, page, mail):
    """The mailed link, a password, a device that shows codes; a wrong code stays out; the mandate's end is said."""
    email = f"{secrets.token_hex(4)}@auditors.example"
    running.vrm("auditor", "grant", "--name", "R. Okafor", "--email", email)
    open_mailed(page, mail, email)
    choose_password(page)
    press(page, "Use this password")
    if path(page) == "/audit/sign-in":
        sign_in(page, email)
    heading(page, "Set up your second factor")
    page.get_by_role("textbox", name="Code").fill(seeds.wrong_code(secret_on(page), clock.now()))
    page.get_by_label("Password").fill(seeds.PASSWORD)
    press(page, "Use this device")
    expect(page.get_by_role("alert")).to_contain_text("Not in use yet")
    secret = set_up_device(page)
    heading(page, "Write these down")
    assert page.locator("ul.codes li").count() >= 8
    follow(page, "I have them. Go on")
    hello(page, "R. Okafor")
    expect(page.locator("h1 + p")).to_contain_text(
        re.compile("The last day of your mandate is .*, in (89|90) days")
    )
    press(page, "Sign out")

    page.goto("/audit")
    assert path(page) == "/audit/sign-in"
    sign_in(page, email)
    heading(page, "Your second factor")
    page.goto("/audit/log")
    assert path(page) == "/audit/second-factor"
    page.get_by_role("textbox", name="Code").fill(seeds.wrong_code(secret, clock.now()))
    press(page, "Go on")
    expect(page.get_by_role("alert")).to_contain_text("Not in yet")
    page.context.clear_cookies()
    page.goto("/audit")
    come_in(page, email, secret)
    hello(page, "R. Okafor")


def test_a_mandate_that_has_ended(city, page):
    """When the operator ends a mandate, the next click of an auditor who is signed in shows nothing of the log."""
    who = seeds.auditor(city.house)
    sit_down(city.house, page, who).open("/audit")
    hello(page, "R. Okafor")
    city.house.database.write(lambda db: accounts.end_auditor(db, auditor_id=who.auditor_id, now=clock.now()))
    response = page.goto("/audit/log")
    assert response is not None
    assert response.status in (401, 403) or path(page) == "/audit/sign-in"
    expect(page.get_by_role("heading", name="Log", exact=True)).to_have_count(0)


def test_what_one_looks_at_another_sees(city, page, browse, running):
    """A look is in the log before the page is shown, and stands in the list that every auditor sees."""
    name = f"Q. Ito {secrets.token_hex(2)}"
    at_the_log(city, browse(), name).open("/audit/log?outcome=refused")
    seeds.catch_up(city.house)
    at_the_log(city, page).open("/audit")
    expect(page.get_by_role("main")).to_contain_text(name)
    follow(page, "Every look")
    look = page.get_by_role("row").filter(has_text=name).first
    expect(look).to_contain_text("The log")
    expect(look).to_contain_text("Outcome: Refused")
    said = running.vrm("log", "search", "--type", "audit.viewed", "--json").stdout
    assert json.loads(said.splitlines()[0])


def test_a_token_for_a_program(city, page):
    """A token is shown once and opens the same by API; ended, it opens nothing."""
    at_the_log(city, page).open("/audit")
    choose(page, "Tokens")
    page.get_by_label("What it is for").fill("weekly report")
    page.get_by_label("How long it is good").select_option(label="30 days")
    press(page, "Make the token")
    token = page.locator("figure.copy").filter(has_text="The token.").locator("pre").inner_text()
    http, bearer = city.http(), {"Authorization": f"Bearer {token}"}
    assert http.get("/v1/audit/checkpoints", headers=bearer).status_code == 200
    page.goto("/audit/tokens")
    expect(page.get_by_role("main")).not_to_contain_text(token)
    page.get_by_role("button", name=re.compile("^End it")).click()
    expect(page.get_by_role("main")).to_contain_text("You have no token.")
    assert http.get("/v1/audit/checkpoints", headers=bearer).status_code == 401
