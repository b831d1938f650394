"""A company sees what it holds, one by one, and of the people behind it the pseudonym alone."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.support.databases import statements
from tests.support.seeds import OTHER_PURPOSE, person, shop, terms
from vrm import clock, consents
from vrm.consents import Choice, holdings
from vrm.disclosures import Door, Reader
from vrm.errors import Invalid, NotFound
from vrm.ids import new_id

START = datetime(2026, 3, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture
def nordlicht(house):
    """Who holds."""
    return shop(house)


@pytest.fixture
def listed(house, nordlicht, look):
    """Ids of what is listed, a page or all."""

    def ids(now=START, limit=100, **more):
        found = look(holdings.list_held, company_id=nordlicht.company.id, now=now, limit=limit, **more)
        return [each.id for each in found]

    return ids


def test_a_consent_is_shown_without_its_person(house, nordlicht, town, look):
    """Subject, lines, revisions and terms; neither the person, nor the item chosen, nor what another asked."""
    item, wanted = new_id(), terms("name", "birthdate|age_over_18", "email?", "address?")
    chosen = [Choice(0, "name"), Choice(1, "age_over_18"), Choice(3, "address", item)]
    consent = town.granted(nordlicht, wanted, chosen, at=START)
    town.granted(shop(house, "Kavanagh"), wanted, consumer_id=consent.consumer_id, at=START)
    (holding,) = look(holdings.list_held, company_id=nordlicht.company.id, now=START, limit=9)
    held = look(holdings.get_held, company_id=nordlicht.company.id, consent_id=consent.id, now=START)
    assert held.holding == holding
    assert (holding.id, holding.subject, holding.state) == (consent.id, consent.subject, "active")
    assert [(line.key, line.asked) for line in holding.lines] == [
        ("name", "name"), ("age_over_18", "birthdate"), ("address", "address"),
    ]  # fmt: skip
    (revision,) = held.revisions
    assert (revision.number, revision.reason, revision.terms) == (1, "granted", wanted)
    assert revision.lines == holding.lines
    for secret in (consent.consumer_id, item):
        assert secret not in repr((holding, held))


def test_another_companys_consent_does_not_exist(house, nordlicht, town, look, listed):
    """Foreign and unknown ids look alike, in each verb."""
    other = shop(house, "Kavanagh")
    foreign = town.granted(other, terms("name"), at=START)
    town.granted(nordlicht, terms("name"), at=START)
    for consent_id in (foreign.id, new_id()):
        with pytest.raises(NotFound):
            look(holdings.get_held, company_id=nordlicht.company.id, consent_id=consent_id, now=START)
        with pytest.raises(NotFound):
            look(holdings.list_reads, company_id=nordlicht.company.id, consent_id=consent_id, limit=9)
        assert listed(before=consent_id) == []
    assert foreign.id not in listed()
    assert listed(client_id=other.client.id) == []


def test_a_list_is_narrowed(house, nordlicht, town, listed):
    """By client, state, key and end, alone and together."""
    second = town.second_client(nordlicht)
    lasting = town.granted(nordlicht, terms("name", "email"), at=START)
    ending = town.granted(nordlicht, terms("name", days=10), at=START + timedelta(hours=1))
    revoked = town.granted(nordlicht, terms("email"), at=START + timedelta(hours=2))
    town.revoked(revoked, at=START + timedelta(hours=3))
    other = town.granted(
        second,
        terms("name"),
        at=START + timedelta(hours=4),
    )
    now = START + DAY
    assert listed(now) == [other.id, revoked.id, ending.id, lasting.id]
    assert listed(now, client_id=second.client.id) == [other.id]
    assert listed(now, state="active") == [other.id, ending.id, lasting.id]
    assert listed(now, state="revoked") == [revoked.id]
    assert listed(now, key="email") == [revoked.id, lasting.id]
    assert listed(now, key="email", state="active") == [lasting.id]
    assert listed(now, key="birthdate") == []
    assert listed(now, ends_before=now + 30 * DAY) == [ending.id]
    assert listed(START + 20 * DAY, ends_before=START + 30 * DAY) == []
    assert listed(START + 20 * DAY, state="expired") == [ending.id]
    town.new_notice(nordlicht)
    assert listed(now, state="suspended") == [other.id, ending.id, lasting.id]
    assert listed(now, state="active") == []
    with pytest.raises(Invalid):
        listed(now, state="sleeping")


def test_pages_go_back_without_gap_or_double(nordlicht, town, listed):
    """Page after page gives each consent once, though many were granted in one moment."""
    for number in range(11):
        town.granted(nordlicht, terms("name"), at=START + timedelta(seconds=number // 4))
    seen, before = [], None
    while page := listed(limit=3, before=before):
        seen += page
        before = page[-1]
    assert seen == listed()
    assert len(set(seen)) == 11


def test_states_are_told_at_the_moment(house, nordlicht, town, look):
    """What ran out is expired before anybody wrote it down; a new notice suspends and ends nothing."""
    consent = town.granted(nordlicht, terms("name", days=10), at=START)

    def state(now):
        held = look(holdings.get_held, company_id=nordlicht.company.id, consent_id=consent.id, now=now)
        return held.holding.state, held.holding.ended_at

    assert state(consent.expires_at - timedelta(seconds=1)) == ("active", None)
    assert state(consent.expires_at) == ("expired", consent.expires_at)
    town.new_notice(nordlicht)
    assert state(START) == ("suspended", None)
    town.revoked(consent, at=START + DAY)
    assert state(START + 2 * DAY) == ("revoked", START + DAY)


def test_our_own_reads_under_one_consent(house, nordlicht, look):
    """Each read of the client, newest first; nothing of it once the person is forgotten."""
    mia = person(house)
    consent = house.database.write(lambda db: _granted(db, house, mia.consumer_id, nordlicht))
    door = Door(house.database, house.keys, house.catalogue)
    outcomes = [
        door.read(Reader(consent.client_id, 1, "desk-7"), consent_id=consent.id, purpose=purpose, keys=None)
        for purpose in (None, OTHER_PURPOSE, None)
    ]

    def reads(**more):
        found = look(
            holdings.list_reads, company_id=nordlicht.company.id, consent_id=consent.id, limit=9, **more
        )
        return [(each.event_id, each.answered, each.leaf_hash) for each in found]

    every = reads()
    assert {event_id for event_id, _, _ in every} == {outcome.event_id for outcome in outcomes}
    assert sorted(answered for _, answered, _ in every) == [False, True, True]
    assert {leaf for _, _, leaf in every} == {outcome.leaf_hash for outcome in outcomes}
    assert reads(before=every[0][0]) == every[1:]
    house.database.write(lambda db: consents.forget(db, consumer_id=mia.consumer_id))
    with pytest.raises(NotFound):
        reads()


def _granted(db, house, consumer_id, shop):
    now = clock.now()
    ask_id = consents.open_ask(
        db, consumer_id=consumer_id, client_id=shop.client.id, company_id=shop.company.id,
        terms=terms("name"), request={}, now=now,
    )  # fmt: skip
    return consents.grant(
        db, house.keys, consumer_id=consumer_id, ask_id=ask_id, choices=[Choice(0, "name")],
        duration_days=30, versions=[], notice={}, notice_version=1, now=now,
    )  # fmt: skip


def test_an_export_gives_everything_once_in_portions(house, nordlicht, town, monkeypatch):
    """Current and ended, oldest first, each portion a statement of bounded size."""
    monkeypatch.setattr(holdings, "EXPORT_PAGE", 4)
    granted = [
        town.granted(nordlicht, terms("name"), at=START + timedelta(seconds=number // 3))
        for number in range(8)
    ]
    town.revoked(granted[2], at=START + DAY)
    town.granted(shop(house, "Kavanagh"), terms("name"))
    with statements(house.database) as run:
        rows = list(holdings.export(house.database, company_id=nordlicht.company.id, now=START + 2 * DAY))
    assert [row.id for row in rows] == [
        each.id for each in sorted(granted, key=lambda each: (each.granted_at, each.id))
    ]
    assert [row.state for row in rows].count("revoked") == 1
    assert sum("consent_revisions" in statement for statement in run) == 3
