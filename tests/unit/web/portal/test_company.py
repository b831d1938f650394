"""The page of a company that anybody can read."""

from tests.unit.web.portal.actors import Browser
from vrm import clock, companies
from vrm.companies import Stated
from vrm.ids import new_id


def test_a_stranger_reads_who_they_are(browser, house, shop):
    """Name, proved domain, address, contact, owner, purposes with why and retention, notice and software."""

    def state(db):
        companies.set_purposes(
            db,
            company_id=shop.company_id,
            purposes={"dpv:Advertising": Stated("To tell you of new books.", 30)},
            known_purposes=house.catalogue.purposes,
            now=clock.now(),
        )
        companies.change_owner(db, company_id=shop.company_id, owner="Paper Trust", now=clock.now())

    house.database.write(state)
    browser.get(f"/companies/{shop.company_id}")
    for told in (
        "Hawthorn Books Ltd", "hawthorn.example", "Proved on", "1 Mill Lane", "privacy@hawthorn.example",
        "Paper Trust", "To tell you of new books.", "for 30 days", "https://hawthorn.example/privacy",
        "Web shop", "They may ask people.",
    ):  # fmt: skip
        assert told in browser.page, told
    assert "Only you see this" not in browser.page


def test_a_person_sees_what_they_and_the_company_did(mia, owner, shop, app):
    """The person's consents of this company alone, how often it read and tried; another person sees none of it."""
    consumer_id = owner(mia)
    consent_id = shop.granted(consumer_id, "name")
    shop.read(consent_id)
    shop.read(consent_id, ["birthdate"])
    mia.get(f"/companies/{shop.company_id}")
    assert "One consent of yours stands with them." in mia.page
    assert f'href="/consents/{consent_id}"' in mia.page
    assert "They tried once to read what you do not allow" in mia.page
    other = Browser(app)
    other.get(f"/companies/{shop.company_id}")
    assert consent_id not in other.page


def test_an_open_request_is_offered(mia, owner, shop):
    """Somebody whom the company asks can go on to the request."""
    ask_id = shop.ask(owner(mia), "name")
    mia.get(f"/companies/{shop.company_id}")
    assert f'href="/asks/{ask_id}"' in mia.page
    assert "You allow them nothing." in mia.page


def test_pending_and_suspended_are_said(browser, house, shop):
    """A company that was not approved, or is suspended, says so plainly."""
    house.database.write(
        lambda db: companies.suspend_company(db, company_id=shop.company_id, now=clock.now())
    )
    browser.get(f"/companies/{shop.company_id}")
    assert "Suspended. They can ask nobody and read nothing." in browser.page
    pending = house.database.write(
        lambda db: companies.register(
            db,
            legal_name="New Ltd",
            address="2 Mill Lane",
            contact="a@new.example",
            domain="new.example",
            privacy_notice_url=None,
            purposes={},
            known_purposes=house.catalogue.purposes,
            now=clock.now(),
        )
    )
    browser.get(f"/companies/{pending.id}")
    assert "Nobody has checked it, not even that the web domain is theirs." in browser.page
    assert pending.domain_token not in browser.page


def test_unknown_companies_are_not_there(browser):
    """An unknown id is nothing, as everywhere."""
    browser.get(f"/companies/{new_id()}", 404)
    assert "There is nothing at this address." in browser.page


def test_somebody_half_signed_in_is_anybody(mia, house, owner, shop):
    """Before the second factor is proved the page shows nothing of the person."""
    from tests.support import seeds
    from vrm import accounts

    consumer_id = owner(mia)
    consent_id = shop.granted(consumer_id, "name")
    account = house.database.read(lambda db: accounts.get_account(db, person_id=consumer_id))
    seeds.second_factor(house, account.id)
    mia.client.set_cookie("vrm", seeds.sign_in(house, account.id, consumer_id))
    mia.get(f"/companies/{shop.company_id}")
    assert consent_id not in mia.page and "consent of yours stands" not in mia.page


def test_what_they_asked_for_is_told(browser, mia, owner, shop, house):
    """By purpose, with no figure of few people; a purpose they state no more is still told."""
    browser.get(f"/companies/{shop.company_id}")
    assert "So far they asked nobody for it." in browser.page
    shop.ask(owner(mia), "birthdate")
    asked = house.database.read(lambda db: companies.get_company(db, company_id=shop.company_id))
    house.database.write(
        lambda db: companies.set_purposes(
            db,
            company_id=shop.company_id,
            purposes={"dpv:Advertising": Stated()},
            known_purposes=house.catalogue.purposes,
            now=clock.now(),
        )
    )
    assert set(asked.purposes) != {"dpv:Advertising"}
    browser.get(f"/companies/{shop.company_id}")
    assert "So far they asked people for:" in browser.page and "Date of birth" in browser.page
    assert "They asked for this before, and do not state it any more." in browser.page
    assert "for as long as they are allowed to read it" in browser.page
    assert "person</span>" not in browser.page and "people</span>" not in browser.page
