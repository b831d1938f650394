"""A company's clients: registered, configured, their keys rotated, stopped and started again."""

import json
import re
from datetime import timedelta

import pytest
from joserfc.jwk import ECKey
from playwright.sync_api import expect

from tests.browser.offices import at_work
from tests.browser.people import follow, heading, open_shop, press
from tests.browser.sites import KEYS
from tests.support import seeds
from tests.support.actors import needed
from vrm import clock, companies

pytestmark = pytest.mark.deep


@pytest.fixture
def firm(city):
    """A company that may ask, for this story alone."""
    return seeds.shop(city.house, "Atelier")


def pair():
    """A pair of keys, and the public set as a company pastes it."""
    key = ECKey.generate_key("P-256", {"use": "sig", "alg": "ES256"}, auto_kid=True)
    return key, json.dumps({"keys": [key.as_dict(private=False)]}, indent=1)


def key_row(page, key):
    """A key in the table of a client's keys."""
    return page.get_by_role("row").filter(has_text=key.kid)


def test_register_a_client_and_copy_its_configuration(city, page, firm):
    """A private key is never taken; with the public set there is a client, and its configuration is filled in."""
    at_work(city, page, firm, "developer", "Kim Fox").open("/company/clients")
    follow(page, "Register a client")
    key, public = pair()
    page.get_by_label("Name").fill("Atelier web")
    page.get_by_label("Where answers go").fill("https://atelier.example/back\nhttps://atelier.example/other")
    page.get_by_label("The public key, or a set of them").fill(
        json.dumps({"keys": [key.as_dict(private=True)]})
    )
    press(page, "Register it")
    expect(page.get_by_role("alert")).to_be_visible()
    expect(page.get_by_label("The public key, or a set of them")).to_have_attribute("aria-invalid", "true")
    expect(page.get_by_label("Name")).to_have_value("Atelier web")
    page.get_by_label("The public key, or a set of them").fill(public)
    press(page, "Register it")
    heading(page, "Configuration to copy")
    client_id = page.url.partition("/configuration")[0].rpartition("/")[2]
    copied = " ".join(page.locator("figure.copy pre").all_inner_texts())
    for words in (client_id, city.house.settings.issuer, "https://atelier.example/back"):
        assert words in copied
    expect(page.get_by_role("main")).to_contain_text("Authlib")
    expect(page.get_by_role("main")).to_contain_text("openid-client")
    follow(page, "Atelier web")
    heading(page, "Atelier web")
    expect(key_row(page, key)).to_contain_text("Without an end")


def test_a_client_with_a_secret(city, page, firm):
    """In a sandbox a secret will do: it stands on one page, once, and on none of those that can be opened again."""
    at_work(city, page, firm, "developer", "Kim Fox").open("/company/clients")
    follow(page, "Register a client")
    page.get_by_label("Name").fill("Atelier trial")
    page.get_by_label("Where answers go").fill("http://localhost/back")
    page.get_by_label("Make a secret instead of keys").check()
    press(page, "Register it")
    heading(page, "The secret of your client")
    secret = re.search(r"vrm_cs_[\w-]{43}", page.locator("figure.copy pre").last.inner_text())
    assert secret is not None
    follow(page, "Configuration to copy")
    expect(page.get_by_role("main")).to_contain_text("client_secret_basic")
    follow(page, "Atelier trial")
    expect(page.get_by_role("main")).to_contain_text("It proves itself with a secret")
    assert secret[0] not in page.content()


def test_rotate_keys_with_an_overlap(city, page, firm):
    """The new key is added first; the old one goes on until a day, and its end is warned of once it is the last."""
    desk = at_work(city, page, firm)
    desk.open(f"/company/clients/{firm.client.id}")
    new, public = pair()
    page.get_by_text("Add a key", exact=True).click()
    page.get_by_label("The public key, or a set with one").fill(public)
    press(page, "Add it")
    expect(key_row(page, new)).to_contain_text("Without an end")
    old = key_row(page, firm.key)
    old.locator("summary").click()
    old.get_by_label("Let it go on until the end of").fill(f"{clock.now() + timedelta(days=5):%Y-%m-%d}")
    old.get_by_role("button", name="Retire it").click()
    expect(key_row(page, firm.key)).not_to_contain_text("Without an end")
    expect(page.locator(".say").filter(has_text="About its keys")).to_have_count(0)
    taken = key_row(page, new)
    taken.locator("summary").click()
    taken.get_by_role("button", name="Remove it at once").click()
    expect(key_row(page, new)).to_have_count(0)
    expect(page.locator(".say").filter(has_text="About its keys")).to_contain_text("key ends")
    follow(page, "Home")
    expect(page.get_by_role("main")).to_contain_text("Needs somebody")
    page.goto("/company/clients")
    page.set_viewport_size({"width": 1280, "height": 900})
    expect(page.locator("table .caution")).to_be_visible()
    assert page.locator("table").evaluate("table => table.offsetWidth <= table.parentElement.offsetWidth")


