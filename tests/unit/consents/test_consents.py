"""Asks are decided once, consents are chains that only grow, and each change stands beside its event."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from tests.support.seeds import PURPOSE, ask, grant, grant_terms, person, revoke, shop, terms
from vrm import accesslog, clock, consents
from vrm.consents import Choice, Line, Terms
from vrm.errors import Conflict, Invalid, NotFound
from vrm.ids import new_id


@pytest.fixture
def mia(house):
    """Somebody who is asked."""
    return person(house, {})


@pytest.fixture
def nordlicht(house):
    """Who asks."""
    return shop(house)


def events(house, person, kind=None):
    listed = house.database.read(
        lambda db: accesslog.list_for_consumer(db, consumer_id=person.consumer_id, limit=100)
    )
    return [event for event in reversed(listed) if kind is None or event.type == kind]


def decide(house, person, ask_id, choices, days=30, now=None):
    return house.database.write(
        lambda db: consents.grant(
            db, house.keys, consumer_id=person.consumer_id, ask_id=ask_id, choices=choices, duration_days=days,
            versions=[], notice={}, notice_version=1, now=now or clock.now(),
        )
    )  # fmt: skip


def refuse(house, person, ask_id):
    return house.database.write(
        lambda db: consents.refuse(
            db, house.keys, consumer_id=person.consumer_id, ask_id=ask_id, now=clock.now()
        )
    )


def test_a_grant_is_a_consent_its_first_revision_and_its_event(house, mia, nordlicht):
    """What was chosen is what the revision says, and the log tells what was left out."""
    wanted = terms("name", "birthdate|age_over_18", "email?")
    consent = grant_terms(house, mia, nordlicht, wanted, [Choice(0, "name"), Choice(1, "age_over_18")])
    (revision,) = house.database.read(
        lambda db: consents.list_revisions(db, consumer_id=mia.consumer_id, consent_id=consent.id)
    )
    assert [(line.key, line.asked) for line in revision.lines] == [
        ("name", "name"),
        ("age_over_18", "birthdate"),
    ]
    assert revision.terms == wanted
    (event,) = events(house, mia)
    assert (event.type, event.consent_id) == ("consent.granted", consent.id)
    assert event.entry["keys"] == ["age_over_18", "name"]
    assert event.detail["not_granted"] == ["birthdate", "email"]


@pytest.mark.parametrize(
    ("choices", "days"),
    [
        ([Choice(0, "name"), Choice(1, "birthdate")], 91),
        ([Choice(0, "name"), Choice(1, "birthdate")], 0),
        ([Choice(0, "name")], 30),
        ([Choice(2, "email")], 30),
        ([], 30),
        ([Choice(0, "name"), Choice(1, "email")], 30),
        ([Choice(0, "name"), Choice(1, "birthdate"), Choice(3, "email")], 30),
        ([Choice(0, "name"), Choice(1, "birthdate"), Choice(-1, "email")], 30),
        ([Choice(0, "name"), Choice(0, "name"), Choice(1, "birthdate")], 30),
        ([Choice(0, "name"), Choice(1, "birthdate"), Choice(1, "age_over_18")], 30),
    ],
)
def test_nothing_is_granted_that_was_not_on_the_page(house, mia, nordlicht, choices, days):
    """A longer time, a missing required line, a line or key that nobody asked for: the ask stays open."""
    ask_id = ask(house, mia, nordlicht, terms("name", "birthdate|age_over_18", "email?"))
    with pytest.raises(Invalid):
        decide(house, mia, ask_id, choices, days)
    assert events(house, mia) == []
    assert house.database.read(lambda db: consents.list_consents(db, consumer_id=mia.consumer_id)) == []
    decide(house, mia, ask_id, [Choice(0, "name"), Choice(1, "birthdate")])


def test_at_least_one_line_is_granted(house, mia, nordlicht):
    """Where every line is optional, ticking none is a refusal and must be said as one."""
    ask_id = ask(house, mia, nordlicht, terms("name?", "email?"))
    with pytest.raises(Invalid):
        decide(house, mia, ask_id, [])


def test_an_ask_is_decided_once(house, mia, nordlicht):
    """Whatever came first, a second decision is refused."""
    for first in ("grant", "refuse"):
        ask_id = ask(house, mia, nordlicht, terms("name"))
        decide(house, mia, ask_id, [Choice(0, "name")]) if first == "grant" else refuse(house, mia, ask_id)
        with pytest.raises(Conflict):
            decide(house, mia, ask_id, [Choice(0, "name")])
        with pytest.raises(Conflict):
            refuse(house, mia, ask_id)
    assert [event.type for event in events(house, mia)] == ["consent.granted", "consent.refused"]


def test_an_ask_decided_in_many_tabs_at_once_is_decided_once(house, mia, nordlicht):
    """Of parallel grants and refusals exactly one counts, and exactly one event tells of it."""
    ask_id = ask(house, mia, nordlicht, terms("name"))

    def once(number):
        try:
            decide(house, mia, ask_id, [Choice(0, "name")]) if number % 2 else refuse(house, mia, ask_id)
        except Conflict:
            return 0
        return 1

    with ThreadPoolExecutor(8) as threads:
        assert sum(threads.map(once, range(8))) == 1
    assert len(events(house, mia)) == 1


def test_an_ask_closes_by_itself(house, mia, nordlicht):
    """After its time nobody can allow anything under it, and it is not listed any more."""
    ask_id = ask(house, mia, nordlicht, terms("name"))
    later = clock.now() + consents.asks.ASK_WAITS
    with pytest.raises(Conflict) as fault:
        decide(house, mia, ask_id, [Choice(0, "name")], now=later)
    assert fault.value.code == "ask_expired"

    def listed(**more):
        return house.database.read(
            lambda db: [
                (each.id, each.state_at(later))
                for each in consents.list_asks(db, consumer_id=mia.consumer_id, now=later, **more)
            ]
        )

    assert listed() == listed(states=()) == listed(states=("granted", "refused")) == []
    assert listed(states=("expired",)) == [(ask_id, "expired")]


def test_asks_do_not_pile_up(house, mia, nordlicht):
    """A client that asks again and again has its newest asks waiting, and the oldest are closed."""
    made = [ask(house, mia, nordlicht, terms("name", days=days)) for days in range(1, 14)]
    waiting = house.database.read(
        lambda db: consents.list_asks(db, consumer_id=mia.consumer_id, now=clock.now())
    )
    assert len(waiting) == consents.asks.MOST_WAITING
    assert made[-1] in {each.id for each in waiting}
    assert made[0] not in {each.id for each in waiting}


def test_asks_are_listed_by_how_they_ended(house, mia, nordlicht):
    """Each state alone, several together, newest first; a person's own alone."""
    granted, refused, waiting = (
        ask(house, mia, nordlicht, terms(key)) for key in ("name", "email", "birthdate")
    )
    decide(house, mia, granted, [Choice(0, "name")])
    refuse(house, mia, refused)

    def listed(*states):
        return house.database.read(
            lambda db: {
                each.id: each.state_at(clock.now())
                for each in consents.list_asks(
                    db, consumer_id=mia.consumer_id, now=clock.now(), states=states
                )
            }
        )

    assert listed("granted") == {granted: "granted"}
    assert listed("open") == {waiting: "open"}
    assert listed("refused", "expired", "open") == {refused: "refused", waiting: "open"}
    assert listed("expired") == {}


