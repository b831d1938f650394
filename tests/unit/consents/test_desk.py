"""Desk codes cannot be guessed or kept, subjects are one company's, blocks are written down."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import select

from tests.support.seeds import grant, person, shop, terms
from vrm import accesslog, clock, consents
from vrm.consents import desk, quality
from vrm.consents.models import CompanyBlock, DeskCode, DeskGuesses
from vrm.ids import new_id

HOUR = timedelta(hours=1)


@pytest.fixture
def code(house, town):
    """``code(who)``: a new code of somebody."""

    def issue(consumer_id, now=None):
        return house.database.write(
            lambda db: consents.issue_desk_code(
                db, house.keys, consumer_id=consumer_id, now=now or clock.now()
            )
        ).code

    return issue


@pytest.fixture
def take(house):
    """``take(code, client, company)``: whose it is."""

    def named(code, client_id, company_id, now=None):
        return house.database.write(
            lambda db: consents.take_desk_code(
                db, house.keys, code=code, client_id=client_id, company_id=company_id, now=now or clock.now()
            )
        )

    return named


def test_a_code_is_taken_however_it_is_written(town, code, take):
    """Small letters, no space, a hyphen or many spaces: what counts are its eight signs."""
    mia = town.somebody()
    for write in (
        str,
        str.lower,
        lambda text: text.replace(" ", ""),
        lambda text: f" {text[:4]} - {text[5:]} ",
    ):
        assert take(write(code(mia)), new_id(), new_id()) == mia


def test_a_code_is_not_kept_in_clear(house, town, code):
    """The table holds a keyed hash, and one row for a person."""
    mia = town.somebody()
    shown = {code(mia), code(mia)}
    (row,) = house.database.read(lambda db: db.scalars(select(DeskCode)).all())
    assert row.code_hash in {house.keys.blind_index("desk-code", each.replace(" ", "")) for each in shown}
    assert row.consumer_id == mia


def test_one_request_of_many_at_once_gets_the_code(town, code, take):
    """Of parallel requests that name a code one reaches its person."""
    mia, client, company = town.somebody(), new_id(), new_id()
    shown = code(mia)
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: take(shown, client, company), range(8)))
    assert (found.count(mia), found.count(None)) == (1, 7)


@pytest.mark.parametrize("of", ["client", "company"])
def test_who_guesses_is_heard_no_more_for_an_hour(town, code, take, of):
    """After so many codes that were nobody's, every code is: for this client, or for all of its company."""
    mia, company, now = town.somebody(), new_id(), clock.now()
    most = desk.MOST_OF_CLIENT if of == "client" else desk.MOST_OF_COMPANY
    clients = [new_id() for _ in range(most // desk.MOST_OF_CLIENT)]
    for number in range(most):
        assert take("BCDF 3GHJ", clients[number % len(clients)], company, now) is None
    asking = clients[0] if of == "client" else new_id()
    shown = code(mia, now)
    assert take(shown, asking, company, now) is None
    assert take(shown, new_id(), new_id(), now) == mia  # it was not used up by being guessed
    assert take(code(mia, now + HOUR), asking, company, now + HOUR) == mia


def test_right_codes_count_as_well(house, town, code, take):
    """What is left of the budget does not tell which of the codes were somebody's."""
    mia, client, company = town.somebody(), new_id(), new_id()
    take("BCDF 3GHJ", client, company)
    for _ in range(3):
        assert take(code(mia), client, company) == mia
    counts = house.database.read(lambda db: db.scalars(select(DeskGuesses.count)).all())
    assert counts == [4, 4]


def test_the_sweep_takes_what_is_over(house, town, code, take):
    """Codes go after five minutes, counters after their hour, and neither before."""
    now = clock.now()
    code(town.somebody(), now)
    take("BCDF 3GHJ", new_id(), new_id(), now)

    def left(at):
        house.database.write(lambda db: consents.sweep(db, now=at))
        return [
            len(house.database.read(lambda db, table=table: db.scalars(select(table)).all()))
            for table in (DeskCode, DeskGuesses)
        ]

    assert left(now) == [1, 2]
    assert left(now + timedelta(minutes=5)) == [0, 2]
    assert left(now + HOUR) == [0, 0]


def test_a_subject_finds_its_person_for_its_company(house):
    """Another company's subject is nobody's."""
    mia, nordlicht = person(house, {}), shop(house)
    subject = grant(house, mia, nordlicht, "name").subject
    for company_id, found in ((nordlicht.company.id, mia.consumer_id), (new_id(), None)):
        assert (
            house.database.read(
                lambda db, company_id=company_id: consents.find_by_subject(
                    db, company_id=company_id, subject=subject
                )
            )
            == found
        )


def test_a_block_is_written_down_once_and_erased(house):
    """Blocking and lifting it are events of one thread; doing either twice tells nothing new; erasing forgets it."""
    mia, company = person(house, {}), new_id()
    about = {"consumer_id": mia.consumer_id, "company_id": company}
    for change in (consents.block, consents.block, consents.unblock, consents.unblock, consents.block):
        house.database.write(lambda db, change=change: change(db, house.keys, **about, now=clock.now()))
    listed = house.database.read(
        lambda db: accesslog.list_for_consumer(db, consumer_id=mia.consumer_id, limit=9)
    )
    assert [event.type for event in reversed(listed)] == [
        "company.blocked",
        "company.unblocked",
        "company.blocked",
    ]
    assert house.database.read(lambda db: consents.blocked_since(db, **about)) is not None
    house.database.write(lambda db: consents.forget(db, consumer_id=mia.consumer_id))
    assert house.database.read(lambda db: db.scalars(select(CompanyBlock)).all()) == []


def test_an_ask_that_says_only_yes_is_in_no_figure(house, town):
    """Neither that it was put nor how it was decided moves a number that its company sees."""
    nordlicht = shop(house)
    for _ in range(quality.MIN_PEOPLE):
        town.refused(nordlicht, terms("name"))

    def told():
        company_id, now = nordlicht.company.id, clock.now()
        return house.database.read(
            lambda db: (
                quality.decisions(db, company_id=company_id, now=now),
                quality.lines(db, company_id=company_id),
            )
        )

    before, mia = told(), town.somebody()
    ask_id = house.database.write(
        lambda db: consents.open_ask(
            db, consumer_id=mia, client_id=nordlicht.client.id, company_id=nordlicht.company.id,
            terms=terms("name"), request={"backchannel": "00"}, quiet=True, now=clock.now(),
        )
    )  # fmt: skip
    house.database.write(
        lambda db: consents.refuse(db, house.keys, consumer_id=mia, ask_id=ask_id, now=clock.now())
    )
    assert before[0] is not None and told() == before
