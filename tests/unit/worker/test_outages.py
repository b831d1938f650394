"""A mail server that refuses, hangs up, or is down for days: each letter arrives, every copy with the same Message-ID."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from email import message_from_bytes, policy
from functools import partial

import pytest
from aiosmtpd.controller import Controller
from sqlalchemy.orm import Session

from tests.support import seeds
from tests.support.postgres import free_port
from vrm import clock, notices, work, worker
from vrm.house import House
from vrm.work import SmtpTransport


class Receiver:
    """An SMTP server's handler. ``moods`` are what it does with the next letters; then it takes them."""

    def __init__(self, *moods: str) -> None:
        self.moods = list(moods)
        self.arrived: list[str] = []

    async def handle_DATA(self, server, session, envelope):
        mood = self.moods.pop(0) if self.moods else "take"
        if mood == "refuse":
            return "451 later"
        self.arrived.append(message_from_bytes(envelope.content, policy=policy.default)["Message-ID"])
        if mood == "hang up":
            server.transport.abort()  # it has the letter, and we never hear so
        return "250 OK"


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
    port = free_port()
    for person in (seeds.person(house), seeds.person(house)):
        house.database.write(partial(_tell, house, person.consumer_id))
    return replace(house, mail=SmtpTransport(f"smtp://127.0.0.1:{port}", "vrm@vrm.example", timeout=5))


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


def jump(monkeypatch, **span: float) -> None:
    at = clock.now() + timedelta(**span)
    monkeypatch.setattr(clock, "now", lambda: at)
    monkeypatch.setattr("vrm.work.service.database_time", lambda _: at)


def test_letters_outlive_a_server_that_refuses_and_hangs_up(told, monkeypatch):
    """Refused, then cut off after it was taken: tried again until each is acknowledged, two letters under two ids."""
    receiver = Receiver("refuse", "hang up", "hang up", "refuse")
    with serving(receiver, port_of(told)):
        for _ in range(6):
            worker.run_once(told)
            jump(monkeypatch, hours=1, minutes=1)
    assert left(told) == 0
    assert len(receiver.arrived) == 4  # two of them copies
    assert len(set(receiver.arrived)) == 2


def test_letters_outlive_a_server_that_is_down_for_days(told, monkeypatch):
    """Nobody listens for five days, while the worker tries again and again: nothing is lost then, and nothing doubled."""
    for _ in range(5 * 24):
        worker.Worker(told, sweeps=(), handlers=worker.HANDLERS).run_once()
        jump(monkeypatch, hours=1, minutes=1)
    assert left(told) == 2
    receiver = Receiver()
    with serving(receiver, port_of(told)):
        worker.run_once(told)
    assert left(told) == 0
    assert len(receiver.arrived) == len(set(receiver.arrived)) == 2
