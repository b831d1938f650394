"""The second factor: a code is taken once, guessing is counted, and the secret is sealed."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from tests.support.seeds import code, wrong_code
from tests.unit.accounts.conftest import NOW
from vrm import accounts
from vrm.errors import Conflict, TooMany

EMAIL, PASSWORD = "anna@canary.example", "four words and one more"
MOMENTS = [NOW + timedelta(seconds=30 * step) for step in range(-2, 56)]
"""Every step of which a test here shows a code, and those beside."""


class Person:
    """Somebody with an account, a device that holds the secret, and a session."""

    def __init__(self, house):
        self.house = house
        self.account = house.sign_up(EMAIL, PASSWORD)
        self.token = house.sign_in(EMAIL, PASSWORD).token
        self.secret = self.begin().secret
        while len({code(self.secret, at) for at in MOMENTS}) < len(MOMENTS):  # six digits are few
            self.token = house.sign_in(EMAIL, PASSWORD).token
            self.secret = self.begin().secret

    def begin(self, token=None):
        return self.house.write(
            lambda s: accounts.begin_second_factor(
                s,
                self.house.keys,
                account_id=self.account.id,
                token=token or self.token,
                issuer="VRM",
                label="here",
            )
        )

    def confirm(self, shown, now=NOW):
        started, codes = self.house.write(
            lambda s: accounts.confirm_second_factor(
                s, self.house.keys, account_id=self.account.id, code=shown, token=self.token, now=now
            )
        )
        self.token = started.token
        return codes

    def prove(self, shown, now=NOW):
        token = self.house.sign_in(EMAIL, PASSWORD, now=now).token
        return self.house.write(
            lambda s: accounts.prove_second_factor(
                s, self.house.keys, account_id=self.account.id, code=shown, token=token, now=now
            )
        )

    def left(self):
        return self.house.read(lambda s: accounts.count_recovery_codes(s, account_id=self.account.id))


@pytest.fixture
def anna(house):
    return Person(house)


def test_it_is_in_use_once_a_code_was_typed(house, anna):
    """Until then a sign-in needs no code; the same secret is shown again; afterwards none is shown."""
    assert not house.find(anna.token).has_second_factor
    assert anna.begin().secret == anna.secret
    before = anna.token
    assert len(set(anna.confirm(code(anna.secret, NOW)))) == 10
    assert house.find(before) is None
    present = house.find(anna.token)
    assert present.has_second_factor and present.proved
    assert not house.find(house.sign_in(EMAIL, PASSWORD).token).proved
    with pytest.raises(Conflict):
        anna.begin()


def test_a_wrong_code_takes_nothing_into_use(house, anna):
    """Neither a code of another time nor anything else."""
    for shown in (
        code(anna.secret, NOW + timedelta(minutes=5)),
        wrong_code(anna.secret, NOW),
        "",
        "\u0661" * 6,
    ):
        with pytest.raises(accounts.WrongCode):
            anna.confirm(shown)
    assert not house.find(anna.token).has_second_factor


def test_a_code_is_good_once_and_near_its_time(house, anna):
    """Not twice, not the one before after a newer one, not two steps away; spaces do not matter."""
    anna.confirm(code(anna.secret, NOW))
    assert anna.prove(code(anna.secret, NOW)) is None
    later = NOW + timedelta(minutes=10)
    shown = code(anna.secret, later)
    assert anna.prove(code(anna.secret, later - timedelta(seconds=60)), later) is None
    assert anna.prove(f" {shown[:3]} {shown[3:]}", later) is not None
    assert anna.prove(shown, later) is None
    assert anna.prove(code(anna.secret, later - timedelta(seconds=30)), later) is None
    assert anna.prove(code(anna.secret, later + timedelta(seconds=30)), later) is not None


def test_a_proof_makes_a_new_session(house, anna):
    """The session that was not proved is over: what someone planted or saw before is worth nothing."""
    anna.confirm(code(anna.secret, NOW))
    later = NOW + timedelta(minutes=10)
    token = house.sign_in(EMAIL, PASSWORD, now=later).token
    started = house.write(
        lambda s: accounts.prove_second_factor(
            s, house.keys, account_id=anna.account.id, code=code(anna.secret, later), token=token, now=later
        )
    )
    assert house.find(token, now=later) is None
    assert house.find(started.token, now=later).proved


def test_guessing_is_counted(house, anna):
    """Ten tries in a quarter of an hour, right or wrong; then nobody is let in until it is over."""
    anna.confirm(code(anna.secret, NOW))
    later = NOW + timedelta(minutes=10)
    for _ in range(10):
        assert anna.prove(wrong_code(anna.secret, later), later) is None
    with pytest.raises(TooMany):
        anna.prove(code(anna.secret, later), later)
    assert anna.prove(code(anna.secret, later + timedelta(minutes=16)), later + timedelta(minutes=16))


def test_a_recovery_code_is_good_once(house, anna):
    """As it was shown or without its lines; then it is gone, and the others stay."""
    first, second, *_ = anna.confirm(code(anna.secret, NOW))
    assert anna.prove(first) is not None
    assert anna.prove(first) is None
    assert anna.prove(second.replace("-", "").upper()) is not None
    assert anna.left() == 8


def test_nothing_readable_is_kept(house, anna):
    """Neither the secret nor a recovery code stands in a table."""
    codes = anna.confirm(code(anna.secret, NOW))
    rows = [
        repr(house.read(lambda s, name=name: s.execute(text(f"SELECT * FROM {name}")).all()))
        for name in ("second_factors", "recovery_codes")
    ]
    assert not any(shown in row or anna.secret in row for row in rows for shown in codes)


def test_removing_it_removes_all_of_it(house, anna):
    """Then the password alone lets in, and forgetting the person leaves no row."""
    anna.confirm(code(anna.secret, NOW))
    house.write(lambda s: accounts.end_second_factor(s, account_id=anna.account.id))
    assert not house.find(house.sign_in(EMAIL, PASSWORD).token).has_second_factor
    assert anna.left() == 0
    anna.begin()
    house.write(lambda s: accounts.forget(s, consumer_id=anna.account.consumer_id))
    assert not house.read(lambda s: s.execute(text("SELECT * FROM second_factors")).all())


def test_what_another_session_saw_is_never_taken_into_use(house, anna):
    """Each session gets a secret of its own, and the newest alone can be confirmed, where it was shown."""
    planted, seen_in = anna.secret, anna.token
    anna.token = house.sign_in(EMAIL, PASSWORD).token
    shown = anna.begin().secret
    assert shown != planted
    with pytest.raises(accounts.WrongCode):
        anna.confirm(code(planted, NOW))
    anna.token, mine = seen_in, anna.token
    with pytest.raises(accounts.WrongCode):
        anna.confirm(code(shown, NOW))
    anna.token = mine
    assert anna.confirm(code(shown, NOW))
