"""Coming in by mail: links are good once, for an hour, and tell nobody who exists."""

from dataclasses import fields
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from keys import CannotOpen
from vrm import accounts
from vrm.accounts import AccountExists, BadPassword, LinkExpired, WrongCredentials
from vrm.errors import Invalid, TooMany

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
EMAIL = "anna.canary@example.org"
PASSWORD = "a fine long password"
HOUR = timedelta(hours=1)


def test_a_person_signs_up_and_in(house):
    """From the address to a session; the consumer's id is not the account's; address and name can be opened."""
    account = house.sign_up(EMAIL, PASSWORD, name=" Anna ")
    assert account.id != account.consumer_id
    assert house.read(lambda s: accounts.get_account(s, person_id=account.consumer_id)) == account
    person = house.read(lambda s: accounts.open_person(s, house.keys, person_id=account.consumer_id))
    assert (person.email, person.name) == (EMAIL, "Anna")
    assert house.sign_in(EMAIL.upper(), PASSWORD).account_id == account.id


def test_nothing_personal_is_stored_or_shown_in_clear(house, tmp_path):
    """No row and no repr holds the address, the name or a token."""
    invitation = house.invite(EMAIL)
    account = house.sign_up(EMAIL, PASSWORD, name="Canary Anna")
    started = house.sign_in(EMAIL, PASSWORD)
    rows = house.read(
        lambda s: [
            tuple(row)
            for table in ("accounts", "sign_ups", "sessions", "attempts")
            for row in s.execute(text(f"SELECT * FROM {table}"))
        ]
    )
    person = house.read(lambda s: accounts.open_person(s, house.keys, person_id=account.consumer_id))
    shown = repr(rows) + repr((invitation, started, person))
    assert len(rows) >= 4
    for canary in (EMAIL, "anna.canary", "Canary Anna", invitation.token, started.token, PASSWORD):
        assert canary not in shown


def test_an_invitation_looks_and_costs_the_same_for_everyone(house):
    """Known or unknown: one row, no Argon2, an answer of the same form. Only the letter will differ."""
    house.sign_up(EMAIL, PASSWORD)
    work_before = (house.hasher.made, house.hasher.checked)
    known, unknown = house.invite(EMAIL), house.invite("nobody@example.org")
    assert (house.hasher.made, house.hasher.checked) == work_before
    assert {each.name for each in fields(known)} == {each.name for each in fields(unknown)}
    assert len(known.token) == len(unknown.token)
    assert known.expires_at == unknown.expires_at
    assert (known.purpose, unknown.purpose) == ("reset", "sign_up")
    stored = house.read(lambda s: s.execute(text("SELECT length(sealed_email), purpose FROM sign_ups")).all())
    assert len(stored) == 2


def test_a_link_is_read_often_and_used_once(house):
    """Opening the page does not use the link up; completing does."""
    token = house.invite(EMAIL).token
    for _ in range(2):
        found = house.read(lambda s: accounts.get_invitation(s, house.keys, token=token, now=NOW))
        assert (found.email, found.purpose) == (EMAIL, "sign_up")
    newcomer = accounts.prepare_newcomer(house.keys, house.hasher, email=EMAIL, password=PASSWORD)
    house.write(lambda s: accounts.complete_sign_up(s, token=token, newcomer=newcomer, now=NOW))
    again = accounts.prepare_newcomer(house.keys, house.hasher, email=EMAIL, password=PASSWORD)
    with pytest.raises(LinkExpired):
        house.write(lambda s: accounts.complete_sign_up(s, token=token, newcomer=again, now=NOW))
    with pytest.raises(LinkExpired):
        house.read(lambda s: accounts.get_invitation(s, house.keys, token=token, now=NOW))


