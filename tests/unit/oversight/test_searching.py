"""Whatever is asked for, the index finds what looking at every entry would find."""

import random
from datetime import timedelta

import pytest

from tests.unit.oversight.conftest import (
    AGENTS,
    CLIENTS,
    CODES,
    COMPANIES,
    KEYS,
    MONDAY,
    PURPOSES,
    about,
    mixed,
    read,
    write,
)
from vrm import accesslog, oversight
from vrm.errors import NotFound
from vrm.oversight import Filters, counting, facets, indexing, members, searching


@pytest.fixture(autouse=True)
def small_blocks(monkeypatch):
    """Blocks of 64 leaves, so that a small log has many."""
    for module in (facets, indexing, searching, counting):
        monkeypatch.setattr(module, "BLOCK", 64)
    monkeypatch.setattr(searching, "MOST_SETS", 1000)


def everything(database):
    """Every entry, read from the log itself, newest leaf first."""
    with database.engine.connect() as connection:
        rows = [members.row_of(*entry) for entry in accesslog.entries(connection, 0, 10**6)]
    return rows[::-1]


def pages(database, filters, limit):
    """All rows, page after page."""
    rows, before = [], None
    while True:
        page = database.read(
            lambda session, before=before: oversight.search(session, filters, before=before, limit=limit)
        )
        assert len(page.rows) <= limit
        rows += page.rows
        if page.older is None:
            return rows
        assert before is None or page.older < before
        before = page.older


def thread(consent):
    prepared = accesslog.prepare(read(MONDAY, consent=consent))
    return members.row_of(0, prepared.event_id, prepared.entry).thread


def some(chance):
    """Conditions, from none to many, that fit something or nothing."""
    given = {
        "since": MONDAY + timedelta(hours=chance.randrange(100), minutes=chance.randrange(60)),
        "until": MONDAY + timedelta(hours=chance.randrange(150)),
        "company": chance.choice(COMPANIES),
        "client": chance.choice(CLIENTS),
        "purpose": chance.choice(PURPOSES),
        "key": chance.choice([*KEYS, "phone_number"]),
        "type": chance.choice(["disclosure", "disclosure", "consent.granted", "audit.viewed"]),
        "outcome": chance.choice(["answered", "refused"]),
        "code": chance.choice(CODES),
        "thread": thread(chance.randrange(12)),
        "actor": chance.choice(["client", "consumer"]),
        "agent": chance.choice(AGENTS[:2]),
        "looks": chance.choice(["with", "without"]),
    }
    return Filters(**{name: given[name] for name in chance.sample(sorted(given), chance.randrange(5))})


def test_search_finds_what_looking_at_every_entry_finds(database):
    """Any combination of conditions, in pages of any size, newest leaf first, without gap or double."""
    write(database, mixed(400), each=40)
    rows, chance = everything(database), random.Random(5)
    assert len(rows) == 400
    for _ in range(40):
        filters = some(chance)
        assert pages(database, filters, chance.choice([3, 50])) == [row for row in rows if filters.admit(row)]


def never_all_three(count):
    """Reads whose members meet two by two, and the conditions on all three, which none meets."""
    sorts = (
        {"code": CODES[0], "purpose": PURPOSES[0]},
        {"purpose": PURPOSES[1]},
        {"code": CODES[0], "purpose": PURPOSES[1], "keys": ("name",)},
    )
    events = [read(MONDAY + timedelta(minutes=number), **sorts[number % 3]) for number in range(count)]
    return events, Filters(key="email", code=CODES[0], purpose=PURPOSES[1])


def test_a_page_looks_back_so_far_and_no_further(database, monkeypatch):
    """A page that finds little ends after so many leaves, says until when it has looked, and goes on from there."""
    monkeypatch.setattr(searching, "MOST_BLOCKS", 2)
    events, never = never_all_three(300)
    write(database, events)
    page = database.read(lambda session: oversight.search(session, never))
    rows = everything(database)
    assert (page.rows, page.older) == ([], 192)
    assert page.looked_back_to == rows[-1 - 192].at
    assert pages(database, never, 10) == []
    assert pages(database, Filters(key="email"), 10) == [row for row in rows if "email" in row.keys]


