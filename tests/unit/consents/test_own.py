"""What a person changes of a consent by themselves, what they hold back, and how often its lines may be read."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
import time_machine

from tests.support.seeds import OTHER_PURPOSE, PURPOSE, grant_terms, person, put, shop, terms
from vrm import accesslog, clock, consents
from vrm.consents import Terms
from vrm.disclosures import Answer, Door, Omitted, Reader, Refusal
from vrm.errors import Conflict, Invalid, NotFound

DAY = timedelta(days=1)


@pytest.fixture
def mia(house):
    """Somebody with a name and an e-mail address."""
    return person(house)


@pytest.fixture
def nordlicht(house):
    """Who asks."""
    return shop(house)


@pytest.fixture
def do(house, mia):
    """A verb of the room, by this person, now."""

    def call(verb, **more):
        return house.database.write(
            lambda db: verb(db, house.keys, consumer_id=mia.consumer_id, now=clock.now(), **more)
        )

    return call


@pytest.fixture
def read(house):
    """A read of a consent by its client: the keys it gets, or the code of the refusal."""
    door = Door(house.database, house.keys, house.catalogue)

    def call(consent, purpose=PURPOSE):
        got = door.read(Reader(consent.client_id, 1), consent_id=consent.id, purpose=purpose, keys=None)
        return got.code if isinstance(got, Refusal) else sorted(got.profile)

    return call


def types(house, person):
    listed = house.database.read(
        lambda db: accesslog.list_for_consumer(db, consumer_id=person.consumer_id, limit=100)
    )
    return [event.type for event in reversed(listed)]


def often(terms, frequency, *keys):
    """The same terms, in which these lines, or all, may be read so often."""
    lines = [
        replace(line, frequency=frequency) if not keys or line.key in keys else line for line in terms.lines
    ]
    return replace(terms, lines=tuple(lines))


def revisions(house, consent):
    return house.database.read(
        lambda db: consents.list_revisions(db, consumer_id=consent.consumer_id, consent_id=consent.id)
    )


def test_narrowed_holds_at_once(house, mia, nordlicht, do, read):
    """A line that was taken out is not read any more by the very same token, though the company needed it."""
    consent = grant_terms(house, mia, nordlicht, terms("name", "email"))
    assert read(consent) == ["email", "name"]
    after = do(consents.change, consent_id=consent.id, keep=[("email", PURPOSE)], notice_version=1)
    assert read(consent) == ["email"]
    assert (after.revision, after.epoch, after.expires_at) == (2, consent.epoch, consent.expires_at)
    before, now = revisions(house, consent)
    assert [line.key for line in before.lines] == ["name", "email"] and now.reason == "narrowed"
    assert [line.key for line in now.lines] == ["email"]
    assert types(house, mia)[-2:] == ["consent.narrowed", "disclosure"]


def test_nothing_is_narrowed_to_nothing(house, mia, nordlicht, do):
    """Who wants no line left revokes; a line that is not there cannot be kept; keeping all changes nothing."""
    consent = grant_terms(house, mia, nordlicht, terms("name", "email"))
    for keep in ([], [("birthdate", PURPOSE)], [("name", OTHER_PURPOSE)]):
        with pytest.raises(Invalid):
            do(consents.change, consent_id=consent.id, keep=keep, notice_version=1)
    all_of_it = do(
        consents.change, consent_id=consent.id, keep=[("name", PURPOSE), ("email", PURPOSE)], notice_version=1
    )
    assert all_of_it.revision == 1 and len(revisions(house, consent)) == 1


def test_a_nearer_end_and_a_later_one(house, mia, nordlicht, do, read):
    """It ends on the day that was chosen last, and never later than the company asked for."""
    consent = grant_terms(house, mia, nordlicht, terms("name", days=30))
    now = clock.now()
    soon = do(consents.change, consent_id=consent.id, ends=now + 2 * DAY, notice_version=1)
    assert soon.expires_at < consent.expires_at
    with time_machine.travel(clock.now() + 3 * DAY, tick=False):
        assert read(consent) == "consent_ended"
        with pytest.raises(Conflict):
            do(consents.change, consent_id=consent.id, ends=now + 30 * DAY, notice_version=1)
    later = do(consents.change, consent_id=consent.id, ends=clock.now() + 30 * DAY, notice_version=1)
    assert later.expires_at >= consent.expires_at and later.epoch == consent.epoch
    for days, notice_version, fault in ((31, 1, Invalid), (0, 1, Invalid), (31, 2, Conflict)):
        with pytest.raises(fault):
            do(consents.change, consent_id=consent.id, ends=now + days * DAY, notice_version=notice_version)
    assert [kind for kind in types(house, mia) if kind.startswith("consent.")][1:] == [
        "consent.shortened",
        "consent.extended",
    ]


def test_paused_is_refused_and_resumed_is_read(house, mia, nordlicht, do, read):
    """Nothing is read while it is paused, the token stays, and the person sees the tries."""
    consent = grant_terms(house, mia, nordlicht, terms("name"))
    do(consents.pause, consent_id=consent.id)
    do(consents.pause, consent_id=consent.id)
    assert read(consent) == "consent_paused"
    do(consents.resume, consent_id=consent.id)
    do(consents.resume, consent_id=consent.id)
    assert read(consent) == ["name"]
    assert types(house, mia)[1:] == ["consent.paused", "disclosure", "consent.resumed", "disclosure"]
    do(consents.pause, consent_id=consent.id)
    do(consents.revoke, consent_id=consent.id)
    assert read(consent) == "consent_ended"
    with pytest.raises(Conflict):
        do(consents.resume, consent_id=consent.id)


def test_everything_at_once(house, mia, nordlicht, do, read):
    """All are paused in one step, and what was paused by itself before stays so when all are resumed."""
    first, second, third = (grant_terms(house, mia, nordlicht, terms("name")) for _ in range(3))
    do(consents.pause, consent_id=second.id)
    do(consents.revoke, consent_id=third.id)
    assert do(consents.pause_all) == 1
    assert [read(each) for each in (first, second)] == ["consent_paused"] * 2
    assert do(consents.resume_all) == 1
    assert [read(each) for each in (first, second)] == [["name"], "consent_paused"]


def test_another_persons(house, nordlicht, do):
    """Nobody narrows, pauses or moves what is somebody else's, or learns that it is there."""
    theirs = grant_terms(house, person(house, email="ben@example.com"), nordlicht, terms("name", "email"))
    for verb, more in (
        (consents.change, {"keep": [("name", PURPOSE)], "notice_version": 1}),
        (consents.change, {"ends": clock.now() + DAY, "notice_version": 1}),
        (consents.pause, {}),
        (consents.resume, {}),
    ):
        with pytest.raises(NotFound):
            do(verb, consent_id=theirs.id, **more)
    assert do(consents.pause_all) == 0


