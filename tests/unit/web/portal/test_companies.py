"""The list of companies, for anybody."""

import pytest

from vrm import clock, companies
from vrm.companies import Stated
from vrm.ids import new_id
from vrm.web.portal import companies as listing


@pytest.fixture
def several(house, shop):
    """The shop, and two more that may ask."""

    def make(db, name, purpose):
        made = companies.register(
            db, legal_name=name, address="1 Mill Lane", contact="a@b.example", domain=f"{name.lower()}.example",
            privacy_notice_url=f"https://{name.lower()}.example/p", purposes={purpose: Stated()},
            known_purposes=house.catalogue.purposes, now=clock.now(),
        )  # fmt: skip
        companies.prove_domain(
            db, company_id=made.id, domain=made.domain, token=made.domain_token, now=clock.now()
        )
        companies.approve(db, company_id=made.id, now=clock.now())

    for name, purpose in (("Alder", "dpv:DirectMarketing"), ("Willow", "dpv:AgeVerification")):
        house.database.write(lambda db, n=name, p=purpose: make(db, n, p))


def test_everybody_finds_them(browser, several, shop):
    """By name, domain and plain words of a purpose; the start page and a company's own page lead here."""
    browser.get("/")
    assert 'href="/companies"' in browser.page
    browser.get("/companies")
    for told in ("Alder", "alder.example", "Hawthorn Books Ltd", f'href="/companies/{shop.company_id}"'):
        assert told in browser.page
    for typed, found in (("WILLOW", "Willow"), ("alder.ex", "Alder"), ("checking your age", "Willow")):
        browser.get(f"/companies?q={typed}")
        assert found in browser.page and "Hawthorn" not in browser.page
    browser.get("/companies?q=%3Cscript")
    assert "None." in browser.page
    browser.get(f"/companies?after={new_id()}")
    browser.get("/companies?after=x")
    assert "Alder" in browser.page


def test_page_after_page(browser, several, monkeypatch):
    """Each leads to the next and keeps what was looked for."""
    monkeypatch.setattr(listing, "PAGE", 1)
    browser.get("/companies?q=example")
    assert "Alder" in browser.page and "Hawthorn" not in browser.page
    more = browser.page.partition("/companies?q=example&after=")[2].partition('"')[0]
    browser.get(f"/companies?q=example&after={more}")
    assert "Hawthorn Books Ltd" in browser.page and "From the beginning" in browser.page


def test_people_are_led_there(mia, several):
    """From home and from who read what."""
    for path in ("/home", "/reads"):
        mia.get(path)
        assert 'href="/companies"' in mia.page
