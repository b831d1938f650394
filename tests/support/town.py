"""A company that has lived: clients, people in every role, consents, reads, refusals, and what auditors made of it.

Made through the services, in any house. What took weeks is written into the log with the times it had.
"""

import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from joserfc.jwk import ECKey

from tests.support import seeds
from tests.support.seeds import OTHER_PURPOSE, PURPOSE, REDIRECT, Auditor, Colleague, Person, Shop
from vrm import clock, companies, consents, oversight
from vrm.accesslog import About, Event
from vrm.consents import Choice, Consent
from vrm.disclosures import Door, Reader
from vrm.house import House
from vrm.ids import new_id
from vrm.oversight import Filters
from vrm.seeding import answered, remember

ROLES: tuple[companies.Role, ...] = ("owner", "developer", "agent", "privacy_officer")
GRANTED, REFUSED = 23, 3
"""More than the twenty people below whom no figure is shown, and than one agent may look at unremarked."""
LEFT_OUT = 17
"""So many of those who granted left the optional line out."""
PAST = 28  # days
USUAL = 8  # reads a day, at another hour of the day than now
RUSH = 60  # reads in one hour today


@dataclass(frozen=True)
class Town:
    """Who lives there, and what can be looked at."""

    shop: Shop
    till: companies.Client
    staff: Mapping[companies.Role, Colleague]
    people: list[Person]
    held: Consent
    """One that is read, and once refused."""
    ended: Consent
    auditor: Auditor
    other: Auditor
    case: str
    leaf: int
    """An answered read, under a checkpoint."""
    anomalies: Mapping[str, str]
    """One of each kind that was found."""


def settle(house: House) -> Town:
    """Make it, in a second or two."""
    now = clock.now()
    shop = seeds.shop(house)
    till = _till(house, shop, now)
    staff = {role: seeds.colleague(house, shop.company.id, role, name=_called(role)) for role in ROLES}
    _waiting(house, shop, staff["owner"], now)
    people = [seeds.person(house) for _ in range(GRANTED + REFUSED)]
    held = _decided(house, shop, people)
    seeds.revoke(house, held[1])
    remember(house, usual(shop, now))
    remember(house, rush(shop, now))
    _reads(house, shop, till, held)
    seeds.catch_up(house)
    oversight.watch(house.database, now=clock.now())
    auditor, other = seeds.auditor(house), seeds.auditor(house, "M. Lindqvist", days=20)
    leaf, case = _investigated(house, shop, auditor)
    seeds.auditor_token(house, auditor)
    seeds.catch_up(house)
    anomalies = house.database.read(lambda db: oversight.list_anomalies(db, limit=50))
    mine = [each for each in anomalies if each.company_id == shop.company.id]
    return Town(
        shop, till, staff, people, held[0], held[1], auditor, other, case, leaf,
        {each.kind: each.id for each in mine},
    )  # fmt: skip


def usual(shop: Shop, now: datetime, *, days: int = PAST, each: int = USUAL) -> Iterable[Event]:
    """The reads of the weeks before, so many a day, in one hour that is never the hour of now."""
    people = [_somebody() for _ in range(each)]
    today = now.replace(hour=(now.hour + 12) % 24, minute=0, second=0, microsecond=0)
    for day in range(1, days + 1):
        at = today - timedelta(days=day)
        for number, about in enumerate(people):
            yield _read(shop, at + timedelta(minutes=number), about, agent=f"AgentAgentAgent{number}")


def rush(shop: Shop, now: datetime, *, reads: int = RUSH) -> Iterable[Event]:
    """Far more reads than usual, all of them now."""
    people = [_somebody() for _ in range(12)]
    for number in range(reads):
        yield _read(shop, now, people[number % len(people)])


def _read(shop: Shop, at: datetime, about: About, agent: str | None = None) -> Event:
    return answered(shop.client, at, about, purpose=PURPOSE, keys=("name",), agent=agent)


def _somebody() -> About:
    """Somebody of whom nothing is left but what the log says."""
    return About(new_id(), new_id(), secrets.token_bytes(32), new_id())


