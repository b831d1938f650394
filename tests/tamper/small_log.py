"""A small log for tests: a key, events of several types, and an export of them."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from vrm.accesslog import About, Event, Selection, append, open_export, prepare, publish, sequence
from vrm.accesslog.entry import Prepared
from vrm.db import Database
from vrm.tlog.note import Verifier

ORIGIN = "log.example/test"
COMPANY = "11111111-1111-4111-8111-111111111111"
CLIENT = "22222222-2222-4222-8222-222222222222"
CONSUMERS = ("33333333-3333-4333-8333-333333333333", "44444444-4444-4444-8444-444444444444")
CONSENTS = ("55555555-5555-4555-8555-555555555555", "66666666-6666-4666-8666-666666666666")
START = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)


class Signer:
    """An Ed25519 key from a seed of one repeated byte."""

    def __init__(self, seed: int = 7) -> None:
        self._key = Ed25519PrivateKey.from_private_bytes(bytes([seed]) * 32)
        self.public = self._key.public_key().public_bytes_raw()

    def sign(self, message: bytes) -> bytes:
        return self._key.sign(message)

    @property
    def verifier(self) -> Verifier:
        return Verifier(ORIGIN, self.public)


def about(person: int = 0, consent: int | None = None) -> About:
    """One of two invented people, and one of two consents (the person's own unless said)."""
    consent_id = CONSENTS[person if consent is None else consent]
    return About(CONSUMERS[person], consent_id, bytes([person + 1]) * 32, consent_id)


def event(number: int) -> Event:
    """The nth event of the small log, a second after the one before; every seventh is a refusal."""
    at, person = START + timedelta(seconds=number), number % 2
    if number % 5 == 4:
        return Event("company.approved", at, "operator", company=COMPANY)
    if number % 5 == 0:
        return Event(
            "consent.granted", at, "consumer", company=COMPANY, client=CLIENT, keys=("email", "birthdate"),
            revision=1, about=about(person), detail={"consent": CONSENTS[person]},
        )  # fmt: skip
    refused = number % 7 == 1
    return Event(
        "disclosure", at, "client", company=COMPANY, client=CLIENT, purpose="dpv:ServiceProvision",
        keys=("age_over_18", "email"), outcome="refused" if refused else "answered",
        code="consent_revoked" if refused else None, revision=1, about=about(person),
        detail={"consent": CONSENTS[person], "versions": {"email": [[1, "home"]]}},
    )  # fmt: skip


def write(database: Database, numbers: Sequence[int]) -> list[Prepared]:
    """Write events without giving them leaves."""
    prepared = [prepare(event(number)) for number in numbers]
    database.write(lambda session: append(session.connection(), prepared))
    return prepared


def fill(database: Database, count: int, signer: Signer | None = None) -> list[Prepared]:
    """Write, sequence and publish that many events."""
    prepared = write(database, range(count))
    while sequence(database):
        pass
    publish(database, signer or Signer(), ORIGIN)
    return prepared


def exported(database: Database, selection: Selection | None = None, signer: Signer | None = None) -> bytes:
    """An export, whole."""
    return b"".join(open_export(database, verifier=(signer or Signer()).verifier, selection=selection))
