"""What a company holds in numbers: each consent is counted once, where it belongs."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.support.seeds import shop, terms
from vrm import accesslog, consents
from vrm.consents import Choice, holdings
from vrm.errors import Invalid

START = datetime(2026, 3, 1, 12, tzinfo=UTC)
MIDNIGHT = datetime(2026, 3, 1, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture
def nordlicht(house):
    """Who holds."""
    return shop(house)


@pytest.fixture
def numbers(nordlicht, look):
    """Call a verb for Nordlicht."""
    return lambda verb, **more: look(verb, company_id=nordlicht.company.id, **more)


def test_consents_are_counted_by_how_they_stand(house, nordlicht, town, numbers):
    """Active, suspended, revoked, expired: each once, written down or not, and none of another company's."""
    for days in (90, 90, 10):
        town.granted(nordlicht, terms("name", days=days), at=START)
    town.revoked(town.granted(nordlicht, terms("name"), at=START), at=START + DAY)
    town.granted(shop(house, "Kavanagh"), terms("name"), at=START)
    second = town.second_client(nordlicht)

    def counted(now, **more):
        return numbers(holdings.counts, now=now, **more)

    assert counted(START + 2 * DAY) == holdings.Counts(
        active=3, suspended=0, revoked=1, expired=0, returned=0
    )
    later = START + 20 * DAY
    assert counted(later) == holdings.Counts(active=2, revoked=1, expired=1)
    house.database.write(lambda db: consents.expire(db, house.keys, now=later))
    assert counted(later) == holdings.Counts(active=2, revoked=1, expired=1)
    assert counted(later).ended == 2
    assert counted(later, client_id=second.client.id) == holdings.Counts()
    town.new_notice(nordlicht)
    assert counted(later) == holdings.Counts(suspended=2, revoked=1, expired=1)


def test_a_trend_has_each_grant_and_each_end_once(nordlicht, town, numbers):
    """By day or by week, from midnight to midnight; what is outside is not counted."""
    for day, hour in ((0, 0), (0, 23), (1, 0), (9, 5), (10, 0)):
        consent = town.granted(nordlicht, terms("name"), at=MIDNIGHT + day * DAY + timedelta(hours=hour))
        if day == 1:
            town.revoked(consent, at=MIDNIGHT + 2 * DAY)
    until = MIDNIGHT + 10 * DAY
    daily = numbers(holdings.trend, since=MIDNIGHT, until=until)
    assert [flow.start for flow in daily] == [MIDNIGHT + day * DAY for day in range(10)]
    assert [flow.granted for flow in daily] == [2, 1, 0, 0, 0, 0, 0, 0, 0, 1]
    assert [flow.ended for flow in daily] == [0, 0, 1, 0, 0, 0, 0, 0, 0, 0]
    weekly = numbers(holdings.trend, since=MIDNIGHT, until=until, step=holdings.WEEK)
    assert [(flow.granted, flow.ended) for flow in weekly] == [(3, 1), (1, 0)]
    longest = numbers(holdings.trend, since=until - 400 * DAY, until=until)
    assert (len(longest), sum(flow.granted for flow in longest)) == (400, 4)
    assert numbers(holdings.trend, since=until, until=until) == []
    with pytest.raises(Invalid):
        numbers(holdings.trend, since=until - 401 * DAY, until=until)


def test_ends_come_month_by_month(house, nordlicht, town, numbers):
    """What is active ends in one of thirteen months; what ended, or is suspended, in none."""
    for days in (1, 31, 32, 365):
        town.granted(nordlicht, terms("name", days=days), at=START)
    town.revoked(town.granted(nordlicht, terms("name"), at=START), at=START)
    ends = numbers(holdings.ends, now=START)
    assert [end.start for end in ends[:3]] == [
        START, datetime(2026, 4, 1, tzinfo=UTC), datetime(2026, 5, 1, tzinfo=UTC),
    ]  # fmt: skip
    assert [end.count for end in ends] == [1, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]
    assert sum(end.count for end in numbers(holdings.ends, now=START + DAY)) == 3
    town.new_notice(nordlicht)
    assert {end.count for end in numbers(holdings.ends, now=START)} == {0}


def test_keys_are_held_as_long_as_they_may_be_read(house, nordlicht, town, numbers):
    """A key counts once for each active consent, however many lines name it, and goes with it."""

    def held(now=START, **more):
        return numbers(holdings.held_keys, now=now, **more)

    consent = town.granted(
        nordlicht, terms("name", "birthdate|age_over_18"), [Choice(0, "name"), Choice(1, "age_over_18")], at=START
    )  # fmt: skip
    two_purposes = consents.Terms(
        (consents.Line("name", "dpv:DeliveryOfGoods", True), consents.Line("name", "dpv:Advertising", True)), 10
    )  # fmt: skip
    town.granted(nordlicht, two_purposes, at=START)
    town.granted(shop(house, "Kavanagh"), terms("email"), at=START)
    assert held() == {"age_over_18": 1, "name": 2}
    assert held(START + 10 * DAY) == {"age_over_18": 1, "name": 1}
    assert held(client_id=town.second_client(nordlicht).client.id) == {}
    town.revoked(consent, at=START + DAY)
    assert held(START + DAY) == {"name": 1}
    town.new_notice(nordlicht)
    assert held(START + DAY) == {}


def test_consents_held_are_looked_at_one_by_one(house, nordlicht, town, numbers):
    """Each active consent by the thread that its own log entries have, with its keys; the newest of too many."""
    threads = {}

    def held(now=START + DAY, **more):
        return numbers(holdings.held_threads, now=now, **more)

    for number, keys in enumerate([("name", "email"), ("name",), ("birthdate",)]):
        consent = town.granted(nordlicht, terms(*keys), at=START + timedelta(seconds=number))
        (event,) = house.database.read(
            lambda db, consent=consent: accesslog.list_for_consumer(
                db, consumer_id=consent.consumer_id, limit=2
            )
        )
        threads[event.entry["thread"]] = frozenset(keys)
    town.granted(shop(house, "Kavanagh"), terms("email"), at=START)
    assert held() == threads
    assert held(newest=2) == dict(list(threads.items())[1:])
    assert held(START + 91 * DAY) == {}
    assert held(client_id=town.second_client(nordlicht).client.id) == {}
    town.revoked(consent, at=START + DAY)
    assert held() == dict(list(threads.items())[:2])
    town.new_notice(nordlicht)
    assert held() == {}


def test_a_forgotten_person_is_counted_nowhere(house, nordlicht, town, numbers):
    """Their keys go with their consents."""
    consent = town.granted(nordlicht, terms("name"), at=START)
    house.database.write(lambda db: consents.forget(db, consumer_id=consent.consumer_id))
    assert numbers(holdings.held_keys, now=START) == {}
    assert numbers(holdings.held_threads, now=START) == {}
    assert numbers(holdings.counts, now=START) == holdings.Counts()
