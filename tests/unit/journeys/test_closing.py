"""A closed account: nothing of the person is left, what they allowed is over, and the log says so and still verifies."""

import io
from dataclasses import dataclass
from datetime import timedelta

import pytest
from sqlalchemy import JSON, Table, Uuid, func, select, update
from sqlalchemy.orm import Session

from keys import KeyStore, NoKey, StoreBusy
from tests.canary.planting import EMAIL, WORD
from tests.canary.search import search_files
from tests.support import seeds
from tests.support.seeds import Person, Shop
from vrm import accesslog, clock, consents, journeys, migrations, work, worker
from vrm.accesslog import entry
from vrm.accesslog.models import EventLookup, LogEvent
from vrm.consents import Consent
from vrm.disclosures import Answer, Door, Reader
from vrm.errors import NotFound
from vrm.house import House
from vrm.work.models import JobRow

OWNERS = {"consumer_id", "person_id", "owner_id", "account_id"}


@dataclass
class Story:
    """A person of whom there is something everywhere, and the company that may read it."""

    house: House
    mia: Person
    shop: Shop
    consents: list[Consent]

    def close(self) -> str:
        """Close the account, so long ago that whatever was under way is over."""
        now = clock.now() - timedelta(minutes=2)
        return self.house.database.write(
            lambda db: journeys.close_account(db, self.house.keys, consumer_id=self.mia.consumer_id, now=now)
        )

    def read(self, consent: Consent) -> object:
        """Read as the API would."""
        door = Door(self.house.database, self.house.keys, self.house.catalogue)
        return door.read(Reader(self.shop.client.id), consent_id=consent.id, purpose=None, keys=None)

    def events(self) -> list[str]:
        """The types of all events."""
        raw = self.house.database.read(lambda db: db.scalars(select(LogEvent.entry)).all())
        return [str(entry.read(each)["type"]) for each in raw]

    def waits(self) -> int:
        """How many erasures wait or were given up."""
        query = select(func.count()).select_from(JobRow).where(JobRow.kind == journeys.KIND_OF_ERASURES)
        return self.house.database.read(lambda db: db.scalars(query).one())


@pytest.fixture
def story(house: House) -> Story:
    """Two consents, reads, an ask that waits, a desk code, tokens, a second factor, letters that could not be sent."""
    mia, shop = seeds.person(house, {"name": f"{WORD} Tran"}, email=EMAIL), seeds.shop(house)
    granted = [seeds.grant(house, mia, shop, "name") for _ in range(2)]
    told = Story(house, mia, shop, granted)
    assert isinstance(told.read(granted[0]), Answer)
    seeds.access_token(house, granted[0])
    seeds.ask(house, mia, shop, seeds.terms("email"))
    seeds.second_factor(house, mia.account_id)
    now, link = clock.now(), {"link": f"{house.settings.issuer}/{WORD}"}

    def more(db: Session) -> None:
        consents.issue_desk_code(db, house.keys, consumer_id=mia.consumer_id, now=now)
        consents.block(db, house.keys, consumer_id=mia.consumer_id, company_id=shop.company.id, now=now)
        for letter in ("password_changed", "company_sign_up"):
            work.enqueue_letter(
                db, house.keys, letter=letter, to=EMAIL, values=link, language="en",
                issuer=house.settings.issuer, now=now + timedelta(days=1),
            )  # fmt: skip
        work.enqueue(db, kind="x", payload=b"", owner_id=mia.consumer_id, now=now + timedelta(days=1))

    house.database.write(more)
    return told


def holding(house: House, *ids: str) -> list[str]:
    """Each column of each table in which one of these ids stands."""
    found = []
    with house.database.engine.connect() as connection:
        for table in migrations.metadata().sorted_tables:
            for row in connection.execute(select(table)).mappings():
                found += [f"{table.name}.{name}" for name, value in row.items() if str(value) in ids]
    return sorted(set(found))


def test_nothing_is_left_of_who_closes_their_account(story: Story) -> None:
    """Reads are refused at once, no row and no key is theirs, one event says so, and the log verifies as before."""
    house, mia, theirs = story.house, story.mia, (story.mia.consumer_id, story.mia.account_id)
    seeds.catch_up(house)
    kept = house.database.read(accesslog.latest_checkpoint)
    assert kept is not None and holding(house, *theirs)
    letters = {
        each.kind: each.later for each in house.database.read(lambda db: work.counts(db, now=clock.now()))
    }
    assert letters[work.KIND_OF_LETTERS] == 2
    assert story.close() == EMAIL
    assert not any(isinstance(story.read(each), Answer) for each in story.consents)
    assert holding(house, *theirs, *(each.id for each in story.consents)) == []
    with pytest.raises(NotFound):
        story.close()
    worker.run_once(house)
    with pytest.raises(NoKey):
        house.keys.log_secret(mia.consumer_id)
    assert mia.consumer_id not in house.keys.owners() and story.waits() == 0
    letters = {
        each.kind: each.later for each in house.database.read(lambda db: work.counts(db, now=clock.now()))
    }
    assert letters[work.KIND_OF_LETTERS] == 1, "the one of another office waits"
    seeds.catch_up(house)
    events = story.events()
    assert (events.count("consent.revoked"), events.count("consumer.erased")) == (2, 1)
    assert holding(house, *theirs) == []
    assert search_files([each for each in house.settings.home.rglob("*") if each.is_file()], [WORD]) == []
    found = accesslog.open_export(house.database, verifier=house.log_verifiers()[0])
    report = accesslog.verify_export(
        io.BytesIO(b"".join(found)),
        vkey=[each.vkey for each in house.log_verifiers()],
        checkpoint=kept.note.encode(),
    )
    assert report.ok, report.findings