def test_the_same_request_is_one_ask(house, mia, nordlicht):
    """Reloaded, prefetched, opened in two tabs at once: one ask. Another request, or person, is another ask."""

    def put(person, state):
        return house.database.write(
            lambda db: consents.open_ask(
                db, consumer_id=person.consumer_id, client_id=nordlicht.client.id,
                company_id=nordlicht.company.id, terms=terms("name"), request={"state": state}, now=clock.now(),
            )
        )  # fmt: skip

    with ThreadPoolExecutor(8) as threads:
        assert len(set(threads.map(lambda _: put(mia, "one"), range(16)))) == 1
    assert put(mia, "two") != put(mia, "one")
    assert put(person(house, {}), "one") != put(mia, "one")


def test_an_ask_is_nobody_elses(house, mia, nordlicht):
    """Another person finds no such ask and no such consent, and can decide nothing."""
    ben = person(house, {})
    ask_id = ask(house, mia, nordlicht, terms("name"))
    consent = grant(house, mia, nordlicht, "email")
    for attempt in (
        lambda db: consents.get_open_ask(db, consumer_id=ben.consumer_id, ask_id=ask_id, now=clock.now()),
        lambda db: consents.refuse(
            db, house.keys, consumer_id=ben.consumer_id, ask_id=ask_id, now=clock.now()
        ),
        lambda db: consents.get_consent(db, consumer_id=ben.consumer_id, consent_id=consent.id),
        lambda db: consents.revoke(
            db, house.keys, consumer_id=ben.consumer_id, consent_id=consent.id, now=clock.now()
        ),
    ):
        with pytest.raises(NotFound):
            house.database.write(attempt)
    assert events(house, ben) == []