def test_a_link_is_good_for_an_hour(house):
    """At the hour it is over, for looking and for using."""
    token = house.invite(EMAIL).token
    newcomer = accounts.prepare_newcomer(house.keys, house.hasher, email=EMAIL, password=PASSWORD)
    almost, over = NOW + HOUR - timedelta(milliseconds=1), NOW + HOUR
    with pytest.raises(LinkExpired):
        house.write(lambda s: accounts.complete_sign_up(s, token=token, newcomer=newcomer, now=over))
    with pytest.raises(LinkExpired):
        house.read(lambda s: accounts.get_invitation(s, house.keys, token=token, now=over))
    house.write(lambda s: accounts.complete_sign_up(s, token=token, newcomer=newcomer, now=almost))


@pytest.mark.parametrize("token", ["", "vrm-link-guess", "x" * 10_000, "\0"])
def test_a_guessed_link_is_no_link(house, token):
    """Whatever a stranger types is answered alike."""
    with pytest.raises(LinkExpired):
        house.read(lambda s: accounts.get_invitation(s, house.keys, token=token, now=NOW))


def test_a_link_is_for_its_purpose_only(house):
    """A sign-up link sets nobody's password, and a reset link makes no account."""
    sign_up = house.invite("new@example.org").token
    with pytest.raises(LinkExpired):
        house.reset(sign_up, "new@example.org", PASSWORD)
    house.sign_up(EMAIL, PASSWORD)
    reset = house.invite(EMAIL).token
    newcomer = accounts.prepare_newcomer(house.keys, house.hasher, email=EMAIL, password=PASSWORD)
    with pytest.raises(LinkExpired):
        house.write(lambda s: accounts.complete_sign_up(s, token=reset, newcomer=newcomer, now=NOW))


def test_two_links_make_one_account(house):
    """Completing one link voids the other to the same address; one made meanwhile meets the account."""
    first, second = house.invite(EMAIL).token, house.invite(EMAIL).token
    made = [
        accounts.prepare_newcomer(house.keys, house.hasher, email=EMAIL, password=PASSWORD) for _ in range(2)
    ]
    house.write(lambda s: accounts.complete_sign_up(s, token=first, newcomer=made[0], now=NOW))
    with pytest.raises(LinkExpired):
        house.write(lambda s: accounts.complete_sign_up(s, token=second, newcomer=made[1], now=NOW))
    late = house.invite(EMAIL).token
    house.write(lambda s: s.execute(text("UPDATE sign_ups SET purpose = 'sign_up'")))
    with pytest.raises(AccountExists):
        house.write(lambda s: accounts.complete_sign_up(s, token=late, newcomer=made[1], now=NOW))


def test_the_key_is_there_before_the_row(house):
    """What is prepared can be opened although no transaction ran; a failed one leaves only a key."""
    newcomer = accounts.prepare_newcomer(house.keys, house.hasher, email=EMAIL, password=PASSWORD)
    assert len(house.keys.log_secret(newcomer.person_id)) == 32
    with pytest.raises(LinkExpired):
        house.write(lambda s: accounts.complete_sign_up(s, token="no", newcomer=newcomer, now=NOW))
    assert house.read(lambda s: s.execute(text("SELECT count(*) FROM accounts")).scalar_one()) == 0


def test_a_reset_ends_every_session_and_the_old_password(house):
    """Whoever was signed in with the old password is out, and it opens nothing any more."""
    account = house.sign_up(EMAIL, PASSWORD)
    tokens = [house.sign_in(EMAIL, PASSWORD).token for _ in range(2)]
    again = house.reset(house.invite(EMAIL).token, EMAIL, "another fine password")
    assert again == account
    assert [house.find(token) for token in tokens] == [None, None]
    with pytest.raises(WrongCredentials):
        house.sign_in(EMAIL, PASSWORD)
    house.sign_in(EMAIL, "another fine password")


def test_mail_cannot_be_flooded(house):
    """One address gets few letters an hour, whoever asks; then the answer says when to come back."""
    for number in range(5):
        house.invite(EMAIL, client=f"192.0.2.{number}")
    with pytest.raises(TooMany) as refusal:
        house.invite(EMAIL, client="192.0.2.99", now=NOW + timedelta(minutes=20))
    assert refusal.value.retry_after == 40 * 60
    house.invite("other@example.org", client="192.0.2.99")
    house.invite(EMAIL, now=NOW + HOUR)


