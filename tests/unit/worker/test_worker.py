"""The worker does what is due, and one fault stops nothing else."""

import json
import logging
import os
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from email import message_from_bytes, policy
from pathlib import Path

import pytest

from keys import Aad, KeyStore
from vrm import accesslog, clock, ids, migrations, work
from vrm.config import Instance, Settings, make_private
from vrm.house import House
from vrm.web.tongue import tongue_of
from vrm.work import MailNotSent
from vrm.worker import Sweep, Worker, letters, log_tasks, run_once

NOW = clock.now()


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    """An open, empty instance."""
    home = tmp_path / "home"
    make_private(home)
    instance = Instance.new("http://localhost:8000", sandbox=True)
    settings = Settings.load({"VRM_HOME": str(home)}, instance=instance)
    migrations.upgrade(settings.database_url)
    KeyStore.initialise(settings.keystore_url, settings.keys_dir, instance.instance_id)
    with House.open(settings) as opened:
        yield opened


def enqueue_letter(house: House, **written: object) -> None:
    """A letter as the web leaves it."""
    job_id, owner = work.new_message_id("x").strip("<>").partition("@")[0], house.keys.INSTANCE_OWNER
    full = {
        "letter": "sign_up",
        "to": "anna@example.com",
        "message_id": "<1@localhost>",
        "values": {},
        **written,
    }
    sealed = house.keys.seal(owner, json.dumps(full).encode(), Aad(letters.KIND, owner, job_id))
    house.database.write(
        lambda session: work.enqueue(session, kind=letters.KIND, payload=sealed, now=NOW, job_id=job_id)
    )


def jobs(house: House, kind: str = letters.KIND) -> tuple[int, int, int]:
    """How many jobs are ready, waiting for later, dead."""
    counts = house.database.read(lambda session: work.counts(session, now=clock.now()))
    return next(((one.ready, one.later, one.dead) for one in counts if one.kind == kind), (0, 0, 0))


def test_events_reach_the_log_with_a_signed_checkpoint(house: House) -> None:
    """One pass gives an event its leaf and signs the tree; the next finds nothing to do."""
    event = accesslog.Event(type="company.registered", at=NOW, actor="operator", company=letters_company())
    house.database.write(lambda session: accesslog.record(session, event))
    assert run_once(house) == 1
    newest = house.database.read(accesslog.latest_checkpoint)
    assert newest is not None
    assert newest.size == 1
    assert run_once(house) == 0


def letters_company() -> str:
    return "5a3c0d0e-0000-4000-8000-000000000001"


def test_a_letter_is_rendered_when_it_is_sent(house: House) -> None:
    """It waits sealed, leaves readable, and its job is gone."""
    enqueue_letter(house, values={"link": "http://localhost:8000/x"})
    stored = b"".join(path.read_bytes() for path in house.settings.home.glob("vrm.db*"))
    assert b"anna@example.com" not in stored
    assert run_once(house) == 1
    (path,) = house.settings.mail_dir.glob("*.eml")
    mail = message_from_bytes(path.read_bytes(), policy=policy.default)
    assert (mail["To"], mail["From"]) == ("anna@example.com", '"VRM (localhost)" <vrm@localhost>')
    assert mail["Subject"] == "localhost:8000: Finish signing up"
    assert "http://localhost:8000/x\n" in mail.get_content()
    assert jobs(house) == (0, 0, 0)


@pytest.mark.parametrize("letter", letters.LETTERS)
@pytest.mark.parametrize("language", ["en", "de"])
def test_every_letter_can_be_rendered(letter: str, language: str) -> None:
    """No letter has a place that is not filled, in any language; each shows its link, if it has one."""
    values = {"link": "LINK", "company": "Nordlicht", "until": "2027-01-01", "domain": "nordlicht.example"}
    values |= {"first": "2026-11-01 08:00", "last": "2026-11-02 09:00", "message": "What happened."}
    values |= {"kind": "device", "said": '{"when": "2026-11-22T09:41:00+00:00", "browser": "", "system": ""}'}
    values |= {"notices": "[]", "more": "0"}
    subject, text = letters.render(letter, "https://vrm.example", values, tongue_of({"language": language}))
    assert "vrm.example" in subject
    assert ("LINK" in text) is ("%(link)s" in letters.LETTERS[letter].text)
    assert "%(" not in subject + text


