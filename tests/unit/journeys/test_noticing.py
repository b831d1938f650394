"""People are told once, of the right thing, as they want to hear it; the log tells whom."""

import json
import threading
from collections.abc import Iterator
from dataclasses import asdict
from datetime import datetime, timedelta

import pytest
from sqlalchemy import event, select

from keys import Aad
from tests.support import seeds
from vrm import accesslog, clock, companies, consents, journeys, notices, work
from vrm.db import Database
from vrm.disclosures import Door, Reader
from vrm.house import House
from vrm.journeys import noticing, reminding
from vrm.notices import Preferences
from vrm.notices.models import NoticePerson, NoticeRow
from vrm.work.models import JobRow
from vrm.worker import letters

ISSUER = "http://localhost:8000"


class Time:
    """A clock that stands still, and jumps."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.at = clock.now()
        patch.setattr(clock, "now", lambda: self.at)

    def jump(self, **span: float) -> datetime:
        self.at += timedelta(**span)
        return self.at


@pytest.fixture
def time(monkeypatch) -> Time:
    return Time(monkeypatch)


@pytest.fixture
def mia(house, time):
    return seeds.person(house)


@pytest.fixture
def shop(house, time):
    return seeds.shop(house)


def sweep(house: House) -> None:
    """What the worker does of it, until nothing is left."""
    seeds.catch_up(house)
    telling = journeys.Telling(house.keys, house.catalogue, ISSUER, clock.now())
    while noticing.follow(house.database, telling):
        pass
    while noticing.spread(house.database, telling):
        pass
    while reminding.remind(house.database, telling):
        pass
    house.database.write(lambda db: notices.send_digests(db, house.keys, issuer=ISSUER, now=clock.now()))


def told(house: House, person) -> list[str]:
    """The kinds of notices on a person's page, newest first, beside receipts of what they did themselves."""
    return [one.kind for one in listed(house, person) if one.kind != "receipt"]


def listed(house: House, person) -> list[notices.Notice]:
    return house.database.read(
        lambda db: notices.list_notices(db, house.keys, consumer_id=person.consumer_id, limit=100)
    )


def waiting(house: House) -> Iterator[dict]:
    """The letters that wait, opened; but for receipts."""
    owner = house.keys.INSTANCE_OWNER
    for id, payload in house.database.read(lambda db: db.execute(select(JobRow.id, JobRow.payload)).all()):
        letter = json.loads(house.keys.open(owner, payload, Aad(letters.KIND, owner, id)))
        if letter["letter"] != "receipt":
            yield letter


def prefer(house: House, person, **chosen) -> None:
    house.database.write(
        lambda db: notices.keep_preferences(
            db, house.keys, Preferences(**chosen), consumer_id=person.consumer_id, now=clock.now()
        )
    )


def read(house: House, shop, consent, *keys: str) -> None:
    door = Door(house.database, house.keys, house.catalogue)
    door.read(
        Reader(shop.client.id, consent.epoch), consent_id=consent.id, purpose=seeds.PURPOSE, keys=keys or None
    )


def test_a_consent_is_brought_to_mind_every_90_days(house, time, mia, shop):
    """After 90 days one reminder comes, with a way to stop; another after 90 more; none the day after, nor if swept twice."""
    consent = seeds.grant_terms(house, mia, shop, seeds.terms("name", days=365))
    sweep(house)
    assert told(house, mia) == []
    time.jump(days=90, minutes=1)
    sweep(house)
    sweep(house)
    assert told(house, mia) == ["reminder"]
    (letter,) = waiting(house)
    assert letter["to"] == mia.email
    assert letter["stop_code"] == consents.stop_code(
        house.keys, consumer_id=mia.consumer_id, consent_id=consent.id
    )
    time.jump(days=1)
    sweep(house)
    assert told(house, mia) == ["reminder"]
    time.jump(days=90)
    sweep(house)
    assert told(house, mia) == ["reminder", "reminder"]


@pytest.mark.parametrize(("days", "moments"), [(90, [76, 89]), (20, [15])])
def test_an_end_is_told_ahead_and_when_it_came(house, time, mia, shop, days, moments):
    """Two weeks and a day before, or at the last quarter of a short one; then its receipt says that it ended."""
    seeds.grant_terms(house, mia, shop, seeds.terms("name", days=days))
    begun = time.at
    for number, day in enumerate(moments):
        time.at = begun + timedelta(days=day) - timedelta(minutes=1)
        sweep(house)
        assert len(told(house, mia)) == number
        time.jump(minutes=2)
        sweep(house)
        assert told(house, mia) == ["ending"] * (number + 1)
    time.at = begun + timedelta(days=days, minutes=1)
    house.database.write(lambda db: consents.expire(db, house.keys, now=time.at))
    sweep(house)
    assert listed(house, mia)[0].values["change"] == "expired"
    assert told(house, mia) == ["ending"] * len(
        moments
    )  # the receipt says that it ended; nothing else is sent