@pytest.mark.parametrize(
    ("frequency", "period"), [("daily", DAY), ("weekly", 7 * DAY), ("monthly", 28 * DAY)]
)
def test_as_often_as_was_said(house, mia, nordlicht, read, frequency, period):
    """Once in each period; again within ten minutes, since a reply may be lost; an hour early is in time."""
    consent = grant_terms(house, mia, nordlicht, often(terms("name"), frequency))
    start = clock.now()
    moments = [
        (timedelta(0), ["name"]), (timedelta(minutes=9), ["name"]), (timedelta(minutes=10), "too_soon"),
        (period - timedelta(hours=1, seconds=1), "too_soon"), (period - timedelta(hours=1), ["name"]),
        (period + timedelta(minutes=1), "too_soon"), (2 * period, ["name"]),
    ]  # fmt: skip
    for after, expected in moments:
        with time_machine.travel(start + after, tick=False):
            assert read(consent) == expected, after


def test_within_a_use_a_line_is_read_as_it_was(house, mia, nordlicht, read):
    """A lost reply is given again; what the person wrote since is another use, which is due when the next one is."""
    consent = grant_terms(house, mia, nordlicht, often(terms("name", "email"), "weekly", "name"))
    start = clock.now()
    with time_machine.travel(start, tick=False):
        assert read(consent) == ["email", "name"]
    with time_machine.travel(start + timedelta(minutes=3), tick=False):
        put(house, mia.consumer_id, "email", "mia@post.example", seen_version=1)
        assert read(consent) == ["email", "name"]
        put(house, mia.consumer_id, "name", "Mia Fisher", seen_version=1)
        assert read(consent) == ["email"]
    with time_machine.travel(start + 7 * DAY, tick=False):
        assert read(consent) == ["email", "name"]


