"""Six weeks of two people: whom they allow what, who reads it and who tries, what ends, and what they hear of it.

Each event goes through the services and has the time it had, and the log is followed event by event, as the worker
would have followed it: notices and receipts are of the days they tell of. Only a read is written as ``past`` says.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from vrm import clock, companies, consents, journeys, notices, profiles
from vrm.accesslog import About, Event
from vrm.companies import Client
from vrm.consents import Consent, Line, Permitted, Terms
from vrm.demo import past, seed
from vrm.demo.story import must
from vrm.disclosures import Answer, Door, Reader
from vrm.disclosures.opening import fields_behind
from vrm.house import House
from vrm.seeding import answered, remember

MIA: dict[str, Any] = {
    "name": "Mia Tran", "birthdate": "1991-06-17", "email": "mia@people.example", "phone_number": "+61 491 570 156",
    "address": {"street_address": "14 Barkly Street", "locality": "Brunswick", "region": "VIC", "postal_code": "3056",
                "country": "AU", "label": "home"},
    "energy_supplier": "Southern Grid Energy", "shoe_size": "EU 39",
}  # fmt: skip
ADA: dict[str, Any] = past.values_of(0) | {"birthdate": "1988-03-09"}

INSURER, ENERGY, SHOP, CINEMA, PHARMACY = (domain for _, domain, _, _, _ in seed.COMPANIES)
_PURPOSES = {domain: purpose for _, domain, _, purpose, _ in seed.COMPANIES}
_OTHER = "dpv:FraudPreventionAndDetection"
_TRIES = 5  # within an hour are unusual


def _terms(domain: str, days: int, **why: str) -> Terms:
    return Terms(
        tuple(Line(key, _PURPOSES[domain], True, why=words) for key, words in why.items()), days, seed.KEPT
    )


_TERMS = {
    ENERGY: _terms(ENERGY, 180, name="For your contract", address="Where your meter is"),
    INSURER: _terms(INSURER, 30, name="For your travel policy", birthdate="The price depends on your age"),
    SHOP: _terms(SHOP, 180, email="Our newsletter"),
    PHARMACY: _terms(PHARMACY, 90, name="For the label", phone_number="To say that it is ready"),
    CINEMA: Terms(
        (Line("birthdate", _PURPOSES[CINEMA], True, "The film is for adults", ("age_over_18",), "once"),), 30, 1
    ),
}  # fmt: skip


def live(house: House) -> dict[str, str]:
    """Mia and Ada, and their weeks; the names by which other rooms know them, by e-mail address."""
    now = clock.now()
    clients = house.database.read(_clients)
    seed.hear(house, now)  # of everybody else
    lives = [_Life(house, seed.person(house, values, now=now - seed.LONG_AGO)) for values in (MIA, ADA)]
    for days, act, domain in _STORY:
        at = now - timedelta(days=days)
        for life in lives:
            act(life, clients[domain], at)
        seed.hear(house, at)
    for life in lives:
        life.is_read_today(clients[ENERGY])
    seed.hear(house, now)
    return {values["email"]: life.consumer_id for values, life in zip((MIA, ADA), lives, strict=True)}


@dataclass(frozen=True)
class _Life:
    """One of them, and what each company holds of theirs."""

    house: House
    consumer_id: str
    held: dict[str, Consent] = field(default_factory=dict)

    def allow(self, client: Client, at: datetime) -> None:
        """Their birth date they give to who must know it; that they are over 18 does where that is enough."""
        terms = self._terms(client)
        answers = {number: line.any_of[0] for number, line in enumerate(terms.lines) if line.any_of}
        consent = seed.granted(self.house, self.consumer_id, client, terms, instead=answers, now=at)
        self.held[client.company_id] = consent

    def is_asked(self, client: Client, at: datetime) -> None:
        """Once more, and this waits."""
        terms = self._terms(client)
        self.house.database.write(
            lambda db: seed.asked(db, self.house, self.consumer_id, client, terms, now=at)
        )

    def is_read(self, client: Client, at: datetime, *, purpose: str | None = None) -> None:
        """What they allow and no more; a try that would have been refused then was refused."""
        house, consent_id = self.house, self.held[client.company_id].id
        standing = house.database.read(
            lambda db: consents.standings(db.connection(), client_id=client.id, consent_ids=[consent_id])
        )[consent_id]
        verdict = consents.weigh(
            standing, client_may_read=True, notice_version=standing.notice_version, epoch=None,
            purpose=purpose, keys=None, now=at,
        )  # fmt: skip
        about = About(self.consumer_id, consent_id, house.keys.log_secret(self.consumer_id), consent_id)
        if not isinstance(verdict, Permitted):
            refused = Event(
                "disclosure", at, "client", company=client.company_id, client=client.id, purpose=purpose,
                outcome="refused", code=verdict.code, revision=standing.revision, about=about,
                detail={"consent": consent_id},
            )  # fmt: skip
            remember(house, [refused])
            return
        keys = sorted(line.key for line in verdict.lines)
        behind = {each for key in keys for each in fields_behind(house.catalogue, key)}
        kept = house.database.read(
            lambda db: profiles.sealed_values(db.connection(), consumer_ids=[self.consumer_id], fields=behind)
        )[self.consumer_id]
        house.database.write_group(
            lambda connection: consents.take_uses(
                connection, consumer_id=self.consumer_id, consent_id=consent_id, uses=standing.uses, now=at,
                lines=[(line, [
                    (value.field, value.item_id, value.version)
                    for value in kept if value.field in fields_behind(house.catalogue, line.key)
                ]) for line in verdict.lines],
            )
        )  # fmt: skip
        purpose = verdict.purpose or ""
        remember(house, [answered(client, at, about, purpose=purpose, keys=keys, versions=kept)])

    def is_pestered(self, client: Client, at: datetime) -> None:
        """It tries again and again what it was not allowed."""
        for minutes in range(_TRIES - 1, -1, -1):
            self.is_read(client, at - timedelta(minutes=minutes), purpose=_OTHER)

    def revoke(self, client: Client, at: datetime) -> None:
        self._change(consents.revoke, client, at)

    def pause(self, client: Client, at: datetime) -> None:
        self._change(consents.pause, client, at)

    def look(self, client: Client, at: datetime) -> None:
        """They read what they were told so far."""
        self.house.database.write(
            lambda db: notices.mark_read(db, consumer_id=self.consumer_id, now=at + timedelta(seconds=1))
        )

    def wait(self, client: Client, at: datetime) -> None:
        """Nothing is done; something comes to its end by itself."""

    def is_proposed(self, client: Client, at: datetime) -> None:
        """A company knows a number that belongs in their profile."""
        wanted = profiles.check(
            self.house.catalogue, field="electricity_meter_number", raw="60012345678", why="It is on your new meter"
        )  # fmt: skip
        consent_id = self.held[client.company_id].id

        def work(session: Session) -> None:
            journeys.proposing.propose(
                session, self.house.keys, wanted, client_id=client.id, consent_id=consent_id, epoch=1,
                mark="meter", now=at,
            )  # fmt: skip

        self.house.database.write(work)

    def is_read_today(self, client: Client) -> None:
        door = Door(self.house.database, self.house.keys, self.house.catalogue)
        answer = door.read(
            Reader(client.id), consent_id=self.held[client.company_id].id, purpose=None, keys=None
        )
        must(isinstance(answer, Answer), "what is allowed was not read")

    def _terms(self, client: Client) -> Terms:
        company = self.house.database.read(lambda db: companies.get_company(db, company_id=client.company_id))
        return _TERMS[company.domain]

    def _change(self, verb: Callable[..., Consent], client: Client, at: datetime) -> None:
        consent_id = self.held[client.company_id].id
        self.house.database.write(
            lambda db: verb(db, self.house.keys, consumer_id=self.consumer_id, consent_id=consent_id, now=at)
        )


_STORY: tuple[tuple[float, Callable[[_Life, Client, datetime], None], str], ...] = (
    # days ago
    (38.2, _Life.allow, ENERGY),
    (38.1, _Life.is_read, ENERGY),
    (37.0, _Life.allow, INSURER),
    (36.9, _Life.is_read, INSURER),
    (34.4, _Life.allow, SHOP),
    (34.3, _Life.is_read, SHOP),
    (31.1, _Life.is_read, ENERGY),
    (30.5, _Life.allow, PHARMACY),
    (30.4, _Life.is_read, PHARMACY),
    (27.3, _Life.is_read, SHOP),
    (26.1, _Life.allow, CINEMA),
    (26.0, _Life.is_read, CINEMA),
    (25.9, _Life.wait, CINEMA),
    (24.1, _Life.is_read, ENERGY),
    (22.7, _Life.is_read, INSURER),
    (19.4, _Life.is_read, PHARMACY),
    (17.1, _Life.is_read, ENERGY),
    (14.3, _Life.is_pestered, SHOP),
    (13.4, _Life.look, SHOP),
    (13.3, _Life.revoke, SHOP),
    (12.3, _Life.is_read, SHOP),
    (10.1, _Life.is_read, ENERGY),
    (9.2, _Life.pause, PHARMACY),
    (8.4, _Life.is_read, PHARMACY),
    (7.0, _Life.wait, INSURER),
    (6.3, _Life.is_read, INSURER),
    (3.1, _Life.is_read, ENERGY),
    (2.2, _Life.is_asked, INSURER),
    (1.2, _Life.is_proposed, ENERGY),
)


def _clients(session: Session) -> dict[str, Client]:
    """The client of each company, by domain."""
    return {
        company.domain: companies.list_clients(session, company_id=company.id)[0]
        for company in companies.list_companies(session)
    }
