"""A mail server that refuses, hangs up, or is down for days, and days without a worker: each letter arrives, every copy with
the same Message-ID.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from functools import partial

import pytest
from aiosmtpd.controller import Controller
from sqlalchemy.orm import Session

from tests.support import seeds
from tests.support.postgres import free_port
from vrm import clock, notices, work, worker
from vrm.disclosures import Door, Reader
from vrm.house import House
from vrm.work import SmtpTransport


class Receiver:
    """An SMTP server's handler. ``moods`` are what it does in the next sessions, as in ``MAIL 550``; then it takes all."""

    def __init__(self, *moods: str) -> None:
        self.moods = list(moods)
        self.arrived: list[EmailMessage] = []

    @property
    def ids(self) -> list[str]:
        """The Message-ID of each letter that arrived."""
        return [message["Message-ID"] for message in self.arrived]

    async def handle_EHLO(self, server, session, envelope, hostname, responses):
        session.mood = self.moods.pop(0) if self.moods else ""
        session.host_name = hostname
        refused = self._refused(session, "EHLO")
        return [refused] if refused else responses

    async def handle_HELO(self, server, session, envelope, hostname):
        return self._refused(session, "EHLO") or "250 OK"

    async def handle_MAIL(self, server, session, envelope, address, options):
        envelope.mail_from = address
        return self._refused(session, "MAIL") or "250 OK"

    async def handle_RCPT(self, server, session, envelope, address, options):
        envelope.rcpt_tos.append(address)
        return self._refused(session, "RCPT") or "250 OK"

    async def handle_DATA(self, server, session, envelope):
        if refused := self._refused(session, "DATA"):
            return refused
        self.arrived.append(message_from_bytes(envelope.content, policy=policy.default))
        if session.mood == "hang up":
            server.transport.abort()  # it has the letter, and we never hear so
        return "250 OK"

    def _refused(self, session, command: str) -> str | None:
        at, _, reply = session.mood.partition(" ")
        return f"{reply} no" if at == command else None


