"""Sessions end: by themselves when unused or old, at once when told to."""

from datetime import UTC, datetime, timedelta

import pytest

from vrm import accounts
from vrm.accounts.sessions import IDLE, TOUCH, WHOLE

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
EMAIL = "anna@example.org"
PASSWORD = "a fine long password"
TICK = timedelta(milliseconds=1)


@pytest.fixture
def account(house):
    return house.sign_up(EMAIL, PASSWORD)


def start(house, account, now=NOW):
    return house.write(lambda s: accounts.start_session(s, account_id=account.id, now=now))


def test_a_session_says_whose_it_is(house, account):
    """Account, consumer and kind come from the account; the id is no secret."""
    started = start(house, account)
    found = house.find(started.token)
    assert (found.account_id, found.person_id, found.kind) == (account.id, account.consumer_id, "consumer")
    assert found.session_id == started.session_id
    assert started.token not in found.session_id
    assert (found.created_at, found.expires_at) == (NOW, NOW + WHOLE)


def test_a_session_unused_for_too_long_is_over(house, account):
    """At the idle limit it is over, and touching does not bring it back."""
    token = start(house, account).token
    assert house.find(token, now=NOW + IDLE - TICK)
    assert house.find(token, now=NOW + IDLE) is None
    house.write(lambda s: accounts.touch_session(s, token=token, now=NOW + IDLE))
    assert house.find(token, now=NOW + IDLE) is None


def test_use_keeps_a_session_but_not_for_ever(house, account):
    """Touching moves the idle limit; the whole limit stands."""
    token, now = start(house, account).token, NOW
    while now + IDLE / 2 < NOW + WHOLE:
        now += IDLE / 2
        assert house.find(token, now=now).needs_touch
        house.write(lambda s, now=now: accounts.touch_session(s, token=token, now=now))
    assert house.find(token, now=NOW + WHOLE - TICK)
    assert house.find(token, now=NOW + WHOLE) is None


def test_a_page_is_seldom_a_write(house, account):
    """A session needs a touch only after a while."""
    token = start(house, account).token
    assert not house.find(token, now=NOW + TOUCH - TICK).needs_touch
    assert house.find(token, now=NOW + TOUCH).needs_touch


def test_signing_out_ends_one_or_all(house, account):
    """One session, every session but one, every session."""
    tokens = [start(house, account).token for _ in range(3)]
    house.write(lambda s: accounts.end_session(s, token=tokens[0]))
    assert [house.find(token) is not None for token in tokens] == [False, True, True]
    house.write(lambda s: accounts.end_sessions(s, account_id=account.id, but=tokens[1]))
    assert [house.find(token) is not None for token in tokens] == [False, True, False]
    house.write(lambda s: accounts.end_sessions(s, account_id=account.id))
    assert house.find(tokens[1]) is None


def test_sweeping_takes_only_what_is_over(house, account):
    """Live sessions, links and counters stay; all of them go when their time is over."""
    token = start(house, account).token
    link = house.invite("new@example.org").token
    assert house.write(lambda s: accounts.sweep(s, now=NOW)) == 0
    assert house.find(token)
    assert house.read(lambda s: accounts.get_invitation(s, house.keys, token=link, now=NOW))
    assert house.write(lambda s: accounts.sweep(s, now=NOW + WHOLE)) >= 4
    assert house.write(lambda s: accounts.sweep(s, now=NOW + WHOLE)) == 0


def test_sessions_are_listed_while_they_are_good(house, account):
    """The newest first, each with its times; one that is over, ended or another's is not among them."""
    other = house.sign_up("ben@example.org", PASSWORD)
    start(house, other)
    old = start(house, account, NOW)
    new = start(house, account, NOW + timedelta(minutes=90))
    ended = start(house, account, NOW)
    house.write(lambda s: accounts.end_session(s, token=ended.token))

    def listed(now):
        return house.read(lambda s: accounts.list_sessions(s, account_id=account.id, now=now))

    found = listed(NOW + timedelta(minutes=100))
    assert [one.session_id for one in found] == [new.session_id, old.session_id]
    assert (found[1].created_at, found[1].last_seen, found[1].expires_at) == (NOW, NOW, NOW + WHOLE)
    assert [one.session_id for one in listed(NOW + IDLE)] == [new.session_id]
    assert listed(NOW + WHOLE * 2) == []
