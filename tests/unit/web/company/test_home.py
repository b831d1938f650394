"""Where an organisation stands."""

import re
from datetime import timedelta

import pytest

from tests.support import seeds
from tests.unit.web.company.people import account, approve, employ, signed_in
from vrm import clock, companies, worker
from vrm.disclosures import Door, Reader


def test_the_steps_that_are_left(owner, house, company):
    """Before approval the page counts what its own people can still do, and links each step."""
    owner.get("/company")
    assert "One step is left before the operator can approve you." in owner.page
    assert 'href="/company/organisation#domain">Prove it' in owner.page
    approve(house, company)
    owner.get("/company")
    assert "With a client that is active, you may ask." in owner.page
    assert 'href="/company/clients">Look at your clients' in owner.page


@pytest.mark.usefixtures("noon")
def test_figures_of_today(app, house):
    """A company in good standing sees its active consents, and today's reads and refusals from the log."""
    shop, mia = seeds.shop(house), seeds.person(house)
    found, _ = account(house)
    house.database.write(
        lambda db: companies.add_owner(db, company_id=shop.company.id, account_id=found.id, now=clock.now())
    )
    consent = seeds.grant(house, mia, shop, "name")
    door = Door(house.database, house.keys, house.catalogue)
    door.read(Reader(shop.client.id), consent_id=consent.id, purpose=None, keys=None)
    seeds.revoke(house, seeds.grant(house, mia, shop, "birthdate"))
    worker.run_once(house)
    desk = signed_in(app, house, found.id)
    desk.get("/company")
    assert "You may ask. One consent is active." in desk.page
    assert "<dt>Reads today</dt><dd><bdi>1</bdi>" in desk.page
    assert "<dt>Refused today</dt><dd><bdi>0</bdi>" in desk.page


@pytest.mark.usefixtures("noon")
def test_keys_that_end_and_suspension(app, house):
    """A client whose last key ends soon, and a suspended company, are told what that means."""
    shop = seeds.shop(house)
    found, _ = account(house)
    house.database.write(
        lambda db: companies.add_owner(db, company_id=shop.company.id, account_id=found.id, now=clock.now())
    )
    kid = shop.client.keys[0].kid
    now = clock.now()
    house.database.write(
        lambda db: companies.retire_client_key(
            db, client_id=shop.client.id, kid=kid, until=now + timedelta(days=5), now=now
        )
    )
    desk = signed_in(app, house, found.id)
    desk.get("/company")
    assert re.search(r"The last good key ends <time[^>]*>in 5 days", desk.page)
    house.database.write(lambda db: companies.suspend_company(db, company_id=shop.company.id, now=now))
    desk.get("/company")
    assert "You are suspended: none of your clients can ask or read anything." in desk.page


WORKS = {
    "owner": ("organisation", "people", "clients", "console", "consents"),
    "developer": ("clients", "console"),
    "agent": ("consents",),
    "privacy_officer": ("organisation", "consents"),
}


@pytest.mark.parametrize("role", WORKS)
def test_each_role_has_a_home_of_its_own(colleague, owner, role):
    """The page says which role one has, what it opens, and offers a step only to those who may take it."""
    desk = owner if role == "owner" else colleague(role)[0]
    desk.get("/company")
    name = role.replace("_", " ").capitalize()
    assert f"Your role: {name}" in desk.page and f'<span class="role quiet">{name}</span>' in desk.page
    offered = desk.page[desk.page.index('id="h-role"') : desk.page.index('id="h-all"')]
    assert tuple(re.findall(r'href="/company/(\w+)"', offered)) == WORKS[role]
    assert ("Register a client" in desk.page) == (role in ("owner", "developer"))
    assert ("An owner or a developer does this." in desk.page) == (role not in ("owner", "developer"))


@pytest.mark.parametrize("role", ["developer", "agent", "privacy_officer"])
def test_every_role_reads(colleague, role):
    """Each role reads the three pages; only owners see what changes people."""
    desk, _ = colleague(role)
    for path in ("/company", "/company/organisation", "/company/people"):
        desk.get(path)
        assert "Check now" not in desk.page and "Off-board" not in desk.page


@pytest.mark.parametrize("role", ["owner", "developer", "agent", "privacy_officer"])
def test_no_link_leads_to_a_closed_door(app, house, role):
    """Whatever is still to do, each link of the three pages opens for whoever sees it."""
    found, _ = account(house)
    made = house.database.write(
        lambda db: companies.register(
            db,
            legal_name="Bare GmbH",
            address="Hafen 1",
            contact="post@bare.example",
            domain="bare.example",
            privacy_notice_url=None,
            purposes={},
            known_purposes=house.catalogue.purposes,
            now=clock.now(),
        )
    )
    employ(house, made.id, found.id, role, None)
    desk = signed_in(app, house, found.id)
    for page in ("/company", "/company/people", "/company/organisation"):
        desk.get(page)
        links = re.findall(r'<a [^>]*href="(/company(?:/organisation|/people)[^"#]*)', desk.page)
        assert links
        for href in links:
            desk.get(href)