@pytest.mark.parametrize("key", ["birthdate", "age_over_18"])
def test_what_was_for_once_shows_nothing_that_was_written_since(house, mia, nordlicht, read, key):
    """Neither the field nor an answer that is worked out from it."""
    consent = grant_terms(house, mia, nordlicht, often(terms(key), "once"))
    assert read(consent) == read(consent) == [key]
    put(house, mia.consumer_id, "birthdate", "1991-06-18", seen_version=1)
    assert read(consent) == "too_soon"


def test_what_is_not_due_is_left_out(house, mia, nordlicht):
    """The other lines are read, and the answer says of the one why it is not there."""
    consent = grant_terms(house, mia, nordlicht, often(terms("name", "email"), "once", "name"))
    door, reader = Door(house.database, house.keys, house.catalogue), Reader(consent.client_id, 1)
    door.read(reader, consent_id=consent.id, purpose=PURPOSE, keys=None)
    with time_machine.travel(clock.now() + timedelta(hours=1), tick=False):
        answer = door.read(reader, consent_id=consent.id, purpose=PURPOSE, keys=None)
    assert isinstance(answer, Answer)
    assert (sorted(answer.profile), answer.omitted) == (["email"], (Omitted("name", "too_soon"),))


def test_a_line_without_a_value_is_not_used_up(house, nordlicht, read):
    """Who found nothing may come again once there is something."""
    ida = person(house, {"name": "Ida Berg"}, email="ida@example.com")
    consent = grant_terms(house, ida, nordlicht, often(terms("name", "phone_number"), "once"))
    assert read(consent) == ["name"]
    put(house, ida.consumer_id, "phone_number", "+61 491 570 156")
    with time_machine.travel(clock.now() + DAY, tick=False):
        assert read(consent) == ["phone_number"]


def test_many_read_it_first(house, mia, nordlicht, read):
    """Whoever comes at once with others shares their use: nobody is turned away by a race."""
    consent = grant_terms(house, mia, nordlicht, often(terms("name"), "once"))
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(lambda _: read(consent), range(16))) == [["name"]] * 16
    with time_machine.travel(clock.now() + timedelta(minutes=11), tick=False):
        assert read(consent) == "too_soon"


def test_once_closes_itself(house, mia, nordlicht, do, read):
    """When every line was for once and was read, the consent ends, and not before."""
    wanted = often(terms("name", "email"), "once")
    both = grant_terms(house, mia, nordlicht, wanted)
    partly = grant_terms(house, mia, nordlicht, often(terms("name", "email"), "once", "name"))
    signing_in = grant_terms(house, mia, nordlicht, replace(often(terms("name"), "once"), sign_in=True))
    for consent in (both, partly, signing_in):
        read(consent)

    def close():
        return house.database.write(lambda db: consents.close_used(db, house.keys, now=clock.now()))

    assert close() == 0
    with time_machine.travel(clock.now() + timedelta(minutes=10), tick=False):
        assert [read(each) for each in (both, partly, signing_in)] == ["too_soon", ["email"], "too_soon"]
        assert (close(), close()) == (1, 0)
        assert [read(each) for each in (both, partly)] == ["consent_ended", ["email"]]
    states = house.database.read(
        lambda db: {each.id: each.state for each in consents.list_consents(db, consumer_id=mia.consumer_id)}
    )
    assert [states[each.id] for each in (both, partly, signing_in)] == ["used", "active", "active"]
    assert "consent.used" in types(house, mia)


def test_terms_stay(house, mia, nordlicht, do):
    """A revision of the person's own making keeps the words that were asked with."""
    consent = grant_terms(house, mia, nordlicht, terms("name", "email"))
    do(consents.change, consent_id=consent.id, keep=[("name", PURPOSE)], notice_version=1)
    before, after = revisions(house, consent)
    assert isinstance(after.terms, Terms)
    assert (after.terms, after.notice, after.versions) == (before.terms, before.notice, before.versions)