def test_one_client_cannot_write_to_everybody(house):
    """The limit by network address holds over all e-mail addresses."""
    for number in range(100):
        house.invite(f"person{number}@example.org")
    with pytest.raises(TooMany):
        house.invite("person100@example.org")
    house.invite("person100@example.org", client="192.0.2.2")


def test_what_is_no_address_is_refused_at_once(house):
    """A malformed address gets no link and leaves no row."""
    with pytest.raises(Invalid):
        house.invite("anna at example.org")
    assert house.read(lambda s: s.execute(text("SELECT count(*) FROM sign_ups")).scalar_one()) == 0


@pytest.mark.parametrize("name", ["x" * 101, "two\nlines", "half \ud800"])
def test_a_name_that_cannot_be_shown_is_refused(house, name):
    """The name is one line of at most a hundred letters; refusing it makes no key and costs no Argon2."""
    with pytest.raises(Invalid):
        accounts.prepare_newcomer(house.keys, house.hasher, email=EMAIL, password=PASSWORD, name=name)
    assert house.hasher.made == 0


def test_a_bad_password_leaves_the_link_good(house):
    """The rules are checked before anything is used up."""
    token = house.invite(EMAIL).token
    with pytest.raises(BadPassword):
        accounts.prepare_newcomer(house.keys, house.hasher, email=EMAIL, password="short")
    house.read(lambda s: accounts.get_invitation(s, house.keys, token=token, now=NOW))


def test_a_sealed_address_does_not_open_elsewhere(house):
    """Swapping two people's sealed addresses is noticed."""
    anna, bert = house.sign_up(EMAIL, PASSWORD), house.sign_up("bert@example.org", PASSWORD)
    house.write(
        lambda s: s.execute(
            text("UPDATE accounts SET sealed_email = (SELECT max(sealed_email) FROM accounts)")
            if s.get_bind().dialect.name == "sqlite"
            else text("UPDATE accounts SET sealed_email = (SELECT sealed_email FROM accounts LIMIT 1)")
        )
    )
    opened = 0
    for who in (anna, bert):
        try:
            house.read(lambda s, who=who: accounts.open_person(s, house.keys, person_id=who.consumer_id))
            opened += 1
        except CannotOpen:
            pass
    assert opened == 1


def test_forgetting_leaves_no_row_and_frees_the_address(house):
    """Account, sessions and links are gone; the same address may come again as somebody new."""
    account = house.sign_up(EMAIL, PASSWORD)
    other = house.sign_up("bert@example.org", PASSWORD)
    token = house.sign_in(EMAIL, PASSWORD).token
    link = house.invite(EMAIL).token
    house.write(lambda s: accounts.forget(s, consumer_id=account.consumer_id))
    house.write(lambda s: accounts.forget(s, consumer_id=account.consumer_id))
    assert house.find(token) is None
    with pytest.raises(LinkExpired):
        house.reset(link, EMAIL, "another fine password")
    assert house.sign_up(EMAIL, PASSWORD).consumer_id != account.consumer_id
    assert house.read(lambda s: accounts.get_account(s, person_id=other.consumer_id)) == other


def test_an_ended_account_is_closed_like_one_that_never_was(house):
    """No session, no sign-in, no reset; and the address is free."""
    account = house.sign_up(EMAIL, PASSWORD)
    token, link = house.sign_in(EMAIL, PASSWORD).token, house.invite(EMAIL).token
    house.write(lambda s: accounts.end_account(s, account_id=account.id, now=NOW))
    assert house.find(token) is None
    with pytest.raises(WrongCredentials):
        house.sign_in(EMAIL, PASSWORD)
    with pytest.raises(LinkExpired):
        house.reset(link, EMAIL, "another fine password")
    assert house.invite(EMAIL).purpose == "sign_up"
