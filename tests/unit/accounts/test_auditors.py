"""Auditors: let in by the operator, until a day, and out again at once."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from vrm import accounts
from vrm.errors import Denied, Invalid, NotFound
from vrm.ids import new_id

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
UNTIL = NOW + timedelta(days=30)


def grant(house, name="Rosa Canary", until=UNTIL):
    auditor = accounts.prepare_auditor(house.keys, name=name)
    return house.write(lambda s: accounts.grant_auditor(s, auditor=auditor, until=until, now=NOW))


def active(house, auditor_id, now=NOW):
    return house.read(lambda s: accounts.get_active_auditor(s, house.keys, auditor_id=auditor_id, now=now))


def test_a_mandate_holds_until_its_day(house):
    """From the grant until the moment named, and not at it."""
    auditor_id = grant(house)
    assert active(house, auditor_id).name == "Rosa Canary"
    assert active(house, auditor_id, UNTIL - timedelta(milliseconds=1))
    with pytest.raises(Denied):
        active(house, auditor_id, UNTIL)


def test_ending_works_at_once_and_keeps_the_first_moment(house):
    """An ended mandate stays listed with the moment it ended."""
    auditor_id = grant(house)
    for minutes in (1, 2):
        now = NOW + timedelta(minutes=minutes)
        house.write(lambda s, now=now: accounts.end_auditor(s, auditor_id=auditor_id, now=now))
    with pytest.raises(Denied):
        active(house, auditor_id)
    (listed,) = house.read(lambda s: accounts.list_auditors(s, house.keys))
    assert (listed.ended_at, listed.until) == (NOW + timedelta(minutes=1), UNTIL)


def test_unknown_ended_and_expired_are_one_answer(house):
    """Nobody learns from an id whether there ever was a mandate."""
    ended = grant(house)
    house.write(lambda s: accounts.end_auditor(s, auditor_id=ended, now=NOW))
    said = set()
    for auditor_id, now in ((ended, NOW), (new_id(), NOW), (grant(house), UNTIL)):
        with pytest.raises(Denied) as refusal:
            active(house, auditor_id, now)
        said.add((refusal.value.code, refusal.value.message))
    assert len(said) == 1


def test_names_are_sealed(house):
    """The table holds no name."""
    grant(house)
    rows = house.read(lambda s: s.execute(text("SELECT * FROM auditors")).all())
    assert "Canary" not in repr(rows)
    assert b"Canary" not in bytes(rows[0].sealed_name)


def test_a_mandate_needs_a_name_and_a_future(house):
    """What cannot be meant is refused."""
    with pytest.raises(Invalid):
        grant(house, name=" ")
    with pytest.raises(Invalid):
        grant(house, until=NOW)
    with pytest.raises(NotFound):
        house.write(lambda s: accounts.end_auditor(s, auditor_id=new_id(), now=NOW))