def test_a_company_knows_a_person_by_one_name_of_its_own(house, mia, nordlicht):
    """All consents of one company have one subject, granted at once or not; another company has another."""
    with ThreadPoolExecutor(4) as threads:
        granted = list(threads.map(lambda _: grant(house, mia, nordlicht, "name"), range(6)))
    other = grant(house, mia, shop(house, "Kavanagh"), "name")
    assert len({consent.subject for consent in granted}) == 1
    assert other.subject not in {granted[0].subject, mia.consumer_id}
    assert granted[0].subject != mia.consumer_id


def test_a_revoked_consent_stays_revoked(house, mia, nordlicht):
    """Revoking is one event; a second time there is nothing left to end."""
    consent = grant(house, mia, nordlicht, "name")
    revoke(house, consent)
    with pytest.raises(Conflict):
        revoke(house, consent)
    assert [event.type for event in events(house, mia)] == ["consent.granted", "consent.revoked"]
    ended = house.database.read(
        lambda db: consents.get_consent(db, consumer_id=mia.consumer_id, consent_id=consent.id)
    )
    assert (ended.state, ended.is_active(clock.now())) == ("revoked", False)


def test_revoking_in_many_tabs_at_once_is_one_revoke(house, mia, nordlicht):
    """Exactly one of them ends it."""
    consent = grant(house, mia, nordlicht, "name")

    def once(_):
        try:
            revoke(house, consent)
        except Conflict:
            return 0
        return 1

    with ThreadPoolExecutor(8) as threads:
        assert sum(threads.map(once, range(8))) == 1
    assert len(events(house, mia, "consent.revoked")) == 1


def test_expiry_is_written_down_once(house, mia, nordlicht):
    """What ran out is worth nothing before anybody writes it down, and is written down once, as the system's."""
    consent, lasting = grant(house, mia, nordlicht, "name", days=1), grant(house, mia, nordlicht, "name")
    later = clock.now() + timedelta(days=1, seconds=1)
    assert not consent.is_active(later)
    for count in (1, 0):
        assert house.database.write(lambda db: consents.expire(db, house.keys, now=later)) == count
    (event,) = events(house, mia, "consent.expired")
    assert (event.consent_id, event.entry["actor"]) == (consent.id, "system")
    with pytest.raises(Conflict):
        revoke(house, consent)
    revoke(house, lasting)


def test_expiry_works_through_a_backlog_in_portions(house, mia, nordlicht):
    """However many ran out, each pass takes at most its limit, and none is left in the end."""
    for _ in range(5):
        grant(house, mia, nordlicht, "name", days=1)
    later = clock.now() + timedelta(days=2)
    passes = [
        house.database.write(lambda db: consents.expire(db, house.keys, now=later, limit=2)) for _ in range(4)
    ]
    assert passes == [2, 2, 1, 0]


def test_no_consent_outlives_a_year(house, mia, nordlicht):
    """Even where longer was asked for and stored, a grant beyond 365 days is refused."""
    wanted = Terms((Line("name", PURPOSE, True),), 400)
    ask_id = ask(house, mia, nordlicht, wanted)
    with pytest.raises(Invalid):
        decide(house, mia, ask_id, [Choice(0, "name")], 366)
    consent = decide(house, mia, ask_id, [Choice(0, "name")], 365)
    assert consent.expires_at - consent.granted_at == timedelta(days=365)


def test_another_clients_consent_does_not_exist(house, mia, nordlicht):
    """Looked up by id, a consent of another client and one that never was look the same: absent."""
    other = shop(house, "Kavanagh")
    consent = grant(house, mia, nordlicht, "name")
    found = house.database.read(
        lambda db: consents.standings(
            db.connection(), client_id=other.client.id, consent_ids=[consent.id, new_id()]
        )
    )
    assert found == {}


def test_a_forgotten_person_leaves_nothing_in_the_room(house, mia, nordlicht):
    """Asks, consents, revisions, places and subjects go; other people's stay."""
    ben = person(house, {})
    grant(house, mia, nordlicht, "name")
    kept = grant(house, ben, nordlicht, "name")
    house.database.write(lambda db: consents.forget(db, consumer_id=mia.consumer_id))
    held = house.database.read(
        lambda db: consents.holdings.list_held(db, company_id=nordlicht.company.id, now=clock.now(), limit=10)
    )
    assert [each.id for each in held] == [kept.id]
    assert house.database.read(lambda db: consents.list_consents(db, consumer_id=mia.consumer_id)) == []
