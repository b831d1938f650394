"""The door opens what is permitted and nothing else, and lets nothing out that is not in the log."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from itertools import islice

import pytest
import time_machine
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from tests.support.seeds import (
    OTHER_PURPOSE,
    PURPOSE,
    access_token,
    grant,
    grant_terms,
    person,
    put,
    revoke,
    shop,
    terms,
)
from vrm import accesslog, clock, companies, profiles, tokens
from vrm.consents import Choice
from vrm.disclosures import Answer, Door, Omitted, Reader, Refusal, agent_pseudonym, check_agent
from vrm.disclosures.door import BATCH, FIRST
from vrm.errors import Invalid
from vrm.ids import new_id

ADDRESS = {
    "street_address": "14 Barkly Street",
    "locality": "Brunswick",
    "postal_code": "3056",
    "country": "AU",
}


class WatchedKeys:
    """A real key store that notes what it opens. ``before`` runs once, before the first value is opened."""

    def __init__(self, keys, before=None):
        self._keys = keys
        self._before = before
        self.opened = []

    def open(self, owner_id, sealed, aad):
        self.opened.append((owner_id, aad.field))
        before, self._before = self._before, None
        if before is not None:
            before()
        return self._keys.open(owner_id, sealed, aad)

    def __getattr__(self, name):
        return getattr(self._keys, name)


@pytest.fixture
def mia(house):
    """Somebody with a profile."""
    return person(house)


@pytest.fixture
def nordlicht(house):
    """A company that reads."""
    return shop(house)


def door(house, keys=None):
    return Door(house.database, keys or house.keys, house.catalogue)


def read(door, consent, purpose=None, keys=None, epoch=1):
    return door.read(Reader(consent.client_id, epoch), consent_id=consent.id, purpose=purpose, keys=keys)


def events(house, person, kind="disclosure"):
    listed = house.database.read(
        lambda db: accesslog.list_for_consumer(db, consumer_id=person.consumer_id, limit=1000)
    )
    return [event for event in reversed(listed) if event.type == kind]


def test_what_leaves_is_what_the_log_says(house, mia, nordlicht):
    """The answer names its event; the event names the keys, the purpose, the revision and the values behind, by names of this consent's own."""
    consent = grant(house, mia, nordlicht, "name", "email")
    answer = read(door(house), consent)
    assert isinstance(answer, Answer)
    assert answer.profile == {"name": "Mia Tran", "email": "mia@example.com"}
    (event,) = events(house, mia)
    assert (event.event_id, event.leaf_hash) == (answer.event_id, answer.leaf_hash)
    assert event.entry["keys"] == ["email", "name"]
    assert (event.entry["purpose"], event.entry["revision"], event.outcome) == (PURPOSE, 1, "answered")
    assert sorted(field for field, _ in event.detail["values"]) == ["email", "name"]
    assert len({name for _, name in event.detail["values"]}) == 2, "each value has a name of its own"
    read(door(house), consent)
    other = grant(house, mia, shop(house, "Kavanagh"), "name", "email")
    read(door(house), other)
    first, second, third = (each.detail["values"] for each in events(house, mia))
    assert first == second, "a value that did not change keeps its name"
    assert not {name for _, name in first} & {name for _, name in third}, "and has another at another company"


def test_an_agent_is_told_by_a_pseudonym(house, mia, nordlicht):
    """Answers and refusals of any kind say which agent read; another company's agent of that name is another."""
    consent = grant(house, mia, nordlicht, "name")
    elsewhere = grant(house, mia, shop(house, "Kavanagh"), "name")
    name = agent_pseudonym(house.keys, company_id=consent.company_id, agent="desk-7")

    def seen(each, purpose=None, agent="desk-7"):
        reader = Reader(each.client_id, each.epoch, agent)
        outcome = door(house).read(reader, consent_id=each.id, purpose=purpose, keys=None)
        entry = house.database.read(
            lambda db: accesslog.find_for_client(db, client_id=each.client_id, event_id=outcome.event_id)
        ).entry
        assert agent not in repr(entry)
        return entry["outcome"], entry["agent"]

    assert seen(consent) == ("answered", name)
    assert seen(consent, OTHER_PURPOSE) == ("refused", name)
    assert name != seen(consent, agent="desk-8")[1] != seen(elsewhere)[1] != name
    read(door(house), consent)
    assert "agent" not in events(house, mia)[-1].entry


@pytest.mark.parametrize("name", ["", " ", "two desks", "x" * 101, "Zoë", "desk\n", "\x7f"])
def test_what_is_no_agents_name(name):
    """1 to 100 visible ASCII characters and nothing else."""
    with pytest.raises(Invalid) as fault:
        check_agent(name)
    assert fault.value.field == "VRM-Agent"
    assert check_agent("~" * 100) == "~" * 100


