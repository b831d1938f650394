"""The letter with a receipt says it all in plain words, carries the signed file, and goes out once for each decision."""

import re
from datetime import timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest

from tests.support import seeds
from tests.unit.receipts.conftest import Desk
from vrm import clock, consents, journeys, notices, worker
from vrm.journeys import noticing
from vrm.notices import Preferences


@pytest.fixture
def desk(house) -> Desk:
    """Who decides, and about whom."""
    return Desk(house)


def delivered(desk: Desk) -> list[EmailMessage]:
    """What the worker sends in some passes, oldest first; each letter once."""
    for _ in range(3):
        worker.run_once(desk.house)
    folder = desk.house.settings.mail_dir
    found = [message_from_bytes(path.read_bytes(), policy=policy.default) for path in folder.glob("*.eml")]
    return sorted(found, key=lambda mail: mail["Subject"])


def text_of(mail: EmailMessage) -> str:
    """What it says, on one line."""
    body = mail.get_body(("plain",))
    assert body is not None
    return " ".join(body.get_content().split())


def test_everything_the_law_of_receipts_wants_in_plain_words(desk: Desk):
    """Who, what for, what, from where, to whom, how long, how to look again and how to stop, also without signing in."""
    consent = desk.grant()
    (mail,) = delivered(desk)
    text, issuer = text_of(mail), desk.house.settings.issuer
    assert (mail["To"], mail["Subject"]) == (
        desk.person.email,
        "localhost:8000: Your receipt for what you allowed Nordlicht GmbH",
    )
    code = consents.stop_code(desk.house.keys, consumer_id=consent.consumer_id, consent_id=consent.id)
    for said in (
        "Nordlicht GmbH", "Kaistraße 3 Bremen", "data@nordlicht.example", "What for: Delivering what you ordered",
        "What: Address (when they need it)", "Not allowed: E-mail address", "Passed on to: Parcel carrier",
        "They say they keep it: 30 days", "your profile, as it is when they read it", "Ends by itself:",
        f"{issuer}/consents/{consent.id}", f"{issuer}/stop/{code}", f"{issuer}/consents/{consent.id}/receipts/1",
    ):  # fmt: skip
        assert said in text, text
    (file,) = mail.iter_attachments()
    assert file.get_content_type() == "application/json"
    assert re.fullmatch(r"receipt-[0-9a-f]{8}\.json", str(file.get_filename()))  # it names nobody
    raw = file.get_payload(decode=True)
    assert isinstance(raw, bytes)
    found = desk.check(raw)
    assert (found.faults, found.logged, found.committed) == ((), "in_the_log", True)


def test_a_letter_about_what_runs_says_how_to_end_it(desk: Desk):
    """As long as there is something to end."""
    desk.grant()
    (mail,) = delivered(desk)
    assert "revoke it" in text_of(mail) and "with each read, sign in here" not in text_of(mail)


def test_each_decision_has_its_letter_and_none_comes_twice(desk: Desk):
    """Granted, shortened, refused, revoked, given back, expired: one letter each, however often the worker passes."""
    keys, who, write = desk.house.keys, desk.person.consumer_id, desk.house.database.write
    consent, other, back = desk.grant(), desk.grant(), desk.grant()
    client_id = desk.shop.client.id
    write(lambda db: consents.give_back(db, keys, client_id=client_id, consent_id=back.id, now=clock.now()))
    write(
        lambda db: consents.change(
            db,
            keys,
            consumer_id=who,
            consent_id=other.id,
            ends=clock.now() + timedelta(days=1),
            notice_version=1,
            now=clock.now(),
        )
    )
    write(lambda db: consents.revoke(db, keys, consumer_id=who, consent_id=consent.id, now=clock.now()))
    write(lambda db: consents.expire(db, keys, now=clock.now() + timedelta(days=2)))
    desk.refuse()
    letters = delivered(desk)
    assert any("Nordlicht GmbH gave back what you had allowed" in text_of(mail) for mail in letters)
    # What is over when its letter goes out can be looked at, and not be changed any more.
    assert [("with each read, sign in here" in text_of(mail)) for mail in letters].count(True) == 7
    assert not any("revoke it" in text_of(mail) for mail in letters)
    subjects = sorted(mail["Subject"].strip() for mail in letters)  # a long one begins on a line of its own
    receipt = "localhost:8000: Your receipt for "
    assert [subject.removeprefix(receipt) for subject in subjects if subject.startswith(receipt)] == [
        "what has ended with Nordlicht GmbH",
        "what has ended with Nordlicht GmbH",
        "what you allowed Nordlicht GmbH",
        "what you allowed Nordlicht GmbH",
        "what you allowed Nordlicht GmbH",
        "what you no longer allow Nordlicht GmbH",
        "what you now allow Nordlicht GmbH",
        "what you refused Nordlicht GmbH",
    ]


def test_a_refusal_cannot_be_stopped_and_says_nothing_left(desk: Desk):
    """There is nothing to take back; the receipt says what was asked."""
    ask_id = desk.refuse()
    (mail,) = delivered(desk)
    text = text_of(mail)
    assert "Nothing left your profile" in text and "Refused: Address" in text
    assert "/stop/" not in text and f"/asks/{ask_id}/receipt" in text and mail["Reply-To"] is None


def test_german_and_discreet(desk: Desk):
    """It is written in the person's language; to who shares a mailbox it says nothing, and carries nothing."""
    keys, write = desk.house.keys, desk.house.database.write

    def prefer(wanted: Preferences) -> None:
        write(
            lambda db: notices.keep_preferences(
                db, keys, wanted, consumer_id=desk.person.consumer_id, now=clock.now()
            )
        )

    prefer(Preferences(language="de"))
    desk.grant()
    (mail,) = delivered(desk)
    assert mail["Subject"] == "localhost:8000: Ihr Beleg für das, was Sie Nordlicht GmbH erlaubt haben"
    assert "Wofür:" in text_of(mail)
    desk.grant()
    desk.refuse()
    seeds.catch_up(desk.house)
    telling = journeys.Telling(keys, desk.house.catalogue, desk.house.settings.issuer, clock.now())
    while noticing.follow(desk.house.database, telling):
        pass
    prefer(Preferences(discreet=True))  # letters that wait already keep to it
    discreet = [mail for mail in delivered(desk) if "Beleg" not in mail["Subject"]]
    assert len(discreet) == 2
    for each in discreet:
        assert "/notices" in text_of(each) and each["Reply-To"] is None
        assert not any(said in str(each) for said in ("Nordlicht", "/stop/", "receipt"))
        assert not list(each.iter_attachments())


def test_who_left_meanwhile_gets_none(desk: Desk):
    """A receipt waits, its person is forgotten: the letter is given up without a fault, and its job is gone."""
    desk.grant()
    seeds.catch_up(desk.house)
    desk.house.database.write(lambda db: consents.forget(db, consumer_id=desk.person.consumer_id))
    assert delivered(desk) == []
