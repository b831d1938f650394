"""What the worker finds in the log is kept once, with its reason and the entries it rests on."""

from datetime import timedelta

import pytest

from tests.unit.oversight.conftest import AGENTS, CLIENTS, COMPANIES, MONDAY, granted, read, write
from vrm import oversight
from vrm.errors import NotFound

DAYS = 30
TODAY = MONDAY + timedelta(days=DAYS)
NOW = TODAY + timedelta(hours=20)


def usual():
    """A client that reads a dozen times a day from nine on, four people by each of two agents."""
    return [
        read(MONDAY + timedelta(days=day, hours=9, minutes=40 * number), consent=number % 4, agent=AGENTS[number % 2])
        for day in range(DAYS)
        for number in range(12)
    ]  # fmt: skip


def found(database, **wanted):
    return database.read(lambda session: oversight.list_anomalies(session, **wanted))


def entries(database, anomaly):
    page = database.read(lambda session: oversight.search(session, anomaly.evidence, limit=200))
    return page.rows


def test_an_ordinary_month_has_no_finding(database):
    """The same dozen reads every day are nothing to look at."""
    write(database, usual())
    assert oversight.watch(database, now=NOW) == 0
    assert found(database) == []


def test_a_day_out_of_the_ordinary(database):
    """One agent reads of seventy people at three in the morning: volume, hour and agent, each with its entries."""
    raid = [
        read(TODAY + timedelta(hours=3, seconds=number), consent=100 + number, agent=AGENTS[0])
        for number in range(70)
    ]
    write(database, [*usual(), *raid])
    assert oversight.watch(database, now=NOW) == 3
    kinds = {one.kind: one for one in found(database)}
    assert set(kinds) == {"volume", "hours", "agent"}
    for one in kinds.values():
        assert (one.client_id, one.company_id) == (CLIENTS[0], COMPANIES[0])
        assert one.figures.observed == 70 > one.figures.threshold > one.figures.usual
        assert len(entries(database, one)) == 70
    assert kinds["volume"].figures.usual == 12
    assert kinds["agent"].evidence.agent == AGENTS[0]
    assert (kinds["hours"].since, kinds["hours"].until) == (
        TODAY + timedelta(hours=3),
        TODAY + timedelta(hours=4),
    )


def test_a_raid_needs_no_past(database):
    """A new agent of a client known for ten days, and a client on its first day: a thousand people and more each."""
    known = [read(MONDAY + timedelta(days=day, hours=9), client=1) for day in range(10)]
    night = MONDAY + timedelta(days=10, hours=3)
    raids = [
        read(night + timedelta(seconds=number), client=client, consent=number, agent=agent)
        for client, agent in ((1, AGENTS[0]), (2, None))
        for number in range(1001)
    ]
    write(database, [*known, *raids])
    assert oversight.watch(database, now=night + timedelta(hours=2)) == 3
    told = {(one.client_id, one.kind): one.figures for one in found(database)}
    assert told == {
        (CLIENTS[1], "volume"): oversight.Figures(1001, 1, 1000),
        (CLIENTS[1], "agent"): oversight.Figures(1001, 0, 480),
        (CLIENTS[2], "volume"): oversight.Figures(1001, 0, 1000),
    }


def test_what_is_found_again_is_not_doubled(database):
    """Looking again finds the same; a day that goes on has its figures renewed; nothing is taken back."""
    raid = [read(TODAY + timedelta(hours=10, seconds=number), consent=number) for number in range(140)]
    write(database, [*usual(), *raid[:70]])
    assert oversight.watch(database, now=NOW) == 1
    write(database, raid[70:])
    assert oversight.watch(database, now=NOW + timedelta(minutes=10)) == 0
    (one,) = found(database)
    assert (one.figures.observed, one.found_at) == (140, NOW)
    oversight.reindex(database)
    assert found(database) == [one]
    while oversight.index(database):
        pass
    assert oversight.watch(database, now=NOW + timedelta(minutes=20)) == 0


def test_a_series_of_refusals(database):
    """Thirty refusals within an hour."""
    events = [read(MONDAY + timedelta(minutes=number), code="not_permitted") for number in range(30)]
    write(database, events)
    assert oversight.watch(database, now=MONDAY + timedelta(hours=2)) == 1
    (one,) = found(database, kind="refusals", client_id=CLIENTS[0])
    assert (one.figures.observed, len(entries(database, one))) == (30, 30)


def test_a_key_never_read(database):
    """Granted by three people a month ago and never read: found once, with the grants as evidence."""
    grants = [granted(MONDAY, consent=number, keys=("email", "name")) for number in range(3)]
    write(database, [*grants, read(TODAY, keys=("email",))])
    for hours in range(0, 72, 12):
        oversight.watch(database, now=NOW + timedelta(hours=hours))
    (one,) = found(database)
    assert (one.kind, one.evidence.key, one.company_id) == ("unused_key", "name", COMPANIES[0])
    assert len(entries(database, one)) == 3
    assert one.figures.observed == 33


def test_findings_are_listed_newest_first(database):
    """In pages; by kind, client or company; one by its id; an unknown one is not there."""
    for client in (0, 1):
        for hour in range(3):
            write(
                database,
                [
                    read(MONDAY + timedelta(hours=hour * 30, seconds=n), client=client, code="not_permitted")
                    for n in range(25)
                ],
            )
    assert oversight.watch(database, now=MONDAY + timedelta(days=4)) == 6
    everything = found(database)
    assert everything == sorted(everything, key=lambda one: (one.since, one.id), reverse=True)
    assert found(database, limit=4) + found(database, before=everything[3].id) == everything
    assert len(found(database, client_id=CLIENTS[1])) == len(found(database, company_id=COMPANIES[1])) == 3
    assert found(database, kind="volume") == []
    one = everything[0]
    assert database.read(lambda session: oversight.get_anomaly(session, anomaly_id=one.id)) == one
    with pytest.raises(NotFound):
        database.read(lambda session: oversight.get_anomaly(session, anomaly_id=CLIENTS[0]))


def test_an_empty_log_is_watched(database):
    """Before anything happened there is nothing to find."""
    assert oversight.watch(database, now=NOW) == 0
    assert oversight.watch(database, now=NOW) == 0
