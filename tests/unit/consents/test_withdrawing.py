"""Taking back much at once, and the list it is chosen from."""

from datetime import timedelta

import pytest

from tests.support.seeds import OTHER_PURPOSE, PURPOSE, shop
from vrm import accesslog, clock, consents
from vrm.consents import Line, Listed, Part, Terms
from vrm.errors import Invalid, Stale

DAY = timedelta(days=1)


@pytest.fixture
def mia(town):
    return town.somebody()


@pytest.fixture
def held(house, town, mia):
    """Of one shop the name for two purposes, of another the name alone; the newest first."""
    one, two = shop(house), shop(house, "Alder")
    lines = (Line("name", PURPOSE, True), Line("name", OTHER_PURPOSE, True), Line("email", PURPOSE, True))
    now = clock.now()
    return [
        town.granted(two, Terms((Line("name", PURPOSE, True),), 30), consumer_id=mia, at=now),
        town.granted(one, Terms(lines, 90), consumer_id=mia, at=now - DAY),
    ]


@pytest.fixture
def withdraw(house, mia):
    def call(part, *chosen):
        return house.database.write(
            lambda db: consents.withdraw(
                db, house.keys, consumer_id=mia, part=part, chosen=dict(chosen), now=clock.now()
            )
        )

    return call


def events(house, mia):
    listed = house.database.read(lambda db: accesslog.list_for_consumer(db, consumer_id=mia, limit=2))
    return sorted((event.type, event.consent_id) for event in listed)


@pytest.mark.parametrize(
    ("part", "fates"),
    [
        (Part(key="name"), [("name", "", True), ("name name", "email", False)]),
        (Part(purpose=PURPOSE), [("name", "", True), ("name email", "name", False)]),
        (Part(purpose=OTHER_PURPOSE), [("name", "name email", False)]),
        (Part(key="name", purpose=OTHER_PURPOSE), [("name", "name email", False)]),
        (Part(key="birthdate"), []),
    ],
)
def test_what_it_would_do(house, mia, held, part, fates):
    """Each consent that has any of it: the lines it loses, those it keeps, and whether it ends."""
    found = house.database.read(
        lambda db: consents.list_withdrawals(db, consumer_id=mia, part=part, now=clock.now())
    )

    def keys(lines):
        return " ".join(line.key for line in lines)

    assert [(keys(each.lost), keys(each.kept), each.ends) for each in found] == fates


def test_it_is_done_and_logged(house, mia, held, withdraw):
    """What has nothing left is revoked, what has is narrowed: an event for each."""
    alone, many = held
    assert withdraw(Part(key="name"), (alone.id, 1), (many.id, 1)) == 2
    assert events(house, mia) == [("consent.narrowed", many.id), ("consent.revoked", alone.id)]
    with pytest.raises(Stale):
        withdraw(Part(key="email"), (many.id, 1))  # seen before that
    assert withdraw(Part(company_id=many.company_id), (many.id, 2)) == 1


def test_all_or_nothing(house, mia, town, held, withdraw):
    """One that has ended, or has none of it, or is somebody else's, stops the rest; so does none at all."""
    alone, many = held
    strange = town.granted(shop(house, "Elm"), Terms((Line("name", PURPOSE, True),), 30))
    before = events(house, mia)
    for part, others in (
        (Part(key="name"), [(strange.id, 1)]),
        (Part(key="name"), [(many.id, 2)]),
        (Part(key="email"), [(many.id, 1)]),
    ):
        with pytest.raises(Stale):
            withdraw(part, *others, (alone.id, 1))
    with pytest.raises(Invalid):
        withdraw(Part(key="name"))
    assert events(house, mia) == before


def test_the_list(house, mia, town, held):
    """What runs stands newest first, what ended last ended first; nobody else's is in it."""
    alone, many = held
    town.granted(shop(house, "Elm"), Terms((Line("name", PURPOSE, True),), 30))
    later = clock.now() + 31 * DAY  # the first has run out by then, and nobody has written it down

    def ids(listed, now, **more):
        found = house.database.read(
            lambda db: consents.list_some(db, consumer_id=mia, listed=listed, now=now, **more)
        )
        return [each.id for each in found]

    now = clock.now()
    assert ids(Listed(), now) == [alone.id, many.id]
    assert ids(Listed(), now, limit=1) == [alone.id]
    assert ids(Listed(), now, before=(alone.granted_at, alone.id)) == [many.id]
    assert ids(Listed(key="email"), now) == ids(Listed(company_id=many.company_id), now) == [many.id]
    assert (ids(Listed(), later), ids(Listed(ended=True), later)) == ([many.id], [alone.id])
    assert ids(Listed(ended=True, states=["expired"]), later) == [alone.id]
    town.revoked(many, at=later + DAY)
    for states, expected in ((["revoked"], [many.id]), (None, [many.id, alone.id])):
        assert ids(Listed(ended=True, states=states), later + 2 * DAY) == expected
    numbers = house.database.read(lambda db: consents.count_some(db, consumer_id=mia, now=later))
    assert numbers == consents.Numbers(running=0, ended=2, paused=0, with_all=0)
    named = house.database.read(
        lambda db: consents.named_in(db, consumer_id=mia, ended=True, now=later + 2 * DAY)
    )
    assert named == ({alone.company_id, many.company_id}, {"name", "email"})