def test_a_company_that_gives_back_and_a_person_who_revokes(house, time, mia, shop):
    """Of what a company gave back there is a receipt, and nothing beside it; nothing is due any more of either."""
    given = seeds.grant(house, mia, shop, "name")
    mine = seeds.grant(house, mia, shop, "email")
    house.database.write(
        lambda db: consents.give_back(
            db, house.keys, client_id=shop.client.id, consent_id=given.id, now=clock.now()
        )
    )
    seeds.revoke(house, mine)
    sweep(house)
    receipts = [one.values["change"] for one in listed(house, mia) if one.kind == "receipt"]
    assert sorted(receipts) == ["granted", "granted", "returned", "revoked"]
    time.jump(days=100)
    sweep(house)
    assert told(house, mia) == [] and list(waiting(house)) == []


def test_what_waits_comes_in_one_digest(house, time, mia, shop):
    """Afterwards nothing waits, and none comes."""
    prefer(house, mia, how={"receipt": "digest"})
    seeds.grant(house, mia, shop, "name")
    sweep(house)
    assert list(waiting(house)) == []
    for _ in range(3):
        time.jump(days=1)
        sweep(house)
        (letter,) = waiting(house)
        assert letter["letter"] == "digest"


def test_everybody_hears_once_of_a_company_that_changed(house, time, mia, shop, monkeypatch):
    """Each person who had allowed it something is told once for each change, in batches; others are not."""
    monkeypatch.setattr(noticing, "CONSENTS", 2)
    people = [mia, seeds.person(house), seeds.person(house)]
    stranger = seeds.person(house)
    for one in people:
        seeds.grant(house, one, shop, "name")
        seeds.grant(house, one, shop, "email")
    house.database.write(
        lambda db: companies.change_owner(
            db, company_id=shop.company.id, owner="Ketch Holding", now=clock.now()
        )
    )
    sweep(house)
    sweep(house)
    assert [told(house, one) for one in people] == [["changed"]] * 3
    assert told(house, stranger) == []
    (one,) = (one.values for one in listed(house, mia) if one.kind == "changed")
    assert (one["what"], one["owner"]) == ("owner", "Ketch Holding")
    time.jump(minutes=1)
    house.database.write(
        lambda db: companies.change_notice(
            db, company_id=shop.company.id, privacy_notice_url="https://nordlicht.example/2", now=clock.now()
        )
    )
    sweep(house)
    assert told(house, mia) == ["changed", "changed"]


@pytest.mark.parametrize("looks_between", [False, True])
def test_each_change_of_a_company_is_told(house, time, mia, shop, monkeypatch, looks_between):
    """An owner, and the notice before everybody heard of that: each person is told of both, and of each once."""
    monkeypatch.setattr(noticing, "CONSENTS", 1)
    people = [mia, seeds.person(house)]
    for one in people:
        seeds.grant(house, one, shop, "name")
    sweep(house)
    place = {"company_id": shop.company.id, "now": time.jump(minutes=1)}
    house.database.write(lambda db: companies.change_owner(db, **place, owner="Ketch Holding"))
    if looks_between:
        seeds.catch_up(house)
        telling = journeys.Telling(house.keys, house.catalogue, ISSUER, clock.now())
        assert noticing.follow(house.database, telling) and noticing.spread(house.database, telling) == 1
    url = "https://nordlicht.example/2"
    house.database.write(lambda db: companies.change_notice(db, **place, privacy_notice_url=url))
    sweep(house)
    sweep(house)
    for one in people:
        assert sorted(each.values["what"] for each in listed(house, one) if each.kind == "changed") == [
            "notice",
            "owner",
        ]


