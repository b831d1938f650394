"""A company signs up, proves its domain, states what it needs data for, and lets its people in and out."""

import re
import secrets

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import PASSES
from tests.browser.offices import at_work, choose_password, open_mailed, sit_down
from tests.browser.people import follow, heading, path, press, sign_in
from tests.browser.sites import PROOF
from tests.support import seeds
from tests.unit.web.company.people import seconds_pass
from vrm import clock, companies

pytestmark = pytest.mark.deep


@pytest.fixture
def firm(city):
    """A company that may ask, for this story alone."""
    return seeds.shop(city.house, "Atelier")


def somebody():
    """An address nobody has yet."""
    return f"{secrets.token_hex(4)}@work.example"


def finding(page: Page):
    """What a check of the domain found."""
    return page.locator(".say").filter(has_text="Looked at, and not proved")


def test_from_nothing_to_a_company_that_may_ask(city, page, mail, web):
    """Sign-up by a mailed link, the organisation's facts, the domain proved at a real site, approved: all on pages."""
    email, domain = somebody(), web.domain()
    page.goto("/")
    follow(page, "For companies")
    follow(page, "Sign it up")
    page.get_by_label("E-mail address").fill(email)
    press(page, "Send me the link")
    open_mailed(page, mail, email)
    choose_password(page, "Jo Wood")
    press(page, "Use this password")
    if path(page) == "/company/sign-in":
        sign_in(page, email)
    heading(page, "Who are you, and what do you need data for?")
    page.get_by_label("Legal name").fill("Atelier Nord GmbH")
    page.get_by_label("Postal address").fill("1 Harbour Lane\n24103 Kiel")
    page.get_by_label("E-mail address for questions").fill("privacy@atelier.example")
    page.get_by_label("Web domain").fill("not a domain")
    page.get_by_label("Address of your privacy notice").fill("https://atelier.example/privacy")
    page.get_by_role("combobox", name="What you need data for").first.select_option("dpv:DeliveryOfGoods")
    page.get_by_label("Why, in your own words").first.fill("To bring you what you ordered")
    page.get_by_label("For how many days").first.fill("90")
    press(page, "Register the organisation")
    expect(page.get_by_role("alert")).to_be_visible()
    expect(page.get_by_label("Web domain")).to_have_attribute("aria-invalid", "true")
    expect(page.get_by_label("Legal name")).to_have_value("Atelier Nord GmbH")
    expect(page.get_by_label("Why, in your own words").first).to_have_value("To bring you what you ordered")
    page.get_by_label("Web domain").fill(domain)
    press(page, "Register the organisation")
    heading(page, "Atelier Nord GmbH")
    expect(page.locator("h1 + p")).to_contain_text("One step is left")
    prove(city, page, domain, web)
    page.goto("/company")
    expect(page.locator("h1 + p")).to_contain_text("You may ask as soon as they have approved you.")
    company_id = city.house.database.read(
        lambda db: next(each.id for each in companies.list_companies(db) if each.domain == domain)
    )
    city.house.database.write(lambda db: companies.approve(db, company_id=company_id, now=clock.now()))
    page.reload()
    expect(page.locator("h1 + p")).to_contain_text("You are approved.")


def prove(city, page: Page, domain: str, web) -> None:
    """Claim the domain: with nothing published, with the wrong line, and with the right one."""
    follow(page, "Prove it")
    expect(page.locator("#domain")).to_contain_text(domain)
    line = page.locator("figure.copy").filter(has_text="What the file holds").locator("pre").inner_text()
    press(page, "Check now")
    expect(finding(page)).to_contain_text(re.compile("404|status"))
    web.publish(domain, PROOF, "vrm-domain-proof=something else")
    seconds_pass(city.house)
    press(page, "Check again")
    expect(finding(page)).to_be_visible()
    expect(finding(page)).not_to_contain_text("404")
    web.publish(domain, PROOF, line)
    seconds_pass(city.house)
    press(page, "Check again")
    expect(page.get_by_role("status")).to_be_visible()
    expect(page.locator("#domain")).to_contain_text("Proved")
    expect(page.locator("#domain").get_by_role("button", name="Check")).to_have_count(0)


