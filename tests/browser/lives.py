"""Lives worth looking at: somebody with consents, reads and requests, and people who stand before a closed door."""

import secrets
from datetime import timedelta
from typing import Any

from sqlalchemy.orm import Session

from tests.browser.people import ADULT, NEEDED, TERMS, WISHED, Resident, path, press
from tests.support import seeds
from tests.support.actors import MARKETING, Company, Held, needed
from tests.support.town import Town
from vrm import accounts, clock, companies, consents, tokens
from vrm.house import House


def lived(mia: Resident, shop: Company) -> tuple[Held, list[str]]:
    """Give somebody a life worth looking at: a consent that is read, and the addresses of every page of theirs."""
    held = mia.decide(shop, *NEEDED, ADULT)
    event = shop.read(held.access_token).json()["event_id"]
    shop.read(held.access_token, MARKETING)
    seeds.catch_up(mia.city.house)
    past = mia.decide(shop, *NEEDED)
    mia.open(f"/consents/{past.consent_id}/revoke")
    press(mia.page, "Revoke")
    booked = {"what": "Night train to Vienna", "number": "4417-NX"}
    shop.propose(held.access_token, key="booking", value=booked, why="You booked this with us today.")
    resting = mia.decide(shop, needed("name"))
    mia.open(f"/consents/{resting.consent_id}")
    press(mia.page, "Pause")
    letters = [
        shop.ask(*NEEDED, ADULT, *WISHED, **TERMS),
        shop.ask(needed("phone_number"), needed("food_allergy"), **TERMS),
    ]
    return held, [
        "/home", "/profile", "/profile/name", "/profile/address", "/profile/birthdate", "/profile/food_allergy",
        "/profile/in/contact", "/profile/in/identity", "/profile/proposed",
        "/consents", "/consents?show=history", "/consents?key=name",
        f"/consents/{held.consent_id}", f"/consents/{past.consent_id}", f"/consents/{resting.consent_id}",
        f"/consents/{held.consent_id}/change", f"/consents/{held.consent_id}/receipts/1",
        f"/consents/{held.consent_id}/revoke", "/consents/pause", "/consents/revoke?key=name",
        f"/consents/revoke?company={shop.company_id}", f"/companies/{shop.company_id}/block",
        f"/companies/{shop.company_id}", f"/companies/{shop.company_id}/known",
        "/reads", "/reads?outcome=refused", "/reads?days=365&key=name", f"/reads/{event}",
        "/notices", "/notices/settings", "/account", "/account/close", "/second-factor", "/nowhere",
        *(path(mia.open(letter.address)) for letter in letters), f"/asks/{refused(mia, shop)}/receipt", "/desk", at_desk(mia, shop),
        "/oauth/end-session",
    ]  # fmt: skip


def refused(mia: Resident, shop: Company) -> str:
    """The id of a request that she refused."""
    asked = shop.ask(needed("birthdate"), **TERMS)
    page = mia.open(asked.address)
    ask_id = path(page).rpartition("/")[2]
    press(page, "Refuse")
    return ask_id


def at_desk(mia: Resident, shop: Company) -> str:
    """The address of a request that came from a desk, and waits for as long as a slow walk may take."""
    house, now, new = mia.city.house, clock.now(), tokens.new_backchannel()

    def put(db: Session) -> str:
        asker: Any = {"client_id": shop.client_id, "company_id": shop.company_id}
        tokens.keep_backchannel(
            db, house.keys, new, **asker, consumer_id=mia.consumer_id, message="Counter 4, parcel 1207",
            life=timedelta(hours=1), now=now,
        )  # fmt: skip
        return consents.open_ask(
            db, **asker, consumer_id=mia.consumer_id, terms=seeds.terms("name"), quiet=True,
            request={"scope": "", "backchannel": new.mark}, now=now,
        )  # fmt: skip

    return f"/asks/{house.database.write(put)}"


def blocked(mia: Resident) -> list[str]:
    """A company that she has blocked, and what it asked before."""
    rude = seeds.shop(mia.city.house, "Rude")
    keys, company_id = mia.city.house.keys, rude.company.id
    resident = seeds.Person("", mia.consumer_id, mia.email, "")
    ask_id = seeds.ask(mia.city.house, resident, rude, seeds.terms("name"))
    mia.city.house.database.write(
        lambda db: consents.block(
            db, keys, consumer_id=mia.consumer_id, company_id=company_id, now=clock.now()
        )
    )
    return [f"/companies/{company_id}", f"/asks/{ask_id}"]


def off_boarded(house: House, town: Town) -> seeds.Colleague:
    """Somebody who worked there and was off-boarded."""
    gone = seeds.colleague(house, town.shop.company.id)
    house.database.write(
        lambda db: companies.end_member(
            db, company_id=town.shop.company.id, account_id=gone.account_id, by=None, now=clock.now()
        )
    )
    return gone


def pending_company(house: House) -> str:
    """The id of a company that was just registered, with nothing proved or stated."""
    domain = f"later-{secrets.token_hex(4)}.example"
    return house.database.write(
        lambda db: companies.register(
            db, legal_name="Later GmbH", address="Kiel", contact=f"privacy@{domain}", domain=domain,
            privacy_notice_url=None, purposes={}, known_purposes=house.catalogue.purposes, now=clock.now(),
        ).id
    )  # fmt: skip


def without_device(house: House) -> str:
    """The session of an auditor who has yet to set up a second factor."""
    who = seeds.auditor(house, "N. New")
    house.database.write(
        lambda db: accounts.reset_auditor_factor(db, auditor_id=who.auditor_id, now=clock.now())
    )
    return seeds.sign_in(house, who.account_id, "")
