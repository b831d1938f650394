"""What a value was before is kept for a while, for its person alone; taking it back writes it anew."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from tests.support.seeds import person, put
from vrm import clock, profiles
from vrm.errors import NotFound, Stale
from vrm.profiles.models import ValueRow
from vrm.profiles.versions import KEPT, MOST_EARLIER

MONTH = timedelta(days=30)


@pytest.fixture
def mia(house):
    """Someone whose profile is empty."""
    return person(house, {}).consumer_id


@pytest.fixture
def history(house, mia):
    """``history(field)``: the versions that are kept of a single field, newest first, as (number, value)."""

    def look(field="name", now=None):
        kept = house.database.read(
            lambda db: profiles.list_versions(
                db, house.keys, consumer_id=mia, field=field, item_id=profiles.SINGLE, now=now or clock.now()
            )
        )
        return [(item.version, item.value) for item in kept]

    return look


def restore(house, consumer_id, version, seen, field="name"):
    return house.database.write(
        lambda db: profiles.restore(
            db, house.keys, consumer_id=consumer_id, field=field, item_id=profiles.SINGLE, version=version,
            seen_version=seen, now=clock.now(),
        )
    )  # fmt: skip


def write(house, consumer_id, *values, **more):
    return [put(house, consumer_id, "name", value, seen_version=n, **more) for n, value in enumerate(values)]


def test_taking_a_version_back_writes_it_as_the_newest(house, mia, history):
    """Nothing is rewound: the numbers go on, and what came after is kept too."""
    write(house, mia, "Mia", "Mia Tran")
    assert restore(house, mia, 1, seen=2).version == 3
    assert history() == [(3, "Mia"), (2, "Mia Tran"), (1, "Mia")]
    assert restore(house, mia, 1, seen=3).version == 3, "it says so already"
    with pytest.raises(Stale):
        restore(house, mia, 2, seen=2)
    with pytest.raises(NotFound):
        restore(house, mia, 9, seen=3)


def test_where_a_value_came_from_comes_back_with_it(house, mia):
    """A value that somebody proposed is theirs again when it is taken back."""
    put(house, mia, "name", "M. Tran", source="Nordlicht GmbH")
    put(house, mia, "name", "Mia", seen_version=1)
    assert restore(house, mia, 1, seen=2).source == "Nordlicht GmbH"


def test_saving_without_a_change_makes_no_version(house, mia, history):
    """What says the same again is no correction."""
    write(house, mia, "Mia")
    assert put(house, mia, "name", " Mia ", seen_version=1).version == 1
    assert history() == [(1, "Mia")]


def type_on(house, consumer_id, value, *, seen_version, since, last_read=None):
    """Save what somebody is still typing, as the portal does."""
    item = put(house, consumer_id, "name", value, seen_version=seen_version)
    facts = {"consumer_id": consumer_id, "since": since, "last_read": last_read, "now": clock.now()}
    return house.database.write(lambda db: profiles.settle_typed(db, item, **facts))


def test_what_was_saved_while_typing_is_not_kept(house, mia, history):
    """From where somebody began to type to where they end is one step; what stood before it stays."""
    write(house, mia, "Mia", "Mia T")
    type_on(house, mia, "Mia Tr", seen_version=2, since=1)
    type_on(house, mia, "Mia Tran", seen_version=3, since=1)
    assert history() == [(4, "Mia Tran"), (1, "Mia")]


@pytest.mark.parametrize(("read_at", "left"), [(None, [4]), (1, [4, 1]), (2, [4, 2, 1])], ids=repr)
def test_what_was_read_while_typing_is_kept(house, mia, history, monkeypatch, read_at, left):
    """A half-typed value that a company may have got stays where its person can see it."""
    start = clock.now()
    for minute, value in enumerate(("Mi", "Mia", "Mia T", "Mia Tran")):
        monkeypatch.setattr(clock, "now", lambda minute=minute: start + timedelta(minutes=minute))
        last_read = None if read_at is None else start + timedelta(minutes=read_at) - timedelta(seconds=30)
        if minute < 3:
            put(house, mia, "name", value, seen_version=minute)
    saved = type_on(house, mia, value, seen_version=3, since=0, last_read=last_read)
    assert [number for number, _ in history()] == left
    assert saved.new == (left == [4])


def test_typing_takes_nothing_that_was_meant(house, mia, history, monkeypatch):
    """Whatever a form says, what is older than a sitting, or was proposed by somebody, is not dropped."""
    write(house, mia, "Mia")
    put(house, mia, "name", "M. Tran", seen_version=1, source="Nordlicht GmbH")
    later = clock.now() + timedelta(hours=2)
    monkeypatch.setattr(clock, "now", lambda: later)
    type_on(house, mia, "Mia Tran", seen_version=2, since=0)
    assert [number for number, _ in history()] == [3, 2, 1]


def test_no_more_than_so_many_are_kept(house, mia, history):
    """The oldest goes when there are too many."""
    write(house, mia, *(f"Mia {'abcdefghijklmnopqrstuvwxyz'[n]}" for n in range(MOST_EARLIER + 3)))
    assert [number for number, _ in history()] == list(range(MOST_EARLIER + 3, 2, -1))


def test_none_is_kept_longer_than_it_says(house, mia, history, monkeypatch):
    """A year after it was replaced a version is not shown, cannot be taken back, and is deleted by the sweep."""
    start = clock.now()
    write(house, mia, "Mia")
    monkeypatch.setattr(clock, "now", lambda: start + MONTH)
    put(house, mia, "name", "Mia Tran", seen_version=1)
    over = start + MONTH + KEPT
    assert len(history(now=over - timedelta(seconds=1))) == 2
    assert history(now=over) == [(2, "Mia Tran")]
    monkeypatch.setattr(clock, "now", lambda: over)
    with pytest.raises(NotFound):
        restore(house, mia, 1, seen=2)
    sweep = house.database.write
    assert sweep(lambda db: profiles.sweep(db, now=over - timedelta(seconds=1))) == 0
    assert sweep(lambda db: profiles.sweep(db, now=over)) == 1
    rows = house.database.read(lambda db: db.scalars(select(ValueRow.version)).all())
    assert rows == [2]


def test_earlier_versions_are_deleted_when_their_person_says_so(house, mia, history):
    """The current one stays, numbers go on, and whoever asks for an earlier one hears that it is no longer kept."""
    write(house, mia, "Mia", "Mia Tran")
    house.database.write(
        lambda db: profiles.forget_earlier(db, consumer_id=mia, field="name", item_id=profiles.SINGLE)
    )
    assert history() == [(2, "Mia Tran")]

    def find(version):
        return house.database.read(
            lambda db: profiles.find_version(
                db, house.keys, consumer_id=mia, field="name", item_id=profiles.SINGLE, version=version,
                now=clock.now(),
            )
        )  # fmt: skip

    assert find(1) is None and find(2).value == "Mia Tran"
    assert put(house, mia, "name", "Mia", seen_version=2).version == 3


def test_what_was_before_is_its_persons_alone(house, mia, history):
    """Nobody else's place leads to it."""
    write(house, mia, "Mia", "Mia Tran")
    eve = person(house, {"name": "Eve"}).consumer_id
    with pytest.raises(NotFound):
        restore(house, eve, 2, seen=1)
    nobodys = person(house, {}).consumer_id
    with pytest.raises(NotFound):
        house.database.write(
            lambda db: profiles.forget_earlier(db, consumer_id=nobodys, field="name", item_id=profiles.SINGLE)
        )
    house.database.write(
        lambda db: profiles.forget_earlier(db, consumer_id=eve, field="name", item_id=profiles.SINGLE)
    )
    assert len(history()) == 2
