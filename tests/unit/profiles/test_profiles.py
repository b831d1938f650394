"""A profile keeps every version apart, loses no edit, and opens a value only where it was put."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import delete, select, update

from keys import CannotOpen
from tests.support.seeds import person, put
from vrm import clock, profiles
from vrm.errors import Conflict, Invalid, NotFound, Stale
from vrm.ids import new_id
from vrm.profiles.models import ValueRow
from vrm.profiles.service import MOST_ITEMS

ADDRESS = {
    "street_address": "14 Barkly Street",
    "locality": "Brunswick",
    "postal_code": "3056",
    "country": "AU",
}


@pytest.fixture
def mia(house):
    """Someone whose profile is empty."""
    return person(house, {}).consumer_id


def remove(house, consumer_id, field, item_id, version):
    house.database.write(
        lambda db: profiles.remove(
            db, consumer_id=consumer_id, field=field, item_id=item_id, seen_version=version, now=clock.now()
        )
    )


def items(house, consumer_id, *fields):
    return house.database.read(
        lambda db: profiles.list_items(db, house.keys, consumer_id=consumer_id, fields=fields or None)
    )


def rows(house, consumer_id):
    query = select(ValueRow).where(ValueRow.consumer_id == consumer_id).order_by(ValueRow.version)
    return house.database.read(lambda db: list(db.scalars(query)))


def test_a_correction_is_a_new_version_and_keeps_the_old_one(house, mia):
    """Correcting leaves the earlier version sealed under its own number; the newest is what is shown."""
    first = put(house, mia, "name", "Mia Tran")
    second = put(house, mia, "name", "Mia Tran-Fisher", seen_version=1)
    assert (first.version, second.version, first.item_id) == (1, 2, profiles.SINGLE)
    assert [(row.version, row.current) for row in rows(house, mia)] == [(1, False), (2, True)]
    assert [item.value for item in items(house, mia)["name"]] == ["Mia Tran-Fisher"]


@pytest.mark.parametrize("seen", [0, 2, 7])
def test_an_edit_of_what_was_not_seen_is_stale(house, mia, seen):
    """Whoever did not see the newest version overwrites nothing."""
    put(house, mia, "name", "Mia Tran")
    with pytest.raises(Stale):
        put(house, mia, "name", "Somebody Else", seen_version=seen)
    assert [item.value for item in items(house, mia)["name"]] == ["Mia Tran"]


def test_two_tabs_that_save_at_once_lose_nothing(house, mia):
    """Many threads add their word to one value, starting over when they come second: every word is there."""
    put(house, mia, "delivery_note", "note")

    def add(word):
        while True:
            (seen,) = items(house, mia, "delivery_note")["delivery_note"]
            try:
                put(house, mia, "delivery_note", f"{seen.value} {word}", seen_version=seen.version)
            except Stale:
                continue
            return

    words = [f"w{number}" for number in range(16)]
    with ThreadPoolExecutor(4) as threads:
        list(threads.map(add, words))
    (last,) = items(house, mia, "delivery_note")["delivery_note"]
    assert sorted(str(last.value).split()) == sorted(["note", *words])
    assert last.version == 1 + len(words)


def test_one_version_is_written_by_one_tab(house, mia):
    """Of many tabs that saw the same version exactly one saves; each of the others hears that it came late."""
    put(house, mia, "name", "Mia Tran")

    def save(number):
        try:
            put(house, mia, "name", f"Mia {'ABCDEFGH'[number]}", seen_version=1)
        except Stale:
            return 0
        return 1

    with ThreadPoolExecutor(8) as threads:
        assert sum(threads.map(save, range(8))) == 1
    assert [row.version for row in rows(house, mia)] == [1, 2]


def test_a_first_value_is_written_by_one_tab(house, mia):
    """Two tabs that both found nothing do not both become the first."""

    def save(number):
        try:
            put(house, mia, "nickname", f"Mi{'abcdefgh'[number]}")
        except Stale:
            return 0
        return 1

    with ThreadPoolExecutor(8) as threads:
        assert sum(threads.map(save, range(8))) == 1


def test_a_deleted_value_leaves_only_an_empty_mark(house, mia):
    """Every earlier version goes, and the number of the mark is never used for a value."""
    put(house, mia, "name", "Mia Tran")
    put(house, mia, "name", "Mia Fisher", seen_version=1)
    remove(house, mia, "name", profiles.SINGLE, 2)
    assert [(row.version, row.sealed) for row in rows(house, mia)] == [(3, None)]
    assert items(house, mia) == {}
    assert put(house, mia, "name", "Mia Again").version == 4
    remove(house, mia, "name", profiles.SINGLE, 4)
    assert put(house, mia, "name", "Mia Once More").version == 6


def test_deleting_needs_the_newest_version_too(house, mia):
    """Nobody deletes what they have not seen, or what is not there."""
    put(house, mia, "name", "Mia Tran")
    put(house, mia, "name", "Mia Fisher", seen_version=1)
    with pytest.raises(Stale):
        remove(house, mia, "name", profiles.SINGLE, 1)
    with pytest.raises(NotFound):
        remove(house, mia, "nickname", profiles.SINGLE, 1)
    remove(house, mia, "name", profiles.SINGLE, 2)
    with pytest.raises(NotFound):
        remove(house, mia, "name", profiles.SINGLE, 3)


def test_an_edit_and_a_deletion_at_once_are_one_of_them(house, mia):
    """Of a correction and a deletion that saw the same version, the second is told so."""
    for _ in range(5):
        version = put(house, mia, "website", "https://mia.example").version

        def change(which, version=version):
            try:
                if which:
                    put(house, mia, "website", "https://tran.example", seen_version=version)
                else:
                    remove(house, mia, "website", profiles.SINGLE, version)
            except (Stale, NotFound):
                return 0
            return 1

        with ThreadPoolExecutor(2) as threads:
            assert sum(threads.map(change, [True, False])) == 1
        for item in items(house, mia).get("website", []):
            remove(house, mia, "website", item.item_id, item.version)


def test_a_plural_field_keeps_its_order(house, mia):
    """Items stand in the order they were added, whatever is corrected or deleted in between."""
    first, second, third = (put(house, mia, "gift_wish", wish) for wish in ("tea", "books", "socks"))
    put(house, mia, "gift_wish", "green tea", item_id=first.item_id, seen_version=1)
    remove(house, mia, "gift_wish", second.item_id, 1)
    listed = items(house, mia)["gift_wish"]
    assert [(item.item_id, item.value) for item in listed] == [
        (first.item_id, "green tea"),
        (third.item_id, "socks"),
    ]


def test_there_are_at_most_fifty_items(house, mia):
    """The limit holds for new items, for ids of the caller's own making, and for deleted ones that come back."""
    added = [put(house, mia, "gift_wish", f"wish {number}") for number in range(MOST_ITEMS)]
    remove(house, mia, "gift_wish", added[0].item_id, 1)
    put(house, mia, "gift_wish", "one more")
    for item_id in (None, new_id(), added[0].item_id):
        with pytest.raises(Conflict) as fault:
            put(house, mia, "gift_wish", "one too many", item_id=item_id)
        assert fault.value.code == "too_many_items"
    put(house, mia, "gift_wish", "corrected", item_id=added[1].item_id, seen_version=1)
    assert len(items(house, mia)["gift_wish"]) == MOST_ITEMS