def test_the_event_of_an_erasure_says_nothing_of_the_person(story: Story) -> None:
    """It has a time and the kind of actor; its opening holds the event's own id, and no look-up leads to it."""
    story.close()
    worker.run_once(story.house)
    rows = story.house.database.read(lambda db: db.execute(select(LogEvent.entry, LogEvent.opening)).all())
    ((said, opening),) = [
        (entry.read(each.entry), each.opening) for each in rows if b"consumer.erased" in each.entry
    ]
    assert set(said) == {"v", "type", "time", "actor", "detail"} and said["actor"] == "consumer"
    assert opening is not None and set(entry.detail_of(opening)) == {"event"}
    query = select(func.count()).select_from(EventLookup)
    mine = query.where(EventLookup.consumer_id == story.mia.consumer_id)
    assert story.house.database.read(lambda db: db.scalars(mine).one()) == 0


@pytest.mark.parametrize("when", ["before the key", "after the key"])
def test_an_erasure_that_fails_is_tried_again(
    story: Story, when: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whether the key was destroyed or not when it failed: it is gone in the end, and one event tells of it."""
    destroy, faults = KeyStore.destroy, iter(["once"])

    def failing(keys: KeyStore, owner_id: str) -> None:
        fault = next(faults, None)
        if fault is None or when == "after the key":
            destroy(keys, owner_id)
        if fault is not None:
            raise StoreBusy("A long read holds the key database.")

    monkeypatch.setattr(KeyStore, "destroy", failing)
    story.close()
    worker.run_once(story.house)
    assert (story.waits(), story.events().count("consumer.erased")) == (1, 0)
    long_after = update(JobRow).where(JobRow.kind == journeys.KIND_OF_ERASURES)
    past = clock.now() - timedelta(seconds=1)
    # Tried far more often than any letter: it is not given up.
    again = long_after.values(due=past, attempts=1000).returning(JobRow.id)
    story.house.database.write(lambda db: db.execute(again).all())
    worker.run_once(story.house)
    assert (story.waits(), story.events().count("consumer.erased")) == (0, 1)
    assert story.mia.consumer_id not in story.house.keys.owners()


def test_what_another_browser_was_just_writing_goes_too(story: Story) -> None:
    """The job comes a minute later, and forgets once more what was written after the account was closed."""
    story.close()
    seeds.put(story.house, story.mia.consumer_id, "nickname", WORD)
    assert holding(story.house, story.mia.consumer_id) == ["profile_values.consumer_id"]
    worker.run_once(story.house)
    assert holding(story.house, story.mia.consumer_id) == []


def test_what_a_backup_brings_back_goes_again(story: Story) -> None:
    """Databases that were set back hold the person again, perhaps with the key: closed again, and told again."""
    house, mia = story.house, story.mia
    house.keys.destroy(mia.consumer_id)  # the databases are as before the account was closed
    house.keys.create(mia.consumer_id)
    assert house.database.write(lambda db: journeys.close_again(db, house.keys, now=clock.now())) == 1
    assert holding(house, mia.consumer_id) == [] and story.waits() == 1
    assert house.database.write(lambda db: journeys.close_again(db, house.keys, now=clock.now())) == 0
    other = seeds.person(house)
    assert house.keys.were_destroyed([mia.consumer_id, other.consumer_id]) == [mia.consumer_id]


def test_every_table_that_names_an_owner_is_emptied(house: House) -> None:
    """A row of theirs in each table with such a column, whatever room keeps it: after closing there is none."""
    mia = seeds.person(house)
    ids = {"consumer_id": mia.consumer_id, "person_id": mia.consumer_id, "owner_id": mia.consumer_id}

    def plant(db: Session) -> list[str]:
        planted = []
        for table in migrations.metadata().sorted_tables:
            owned = OWNERS & set(table.columns.keys())
            # People of companies have accounts of another kind; of a table of theirs the room says so.
            if not owned or table.name in {"accounts", "company_people", "sign_ups", "company_invitations"}:
                continue
            row = {**_something(table), **{name: ids.get(name, mia.account_id) for name in owned}}
            db.execute(table.insert().values(**row))
            planted.append(table.name)
        return planted

    planted = house.database.write(plant)
    named = {each.split(".")[0] for each in holding(house, mia.consumer_id, mia.account_id)}
    assert set(planted) <= named and len(planted) >= 14, set(planted) - named
    house.database.write(
        lambda db: journeys.close_account(db, house.keys, consumer_id=mia.consumer_id, now=clock.now())
    )
    assert holding(house, mia.consumer_id, mia.account_id) == []


def _something(table: Table) -> dict[str, object]:
    """A value for each column that must have one."""
    made: dict[str, object] = {}
    for column in table.columns:
        if column.nullable:
            continue
        values: dict[type, object] = {str: "x", int: 1, bytes: b"x", bool: False}
        if isinstance(column.type, Uuid):
            made[column.name] = "99999999-0000-4000-8000-000000000001"
        elif isinstance(column.type, JSON):
            made[column.name] = {}
        else:
            made[column.name] = values.get(column.type.python_type, clock.now())
    return made
