"""A seeded instance: it verifies, everybody in it can be read, and lists cost the same among many as among few."""

import random
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import pytest
from sqlalchemy import event

from tests.growth.test_explorer import FIXED, TWICE, steps
from tests.support import seeds
from tests.support.houses import build_house
from vrm import accesslog, accounts, clock, consents
from vrm.app import create_app
from vrm.cli.examine import examine
from vrm.consents import holdings
from vrm.db import Database
from vrm.disclosures import Answer, Door, Reader
from vrm.house import House
from vrm.seeding import Plan, people, sow

pytestmark = [pytest.mark.deep, pytest.mark.timeout(600)]

SOME, MANY = 200, 2000
PAGE = 5

Question = Callable[[Any], object]
"""Given a session, asks."""


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
    """The consent of somebody in the middle of the crowd."""
    (consent,) = given_by(house, SOME // 2)
    return consent


def deep(house: House, company_id: str) -> str:
    """A consent in the middle of the list of its company."""
    every = list(holdings.export(house.database, company_id=company_id, now=clock.now()))
    return every[len(every) // 2].id


def held(house: House, **more: Any) -> Question:
    company_id = one(house).company_id
    return lambda db: holdings.list_held(db, company_id=company_id, now=clock.now(), limit=PAGE, **more)


def of_person(verb: Callable[..., object], **more: Any) -> Callable[[House], Question]:
    """A verb of one person's affairs, asked of whoever stands in the middle."""
    return lambda house: partial(verb, consumer_id=one(house).consumer_id, **more)


def standing(house: House) -> Question:
    consent = one(house)
    return lambda db: consents.list_standing(
        db, consumer_id=consent.consumer_id, company_id=consent.company_id, notice_version=1, now=clock.now()
    )


LISTS: dict[str, Callable[[House], Question]] = {
    "a person's consents": of_person(consents.list_consents),
    "a person's reads": of_person(accesslog.list_for_consumer, limit=PAGE),
    "what stands between a person and a company": standing,
    "what a company holds": held,
    "what a company holds, deep inside": lambda house: held(house, before=deep(house, one(house).company_id)),
    "what a client holds": lambda house: held(house, client_id=one(house).client_id),
    "what has run out": lambda house: lambda db: consents.expire(db, house.keys, now=clock.now()),
}


@pytest.mark.parametrize("name", LISTS)
def test_a_list_costs_the_same_among_many(grown, name):
    """A page of it, the first one or one deep inside: as many steps of the database's machine."""
    few, many = (steps(house.database, LISTS[name](house)) for house in grown)
    assert many <= TWICE * few + FIXED, f"{few} steps among some, {many} among many"


@pytest.mark.parametrize(
    "page",
    [
        "/home",
        "/consents",
        "/consents?company=COMPANY",
        "/consents?show=history",
        "/reads",
        "/profile",
        "/notices",
    ],
)
def test_a_persons_page_costs_the_same_among_many(grown, page):
    """All that it asks of the database: nobody's page grows with everybody's consents."""
    few, many = (page_steps(house, page) for house in grown)
    assert 0 < many <= TWICE * few + FIXED, f"{few} steps among some, {many} among many"


def page_steps(house: House, page: str) -> int:
    """How many steps SQLite's machine takes for a page of somebody's, the second time they look."""
    consent, taken = one(house), 0
    consumer_id, page = consent.consumer_id, page.replace("COMPANY", consent.company_id)

    def tick() -> int:
        nonlocal taken
        taken += 10
        return 0

    def count(connection: Any, *rest: object) -> None:
        connection.set_progress_handler(tick, 10)

    account = house.database.read(lambda db: accounts.get_account(db, person_id=consumer_id))
    cookie = {"Cookie": f"vrm={seeds.sign_in(house, account.id, consumer_id)}"}
    client = create_app(house).test_client(use_cookies=False)
    event.listen(house.database.engine, "checkout", count)
    for _ in range(2):
        taken = 0
        answer = client.get(page, headers=cookie, base_url=house.settings.issuer)
        assert answer.status_code == 200, page
    event.remove(house.database.engine, "checkout", count)
    return taken