def test_what_cannot_be_filled_in_is_refused(house, mia):
    """An answer is worked out and never kept; a key that is not in the catalogue, or not an id, is nothing."""
    with pytest.raises(Invalid):
        put(house, mia, "age_over_18", True)
    with pytest.raises((Invalid, NotFound)):
        put(house, mia, "shoe_colour", "red")
    with pytest.raises(NotFound):
        put(house, mia, "gift_wish", "tea", item_id="1")
    assert rows(house, mia) == []


def moved(house, **place):
    """Put the sealed bytes of the only value into another place, as a thief with the database could."""

    def move(db):
        db.execute(update(ValueRow).values(**place))

    house.database.write(move)


def test_sealed_bytes_open_nowhere_else(house, mia):
    """Bytes moved to another field, item, version or person do not open: the place is authenticated."""
    other = person(house, {}).consumer_id
    for place in (
        {"field": "nickname"},
        {"item_id": new_id()},
        {"version": 9},
        {"consumer_id": other},
    ):
        put(house, mia, "name", "Mia Tran")
        moved(house, **place)
        for owner in (mia, other):
            if owner == place.get("consumer_id", mia):
                with pytest.raises(CannotOpen):
                    items(house, owner)
        house.database.write(lambda db: db.execute(delete(ValueRow)))


def test_a_changed_byte_does_not_open(house, mia):
    """Nothing sealed opens after one bit of it changed, its header included."""
    put(house, mia, "name", "Mia Tran")
    (row,) = rows(house, mia)
    sealed = row.sealed
    for place in range(0, len(sealed), 7):
        changed = bytearray(sealed)
        changed[place] ^= 1
        moved(house, sealed=bytes(changed))
        with pytest.raises(CannotOpen):
            items(house, mia)


def test_the_read_path_gives_what_was_asked_for_and_still_sealed(house, mia):
    """Only current values of the named people and fields come out, none of them opened."""
    other = person(house, {"name": "Ben Okafor"}).consumer_id
    put(house, mia, "name", "Mia Tran")
    put(house, mia, "name", "Mia Fisher", seen_version=1)
    put(house, mia, "nickname", "Mi")
    put(house, mia, "address", ADDRESS)

    def read(db):
        return profiles.sealed_values(
            db.connection(), consumer_ids=[mia], fields={"name", "address", "email"}
        )

    found = house.database.read(read)
    assert list(found) == [mia]
    assert [(value.field, value.version) for value in found[mia]] == [("address", 1), ("name", 2)]
    assert all(b"Fisher" not in value.sealed and b"Barkly" not in value.sealed for value in found[mia])
    assert profiles.open_value(house.keys, mia, found[mia][1]) == "Mia Fisher"
    with pytest.raises(CannotOpen):
        profiles.open_value(house.keys, other, found[mia][1])


def test_a_forgotten_person_has_no_rows(house, mia):
    """Forgetting takes every row of that person and nobody else's."""
    other = person(house, {"name": "Ben Okafor"}).consumer_id
    put(house, mia, "name", "Mia Tran")
    house.database.write(lambda db: profiles.forget(db, consumer_id=mia))
    assert rows(house, mia) == []
    assert items(house, other)["name"][0].value == "Ben Okafor"
