"""The page of a consent tells what changed from version to version, and what the person's values were when they decided."""

import re
from datetime import timedelta

import pytest
from time_machine import travel

from tests.support.actors import DELIVERY, MARKETING, Company, Consumer, World, needed
from vrm import clock, consents, profiles


@pytest.fixture
def company(world: World) -> Company:
    return world.company()


@pytest.fixture
def mia(world: World) -> Consumer:
    return world.consumer()


def held(company: Company, person: Consumer, *lines: dict[str, object]) -> str:
    """The id of a consent to these lines, by way of the letter."""
    asked = company.pushed(company.request(*lines))
    return company.take_back(asked, person.grant(asked)).consent_id


def page(person: Consumer, consent_id: str) -> str:
    return re.sub(r"\s+", " ", person.http.get(f"/consents/{consent_id}").text)


def rename(world: World, person: Consumer, name: str) -> None:
    world.house.database.write(
        lambda db: profiles.put(
            db, world.house.keys, world.house.catalogue, consumer_id=person.consumer_id, field="name", raw=name,
            item_id=person.items["name"][0], seen_version=1, now=clock.now(),
        )
    )  # fmt: skip


def test_one_purpose_of_two(world: World, company: Company, mia: Consumer):
    """A line that is taken out of one purpose is struck through, with the purpose, though the other still has it."""
    consent_id = held(company, mia, needed("name"), needed("name", MARKETING), needed("email"))
    world.house.database.write(
        lambda db: consents.change(
            db, world.house.keys, consumer_id=mia.consumer_id, consent_id=consent_id,
            keep=[("name", DELIVERY), ("email", DELIVERY)], now=clock.now(),
        )
    )  # fmt: skip
    versions = page(mia, consent_id).partition('class="versions"')[2].partition("</ol>")[0]
    (gone,) = re.findall(r"<del>(.*?)</del>", versions)
    advertising = world.house.catalogue.purposes[MARKETING].plain
    assert "Full name" in gone and advertising in gone


def test_the_value_of_the_day(world: World, company: Company, mia: Consumer):
    """What was shown on the day of the decision stays beside what it is now, also when lines went since."""
    consent_id = held(company, mia, needed("name"), needed("email"))
    assert "When you decided" not in page(mia, consent_id)
    with travel(clock.now() + timedelta(days=2)):
        mia.sign_in()
        rename(world, mia, "Mia Nguyen")
        world.house.database.write(
            lambda db: consents.change(
                db, world.house.keys, consumer_id=mia.consumer_id, consent_id=consent_id,
                keep=[("name", DELIVERY)], now=clock.now(),
            )
        )  # fmt: skip
        said = page(mia, consent_id)
    assert "Mia Nguyen" in said and re.search(
        "When you decided, on <time .*?</time>: <bdi>Mia Tran</bdi>", said
    )
    with travel(clock.now() + timedelta(days=900)):
        world.house.database.write(lambda db: profiles.sweep(db, now=clock.now()))
        mia.sign_in()
        assert "Mia Tran" not in page(mia, consent_id)