def test_only_permitted_values_are_opened(house, mia, nordlicht):
    """One opening for each value that leaves; lines not asked for, or not granted, stay shut."""
    keys = WatchedKeys(house.keys)
    consent = grant_terms(house, mia, nordlicht, terms("name", "email?"), [Choice(0, "name")])
    watched = door(house, keys)
    assert isinstance(read(watched, consent, keys=["name", "email", "birthdate"]), Answer)
    assert keys.opened == [(mia.consumer_id, "name")]
    keys.opened.clear()
    for purpose, wanted in ((OTHER_PURPOSE, None), (None, ["email"]), (None, ["birthdate"])):
        assert isinstance(read(watched, consent, purpose=purpose, keys=wanted), Refusal)
    assert isinstance(read(watched, consent, epoch=2), Refusal)
    revoke(house, consent)
    assert isinstance(read(watched, consent), Refusal)
    assert keys.opened == []


def test_many_people_in_one_stream_are_opened_line_by_line(house, mia, nordlicht):
    """What one person allowed opens nothing of another, though all are read in one snapshot."""
    ben = person(house, {"name": "Ben Okafor", "email": "ben@example.com"})
    keys = WatchedKeys(house.keys)
    granted = [grant(house, mia, nordlicht, "name"), grant(house, ben, nordlicht, "email")]
    answers = list(
        door(house, keys).read_many(
            Reader(nordlicht.client.id), consent_ids=[each.id for each in granted], purpose=None, keys=None
        )
    )
    assert [answer.profile for answer in answers] == [{"name": "Mia Tran"}, {"email": "ben@example.com"}]
    assert sorted(keys.opened) == sorted([(mia.consumer_id, "name"), (ben.consumer_id, "email")])


def test_an_answer_does_not_give_the_field_behind_it(house, mia, nordlicht):
    """``age_over_18`` leaves as yes or no; the birthday is neither in the answer nor in the event."""
    consent = grant(house, mia, nordlicht, "age_over_18")
    answer = read(door(house), consent)
    assert answer.profile == {"age_over_18": True}
    (event,) = events(house, mia)
    said = repr((answer, event.entry, event.detail))
    assert "1991-06-17" not in said and "1991, 6, 17" not in said
    assert isinstance(read(door(house), consent, keys=["birthdate"]), Refusal)


def test_one_item_of_many_leaves_when_one_was_chosen(house, nordlicht):
    """The other address is neither sent nor opened."""
    mia = person(house, {"address": [ADDRESS, ADDRESS | {"street_address": "2 Secret Lane"}]})
    listed = house.database.read(
        lambda db: profiles.list_items(db, house.keys, consumer_id=mia.consumer_id, fields=["address"])
    )
    first = listed["address"][0].item_id
    keys = WatchedKeys(house.keys)
    consent = grant_terms(house, mia, nordlicht, terms("address"), [Choice(0, "address", first)])
    answer = read(door(house, keys), consent)
    assert "Barkly" in repr(answer.profile)
    assert "Secret" not in repr(answer.profile)
    assert len(keys.opened) == 1


def test_a_line_without_a_value_is_omitted_with_its_reason(house, nordlicht):
    """What is not there is said; so is what was asked for and not granted."""
    mia = person(house, {"name": "Mia Tran"})
    answer = read(
        door(house), grant(house, mia, nordlicht, "name", "email"), keys=["name", "email", "birthdate"]
    )
    assert answer.profile == {"name": "Mia Tran"}
    assert set(answer.omitted) == {Omitted("birthdate", "not_granted"), Omitted("email", "no_value")}


def test_a_correction_is_read_at_once(house, mia, nordlicht):
    """A line names a key, so the newest value leaves."""
    consent = grant(house, mia, nordlicht, "name")
    put(house, mia.consumer_id, "name", "Mia Fisher", seen_version=1)
    assert read(door(house), consent).profile == {"name": "Mia Fisher"}


def test_a_value_that_is_replaced_between_opening_and_commit_is_read_anew(house, mia, nordlicht):
    """The company gets what stands when its read becomes durable, and the log says so; the one opened first may be gone."""
    consent = grant(house, mia, nordlicht, "name")

    def type_on():
        item = put(house, mia.consumer_id, "name", "Mia Fisher", seen_version=1)
        facts = {"consumer_id": mia.consumer_id, "since": 0, "last_read": None, "now": clock.now()}
        house.database.write(lambda db: profiles.settle_typed(db, item, **facts))

    keys = WatchedKeys(house.keys, before=type_on)
    answer = read(door(house, keys), consent)
    assert answer.profile == {"name": "Mia Fisher"}
    (event,) = events(house, mia)
    read(door(house), consent)
    assert event.event_id == answer.event_id
    assert event.detail["values"] == events(house, mia)[1].detail["values"]