def _called(role: str) -> str:
    return {"owner": "Jo Wood", "developer": "Kim Fox", "agent": "Sam Reed"}.get(role, "Ada Hill")


def _till(house: House, shop: Shop, now: datetime) -> companies.Client:
    """A second client whose only key ends soon."""
    key = ECKey.generate_key("P-256", auto_kid=True)

    def make(db: Any) -> companies.Client:
        made = companies.new_client(
            db, company_id=shop.company.id, name="Nordlicht till", redirect_uris=[REDIRECT],
            jwks={"keys": [key.as_dict(private=False)]}, now=now,
        )  # fmt: skip
        assert key.kid is not None
        return companies.retire_client_key(
            db, client_id=made.id, kid=key.kid, until=now + timedelta(days=9), now=now
        )

    return house.database.write(make)


def _waiting(house: House, shop: Shop, owner: Colleague, now: datetime) -> None:
    """An invitation that nobody has taken."""
    house.database.write(
        lambda db: companies.invite_person(
            db, house.keys, company_id=shop.company.id, email="new@nordlicht.example", role="agent",
            by=owner.account_id, now=now,
        )
    )  # fmt: skip


def _decided(house: House, shop: Shop, people: list[Person]) -> list[Consent]:
    """Everybody is asked for two lines they must give and one they may; some leave it out, some refuse it all."""
    wanted = seeds.terms("name", "birthdate|age_over_18", "phone_number?")
    lines = [Choice(0, "name"), Choice(1, "age_over_18"), Choice(2, "phone_number")]
    held = [
        seeds.grant_terms(house, person, shop, wanted, lines[:2] if number >= GRANTED - LEFT_OUT else lines)
        for number, person in enumerate(people[:GRANTED])
    ]
    for person in people[GRANTED:]:
        _refuse(house, person, seeds.ask(house, person, shop, wanted))
    seeds.ask(house, people[0], shop, seeds.terms("email", purpose=OTHER_PURPOSE))  # still waiting
    return held


def _refuse(house: House, person: Person, ask_id: str) -> None:
    house.database.write(
        lambda db: consents.refuse(
            db, house.keys, consumer_id=person.consumer_id, ask_id=ask_id, now=clock.now()
        )
    )


def _reads(house: House, shop: Shop, till: companies.Client, held: list[Consent]) -> None:
    """One clerk looks at everybody; another client tries what it may not."""
    door = Door(house.database, house.keys, house.catalogue)
    clerk = Reader(shop.client.id, agent="desk-7")
    ids = [consent.id for consent in held]
    assert len(list(door.read_many(clerk, consent_ids=ids, purpose=PURPOSE, keys=["name"]))) == GRANTED
    door.read(clerk, consent_id=ids[0], purpose=OTHER_PURPOSE, keys=None)
    tries = door.read_many(
        Reader(till.id), consent_ids=[new_id() for _ in range(25)], purpose=None, keys=None
    )
    assert len(list(tries)) == 25


def _investigated(house: House, shop: Shop, auditor: Auditor) -> tuple[int, str]:
    """A case with a note and two entries, and a saved view; the leaf of one of them, and the case."""
    keys, me, now = house.keys, auditor.auditor_id, clock.now()
    wanted = Filters(client=shop.client.id, type="disclosure", outcome="answered")
    leaves = [row.leaf_index for row in house.database.read(lambda db: oversight.search(db, wanted)).rows[:2]]

    def work(db: Any) -> str:
        case = oversight.open_case(db, keys, title="A rush of reads", auditor_id=me, now=now).id
        oversight.add_note(db, keys, case_id=case, auditor_id=me, now=now, text="The company was asked.")
        for leaf in leaves:
            oversight.mark(
                db, keys, case_id=case, leaf_index=leaf, auditor_id=me, now=now, note="one of many"
            )
        oversight.save_view(
            db, keys, auditor_id=me, name="Answered", filters=Filters(outcome="answered"), now=now
        )
        return case

    return leaves[0], house.database.write(work)
