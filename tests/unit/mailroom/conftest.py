"""A listener on a socket, a person who gave something, and letters to it."""

import smtplib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from email.message import EmailMessage

import pytest

from tests.support import seeds
from vrm import accesslog, clock, consents, work
from vrm.consents import Consent
from vrm.house import House
from vrm.mailroom import Limits, Mailroom

ADDRESS = "stop@vrm.example"
LIMITS = Limits(free=1000)


def text(**headers: str) -> bytes:
    """An answer as a person's program writes it."""
    message = EmailMessage()
    for name, value in {
        "From": "Mia <mia@example.org>",
        "Subject": "Re: What you allowed",
        **headers,
    }.items():
        message[name.replace("_", "-")] = value
    message.set_content("Please stop this.\n\n> your letter\n")
    return message.as_bytes()


@dataclass
class Desk:
    """Where mail comes in, and what became of it."""

    house: House
    port: int

    def consent(self, shop: seeds.Shop | None = None) -> Consent:
        """One more consent of somebody."""
        return seeds.grant(self.house, seeds.person(self.house), shop or seeds.shop(self.house), "name")

    def address(self, consent: Consent) -> str:
        """Where an answer about it goes."""
        code = consents.stop_code(self.house.keys, consumer_id=consent.consumer_id, consent_id=consent.id)
        return work.answer_address(ADDRESS, code)

    def client(self) -> smtplib.SMTP:
        """A connection that has greeted."""
        client = smtplib.SMTP("127.0.0.1", self.port, timeout=20)
        client.ehlo()
        return client

    def send(self, *to: str, content: bytes | None = None, sender: str = "mia@example.org") -> int:
        """Deliver a letter; the reply's code: of the letter, or of the first address that was refused."""
        with self.client() as client:
            client.mail(sender)
            for each in to:
                code, _ = client.rcpt(each)
                if code != 250:
                    return code
            return client.data(text() if content is None else content)[0]

    def state(self, consent: Consent) -> str:
        """How a consent stands."""
        return self.house.database.read(
            lambda db: consents.get_consent(db, consumer_id=consent.consumer_id, consent_id=consent.id)
        ).state

    def events(self, consent: Consent) -> list[str]:
        """The types of a consent's events, newest first."""
        listed = self.house.database.read(
            lambda db: accesslog.list_for_consumer(
                db, consumer_id=consent.consumer_id, consent_id=consent.id, limit=10
            )
        )
        return [each.type for each in listed]

    def letters(self) -> int:
        """How many letters wait."""
        counts = self.house.database.read(lambda db: work.counts(db, now=clock.now()))
        return sum(each.ready + each.later for each in counts if each.kind == work.KIND_OF_LETTERS)


@pytest.fixture
def limits() -> Limits:
    """What one sender may take; a test may ask for less."""
    return LIMITS


@pytest.fixture
def desk(house: House, limits: Limits) -> Iterator[Desk]:
    """The listener of an instance, and letters to it."""
    settings = replace(house.settings, reply_address=ADDRESS)
    told = replace(house, settings=settings)
    room = Mailroom(told, limits=limits)
    port = room.open("127.0.0.1", 0)
    yield Desk(told, port)
    room.close()