def test_a_value_that_is_deleted_between_opening_and_commit_does_not_leave(house, mia, nordlicht):
    """The reader hears that there is none."""
    consent = grant(house, mia, nordlicht, "name", "email")

    def delete():
        house.database.write(
            lambda db: profiles.remove(
                db, consumer_id=mia.consumer_id, field="name", item_id=profiles.SINGLE, seen_version=1,
                now=clock.now(),
            )
        )  # fmt: skip

    answer = read(door(house, WatchedKeys(house.keys, before=delete)), consent)
    assert answer.profile == {"email": "mia@example.com"}
    assert answer.omitted == (Omitted("name", "no_value"),)


def end_by_revoke(house, consent):
    revoke(house, consent)


def end_by_client(house, consent):
    house.database.write(
        lambda db: companies.suspend_client(db, client_id=consent.client_id, now=clock.now())
    )


def end_by_company(house, consent):
    house.database.write(
        lambda db: companies.suspend_company(db, company_id=consent.company_id, now=clock.now())
    )


def end_by_notice(house, consent):
    house.database.write(
        lambda db: companies.change_notice(
            db,
            company_id=consent.company_id,
            privacy_notice_url="https://nordlicht.example/new",
            now=clock.now(),
        )
    )


@pytest.mark.parametrize(
    ("end", "code"),
    [
        (end_by_revoke, "consent_ended"),
        (end_by_client, "client_suspended"),
        (end_by_company, "client_suspended"),
        (end_by_notice, "consent_ended"),
    ],
)
def test_what_ends_between_weighing_and_commit_ends_the_read(house, mia, nordlicht, end, code):
    """The values were opened already; still nothing leaves, and no event says that something did."""
    consent = grant(house, mia, nordlicht, "name")
    keys = WatchedKeys(house.keys, before=lambda: end(house, consent))
    refusal = read(door(house, keys), consent)
    assert isinstance(refusal, Refusal)
    assert refusal.code == code
    assert [(event.event_id, event.outcome) for event in events(house, mia)] == [
        (refusal.event_id, "refused")
    ]
    assert len(keys.opened) == 1


def test_what_expires_between_weighing_and_commit_ends_the_read(house, mia, nordlicht):
    """Time passes while values are opened: what ran out meanwhile is refused."""
    consent = grant(house, mia, nordlicht, "name", days=1)
    with time_machine.travel(consent.expires_at - timedelta(seconds=1), tick=False) as traveller:
        keys = WatchedKeys(house.keys, before=lambda: traveller.shift(1))
        refusal = read(door(house, keys), consent)
    assert isinstance(refusal, Refusal)
    assert [event.entry["code"] for event in events(house, mia)] == ["expired"]


def test_one_consent_that_ends_spoils_no_other(house, mia, nordlicht):
    """In a stream, the one that ended meanwhile is refused and the rest are answered, each with its event."""
    granted = [grant(house, mia, nordlicht, "name") for _ in range(4)]
    keys = WatchedKeys(house.keys, before=lambda: revoke(house, granted[2]))
    outcomes = list(
        door(house, keys).read_many(
            Reader(nordlicht.client.id), consent_ids=[each.id for each in granted], purpose=None, keys=None
        )
    )
    assert [isinstance(outcome, Answer) for outcome in outcomes] == [True, True, False, True]
    assert {event.event_id for event in events(house, mia)} == {outcome.event_id for outcome in outcomes}


def test_unknown_and_foreign_consents_look_the_same(house, mia, nordlicht):
    """Another client's consent answers as one that does not exist, and no person's history shows the attempt."""
    consent = grant(house, mia, nordlicht, "name")
    other = shop(house, "Kavanagh")
    outcomes = list(
        door(house).read_many(
            Reader(other.client.id), consent_ids=[consent.id, new_id()], purpose=None, keys=["name"]
        )
    )
    assert [outcome.code for outcome in outcomes] == ["not_found", "not_found"]
    assert events(house, mia) == []


def fail_log(database):
    """Make every write of an event fail, as a full or broken disk would."""
    statement = (
        "CREATE TRIGGER broken BEFORE INSERT ON log_events BEGIN SELECT RAISE(ABORT, 'broken'); END"
        if database.sqlite
        else "ALTER TABLE log_events ADD CONSTRAINT broken CHECK (false) NOT VALID"
    )
    database.write(lambda db: db.execute(text(statement)))


def test_without_its_event_nothing_leaves(house, mia, nordlicht):
    """Where the log cannot be written a read raises, and a refusal does too."""
    consent = grant(house, mia, nordlicht, "name")
    fail_log(house.database)
    for purpose in (None, OTHER_PURPOSE):
        with pytest.raises(DBAPIError):
            read(door(house), consent, purpose=purpose)
    assert events(house, mia) == []


