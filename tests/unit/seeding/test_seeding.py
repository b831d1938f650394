"""What is sown in bulk is what the services would have made, one person at a time."""

import json
import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Table, or_, select

from vrm import accesslog, accounts, clock, consents, journeys, migrations, notices, oversight, profiles
from vrm.accesslog.entry import detail_of, opens
from vrm.cli.examine import require_log
from vrm.consents import holdings
from vrm.disclosures import Answer, Door, Reader
from vrm.house import House
from vrm.seeding import Plan, Sown, crowd, people, sow
from vrm.seeding.companies import offer

PLAN = Plan(consumers=7, consents_each=3, reads_each=1, companies=5)
ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def sown(house: House, plan: Plan = PLAN) -> Sown:
    return sow(house, plan, progress=lambda done, total: None, indexing=lambda done, total: None)


def consumer(house: House, number: int) -> str:
    """Who that person is, found by their address."""
    email = people.email(number)
    return house.database.read(lambda db: accounts.find_people(db, house.keys, [email]))[email]


def by_services(house: House, number: int, at: datetime) -> str:
    """The same person, made by the verbs that the pages call, one after the other."""
    email, keys = people.email(number), house.keys
    newcomer = accounts.prepare_newcomer(keys, house.hasher, email=email, password="a long sentence of mine")

    def work(db: Any) -> None:
        link = accounts.invite(db, keys, email=email, client="127.0.0.1", now=at)
        accounts.complete_sign_up(db, token=link.token, newcomer=newcomer, now=at)
        for field, raw in people.values(number):
            profiles.put(
                db, keys, house.catalogue, consumer_id=newcomer.person_id, field=field, raw=raw, now=at
            )
        for each in range(PLAN.consents_each):
            wanted = offers[(number + each) % PLAN.companies]
            ask_id = consents.open_ask(
                db, consumer_id=newcomer.person_id, client_id=wanted.client.id,
                company_id=wanted.client.company_id, terms=wanted.terms, request={}, now=at,
            )  # fmt: skip
            consents.grant(
                db, keys, consumer_id=newcomer.person_id, ask_id=ask_id,
                choices=[consents.Choice(at, line.key) for at, line in enumerate(wanted.terms.lines)],
                duration_days=wanted.terms.duration_days, versions=[], notice=wanted.notice,
                notice_version=wanted.notice_version, now=at,
            )  # fmt: skip

    offers = [offer(house, each, now=at) for each in range(PLAN.companies)]
    house.database.write(work)
    crowd.catch_up(house)
    return newcomer.person_id


def kept(house: House, consumer_id: str) -> dict[str, list[Any]]:
    """Every row there is of a person, by table, with what is random or sealed left out, and their log entries."""

    def of(table: Table) -> list[Any]:
        owners = [table.c[name] for name in ("consumer_id", "person_id") if name in table.c]
        if not owners:
            return []
        rows = house.database.read(
            lambda db: db.execute(select(table).where(or_(*(c == consumer_id for c in owners)))).all()
        )
        return sorted(json.dumps(_plain(dict(row._mapping)), sort_keys=True) for row in rows)

    found = {name: of(table) for name, table in migrations.metadata().tables.items()}
    events = house.database.read(
        lambda db: accesslog.list_for_consumer(db, consumer_id=consumer_id, limit=100)
    )
    table = migrations.metadata().tables["log_events"]
    texts = house.database.read(
        lambda db: list(
            db.scalars(select(table.c.entry).where(table.c.id.in_([each.event_id for each in events])))
        )
    )
    members = [json.loads(text) | {"thread": "", "detail": ""} for text in texts]
    return found | {"entries": sorted(json.dumps(each, sort_keys=True) for each in members)}