@pytest.mark.parametrize("address", [None, "stop@vrm.example"])
def test_a_letter_about_a_consent_says_how_to_stop_it(house: House, address: str | None) -> None:
    """By its link; and by an answer, where one reaches us: only then does the letter say where answers go."""
    house = replace(house, settings=replace(house.settings, reply_address=address))
    said = {"company": "C", "act": "pause", "consent_id": "c"}
    enqueue_letter(
        house, letter="notice", values={"kind": "stopped", "said": json.dumps(said)}, stop_code="code"
    )
    assert run_once(house) == 1
    (path,) = house.settings.mail_dir.glob("*.eml")
    mail = message_from_bytes(path.read_bytes(), policy=policy.default)
    assert "http://localhost:8000/stop/code\n" in mail.get_content()
    assert mail["Reply-To"] == (None if address is None else "stop+code@vrm.example")
    assert ("answer this letter" in mail.get_content()) is (address is not None)


def test_a_letter_that_says_nothing_of_stopping_takes_no_answer(house: House) -> None:
    """Nobody ends a consent by an answer without having read that it does."""
    house = replace(house, settings=replace(house.settings, reply_address="stop@vrm.example"))
    enqueue_letter(house, values={"link": "L"}, stop_code="code")
    assert run_once(house) == 1
    (path,) = house.settings.mail_dir.glob("*.eml")
    assert b"Reply-To" not in path.read_bytes()


def test_a_broken_letter_waits_and_says_nothing_personal(house: House, caplog) -> None:
    """A letter that cannot be rendered is tried later; its content is in no log line."""
    caplog.set_level(logging.DEBUG)
    enqueue_letter(house, letter="no such letter anna@example.com")
    run_once(house)
    assert jobs(house) == (0, 1, 0)
    assert "a job of kind mail failed" in caplog.text


@pytest.mark.parametrize(("permanent", "left"), [(True, (0, 0, 1)), (False, (0, 1, 0))])
def test_mail_faults_decide_what_becomes_of_the_job(house: House, permanent: bool, left) -> None:
    """What can never work is kept as dead; what may pass is tried again."""

    def refuse(_: House, __: work.Job) -> None:
        raise MailNotSent(permanent=permanent)

    enqueue_letter(house)
    Worker(house, sweeps=(), handlers={letters.KIND: refuse}).run_once()
    assert jobs(house) == left


def test_one_fault_stops_nothing_else(house: House) -> None:
    """Sweeps and jobs after a broken one still run, pass after pass."""
    done: list[str] = []

    def broken(_: House) -> int:
        raise RuntimeError

    def fine(_: House) -> int:
        done.append("sweep")
        return 1

    enqueue_letter(house)
    worker = Worker(
        house,
        sweeps=(Sweep("broken", 0, broken), Sweep("fine", 0, fine), Sweep("rare", 3600, fine)),
        handlers={letters.KIND: lambda _, job: done.append(job.kind)},
    )
    worker.run_once()
    worker.run_once()
    assert done == ["sweep", "sweep", "mail", "sweep"]


def test_it_stops_when_told_and_when_its_parent_is_gone(house: House) -> None:
    """Neither a signal nor the death of the server leaves a worker behind."""
    stop = threading.Event()
    worker = Worker(house, sweeps=(Sweep("stop", 0, lambda _: stop.set() or 1),), handlers={})  # type: ignore[func-returns-value]
    worker.run(stop)
    assert stop.is_set()
    Worker(house, sweeps=(), handlers={}).run(threading.Event(), parent=os.getpid())


def test_an_old_dead_job_is_deleted(house: House) -> None:
    """Sealed letters that could not be sent are not kept for ever."""
    old = NOW - timedelta(days=40)
    house.database.write(lambda session: work.enqueue(session, kind="mail", payload=b"x", now=old, due=old))
    (job,) = house.database.write_group(
        lambda connection: work.claim(connection, kinds=["mail"], limit=1, lease=timedelta(minutes=1))
    )
    house.database.write_group(lambda connection: work.bury(connection, job))
    run_once(house)
    assert jobs(house) == (0, 0, 0)


def test_what_was_written_flat_out_is_signed_in_one_pass(house: House) -> None:
    """More events than are sequenced at once stand under one checkpoint before the worker turns to anything else."""
    count = 3 * log_tasks.MOST_SEQUENCED + 1
    company = accesslog.Event("company.approved", NOW, "operator", company=ids.new_id())
    written = [accesslog.prepare(company) for _ in range(count)]
    house.database.write(lambda db: accesslog.append(db.connection(), written))
    assert log_tasks.sequence_log(house) == count
    newest = house.database.read(accesslog.latest_checkpoint)
    assert newest is not None and newest.size == count