@pytest.mark.browser
@pytest.mark.parametrize("name", PASSES)
def test_a_colleague_comes_and_goes(city, browse, firm, mail, name):
    """Who is invited comes in by the mailed link with a role; off-boarded, their very next click is signed out."""
    size, settings = PASSES[name]
    owner = at_work(city, browse(size, **settings), firm)
    colleague, email = browse(size, **settings), somebody()
    page = owner.open("/company/people")
    expect(page.locator("h1 + p")).to_contain_text("Only you, so far.")
    page.get_by_label("E-mail address").fill(email)
    page.get_by_label("Developer").check()
    press(page, "Send the invitation")
    expect(page.locator("#h-open")).to_be_visible()
    open_mailed(colleague, mail, email)
    heading(colleague, "Atelier GmbH invites you")
    expect(colleague.get_by_role("main")).to_contain_text("Developer")
    choose_password(colleague, "Kim Fox")
    press(colleague, "Join")
    assert path(colleague) == "/company"
    colleague.goto("/company/people")
    expect(colleague.get_by_role("row").filter(has_text="Kim Fox")).to_contain_text("Developer")
    expect(colleague.get_by_role("button", name="Send the invitation")).to_have_count(0)
    colleague.goto("/company/clients")
    expect(colleague.get_by_role("link", name="Register a client")).to_be_visible()

    page.reload()
    kim = page.get_by_role("row").filter(has_text="Kim Fox")
    kim.locator("summary").click()
    kim.get_by_label("Role").select_option("agent")
    kim.get_by_role("button", name="Give this role").click()
    colleague.reload()
    expect(colleague.get_by_role("link", name="Register a client")).to_have_count(0)

    page.get_by_role("row").filter(has_text="Kim Fox").locator("summary").click()
    page.get_by_role("link", name="Off-board").click()
    heading(page, "Off-board Kim Fox?")
    press(page, "Off-board now")
    expect(page.get_by_role("status")).to_be_visible()
    expect(page.get_by_role("row").filter(has_text="Kim Fox")).to_have_count(0)
    follow(colleague, "Consents")
    assert path(colleague) == "/company/sign-in"
    sign_in(colleague, email)
    colleague.goto("/company/people")
    heading(colleague, "You do not belong to Atelier GmbH any more")
    colleague.get_by_role("link", name="Register another organisation").click()
    heading(colleague, "Who are you, and what do you need data for?")


def test_an_invitation_taken_back(city, page, firm, browse, mail):
    """A withdrawn invitation's link has ended, and says so without naming anybody."""
    owner, email = at_work(city, page, firm), somebody()
    owner.open("/company/people")
    page.get_by_label("E-mail address").fill(email)
    page.get_by_label("Agent").check()
    press(page, "Send the invitation")
    page.get_by_role("button", name=re.compile("^Withdraw")).click()
    expect(page.locator("#h-open")).to_have_count(0)
    other = browse()
    open_mailed(other, mail, email)
    heading(other, "This link has ended")
    expect(other.get_by_role("main")).not_to_contain_text("Atelier")


def test_the_last_owner_stays(city, page, firm):
    """An organisation keeps an owner: the only one is told why they cannot leave."""
    owner = at_work(city, page, firm)
    owner.open("/company/people")
    expect(page.get_by_role("row").filter(has_text="Jo Wood")).to_contain_text("The only owner.")
    expect(page.get_by_role("row").filter(has_text="Jo Wood").locator("summary")).to_have_count(0)


def test_each_role_has_its_own_buttons(city, page, firm):
    """An agent looks and changes nothing; a privacy officer states purposes; neither registers a client."""
    agent = at_work(city, page, firm, "agent", "Sam Reed")
    agent.open("/company/organisation")
    expect(page.get_by_role("link", name="Change the purposes")).to_have_count(0)
    for address in ("/company/organisation/purposes", "/company/clients/new", "/company/organisation/domain"):
        response = page.goto(address)
        assert response is not None
        assert response.status == 403, address
    page.context.clear_cookies()
    officer = seeds.colleague(city.house, firm.company.id, "privacy_officer")
    sit_down(city.house, page, officer).open("/company/organisation")
    follow(page, "Change the purposes")
    heading(page, "What you need data for")


def test_what_is_stated_stands_on_the_public_page(city, page, firm):
    """Purposes with reasons and retention are stated once, and a consumer reads them before deciding anything."""
    at_work(city, page, firm, "privacy_officer", "Ada Hill").open("/company/organisation/purposes")
    page.get_by_label("Why, in your own words").first.fill("To find your door")
    page.get_by_label("For how many days").first.fill("ninety")
    press(page, "Save")
    expect(page.get_by_role("alert")).to_contain_text("0 to 3650")
    page.get_by_label("For how many days").first.fill("30")
    press(page, "Save")
    expect(page.locator("#purposes")).to_contain_text("To find your door")
    person = seeds.person(city.house)
    page.context.clear_cookies()
    page.context.add_cookies([{"name": "vrm", "value": person.session, "url": city.house.settings.issuer}])
    page.goto(f"/companies/{firm.company.id}")
    heading(page, "Atelier GmbH")
    main = page.get_by_role("main")
    for words in ("To find your door", "30 days", firm.company.domain, "Nothing so far."):
        expect(main).to_contain_text(words)
