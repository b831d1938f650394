"""Signing in: the same answer and the same work for everyone who guesses, and only so many guesses."""

import threading
from datetime import UTC, datetime, timedelta

import pytest

from vrm import accounts
from vrm.accounts import BadPassword, Cost, WrongCredentials
from vrm.accounts.throttle import SIGN_IN_CLIENT, SIGN_IN_HANDLE, client_hash
from vrm.errors import TooMany

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
EMAIL = "anna@example.org"
PASSWORD = "a fine long password"
WINDOW = SIGN_IN_HANDLE.window


def wrong(house, email, password="not this one", **more):
    """The refusal a guess gets, and how much Argon2 it cost."""
    before = (house.hasher.made, house.hasher.checked)
    with pytest.raises((WrongCredentials, TooMany)) as refusal:
        house.sign_in(email, password, **more)
    fault = refusal.value
    return (
        type(fault),
        fault.code,
        fault.message,
        house.hasher.made - before[0],
        house.hasher.checked - before[1],
    )


def test_unknown_wrong_and_ended_are_one_answer_for_one_verification(house):
    """Known address, unknown address, ended account, no address at all: nothing tells them apart."""
    house.sign_up(EMAIL, PASSWORD)
    gone = house.sign_up("gone@example.org", PASSWORD)
    house.write(lambda s: accounts.end_account(s, account_id=gone.id, now=NOW))
    guesses = [
        wrong(house, EMAIL),
        wrong(house, "nobody@example.org"),
        wrong(house, "gone@example.org", PASSWORD),
        wrong(house, "no address"),
        wrong(house, "x" * 100_000),
        wrong(house, "\ud800@example.org", "\ud800"),
        wrong(house, EMAIL, ""),
    ]
    assert set(guesses) == {guesses[0]}
    assert guesses[0][3:] == (0, 1)


def test_guessing_at_one_address_is_throttled_alike_known_or_not(house):
    """After the limit no guess is looked at, not even the right one, until the window ends; no Argon2 is spent."""
    house.sign_up(EMAIL, PASSWORD)
    for email in (EMAIL, "nobody@example.org"):
        for number in range(SIGN_IN_HANDLE.most):
            assert wrong(house, email, client=f"192.0.2.{number}")[0] is WrongCredentials
        refused = wrong(house, email.upper(), PASSWORD, client="192.0.2.99", now=NOW + timedelta(minutes=5))
        assert refused[0] is TooMany
        assert refused[3:] == (0, 0)
    with pytest.raises(TooMany) as refusal:
        house.sign_in(EMAIL, PASSWORD, now=NOW + timedelta(minutes=5))
    assert refusal.value.retry_after == 600
    assert "anna" not in refusal.value.message
    house.sign_in(EMAIL, PASSWORD, now=NOW + WINDOW)


def test_guessing_from_one_place_is_throttled_over_all_addresses(house):
    """Many addresses tried from one network address count together; another place is free."""
    house.sign_up(EMAIL, PASSWORD)
    for number in range(SIGN_IN_CLIENT.most):
        wrong(house, f"person{number}@example.org")
    assert wrong(house, EMAIL, PASSWORD)[0] is TooMany
    house.sign_in(EMAIL, PASSWORD, client="192.0.2.2")


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("2001:db8:1:1::1", "2001:db8:1:1:ffff::2", True),
        ("2001:db8:1:1::1", "2001:db8:1:2::1", False),
        ("::ffff:192.0.2.7", "192.0.2.7", True),
        ("not an address", "", True),
    ],
)
def test_a_place_is_a_subscriber(keys, one, other, same):
    """A whole IPv6 /64 is one place, as is an IPv4 address however written, and so are all unknown places."""
    assert (client_hash(keys, one) == client_hash(keys, other)) is same