@contextmanager
def serving(receiver: Receiver, port: int) -> Iterator[None]:
    controller = Controller(receiver, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        yield
    finally:
        controller.stop()


@pytest.fixture
def told(house: House) -> House:
    """Two people were told of something, by a house whose mail goes to a port; its clock can be set."""
    for person in (seeds.person(house), seeds.person(house)):
        house.database.write(partial(_tell, house, person.consumer_id))
    return mailing(house)


def mailing(house: House) -> House:
    mail = SmtpTransport(f"smtp://127.0.0.1:{free_port()}", "vrm@vrm.example", timeout=5)
    return replace(house, mail=mail)


def _tell(house: House, consumer_id: str, db: Session) -> None:
    notices.tell(
        db, house.keys, consumer_id=consumer_id, kind="device", about="account", period="1",
        values={"when": clock.now().isoformat(), "browser": "Firefox", "system": "Linux"},
        issuer="http://localhost:8000", now=clock.now(),
    )  # fmt: skip


def port_of(house: House) -> int:
    return int(repr(house.mail).rpartition(":")[2].rstrip(")"))


def left(house: House) -> int:
    """Letters that wait, or are dead."""
    counts = house.database.read(lambda db: work.counts(db, now=clock.now()))
    return sum(one.ready + one.later + one.running + one.dead for one in counts if one.kind == "mail")


def send(house: House) -> None:
    """One try at each letter that is due."""
    worker.Worker(house, sweeps=(), handlers=worker.HANDLERS).run_once()


def jump(monkeypatch, **span: float) -> None:
    at = clock.now() + timedelta(**span)
    monkeypatch.setattr(clock, "now", lambda: at)
    monkeypatch.setattr("vrm.work.service.database_time", lambda _: at)


def test_letters_outlive_a_server_that_refuses_and_hangs_up(told, monkeypatch):
    """Refused, then cut off after it was taken: tried again until each is acknowledged, two letters under two ids."""
    receiver = Receiver("DATA 451", "hang up", "MAIL 550", "hang up", "DATA 554")
    with serving(receiver, port_of(told)):
        for _ in range(7):
            send(told)
            jump(monkeypatch, hours=1, minutes=1)
    assert left(told) == 0
    assert len(receiver.ids) == 4  # two of them copies
    assert len(set(receiver.ids)) == 2


@pytest.mark.parametrize(
    "mood", ["EHLO 421", "EHLO 554", "MAIL 451", "MAIL 550", "RCPT 421", "RCPT 452", "DATA 451", "DATA 554"]
)
def test_what_is_no_fault_of_the_address_is_tried_again(told, monkeypatch, mood):
    """Whatever is refused of us or of the text, for good as it may say, and an address for now: it arrives another day, once."""
    receiver = Receiver(*[mood] * 4)
    with serving(receiver, port_of(told)):
        for tries in range(3):
            assert (left(told), receiver.ids) == (2, []), tries
            send(told)
            jump(monkeypatch, hours=1, minutes=1)
    assert left(told) == 0
    assert len(receiver.ids) == len(set(receiver.ids)) == 2


def test_an_address_that_is_refused_for_good_buries_its_letter_alone(told, monkeypatch):
    """The other one goes out in the same pass; the one that is dead is not tried again, and counted for the operator."""
    receiver = Receiver("RCPT 550")
    with serving(receiver, port_of(told)):
        for _ in range(3):
            send(told)
            jump(monkeypatch, hours=1, minutes=1)
            assert (left(told), len(receiver.ids)) == (1, 1)
    (count,) = told.database.read(lambda db: work.counts(db, now=clock.now()))
    assert (count.kind, count.dead) == ("mail", 1)


def test_letters_outlive_a_server_that_is_down_for_days(told, monkeypatch):
    """Nobody listens for five days, while the worker tries again and again: nothing is lost then, and nothing doubled."""
    for _ in range(5 * 24):
        send(told)
        jump(monkeypatch, hours=1, minutes=1)
    assert left(told) == 2
    receiver = Receiver()
    with serving(receiver, port_of(told)):
        worker.run_once(told)
    assert left(told) == 0
    assert len(receiver.ids) == len(set(receiver.ids)) == 2


def test_days_without_a_worker_are_told_in_one_letter(house, monkeypatch):
    """What looked unusual on two days, and was proposed on both, comes once, in one digest that says of each when it was."""
    house = mailing(house)
    mia, shop = seeds.person(house), seeds.shop(house)
    consent = seeds.grant(house, mia, shop, "name")
    door = Door(house.database, house.keys, house.catalogue)
    for _ in range(2):
        for _ in range(5):
            door.read(Reader(shop.client.id), consent_id=consent.id, purpose=None, keys=["birthdate"])
        seeds.proposal(house, consent)
        jump(monkeypatch, days=1)
    jump(monkeypatch, days=5)
    receiver = Receiver()
    with serving(receiver, port_of(house)):
        for _ in range(3):
            worker.run_once(house)
            jump(monkeypatch, days=1)
    (text,) = [each.get_content() for each in receiver.arrived if "What happened" in each["Subject"]]
    assert len(set(re.findall(r"By (\S+ \S+ \S+) .{,20}\s+they had tried 5 times", text))) == 2, text
    assert text.count("proposes something for your profile") == 1
    assert len(receiver.ids) == len(set(receiver.ids)) == 2  # the other is the receipt


@pytest.mark.parametrize("ends", [True, False])
def test_a_warning_that_waited_says_nothing_untrue(house, monkeypatch, ends):
    """That a consent ends soon is not sent any more once its person ended it; while it runs on, it is."""
    house = mailing(house)
    mia, shop = seeds.person(house), seeds.shop(house)
    consent = seeds.grant_terms(house, mia, shop, seeds.terms("name", days=20))
    jump(monkeypatch, days=19)
    for _ in range(2):
        worker.run_once(house)
    assert left(house) == 1
    if ends:
        seeds.revoke(house, consent)
    jump(monkeypatch, hours=1, minutes=1)
    receiver = Receiver()
    with serving(receiver, port_of(house)):
        for _ in range(2):
            worker.run_once(house)
            jump(monkeypatch, hours=1, minutes=1)
    warned = [each for each in receiver.arrived if "ends on" in each["Subject"]]
    assert (left(house), len(warned)) == (0, 0 if ends else 1)