def test_what_is_unusual_is_told_with_its_evidence(house, time, mia, shop):
    """A key first read long after it was allowed, a burst, a read after silence, refused tries: each once, with figures."""
    consent = seeds.grant_terms(house, mia, shop, seeds.terms("name", "email", days=365))
    read(house, shop, consent, "name")
    sweep(house)
    time.jump(days=31)
    read(house, shop, consent, "email")
    for _ in range(25):
        read(house, shop, consent, "name")
    sweep(house)
    time.jump(days=92)
    read(house, shop, consent, "name")
    for _ in range(6):
        read(house, shop, consent, "birthdate")
    sweep(house)
    found = [one.values for one in listed(house, mia) if one.kind == "unusual"]
    assert {(each["what"], each["observed"]) for each in found} == {
        ("new_key", 1),
        ("burst", 20),
        ("silence", 92),
        ("refused", 5),
    }
    assert len(found) == 4
    assert next(each["read"] for each in found if each["what"] == "new_key") == ["E-mail address"]


@pytest.mark.parametrize("end", [consents.pause, consents.revoke])
def test_what_a_person_stopped_is_no_alarm(house, time, mia, shop, end):
    """Who is refused because their person paused or revoked it did nothing unusual."""
    consent = seeds.grant(house, mia, shop, "name")
    place = {"consumer_id": mia.consumer_id, "consent_id": consent.id, "now": clock.now()}
    house.database.write(lambda db: end(db, house.keys, **place))
    for _ in range(6):
        read(house, shop, consent, "name")
    sweep(house)
    assert told(house, mia) == []


@pytest.mark.parametrize(("reads", "days"), [(True, 100), (False, 40)])
def test_a_pause_is_no_silence(house, time, mia, shop, reads, days):
    """Who reads again, or for the first time, once their person has resumed it did nothing unusual; months later they did."""
    consent = seeds.grant_terms(house, mia, shop, seeds.terms("name", "email", days=365))
    place = {"consumer_id": mia.consumer_id, "consent_id": consent.id}
    read(house, shop, consent, "name", *(("email",) if reads else ()))
    time.jump(days=1)
    house.database.write(lambda db: consents.pause(db, house.keys, **place, now=clock.now()))
    time.jump(days=days)
    house.database.write(lambda db: consents.resume(db, house.keys, **place, now=clock.now()))
    time.jump(days=1)
    read(house, shop, consent, "email")
    sweep(house)
    assert [one for one in listed(house, mia) if one.kind == "unusual"] == []
    time.jump(days=91)
    read(house, shop, consent, "email")
    sweep(house)
    assert [one.values["what"] for one in listed(house, mia) if one.kind == "unusual"] == ["silence"]


def test_another_end_does_not_make_a_key_known(house, time, mia, shop):
    """What was allowed long ago is new when it is first read, although its end was moved yesterday."""
    consent = seeds.grant_terms(house, mia, shop, seeds.terms("name", "email", days=365))
    read(house, shop, consent, "name")
    place = {"consumer_id": mia.consumer_id, "consent_id": consent.id}
    time.jump(days=60)
    house.database.write(
        lambda db: consents.change(
            db, house.keys, **place, ends=clock.now() + timedelta(days=100), notice_version=1, now=clock.now()
        )
    )
    time.jump(days=1)
    read(house, shop, consent, "email")
    sweep(house)
    assert [one.values["what"] for one in listed(house, mia) if one.kind == "unusual"] == ["new_key"]


@pytest.mark.parametrize(("hours", "letters"), [(47, 1), (49, 0)])
def test_what_could_not_be_told_for_days_waits_for_the_digest(house, time, mia, shop, hours, letters):
    """A worker that was down tells all the same: for a day or two at once, for longer in the digest, and off is off."""
    ben = seeds.person(house)
    prefer(house, ben, how={"unusual": "off"})
    for one in (mia, ben):
        consent = seeds.grant_terms(house, one, shop, seeds.terms("name", days=365))
        for _ in range(30):
            read(house, shop, consent, "name")
    time.jump(hours=hours)
    sweep(house)
    sweep(house)
    assert told(house, mia) == told(house, ben) == ["unusual"]
    assert [each["letter"] for each in waiting(house)] == ["notice"] * letters
    time.jump(days=1)
    sweep(house)
    sweep(house)
    assert [each["letter"] for each in waiting(house)] == ["notice" if letters else "digest"]


def test_an_end_is_told_ahead_although_nobody_worked_when_it_was_due(house, time, mia, shop):
    """The worker first hears of a consent when its warning is days late."""
    seeds.grant_terms(house, mia, shop, seeds.terms("name", days=20))
    time.jump(days=19)
    sweep(house)
    sweep(house)
    assert told(house, mia) == ["ending"]
    assert [each["letter"] for each in waiting(house)] == ["notice"]


