"""Whoever answers a letter about a consent ends it; no machine does, and no wrong address."""

import logging
from dataclasses import replace

import pytest
from sqlalchemy import text as sql

from tests.support import seeds
from tests.unit.mailroom.conftest import ADDRESS, LIMITS, Desk, text
from vrm import accesslog, accounts, consents, work
from vrm.mailroom import Mailroom
from vrm.worker import run_once


def last_of(desk, consent):
    return desk.house.database.read(
        lambda db: accesslog.list_for_consumer(db, consumer_id=consent.consumer_id, limit=1)
    )[0]


def test_an_answer_ends_the_consent_before_it_is_acknowledged(desk: Desk):
    """At the 250 it is revoked, with its event, and its person is written to at the address of their account."""
    consent = desk.consent()
    assert desk.send(desk.address(consent), sender="somebody@else.example") == 250
    assert desk.state(consent) == "revoked"
    event = last_of(desk, consent)
    assert (event.type, event.entry["actor"], event.detail["channel"]) == (
        "consent.revoked",
        "consumer",
        "mail",
    )
    run_once(desk.house)
    (told,) = (
        written
        for path in desk.house.settings.mail_dir.glob("*.eml")
        if "You stopped" in (written := path.read_text())
    )
    person = desk.house.database.read(
        lambda db: accounts.open_person(db, desk.house.keys, person_id=consent.consumer_id)
    )
    assert f"To: {person.email}\n" in told
    assert "Reply-To" not in told


def test_an_answer_that_comes_twice_does_nothing_twice(desk: Desk):
    """Mail is delivered at least once, so what is done already is taken again: one end, one letter."""
    consent = desk.consent()
    assert [desk.send(desk.address(consent)) for _ in range(3)] == [250] * 3
    assert desk.events(consent) == ["consent.revoked", "consent.granted"]
    assert desk.letters() == 1


def test_one_letter_to_two_addresses_ends_both(desk: Desk):
    """Each address stands for its own consent, and for nobody else's."""
    one, two, three = (desk.consent() for _ in range(3))
    assert desk.send(desk.address(one), desk.address(two).upper()) == 250  # some systems shout
    assert [desk.state(each) for each in (one, two, three)] == ["revoked", "revoked", "active"]


@pytest.mark.parametrize("table", ["consents", "consent_places"])
def test_what_cannot_be_done_now_is_tried_again(desk: Desk, table: str):
    """While the database fails the sender keeps the letter, and nothing is half done; afterwards it is taken."""
    consent = desk.consent()

    def rename(old: str, new: str) -> None:
        with desk.house.database.engine.begin() as connection:
            connection.execute(sql(f"ALTER TABLE {old} RENAME TO {new}"))

    rename(table, "away")
    try:
        assert desk.send(desk.address(consent)) == 451
    finally:
        rename("away", table)
    assert (desk.state(consent), desk.letters()) == ("active", 0)
    assert desk.send(desk.address(consent)) == 250
    assert desk.state(consent) == "revoked"


def test_a_code_outlives_restarts_and_changes_of_keys(desk: Desk):
    """A letter of last year is answered today: by another process, under other keys that wrap."""
    consent = desk.consent()
    written = desk.address(consent)
    desk.house.keys.rotate()
    desk.house.keys.rewrap()
    room = Mailroom(desk.house, limits=LIMITS)
    try:
        other = replace(desk, port=room.open("127.0.0.1", 0))
        assert other.address(consent) == written
        assert other.send(written) == 250
    finally:
        room.close()
    assert desk.state(consent) == "revoked"


def test_nothing_of_a_letter_is_logged(desk: Desk, caplog: pytest.LogCaptureFixture):
    """No address, no code, no word of it, at any level; and none in the database."""
    caplog.set_level(logging.DEBUG)
    consent = desk.consent()
    assert desk.send(desk.address(consent), content=text(Subject="Wintergarden")) == 250
    assert desk.send("stop+nobody@vrm.example") == 550
    for said in ("wintergarden", "mia@example.org", desk.address(consent).split("+")[1][:20], "nobody@"):
        assert said not in caplog.text.lower()


def test_no_machine_ends_a_consent(desk: Desk):
    """A holiday answer, and a report that nothing was delivered, are taken and do nothing: sent back, they would go round."""
    consent = desk.consent()
    assert desk.send(desk.address(consent), content=text(Auto_Submitted="auto-replied")) == 250
    assert desk.send(desk.address(consent), sender="") == 250
    assert desk.send(desk.address(consent), content=text(From="VRM <VRM@localhost>")) == 250
    assert (desk.state(consent), desk.letters()) == ("active", 0)


def test_every_wrong_address_is_nobodys(desk: Desk):
    """A changed code, one of another person's consent, none, another domain: one and the same answer."""
    shop = seeds.shop(desk.house)
    mine, other = desk.consent(shop), desk.consent(shop)
    local, _, domain = desk.address(mine).partition("@")
    crossed = consents.stop_code(desk.house.keys, consumer_id=other.consumer_id, consent_id=mine.id)
    wrong = [
        local[:-1] + ("b" if local[-1] == "a" else "a") + "@" + domain,
        local[:-1] + "@" + domain,
        local + "a@" + domain,
        f"{local}@other.example",
        f"{local}@{domain}.example",
        local.replace("stop+", "else+") + "@" + domain,
        local.replace("stop+", "stop++") + "@" + domain,
        work.answer_address(ADDRESS, crossed),
        work.answer_address(ADDRESS, "a" * 48),
        ADDRESS,
        "postmaster",
        '"a b"@vrm.example',
    ]
    with desk.client() as client:
        client.mail("mia@example.org")
        answers = {client.rcpt(each) for each in wrong}
        assert answers == {(550, b"5.1.1 There is no such address here")}
        assert client.rcpt(desk.address(mine))[0] == 250
    assert (desk.state(mine), desk.state(other)) == ("active", "active")
