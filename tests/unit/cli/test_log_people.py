"""``vrm log people``: whose reads a file holds, counted or written to, and no address on the terminal."""

import json
from email import message_from_bytes, policy

import pytest
from babel import Locale

from tests.support import seeds
from tests.unit.cli.conftest import Operator
from tests.unit.web.audit.desk import settle
from vrm import accesslog, accounts, clock, consents, notices, oversight
from vrm.config import Settings
from vrm.disclosures import Door, Reader
from vrm.house import House
from vrm.notices import Preferences
from vrm.web.notice_words import said
from vrm.web.tongue import Tongue

TEXT = "A key of theirs was stolen on Monday. Ask us: breach@vrm.example. 100 % of reads are shown."


@pytest.fixture
def house(operator):
    with House.open(Settings.load({"VRM_HOME": str(operator.home)})) as opened:
        yield opened


@pytest.fixture
def breach(house, tmp_path):
    """Two people read through one client, one of them under two consents; the exposure as an auditor took it out."""
    mia, omar, shop = seeds.person(house), seeds.person(house), seeds.shop(house)
    door, since = Door(house.database, house.keys, house.catalogue), clock.now()
    for person in (mia, omar, mia):
        consent = seeds.grant(house, person, shop, "email", "name")
        door.read(Reader(shop.client.id), consent_id=consent.id, purpose=None, keys=("email",))
    settle(house)
    bundle = oversight.open_exposure_bundle(
        house.database, house.keys, origin=house.settings.log_origin, title="Stolen key", since=since,
        until=clock.now(), client_id=shop.client.id, auditor_id=seeds.auditor(house).auditor_id, now=clock.now(),
    )  # fmt: skip
    file = tmp_path / "exposure.ndjson"
    file.write_bytes(b"".join(bundle))
    return file, mia, omar


@pytest.fixture
def letter(tmp_path):
    file = tmp_path / "letter.txt"
    file.write_text(TEXT)
    return file


def mails(operator: Operator):
    """What the worker sends of the breach, beside the receipts of what was allowed."""
    operator.do("worker", "--once")
    found = [
        message_from_bytes(each.read_bytes(), policy=policy.default) for each in operator.home.rglob("*.eml")
    ]
    return [(str(each["To"]), each.get_content()) for each in found if not each.is_multipart()]


def test_people_are_counted(operator, breach):
    """Threads and people, without a name; nobody is written to; the log says that it was asked."""
    file, mia, omar = breach
    told = operator.do("log", "people", str(file)).stdout
    assert told.startswith("3 threads of 2 people.") and "Nobody was written to." in told
    assert mia.email not in told and omar.consumer_id not in told
    assert operator.ask("log", "people", str(file)) == {"threads": 3, "people": 2, "erased": 0, "letters": 0}
    assert mails(operator) == []
    assert [one["code"] for one in operator.logged() if one["type"] == "exposure.traced"] == ["counted"] * 2


def test_people_are_written_to(operator, breach, letter):
    """Each gets the operator's words once, with who read and when; the opening of the event names the file."""
    file, mia, omar = breach
    told = operator.do("log", "people", str(file), "--letter", str(letter)).stdout
    assert "2 letters wait" in told and "@" not in told
    sent = mails(operator)
    assert sorted(to for to, _ in sent) == sorted([mia.email, omar.email])
    assert all(TEXT in text and "Nordlicht" in text and "/reads" in text for _, text in sent)
    (event,) = [one for one in operator.logged() if one["type"] == "exposure.traced"]
    assert (event["actor"], event["code"]) == ("operator", "notified")
    assert TEXT not in json.dumps(event)


def test_it_is_written_discreetly_to_who_asked_for_that(operator, house, breach, letter):
    """No company and none of the words leave by mail; they stand among the notices. Doing it again writes to nobody."""
    file, mia, _ = breach
    house.database.write(
        lambda db: notices.keep_preferences(
            db, house.keys, Preferences(discreet=True), consumer_id=mia.consumer_id, now=clock.now()
        )
    )
    for letters in (2, 0):
        assert operator.ask("log", "people", str(file), "--letter", str(letter))["letters"] == letters
    sent = [text for to, text in mails(operator) if to == mia.email]
    assert sent and not any("Nordlicht" in text or TEXT in text for text in sent)
    told = house.database.read(
        lambda db: notices.list_notices(db, house.keys, consumer_id=mia.consumer_id, limit=9)
    )
    (one,) = [each for each in told if each.kind == "exposed"]
    words = said(one.kind, one.values, Tongue(str, Locale("en")))
    assert "Nordlicht" in words.title and TEXT in words.sentences and words.path == "/reads"


def test_an_export_will_do(operator, breach, tmp_path):
    """The operator needs no auditor for it: an export of their own holds the same reads."""
    file = tmp_path / "own.ndjson"
    operator.do("log", "export", str(file), "--type", "disclosure")
    assert operator.ask("log", "people", str(file))["people"] == 2


def test_the_erased_are_nobody(operator, house, breach):
    """Of somebody who was erased there is a thread, and nobody behind it."""
    file, mia, _ = breach
    for forget in (consents.forget, accounts.forget, accesslog.forget):
        house.database.write(lambda db, forget=forget: forget(db, consumer_id=mia.consumer_id))
    facts = operator.ask("log", "people", str(file))
    assert (facts["threads"], facts["people"], facts["erased"]) == (3, 1, 2)


def test_a_file_that_was_touched(operator, breach, letter):
    """Nobody is written to because of a file that is not this log's, or a letter that says nothing."""
    file, *_ = breach
    letter.write_text(" \n")
    assert operator.code("log", "people", str(file), "--letter", str(letter)) == "invalid"
    file.write_bytes(file.read_bytes().replace(b"Stolen key", b"Stolen dog"))
    assert operator.code("log", "people", str(file)) == "invalid"
    assert not [one for one in operator.logged() if one["type"] == "exposure.traced"]
