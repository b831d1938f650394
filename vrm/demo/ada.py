"""Ada Ahrens, of whom Nordlicht reads: her weeks with five more companies, so that each of her pages has something to show.

As in ``past``, what she did has the time it had, and a read of the past is written as the event it left.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from vrm import clock, companies, consents, journeys, profiles
from vrm.accesslog import About, Event
from vrm.companies import Client
from vrm.consents import Consent, Line
from vrm.demo import seed
from vrm.demo.story import MAIL, must
from vrm.disclosures import Door, Reader
from vrm.house import House
from vrm.seeding import answered, approved_client, remember

SERVICE = "dpv:ServiceProvision"
CINEMA = ("Lumen Cinema", "lumen.example", "Ringstraße 4, 10115 Berlin")
PHARMACY = ("Park Pharmacy", "park.example", "Parkweg 2, 14467 Potsdam")
BIRTHDATE = "1979-03-08"
LOYALTY = {"programme": "Friends of Nordlicht", "number": "NF 4471 208"}


def live(house: House, nordlicht: Consent) -> None:
    """What runs, is paused, was used once, ran out and was revoked; who tried again; what waits for her answer."""
    ada = _Ada(house, nordlicht.consumer_id, clock.now())
    house.database.write(ada.keep_birthdate)
    insurer, grid, fjell = map(ada.client, ("kavanagh.example", "southerngrid.example", "fjell.example"))
    cinema, pharmacy = map(ada.newcomer, (CINEMA, PHARMACY))

    insured = ada.allow(insurer, SERVICE, ["birthdate", "name"], day=30)
    ada.was_read(insured, insurer, SERVICE, ["birthdate", "name"], days=(29, 15, 3))
    supplied = ada.allow(grid, SERVICE, ["address", "name"], day=36, lasts=14)
    ada.was_read(supplied, grid, SERVICE, ["address", "name"], days=(35, 30))
    subscribed = ada.allow(fjell, MAIL, ["email"], day=25)
    ada.was_read(subscribed, fjell, MAIL, ["email"], days=(24, 17))
    known = ada.allow(pharmacy, SERVICE, ["name", "phone_number"], day=20)
    ada.was_read(known, pharmacy, SERVICE, ["name", "phone_number"], days=(19,))
    adult = ada.allow(cinema, SERVICE, ["age_over_18"], day=1, frequency="once")

    def decide(db: Session) -> None:
        consents.expire(db, house.keys, now=supplied.expires_at)
        consents.revoke(db, house.keys, consumer_id=ada.id, consent_id=subscribed.id, now=ada.before(9))
        consents.pause(db, house.keys, consumer_id=ada.id, consent_id=known.id, now=ada.before(2))
        seed.asked(db, ada.id, grid, _terms(SERVICE, ["address", "name"], 180), now=ada.before(1))

    house.database.write(decide)
    door = Door(house.database, house.keys, house.catalogue)
    for client, consent, purpose in (
        (cinema, adult, SERVICE),
        (fjell, subscribed, MAIL),
        (pharmacy, known, SERVICE),
    ):
        door.read(Reader(client.id), consent_id=consent.id, purpose=purpose, keys=None)
    house.database.write(lambda db: ada.hear_of_a_number(db, nordlicht))


@dataclass(frozen=True)
class _Ada:
    house: House
    id: str
    now: datetime

    def before(self, days: int) -> datetime:
        return self.now - timedelta(days=days)

    def keep_birthdate(self, db: Session) -> None:
        profiles.put(
            db, self.house.keys, self.house.catalogue,
            consumer_id=self.id, field="birthdate", raw=BIRTHDATE, now=self.before(39),
        )  # fmt: skip

    def client(self, domain: str) -> Client:
        def work(db: Session) -> Client:
            company = next(each for each in companies.list_companies(db) if each.domain == domain)
            return companies.list_clients(db, company_id=company.id)[0]

        return self.house.database.read(work)

    def newcomer(self, company: tuple[str, str, str]) -> Client:
        stated = {SERVICE: companies.Stated()}
        return approved_client(self.house, *company, stated, now=self.now - seed.LONG_AGO)

    def allow(
        self, client: Client, purpose: str, keys: Sequence[str], *, day: int, lasts: int = 180,
        frequency: str = "when_needed",
    ) -> Consent:  # fmt: skip
        terms = _terms(purpose, keys, lasts, frequency)
        return seed.granted(self.house, self.id, client, terms, now=self.before(day))

    def was_read(
        self, consent: Consent, client: Client, purpose: str, keys: Sequence[str], *, days: Sequence[int]
    ) -> None:
        kept = self.house.database.read(
            lambda db: profiles.sealed_values(db.connection(), consumer_ids=[self.id], fields=keys)
        )
        about = About(self.id, consent.id, self.house.keys.log_secret(self.id), consent.id)

        def read(day: int) -> Event:
            return answered(
                client, self.before(day), about, purpose=purpose, keys=keys, versions=kept[self.id]
            )

        remember(self.house, map(read, days))

    def hear_of_a_number(self, db: Session, consent: Consent) -> None:
        wanted = profiles.check(
            self.house.catalogue,
            field="loyalty_number",
            raw=LOYALTY,
            why="You joined our friends in the shop",
        )
        received = journeys.proposing.propose(
            db, self.house.keys, wanted, client_id=consent.client_id, consent_id=consent.id,
            epoch=consent.epoch, mark="loyalty", now=self.now,
        )  # fmt: skip
        must(isinstance(received, profiles.Received), "the proposal was not received")


def _terms(purpose: str, keys: Sequence[str], lasts: int, frequency: str = "when_needed") -> consents.Terms:
    lines = tuple(Line(key, purpose, required=True, frequency=frequency) for key in keys)
    return consents.Terms(lines, lasts, 30)