def test_success_is_forgiven(house):
    """Who knows the password is never locked out by signing in often, nor by slips before."""
    house.sign_up(EMAIL, PASSWORD)
    for _ in range(SIGN_IN_CLIENT.most // 4):
        for _ in range(3):
            wrong(house, EMAIL)
        house.sign_in(EMAIL, PASSWORD)


def test_guesses_sent_at_once_all_count(house):
    """Attempts in parallel get no more guesses than attempts in a row."""
    house.sign_up(EMAIL, PASSWORD)
    outcomes = []
    start = threading.Barrier(8)

    def guess():
        start.wait()
        for _ in range(3):
            try:
                house.sign_in(EMAIL, "not this one")
            except (WrongCredentials, TooMany) as fault:
                outcomes.append(type(fault))

    threads = [threading.Thread(target=guess) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert outcomes.count(WrongCredentials) == SIGN_IN_HANDLE.most
    assert outcomes.count(TooMany) == 24 - SIGN_IN_HANDLE.most


def test_a_session_token_is_new_and_the_one_brought_along_ends(house):
    """A token planted in the browser before, even a valid one of the attacker's, is worthless after signing in."""
    house.sign_up(EMAIL, PASSWORD)
    house.sign_up("eve@example.org", PASSWORD)
    planted = house.sign_in("eve@example.org", PASSWORD).token
    started = house.sign_in(EMAIL, PASSWORD, replaces=planted)
    assert started.token != planted
    assert house.find(planted) is None
    assert house.find(started.token).account_id == started.account_id
    assert house.find("made-up") is None
    house.sign_in(EMAIL, PASSWORD, replaces="made-up")
    assert house.find("made-up") is None


def test_argon2_never_runs_while_a_transaction_is_open(house):
    """The hasher can write to the database itself, so nobody holds it."""
    house.sign_up(EMAIL, PASSWORD)
    written = []
    house.hasher.before_check = lambda: written.append(house.write(lambda s: accounts.sweep(s, now=NOW)))
    house.sign_in(EMAIL, PASSWORD)
    wrong(house, "nobody@example.org")
    assert len(written) == 2


def test_a_reset_during_verification_wins(house):
    """Whoever verified the old password just before it was reset gets no session."""
    house.sign_up(EMAIL, PASSWORD)
    link = house.invite(EMAIL).token
    house.hasher.after_check = lambda: house.reset(link, EMAIL, "another fine password")
    with pytest.raises(WrongCredentials):
        house.sign_in(EMAIL, PASSWORD)
    house.hasher.after_check = lambda: None
    house.sign_in(EMAIL, "another fine password")


def test_a_hash_of_another_cost_is_made_anew_at_sign_in(house):
    """Raising the cost reaches people as they sign in, and the password stays."""
    house.sign_up(EMAIL, PASSWORD)
    house.hasher = type(house.hasher)(Cost(memory=16, passes=1, lanes=1))
    for made in (1, 1):
        house.sign_in(EMAIL, PASSWORD)
        assert house.hasher.made == made


def test_changing_the_password_keeps_this_session_only(house):
    """The current password is asked for; every other session ends; the old one opens nothing."""
    account = house.sign_up(EMAIL, PASSWORD)
    here, there = (house.sign_in(EMAIL, PASSWORD).token for _ in range(2))

    def change(current, new):
        accounts.change_password(
            house.database,
            house.keys,
            house.hasher,
            account_id=account.id,
            current=current,
            new=new,
            token=here,
            now=NOW,
        )

    with pytest.raises(WrongCredentials):
        change("not this one", "another fine password")
    with pytest.raises(BadPassword):
        change(PASSWORD, EMAIL)
    assert house.find(there) is not None
    change(PASSWORD, "another fine password")
    assert house.find(here) is not None
    assert house.find(there) is None
    with pytest.raises(WrongCredentials):
        house.sign_in(EMAIL, PASSWORD)
    for _ in range(SIGN_IN_HANDLE.most - 1):  # the failed sign-in above was the first
        with pytest.raises(WrongCredentials):
            change("not this one", "another fine password")
    with pytest.raises(TooMany):
        change("another fine password", "yet another password")
