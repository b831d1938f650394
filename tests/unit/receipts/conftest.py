"""A decision with all that a page would have kept of it, and its receipt."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest

from tests.support import seeds
from tests.support.seeds import Person, Shop
from vrm import clock, consents, receipts
from vrm.consents import recording
from vrm.house import House
from vrm.receipts import Checked, Receipt

ISSUER = "https://vrm.example"
ITEM = "0b0e8a1e-5d1c-4c43-9a36-2f8d6f1b9a11"
VERSIONS = [{"field": "address", "item": ITEM, "version": 3}]


def notice(shop: Shop, terms: consents.Terms) -> dict[str, Any]:
    """What a page said of the company."""
    mark = {
        "label": "Address",
        "category": "pd:PhysicalAddress",
        "sensitivity": "sensitive",
        "special_category": "",
    }
    said = {
        "company": shop.company.legal_name, "address": "Kaistraße 3\nBremen", "contact": "data@nordlicht.example",
        "domain": shop.company.domain, "privacy_notice_url": "https://nordlicht.example/privacy", "version": 1,
        "purposes": {seeds.PURPOSE: "We send you parcels."},
        "shown": {"language": "en", "terms": terms.to_json(), "keys": {"address": mark}},
    }  # fmt: skip
    return said | {"sha256": recording.digest(said)}


class Desk:
    """Decisions of one person about one shop, and the receipts of them."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.shop: Shop = seeds.shop(house)
        self.person: Person = seeds.person(house, {})

    def grant(self, *, item: str | None = ITEM) -> consents.Consent:
        """Two lines of two purposes are asked for, one of them is granted."""
        lines = (
            consents.Line("address", seeds.PURPOSE, required=True, why="To send it"),
            consents.Line("email", seeds.OTHER_PURPOSE, required=False),
        )
        terms = consents.Terms(lines, 90, retention_days=30, recipients=("Parcel carrier",))
        ask_id = seeds.ask(self.house, self.person, self.shop, terms)
        return self.house.database.write(
            lambda db: consents.grant(
                db, self.house.keys, consumer_id=self.person.consumer_id, ask_id=ask_id,
                choices=[consents.Choice(0, "address", item)], duration_days=30, versions=VERSIONS,
                notice=notice(self.shop, terms), notice_version=1, now=clock.now(),
            )
        )  # fmt: skip

    def refuse(self, *, kept: bool = True) -> str:
        """An ask that is refused; its id."""
        terms = seeds.terms("address")
        ask_id = seeds.ask(self.house, self.person, self.shop, terms)
        self.house.database.write(
            lambda db: consents.refuse(
                db, self.house.keys, consumer_id=self.person.consumer_id, ask_id=ask_id, now=clock.now(),
                notice=notice(self.shop, terms) if kept else None,
            )
        )  # fmt: skip
        return ask_id

    def move_end(self, consent: consents.Consent, *, days: int) -> None:
        """Its person lets it end so many days from now."""
        now = clock.now()
        self.house.database.write(
            lambda db: consents.change(
                db, self.house.keys, consumer_id=consent.consumer_id, consent_id=consent.id,
                ends=now + timedelta(days=days), notice_version=1, now=now,
            )
        )  # fmt: skip

    def receipt(self, consent: consents.Consent, number: int = 1) -> Receipt:
        """The person's."""
        return self.house.database.read(
            lambda db: receipts.issue_to_person(
                db, self.house.keys, consumer_id=self.person.consumer_id, consent_id=consent.id,
                number=number, issuer=ISSUER, now=clock.now(),
            )
        )  # fmt: skip

    def companys(self, consent: consents.Consent, client_id: str | None = None, number: int = 1) -> Receipt:
        """The client's."""
        return self.house.database.read(
            lambda db: receipts.issue_to_client(
                db, self.house.keys, client_id=client_id or self.shop.client.id, consent_id=consent.id,
                number=number, issuer=ISSUER, now=clock.now(),
            )
        )  # fmt: skip

    def refusal(self, ask_id: str) -> Receipt:
        """The person's, of a refusal."""
        return self.house.database.read(
            lambda db: receipts.issue_refusal(
                db, self.house.keys, consumer_id=self.person.consumer_id, ask_id=ask_id, issuer=ISSUER,
                now=clock.now(),
            )
        )  # fmt: skip

    @property
    def keys(self) -> list[Mapping[str, object]]:
        """The public keys of receipts."""
        return list(self.house.keys.receipt_keys.published(clock.now()))

    def check(self, raw: bytes) -> Checked:
        """As somebody would who knows both keys."""
        return receipts.verify(raw, keys=self.keys, vkeys=self.house.log_verifiers())


@pytest.fixture
def desk(house: House) -> Desk:
    """Who decides, and about whom."""
    return Desk(house)