def test_preferences_decide_how_it_goes_out(house, time, mia, shop):
    """Off: no letter, yet on the page. At once: one that knows whom to ask if it is to be discreet. Security: always."""
    prefer(house, mia, how={"unusual": "off", "receipt": "digest"})
    consent = seeds.grant(house, mia, shop, "name")
    house.database.write(
        lambda db: consents.give_back(
            db, house.keys, client_id=shop.client.id, consent_id=consent.id, now=clock.now()
        )
    )

    def refused_again_and_again() -> None:
        for _ in range(5):
            read(house, shop, consent, "name")
        sweep(house)

    refused_again_and_again()
    assert told(house, mia) == ["unusual"] and list(waiting(house)) == []
    prefer(house, mia, how={"unusual": "at_once", "receipt": "digest"})
    time.jump(hours=2, days=1)
    refused_again_and_again()
    assert told(house, mia) == ["unusual", "unusual"]
    (letter,) = (each for each in waiting(house) if each["letter"] != "digest")
    assert (letter["letter"], letter["values"]["kind"]) == ("notice", "unusual")
    assert letter["reader"] == mia.consumer_id
    assert "stop_code" not in letter
    for bad in ({"how": {"device": "off"}}, {"how": {"receipt": "off"}}, {"hour": 24}, {"every": "hourly"}):
        with pytest.raises(Exception, match="Choose"):
            prefer(house, mia, **bad)


def test_a_kind_that_is_gone_does_no_harm(house, time, mia, shop):
    """What was chosen of it, and what was told, by an earlier version: the rest is read, kept and sent as ever."""
    whose, keys = mia.consumer_id, house.keys
    chosen = asdict(Preferences()) | {"how": {"ended": "off", "receipt": "digest"}}
    place = Aad("notices", whose, whose, "preferences"), Aad("notices", whose, b"gone".hex(), "values")
    mine = {"consumer_id": whose, "read_at": None, "digest_due": None}
    gone = {"consumer_id": whose, "told": b"gone", "kind": "ended", "at": clock.now(), "waits": True}

    def earlier(db) -> None:
        db.add(NoticePerson(**mine, sealed=keys.seal(whose, json.dumps(chosen).encode(), place[0])))
        db.add(NoticeRow(**gone, sealed=keys.seal(whose, b"{}", place[1])))

    house.database.write(earlier)
    house.database.write(
        lambda db: notices.keep_language_and_zone(
            db, keys, consumer_id=whose, language="de", zone="Europe/Berlin", now=clock.now()
        )
    )
    kept = house.database.read(lambda db: notices.preferences_of(db, keys, consumer_id=whose))
    assert (kept.language, kept.how) == ("de", {"receipt": "digest"})
    seeds.grant(house, mia, shop, "name")
    sweep(house)
    assert [one.kind for one in listed(house, mia)] == ["receipt"]
    assert house.database.read(lambda db: notices.count_unread(db, consumer_id=whose)) == 1
    time.jump(days=1)
    sweep(house)
    (letter,) = waiting(house)
    assert [one["kind"] for one in json.loads(letter["values"]["notices"])] == ["receipt"]


def test_who_left_is_forgotten_and_stops_nobody(house, time, mia, shop):
    """Nothing of a person is left in the room, and what others are due is told although one is gone."""
    ben = seeds.person(house)
    seeds.grant_terms(house, mia, shop, seeds.terms("name", days=365))
    seeds.grant_terms(house, ben, shop, seeds.terms("name", days=365))
    sweep(house)
    house.database.write(
        lambda db: journeys.close_account(db, house.keys, consumer_id=mia.consumer_id, now=clock.now())
    )
    house.keys.destroy(mia.consumer_id)
    time.jump(days=91)
    sweep(house)
    assert told(house, ben) == ["reminder"]
    assert told(house, mia) == []


def test_reads_of_a_consent_that_is_gone_stop_nobody(house, time, mia, shop):
    """An unusual read whose consent is not there any more is nobody's news, and what stands behind it is told."""
    ben = seeds.person(house)
    hers, his = (
        seeds.grant_terms(house, person, shop, seeds.terms("name", days=365)) for person in (mia, ben)
    )
    for consent in (hers, his):
        read(house, shop, consent, "name")
    sweep(house)
    time.jump(days=92)
    for consent in (hers, his):
        read(house, shop, consent, "name")
    house.database.write(lambda db: consents.forget(db, consumer_id=mia.consumer_id))
    sweep(house)
    assert sorted(told(house, ben)) == ["reminder", "unusual"]
    assert told(house, mia) == []