def _plain(value: Any, name: str = "") -> Any:
    if isinstance(value, dict):
        return {each: _plain(item, each) for each, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if name == "opening":
        return _plain(detail_of(value)) | {"record": ""}
    if isinstance(value, bytes) or name == "password_hash":
        return "hidden"
    if isinstance(value, datetime):
        return clock.rfc3339(value)
    return ID.sub("an id", value) if isinstance(value, str) and name not in COMMON else value


COMMON = ("client_id", "company_id")
"""Ids that both people have alike."""


def test_every_row_is_what_the_services_write(house):
    """In every table there is, for one person made both ways at the same moment."""
    sown(house, Plan(PLAN.consumers, PLAN.consents_each, reads_each=0, companies=PLAN.companies))
    before = consumer(house, 6)
    at = house.database.read(lambda db: consents.list_consents(db, consumer_id=before))[0].granted_at
    again = kept(house, before)
    account = house.database.read(lambda db: accounts.get_account(db, person_id=before))
    house.database.write(lambda db: accounts.end_account(db, account_id=account.id, now=at))
    one_by_one = kept(house, by_services(house, 6, at))
    assert again == one_by_one
    assert len(again["consents"]) == len(again["entries"]) == len(again["notice_due"]) == 3
    assert all(again[name] for name in ("accounts", "profile_values", "consent_keys", "subjects", "asks"))


def test_what_was_sown_opens_weighs_and_is_read(house):
    """Profiles open, the door answers with the values, and the person finds consents, receipts and reads."""
    sown(house)
    read, door = house.database.read, Door(house.database, house.keys, house.catalogue)
    for number in range(PLAN.consumers):
        whose = consumer(house, number)
        items = read(lambda db, whose=whose: profiles.list_items(db, house.keys, consumer_id=whose))
        email = items["email"][0].value
        assert email == people.email(number) and len(items) == 5
        assert (
            read(lambda db, whose=whose: accounts.open_person(db, house.keys, person_id=whose)).email == email
        )
        held = read(lambda db, whose=whose: consents.list_consents(db, consumer_id=whose))
        assert len(held) == PLAN.consents_each
        events = read(lambda db, whose=whose: accesslog.list_for_consumer(db, consumer_id=whose, limit=9))
        assert sorted(event.type for event in events) == ["consent.granted"] * 3 + ["disclosure"]
        for consent in held:
            answer = door.read(Reader(consent.client_id), consent_id=consent.id, purpose=None, keys=None)
            assert isinstance(answer, Answer) and answer.profile and answer.subject == consent.subject
            record = read(
                lambda db, consent=consent: consents.get_record(
                    db, house.keys, consumer_id=consent.consumer_id, consent_id=consent.id, number=1
                )
            )
            granted = [event for event in events if event.detail.get("record") == record.sha256]
            assert len(granted) == 1


def test_a_read_of_the_past_looks_like_one_of_now(house):
    """The same members in clear, and an opening of the same shape that the entry commits to."""
    sown(house)
    whose = consumer(house, 0)
    (first,) = _reads(house, whose)
    Door(house.database, house.keys, house.catalogue).read(
        Reader(str(first.entry["client"])), consent_id=str(first.detail["consent"]), purpose=None, keys=None
    )
    crowd.catch_up(house)
    (now,) = [each for each in _reads(house, whose) if each.event_id != first.event_id]
    entries, openings = zip(*(_stored(house, each.event_id) for each in (first, now)), strict=True)
    for entry, opening in zip(entries, openings, strict=True):
        assert opens(entry, opening)
    then, later = (json.loads(entry) | {"time": "", "detail": ""} for entry in entries)
    assert then == later
    then, later = (dict(detail_of(opening)) | {"event": ""} for opening in openings)
    assert then == later


def _reads(house: House, whose: str) -> Sequence[accesslog.LoggedEvent]:
    events = house.database.read(lambda db: accesslog.list_for_consumer(db, consumer_id=whose, limit=9))
    return [event for event in events if event.type == "disclosure"]


def _stored(house: House, event_id: str) -> tuple[bytes, bytes]:
    tables = migrations.metadata().tables
    event, whose = tables["log_events"], tables["event_lookups"]
    query = select(event.c.entry, whose.c.opening).join(whose, whose.c.event_id == event.c.id)
    row = house.database.read(lambda db: db.execute(query.where(event.c.id == event_id)).one())
    return bytes(row.entry), bytes(row.opening)


def test_the_log_verifies_and_nothing_waits(house):
    """It is signed, indexed and followed to its end; a company's list has every consent; nobody gets a letter."""
    done = sown(house)
    assert done == Sown(7, 0, 21, 7, done.log_size)
    assert require_log(house, None) == done.log_size
    assert house.database.read(oversight.indexed) == done.log_size == house.database.read(notices.followed)
    assert house.database.read(accesslog.count_pending) == 0
    listed = 0
    for number in range(PLAN.companies):
        client = offer(house, number, now=clock.now()).client
        page = house.database.read(
            lambda db, client=client: holdings.list_held(
                db, company_id=client.company_id, now=clock.now(), limit=100
            )
        )
        listed += len(page)
    assert listed == done.consents
    jobs = migrations.metadata().tables["jobs"]
    assert not house.database.read(lambda db: db.execute(select(jobs)).all())


def test_a_second_run_goes_on_where_the_first_was_cut_off(house):
    """People who are there stay as they are, and each is there once."""

    def cut_off(done: int, total: int) -> None:
        if done == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        sow(house, PLAN, progress=cut_off, indexing=lambda done, total: None)
    there = consumer(house, 0)
    assert sown(house) == Sown(4, 3, 12, 4, sown(house).log_size)
    assert consumer(house, 0) == there
    more = sown(house, Plan(9, 3, 1, 5))
    assert (more.consumers, more.known) == (2, 7)
    assert sown(house, Plan(3, 3, 1, 50)).log_size == more.log_size, "where nobody is missing, no company is"
    assert require_log(house, None) == more.log_size


def test_others_may_write_meanwhile(house):
    """What happens between is followed too, leaf by leaf."""
    sown(house, Plan(2, 1, 1, 1))
    whose = consumer(house, 0)
    (consent,) = house.database.read(lambda db: consents.list_consents(db, consumer_id=whose))

    def meanwhile(done: int, total: int) -> None:
        if done == 2:
            house.database.write(
                lambda db: consents.revoke(
                    db, house.keys, consumer_id=whose, consent_id=consent.id, now=clock.now()
                )
            )

    sow(house, Plan(4, 1, 1, 1), progress=meanwhile, indexing=lambda done, total: None)
    due = migrations.metadata().tables["notice_due"]
    looked_at = house.database.read(lambda db: set(db.scalars(select(due.c.consumer_id))))
    assert looked_at == {consumer(house, number) for number in (1, 2, 3)}


def test_a_receipt_that_is_owed_is_never_skipped(house):
    """Who decided lately gets one, however many decided."""
    sown(house, Plan(1, 1, 0, 1))
    whose = consumer(house, 0)
    given = house.database.read(lambda db: consents.list_consents(db, consumer_id=whose))
    at = given[0].granted_at + timedelta(days=1)
    telling = journeys.Telling(house.keys, house.catalogue, house.settings.issuer, at)
    with pytest.raises(ValueError, match="receipt"):
        journeys.noticing.follow_granted(house.database, telling, start=0, granted=given)


def test_nobody_has_a_password_until_a_mailed_link_sets_one(house):
    """No password opens an account that has none, the empty one included."""
    sown(house, Plan(1, 1, 0, 1))
    email, now = people.email(0), clock.now()

    def sign_in(password: str) -> accounts.Started:
        return accounts.sign_in(
            house.database,
            house.keys,
            house.hasher,
            email=email,
            password=password,
            client="127.0.0.1",
            now=now,
        )

    for password in ("", "a long sentence of mine"):
        with pytest.raises(accounts.WrongCredentials):
            sign_in(password)
    password_hash = accounts.prepare_password(house.hasher, email=email, password="a long sentence of mine")

    def reset(db: Any) -> None:
        link = accounts.invite(db, house.keys, email=email, client="127.0.0.1", now=now)
        accounts.reset_password(db, token=link.token, password_hash=password_hash, now=now)

    house.database.write(reset)
    assert sign_in("a long sentence of mine").token