def test_a_stream_gives_out_only_what_is_durable(house, mia, nordlicht):
    """Each batch, the short one first, is in the log before its first line leaves; when the log breaks, no line of the
    next leaves."""
    granted = [grant(house, mia, nordlicht, "name").id for _ in range(FIRST + BATCH + 3)]
    stream = door(house).read_many(Reader(nordlicht.client.id), consent_ids=granted, purpose=None, keys=None)
    got = [next(stream)]
    assert len(events(house, mia)) == FIRST
    got += islice(stream, FIRST)
    logged = {event.event_id for event in events(house, mia)}
    assert len(logged) == FIRST + BATCH
    fail_log(house.database)
    with pytest.raises(DBAPIError):
        got.extend(stream)
    assert {answer.event_id for answer in got} <= logged
    assert len({event.event_id for event in events(house, mia)}) == FIRST + BATCH


def test_reads_at_once_each_have_their_event(house, mia, nordlicht):
    """However many threads share a commit, each answer has one event of its own."""
    granted = [grant(house, mia, nordlicht, "name") for _ in range(4)]
    shared = door(house)
    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(lambda number: read(shared, granted[number % 4]), range(40)))
    assert all(isinstance(answer, Answer) for answer in answers)
    logged = {event.event_id: event.leaf_hash for event in events(house, mia)}
    assert logged == {answer.event_id: answer.leaf_hash for answer in answers}
    assert len(logged) == 40


def show(house, consent, shown, keys=None):
    """What a door of its own, as in another process, makes of a read beside this proof."""
    reader = Reader(consent.client_id, 1, shown=shown)
    try:
        return door(house, keys).read(reader, consent_id=consent.id, purpose=None, keys=None)
    except tokens.ShownBefore:
        return None


def proof(jti="one"):
    return tokens.Shown("proof", "thumbprint", jti, clock.now() + timedelta(minutes=1))


def test_a_proof_is_worth_one_answer_however_many_show_it_at_once(house, mia, nordlicht):
    """In one commit or in several: one is answered and logged, the others get nothing, and who shares a commit with
    them loses nothing."""
    consent = grant(house, mia, nordlicht, "name")
    shared = door(house)

    def show_shared(shown):
        reader = Reader(consent.client_id, 1, shown=shown)
        try:
            return shared.read(reader, consent_id=consent.id, purpose=None, keys=None)
        except tokens.ShownBefore:
            return None

    same, others = [proof()] * 12, [proof(f"other {number}") for number in range(6)]
    with ThreadPoolExecutor(12) as threads:
        answers = list(threads.map(show_shared, [*same[:6], *others, *same[6:]]))
        apart = list(threads.map(lambda shown: show(house, consent, shown), [proof("two")] * 12))
    assert sum(isinstance(answer, Answer) for answer in answers[:6] + answers[12:]) == 1
    assert all(isinstance(answer, Answer) for answer in answers[6:12])
    assert sum(isinstance(answer, Answer) for answer in apart) == 1
    assert len(events(house, mia)) == 8


def test_a_proof_is_used_up_with_what_is_written(house, mia, nordlicht):
    """By a refusal as by an answer, and by the refusal of a read that had been weighed as permitted; not by a fault."""
    consent = grant(house, mia, nordlicht, "name")
    keys = WatchedKeys(house.keys, before=lambda: revoke(house, consent))
    for shown in (proof(), proof("another")):
        assert isinstance(show(house, consent, shown, keys), Refusal)
        assert show(house, consent, shown) is None
    assert [event.outcome for event in events(house, mia)] == ["refused", "refused"]
    fail_log(house.database)
    with pytest.raises(DBAPIError):
        show(house, consent, proof("of a fault"))
    assert not house.database.glance(lambda connection: tokens.is_used_up(connection, proof("of a fault")))


def test_a_key_destroyed_opens_nothing(house, mia, nordlicht):
    """When the person's key is gone, no answer comes out of what is left of the rows."""
    consent = grant(house, mia, nordlicht, "name")
    house.keys.destroy(mia.consumer_id)
    refused = read(door(house), consent)
    assert isinstance(refused, Refusal)
    assert refused.code == "consent_ended"


def test_a_token_lives_no_longer_than_the_door_allows(house, mia, nordlicht):
    """A token may still be found after its consent ended; what it is worth is weighed at each use."""
    consent = grant(house, mia, nordlicht, "name")
    secret = access_token(house, consent)
    revoke(house, consent)
    assert house.database.read(lambda db: tokens.find_token(db, secret, now=clock.now())) is not None
    assert isinstance(read(door(house), consent), Refusal)