def test_more_conditions_look_less_far_back(database, monkeypatch):
    """What a page may look at is so many sets of leaves, so that more conditions do not make it longer."""
    monkeypatch.setattr(searching, "MOST_SETS", 7)
    events, never = never_all_three(300)
    write(database, events)
    page = database.read(lambda session: oversight.search(session, never))
    assert page.older == 192
    assert pages(database, never, 10) == []


@pytest.mark.parametrize(
    "never",
    [
        Filters(key="email", code=CODES[1]),
        Filters(key="name", client=CLIENTS[1], purpose=PURPOSES[0]),
        Filters(type="consent.granted", outcome="answered"),
        Filters(type="consent.granted", key="email"),
        Filters(outcome="answered", code=CODES[0]),
    ],
)
def test_members_that_never_meet_are_known_from_their_sums(database, monkeypatch, never):
    """Where two conditions never stand in one entry, the page is whole at once: nothing is left to look at."""
    monkeypatch.setattr(searching, "MOST_BLOCKS", 1)
    write(database, never_all_three(200)[0])
    page = database.read(lambda session: oversight.search(session, never))
    assert (page.rows, page.older, page.looked_back_to) == ([], None, None)


def test_a_page_fetches_so_many_rows_and_no_more(database, monkeypatch):
    """Candidates that the time does not admit are bounded too."""
    monkeypatch.setattr(searching, "MOST_ROWS", 20)
    write(database, [read(MONDAY + timedelta(seconds=number)) for number in range(200)])
    filters = Filters(until=MONDAY + timedelta(seconds=30), client=CLIENTS[0])
    page = database.read(lambda session: oversight.search(session, filters, limit=5))
    assert page.rows == []
    assert page.looked_back_to is not None
    assert len(pages(database, filters, 5)) == 30
    assert len(pages(database, Filters(thread=thread(0)), 7)) == 200


def test_late_entries_are_found_in_their_time(database):
    """An entry that reached the log days late is found by the time it tells, and by the days around it."""
    events = [read(MONDAY + timedelta(hours=number)) for number in range(100)]
    write(database, [*events[:20], *events[21:], events[20]], each=1)
    for first, last in ((20, 21), (19, 22), (0, 20), (21, 100), (20, 100), (99, 100)):
        filters = Filters(since=events[first].at, until=events[last - 1].at + timedelta(milliseconds=1))
        found = {row.at for row in pages(database, filters, 50)}
        assert found == {event.at for event in events[first:last]}


def test_an_empty_log_is_searched(database):
    """Before the first pass there is nothing, and nothing fails."""
    for filters in (Filters(), Filters(key="email"), Filters(since=MONDAY), Filters(thread="x")):
        assert pages(database, filters, 5) == []
    with pytest.raises(NotFound):
        database.read(lambda session: oversight.get_row(session, leaf_index=0))


def test_the_index_holds_what_the_entry_says_in_clear(database):
    """A row has the members of its entry, and neither commitment nor anything from beside the log."""
    write(database, [read(MONDAY, keys=("name", "email"), agent=AGENTS[0], consent=3)])
    row = database.read(lambda session: oversight.get_row(session, leaf_index=0))
    assert (row.keys, row.agent, row.thread) == (("email", "name"), AGENTS[0], thread(3))
    assert (row.company_id, row.client_id, row.revision) == (COMPANIES[0], CLIENTS[0], 1)
    assert about(3).consumer_id not in repr(row)


def test_conditions_travel_as_text():
    """What a link or a kept finding holds says the same when it is read back."""
    filters = Filters(since=MONDAY, client=CLIENTS[0], key="email")
    assert filters.given() == {"since": "2026-03-02T00:00:00.000Z", "client": CLIENTS[0], "key": "email"}
    assert Filters.of({**filters.given(), "page": "2", "code": ""}) == filters


def test_an_entry_that_cannot_be_read_keeps_its_place():
    """A damaged entry is shown as such, and stops no pass."""
    for entry in (b"{", b"[]", b'{"type":"x"}', b'{"time":1,"type":"disclosure"}'):
        assert members.row_of(7, CLIENTS[0], entry).type == members.UNREADABLE
