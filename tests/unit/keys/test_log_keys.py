"""The log's key gives way to the next with no moment at which nobody can check what is signed."""

import pytest

from keys import KeyChanging, KeyStore
from keys.log_keys import LogKeys
from vrm import clock

INSTANCE = "11111111-1111-4111-8111-111111111111"


@pytest.fixture
def place(tmp_path):
    where = (f"sqlite:///{tmp_path}/keystore.db", tmp_path / "keys", INSTANCE)
    KeyStore.initialise(*where)
    return where


def test_two_keys_sign_and_then_one(place):
    """The second key signs at once in every process, beside the first; the first is destroyed at the end."""
    store, other = KeyStore(*place), KeyStore(*place)
    first, now = store.log_signer, clock.now()
    assert [key.since for key in store.log_keys.signing()] == [None] and store.log_keys.former() == []
    second = store.log_keys.rotate(store.log_keys.draft(now))
    assert [key.signer.public for key in other.log_keys.signing()] == [first.public, second.signer.public]
    assert (other.log_signer.public, other.log_keys.signing()[1].since) == (first.public, now)
    assert store.log_keys.finish().public == first.public
    for opened in (other, KeyStore(*place)):
        assert opened.log_signer.public == second.signer.public
        assert opened.log_keys.former() == [first.public]
    seed = first._private.private_bytes_raw()
    for path in place[1].iterdir():
        if path.suffix != ".kek":
            assert seed.hex().encode() not in path.read_bytes() and seed not in path.read_bytes()
    assert store._keyring.read("log-signing-key") != seed
    third = store.log_keys.rotate(store.log_keys.draft(now)).signer
    store.log_keys.finish()
    assert other.log_signer.public == third.public
    assert other.log_keys.former() == [first.public, second.signer.public]


def test_each_step_has_its_time(place):
    """A third key while two sign, and an end with one alone, are refused; nothing is changed."""
    store = KeyStore(*place)
    with pytest.raises(KeyChanging):
        store.log_keys.finish()
    store.log_keys.rotate(store.log_keys.draft(clock.now()))
    before = [key.signer.public for key in store.log_keys.signing()]
    with pytest.raises(KeyChanging):
        store.log_keys.rotate(store.log_keys.draft(clock.now()))
    assert [key.signer.public for key in store.log_keys.signing()] == before


def test_an_end_that_was_cut_off_is_made_again(place, monkeypatch):
    """The elder key is destroyed in two files; where the second cannot be written both sign on, and it is done again."""
    store = KeyStore(*place)
    elder = store.log_keys.signing()[0].signer.public
    store.log_keys.rotate(store.log_keys.draft(clock.now()))
    with monkeypatch.context() as cut:
        cut.setattr(LogKeys, "_write", _fails)
        with pytest.raises(OSError):
            store.log_keys.finish()
    again = KeyStore(*place).log_keys
    assert len(again.signing()) == 2 and again.signing()[0].signer.public == elder
    assert again.finish().public == elder and again.former() == [elder]


def _fails(*_):
    raise OSError("the disk is full")


def test_they_are_rewrapped_with_the_rest(place):
    """A new KEK wraps the log's keys too, and they are what they were."""
    store = KeyStore(*place)
    store.log_keys.rotate(store.log_keys.draft(clock.now()))
    before = [key.signer.public for key in store.log_keys.signing()]
    old = store._keyring.current()
    store.rotate()
    store.rewrap()
    store.retire(old)
    assert [key.signer.public for key in KeyStore(*place).log_keys.signing()] == before