def test_keys_at_an_address(city, page, firm, web):
    """Keys can stand at an address of the company's own domain: they are really fetched, and a fault is said."""
    domain = web.domain()
    city.house.database.write(
        lambda db: companies.change_domain(db, company_id=firm.company.id, domain=domain, now=clock.now())
    )
    moved = city.house.database.read(lambda db: companies.get_company(db, company_id=firm.company.id))
    city.house.database.write(
        lambda db: companies.prove_domain(
            db, company_id=moved.id, domain=domain, token=moved.domain_token, now=clock.now()
        )
    )
    at_work(city, page, firm).open(f"/company/clients/{firm.client.id}")
    page.get_by_text("Publish the keys at an address instead").click()
    page.get_by_label("Address of the JWK Set").fill(f"https://{domain}/nothing.json")
    press(page, "Read the keys there")
    expect(page.locator("#keys")).to_contain_text("Failed last")
    expect(key_row(page, firm.key)).to_contain_text("Without an end")
    press(page, "Fetch now")
    expect(page.get_by_role("alert")).to_contain_text("Wait a little")
    key, public = pair()
    web.publish(domain, KEYS, public)
    page.get_by_text("Another address", exact=True).click()
    page.get_by_label("Address of the JWK Set").fill(f"https://{domain}{KEYS}")
    press(page, "Read the keys there")
    expect(page.locator("#keys")).to_contain_text(f"https://{domain}{KEYS}")
    expect(key_row(page, key)).to_contain_text("It leaves the address")
    expect(key_row(page, firm.key)).to_have_count(0)


def test_where_answers_go(city, page, firm):
    """Redirect URIs are changed as a whole, and one that cannot be is told beside the field."""
    at_work(city, page, firm).open(f"/company/clients/{firm.client.id}")
    follow(page, "Change name or redirect URIs")
    field = page.get_by_label("Where answers go")
    field.fill("http://elsewhere.example/back")
    press(page, "Save")
    expect(page.get_by_role("alert")).to_be_visible()
    expect(field).to_have_value("http://elsewhere.example/back")
    field.fill("https://elsewhere.example/back")
    press(page, "Save")
    expect(page.get_by_role("main")).to_contain_text("https://elsewhere.example/back")
    expect(page.get_by_role("main")).not_to_contain_text(seeds.REDIRECT)


def test_suspend_and_resume(city, page, back, browse):
    """A suspended client reads nothing from that moment; resumed, what was allowed counts again."""
    shop = open_shop(city, back)
    person = seeds.person(city.house, {"name": "Mia Tran"})
    consent_page = browse()
    consent_page.context.add_cookies(
        [{"name": "vrm", "value": person.session, "url": city.house.settings.issuer}]
    )
    asked = shop.ask(needed("name"))
    consent_page.goto(asked.address)
    press(consent_page, "Allow what is ticked")
    held = shop.take_back(asked, consent_page.url)
    assert shop.read(held.access_token).status_code == 200
    who = seeds.colleague(city.house, shop.company_id, "developer")
    page.context.add_cookies(
        [{"name": "vrm-company", "value": who.session, "url": city.house.settings.issuer}]
    )
    page.goto(f"/company/clients/{shop.client_id}")
    follow(page, "Suspend this client")
    press(page, "Suspend now")
    expect(page.locator("h1 + p")).to_contain_text("Suspended by you")
    assert shop.read(held.access_token).status_code in (401, 403)
    press(page, "Resume this client")
    expect(page.locator("h1 + p")).to_contain_text("Active")
    assert shop.read(held.access_token).status_code == 200


def test_what_the_operator_suspended(city, page, firm):
    """A company sees that the operator stopped its client, and cannot start it again."""
    city.house.database.write(
        lambda db: companies.suspend_client(db, client_id=firm.client.id, now=clock.now())
    )
    at_work(city, page, firm).open(f"/company/clients/{firm.client.id}")
    expect(page.get_by_role("main")).to_contain_text("Only the operator can resume it")
    expect(page.get_by_role("button", name=re.compile("Resume"))).to_have_count(0)
