"""People who are known by their keys alone, and decisions at a moment that a test chooses."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime

import pytest

from tests.support.seeds import REDIRECT, Shop
from vrm import clock, companies, consents
from vrm.house import House
from vrm.ids import new_id


class Town:
    """Anonymous people and what they decide."""

    def __init__(self, house: House) -> None:
        self._house = house

    def somebody(self) -> str:
        """A consumer's id, with keys."""
        consumer_id = new_id()
        self._house.keys.create(consumer_id)
        return consumer_id

    def asked(
        self, shop: Shop, terms: consents.Terms, *, consumer_id: str | None = None, at: datetime | None = None
    ) -> tuple[str, str]:
        """An ask that waits: its person, and its id."""
        who = consumer_id or self.somebody()
        ask_id = self._house.database.write(
            lambda db: consents.open_ask(
                db, consumer_id=who, client_id=shop.client.id, company_id=shop.company.id, terms=terms,
                request={"state": new_id(), "redirect_uri": REDIRECT}, now=at or clock.now(),
            )
        )  # fmt: skip
        return who, ask_id

    def granted(
        self,
        shop: Shop,
        terms: consents.Terms,
        choices: Sequence[consents.Choice] | None = None,
        *,
        consumer_id: str | None = None,
        at: datetime | None = None,
    ) -> consents.Consent:
        """A consent to what was chosen, or to all."""
        who, ask_id = self.asked(shop, terms, consumer_id=consumer_id, at=at)
        every = [consents.Choice(number, line.key) for number, line in enumerate(terms.lines)]
        return self._house.database.write(
            lambda db: consents.grant(
                db, self._house.keys, consumer_id=who, ask_id=ask_id, choices=choices or every,
                duration_days=terms.duration_days, versions=[], notice={}, notice_version=1,
                now=at or clock.now(),
            )
        )  # fmt: skip

    def refused(self, shop: Shop, terms: consents.Terms, *, consumer_id: str | None = None) -> None:
        """An ask that was refused."""
        who, ask_id = self.asked(shop, terms, consumer_id=consumer_id)
        self._house.database.write(
            lambda db: consents.refuse(db, self._house.keys, consumer_id=who, ask_id=ask_id, now=clock.now())
        )

    def revoked(self, consent: consents.Consent, *, at: datetime | None = None) -> None:
        """The end of a consent."""
        self._house.database.write(
            lambda db: consents.revoke(
                db, self._house.keys, consumer_id=consent.consumer_id, consent_id=consent.id,
                now=at or clock.now(),
            )
        )  # fmt: skip

    def new_notice(self, shop: Shop) -> None:
        """Another privacy notice of the company: what was agreed to before is suspended."""
        self._house.database.write(
            lambda db: companies.change_notice(
                db, company_id=shop.company.id, privacy_notice_url="https://nordlicht.example/new",
                now=clock.now(),
            )
        )  # fmt: skip

    def second_client(self, shop: Shop) -> Shop:
        """The same company through another client."""
        client = self._house.database.write(
            lambda db: companies.new_client(
                db, company_id=shop.company.id, name="Second", redirect_uris=[REDIRECT],
                jwks={"keys": [shop.key.as_dict(private=False)]}, now=clock.now(),
            )
        )  # fmt: skip
        return replace(shop, client=client)


@pytest.fixture
def town(house: House) -> Town:
    """Who decides."""
    return Town(house)


@pytest.fixture
def look(house: House) -> Callable[..., object]:
    """Call a verb of the room in a read of its own."""

    def call(verb: Callable[..., object], **arguments: object) -> object:
        return house.database.read(lambda db: verb(db, **arguments))

    return call
