"""Passwords: which are taken, and how they are kept."""

import pytest

from vrm.accounts import BadPassword, Cost, Hasher
from vrm.accounts.passwords import LONGEST, check_password

EMAIL = "anna.maria@example.org"


@pytest.mark.parametrize(
    "password",
    [
        "four plain words here",
        "ÄÖÜäöüß αβγδε",
        "x1" * 6 + "!",
        "a" * 50 + "b" * 50 + "c" * 100,
        "            a b",
        "anna.maria is my name",
        "🐘🐘🐘🐘🐘🐘🐎🐎🐎🐎🐎🐄",
    ],
)
def test_any_long_password_is_good(password):
    """No rule of composition: words, spaces, any script."""
    check_password(password, email=EMAIL)


@pytest.mark.parametrize(
    "password",
    [
        "",
        "eleven char",
        "x" * (LONGEST + 1),
        "ANNA.maria@example.ORG",
        " anna.maria@example.org ",
        "123456789012",
        "PasswordPassword",
        "Password1234",
        "qwertyuiop123",
        "aaaaaaaaaaaaaaaa",
        "abababababababab",
        "halves of a \ud800 letter",
        "a\u0308" * 11,
    ],
)
def test_short_long_own_address_and_first_guesses_are_refused(password):
    """The message says what to do and does not repeat the password."""
    with pytest.raises(BadPassword) as refusal:
        check_password(password, email=EMAIL)
    assert refusal.value.field == "password"
    assert not password or password not in refusal.value.message


def test_a_hash_is_argon2id_at_the_given_cost():
    """The default is the second recommended option of RFC 9106; another cost is an argument, never a global."""
    assert Cost() == Cost(memory=65536, passes=3, lanes=4)
    assert Hasher(Cost(8, 1, 1)).hash("some password").startswith("$argon2id$v=19$m=8,t=1,p=1$")


def test_only_the_password_matches_however_it_was_composed():
    """Salted; letters composed or not are the same letters; nobody's hash matches nothing."""
    hasher = Hasher(Cost(8, 1, 1))
    phc = hasher.hash("f\u00fcnf gr\u00fcne Enten")
    assert phc != hasher.hash("f\u00fcnf gr\u00fcne Enten")
    assert hasher.matches("fu\u0308nf gru\u0308ne Enten", phc)
    assert not hasher.matches("funf grune Enten", phc)
    assert not hasher.matches("", phc)
    assert not hasher.matches("f\u00fcnf gr\u00fcne Enten", None)


def test_nobody_costs_what_anybody_costs():
    """The hash that unknown accounts are checked against has the cost, salt and length of a real one."""
    hasher = Hasher(Cost(32, 2, 4))
    real, nobody = (phc.split("$") for phc in (hasher.hash("some password"), hasher._nobody))
    assert real[:4] == nobody[:4]
    assert [len(part) for part in real] == [len(part) for part in nobody]


def test_a_hash_of_another_cost_is_outdated():
    """Whether cost went up or down."""
    one, other = Hasher(Cost(8, 1, 1)), Hasher(Cost(16, 1, 1))
    assert not one.is_outdated(one.hash("some password"))
    assert one.is_outdated(other.hash("some password"))
    assert one.matches("some password", other.hash("some password"))