def test_nothing_is_told_without_its_letter(house, time, mia, shop, monkeypatch):
    """Where the letter cannot be enqueued, nobody counts as told; the next pass tells it, once."""
    seeds.grant_terms(house, mia, shop, seeds.terms("name", days=365))
    sweep(house)
    time.jump(days=91)
    with monkeypatch.context() as patch:

        def fail(*_: object, **__: object) -> None:
            raise OSError

        patch.setattr(work, "enqueue_letter", fail)
        with pytest.raises(OSError):
            sweep(house)
    assert told(house, mia) == []
    sweep(house)
    sweep(house)
    assert told(house, mia) == ["reminder"]
    assert len(list(waiting(house))) == 1


def test_two_workers_side_by_side_do_nothing_twice(house, time, mia, shop, monkeypatch):
    """They begin at the same leaves again and again: each read is counted once, each decision and finding told once."""
    monkeypatch.setattr(noticing, "LEAVES", 7)
    consent = seeds.grant(house, mia, shop, "name")
    for _ in range(30):
        read(house, shop, consent, "name")
    seeds.catch_up(house)
    telling = journeys.Telling(house.keys, house.catalogue, ISSUER, clock.now())
    both, faults = threading.Barrier(2), list[Exception]()

    def follow() -> None:
        mine = Database(house.database.url.render_as_string(hide_password=False))  # as another process would
        try:
            both.wait()
            while noticing.follow(mine, telling):
                pass
        except Exception as fault:
            faults.append(fault)
        finally:
            mine.close()

    workers = [threading.Thread(target=follow) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert faults == []
    pair = (mia.consumer_id, shop.company.id)
    (seen,) = house.database.read(lambda db: notices.patterns_of(db, [pair])).values()
    assert sum(count for _, count in seen.days) == 30
    assert sorted(one.kind for one in listed(house, mia)) == ["receipt", "unusual"]
    assert len(list(waiting(house))) == 1


def test_a_batch_of_usual_reads_only_writes(house, time, mia, shop):
    """On SQLite everybody waits for its transaction: it looks at nothing but how far the log was followed."""
    consent = seeds.grant(house, mia, shop, "name")
    sweep(house)
    for _ in range(5):
        read(house, shop, consent, "name")
    seeds.catch_up(house)
    telling, run = journeys.Telling(house.keys, house.catalogue, ISSUER, clock.now()), list[str]()
    write = house.database.write_derived

    def watched(work):
        def inside(db):
            event.listen(db.connection(), "before_cursor_execute", lambda *given: run.append(given[2]))
            return work(db)

        return write(inside)

    house.database.write_derived = watched
    assert noticing.follow(house.database, telling) == 5
    assert [each.split()[0] for each in run] == ["SELECT", "UPDATE", "INSERT"]
    assert run[0].partition("FROM ")[2].split()[0] == "notice_state"


def test_the_follower_takes_each_leaf_once(house, time, mia, shop):
    """Two workers that begin at the same leaf: one takes it, the other finds it taken."""
    seeds.grant(house, mia, shop, "name")
    seeds.catch_up(house)
    size = house.database.read(lambda db: len(accesslog.entries(db.connection(), 0, 100)))
    take = [house.database.write(lambda db: notices.follow_up_to(db, start=0, end=size)) for _ in range(2)]
    assert take == [True, False]


def test_what_a_company_proposes_is_told_once_a_day(house, time, mia, shop):
    """In the digest, with no value and none of the company's words; not where it was decided, nor of who is blocked."""
    consent = seeds.grant(house, mia, shop, "name")
    for _ in range(2):
        seeds.proposal(house, consent)
    sweep(house)
    (notice,) = [one for one in listed(house, mia) if one.kind == "proposed"]
    assert notice.values["path"] == "/profile/proposed"
    assert seeds.LOYALTY["number"] not in str(notice.values) and "member" not in str(notice.values)
    assert list(waiting(house)) == []
    time.jump(days=1)
    facts = {"consumer_id": mia.consumer_id, "company_id": shop.company.id, "now": clock.now()}
    house.database.write(lambda db: journeys.proposing.block(db, house.keys, **facts))
    seeds.proposal(house, consent)
    sweep(house)
    assert told(house, mia) == ["proposed"]
