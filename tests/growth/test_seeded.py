"""A seeded instance: it verifies, everybody in it can be read, and lists cost the same among many as among few."""

import random
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.growth.test_explorer import FIXED, TWICE, steps
from tests.support.houses import build_house
from vrm import accesslog, accounts, clock, consents, profiles
from vrm.cli.examine import examine
from vrm.consents import holdings
from vrm.db import Database
from vrm.disclosures import Answer, Door, Reader
from vrm.house import House
from vrm.seeding import Plan, people, sow
from vrm.seeding.companies import offer

pytestmark = [pytest.mark.deep, pytest.mark.timeout(600)]

SOME, MANY = 200, 2000
PAGE = 5


def sown(house: House, plan: Plan) -> int:
    """The size of the log when it is done."""
    return sow(house, plan, progress=lambda done, total: None, indexing=lambda done, total: None).log_size


def given_by(house: House, number: int) -> list[consents.Consent]:
    """What that person allows."""
    email = people.email(number)

    def look(db: Any) -> list[consents.Consent]:
        whose = accounts.find_people(db, house.keys, [email])[email]
        return list(consents.list_consents(db, consumer_id=whose))

    return house.database.read(look)


def test_an_instance_of_some_hundreds_is_whole_and_can_be_read(house):
    """On both engines: every row reads, every key unwraps, the log verifies, and the door answers for anybody."""
    plan = Plan(SOME, consents_each=3, companies=10)
    size = sown(house, plan)
    found = examine(house, None)
    assert found.log_size == size > SOME * 4
    door, chance = Door(house.database, house.keys, house.catalogue), random.Random(1)
    for number in chance.sample(range(SOME), 20):
        consent = chance.choice(given_by(house, number))
        answer = door.read(Reader(consent.client_id), consent_id=consent.id, purpose=None, keys=None)
        assert isinstance(answer, Answer)
        assert answer.profile and not answer.omitted
    assert accesslog.sequence(house.database) == 20


@pytest.fixture(scope="module")
def grown(tmp_path_factory, _sqlite_with_tables) -> Iterator[list[House]]:
    """Some people of few consents, and ten times as many, on SQLite."""
    both = []
    for count in (SOME, MANY):
        folder = tmp_path_factory.mktemp(f"people{count}")
        house = build_house(folder / "home", Database(_sqlite_with_tables(folder)))
        sown(house, Plan(count, consents_each=1, companies=2))
        both.append(house)
    yield both
    for house in both:
        house.close()


def one(house: House) -> consents.Consent:
    (consent,) = given_by(house, SOME // 2)
    return consent


def held(consent: consents.Consent, **more: Any) -> Callable[[Any], object]:
    return lambda db: holdings.list_held(
        db, company_id=consent.company_id, now=clock.now(), limit=PAGE, **more
    )


def deep(house: House) -> str:
    """A consent in the middle of the list of its company."""
    client = offer(house, 0, now=clock.now()).client
    every = list(holdings.export(house.database, company_id=client.company_id, now=clock.now()))
    return every[len(every) // 2].id


LISTS: dict[str, Callable[[House], Callable[[Any], object]]] = {
    "a person's consents": lambda house: (
        lambda db, whose=one(house).consumer_id: consents.list_consents(db, consumer_id=whose)
    ),
    "a person's reads": lambda house: (
        lambda db, whose=one(house).consumer_id: accesslog.list_for_consumer(
            db, consumer_id=whose, limit=PAGE
        )
    ),
    "a person's values": lambda house: (
        lambda db, whose=one(house).consumer_id: profiles.list_items(db, house.keys, consumer_id=whose)
    ),
    "what a company holds": lambda house: held(one(house)),
    "what a company holds, deep inside": lambda house: held(consents_of_first(house), before=deep(house)),
    "what a client holds": lambda house: held(one(house), client_id=one(house).client_id),
    "the people of some addresses": lambda house: (
        lambda db: accounts.find_people(db, house.keys, [people.email(number) for number in range(PAGE)])
    ),
}


def consents_of_first(house: House) -> consents.Consent:
    (consent,) = given_by(house, 0)
    return consent


@pytest.mark.parametrize("name", LISTS)
def test_a_list_costs_the_same_among_many(grown, name):
    """A page of it, the first one or one deep inside: as many steps of the database's machine."""
    few, many = (steps(house.database, LISTS[name](house)) for house in grown)
    assert few
    assert many <= TWICE * few + FIXED, f"{few} steps among some, {many} among many"
