"""The keys that sign ID tokens change with no outage: a new one is known before it signs, an old one after it did."""

import base64
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from joserfc import jws
from joserfc.jwk import import_key

from keys import CannotUnwrap, KeyStore
from keys.token_keys import PUBLISHED_AFTER, PUBLISHED_BEFORE, Es256Signer

NOW = datetime(2026, 3, 1, 10, tzinfo=UTC)
MOMENT = timedelta(milliseconds=1)
FILE = "token-signing-keys"


def states(store: KeyStore, at: datetime) -> dict[str, str | None]:
    """What is published, and where each key stands."""
    return {key.signer.kid: key.state_at(at) for key in store.token_keys.published(at)}


def test_thumbprint_of_rfc_7638_and_signature():
    """The kid is the thumbprint as another library works it out, and that library verifies the signature."""
    number = ec.generate_private_key(ec.SECP256R1()).private_numbers().private_value
    signer = Es256Signer(number.to_bytes(32, "big"))
    public = import_key({name: str(signer.public[name]) for name in ("kty", "crv", "x", "y")})
    assert public.thumbprint() == signer.kid
    assert signer.public["alg"] == "ES256" and "d" not in signer.public
    text = base64url(b'{"alg":"ES256"}') + "." + base64url(b"{}")
    for _ in range(300):  # R and S begin with a zero now and then
        signed = f"{text}.{base64url(signer.sign(text.encode()))}"
        assert jws.deserialize_compact(signed, public, algorithms=["ES256"]).payload == b"{}"


def base64url(raw: bytes) -> str:
    """Without padding (RFC 7515, section 2)."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def test_repr_hides_the_private_key():
    """A representation names the key and shows nothing of it."""
    secret = bytes(31) + b"\x07"
    assert secret.hex() not in repr(Es256Signer(secret))


def test_an_instance_from_before_gets_its_key_when_it_needs_one(store: KeyStore, directory: Path):
    """Nobody does anything: the file appears, wrapped and private, and the key signs at once."""
    assert not (directory / FILE).exists()
    assert store.token_keys.signer(NOW).kid in states(store, NOW)
    assert (directory / FILE).stat().st_mode & 0o077 == 0
    assert b"secret" not in (directory / FILE).read_bytes()


def test_processes_that_begin_at_once_agree(another: Callable[[], KeyStore]):
    """The first key is made once, whoever needs it first."""
    one, other = another(), another()
    assert one.token_keys.signer(NOW).kid == other.token_keys.signer(NOW).kid


def test_a_rotation_from_one_process_to_the_next(another: Callable[[], KeyStore]):
    """Published, then signing, then old, then gone: each moment as another process sees it."""
    one, other = another(), another()
    old = one.token_keys.signer(NOW).kid
    made = one.token_keys.rotate(NOW)
    new, begins = made.signer.kid, NOW + PUBLISHED_BEFORE
    assert made.signs_from == begins
    assert states(other, NOW) == {new: "coming", old: "signing"}
    assert other.token_keys.signer(begins - MOMENT).kid == old
    assert other.token_keys.signer(begins).kid == new
    assert states(other, begins) == {new: "signing", old: "old"}
    assert states(other, begins + PUBLISHED_AFTER - MOMENT) == {new: "signing", old: "old"}
    assert states(other, begins + PUBLISHED_AFTER) == {new: "signing"}


def test_rotating_again_before_the_new_key_signs(store: KeyStore):
    """What was coming never signs; what signs goes on without a gap."""
    old = store.token_keys.signer(NOW).kid
    dropped = store.token_keys.rotate(NOW).signer.kid
    later = NOW + timedelta(minutes=5)
    new = store.token_keys.rotate(later).signer.kid
    assert states(store, later) == {new: "coming", old: "signing"}
    assert dropped not in states(store, later + PUBLISHED_BEFORE)
    assert store.token_keys.signer(later + PUBLISHED_BEFORE - MOMENT).kid == old


def test_many_rotations_leave_no_old_keys_behind(store: KeyStore):
    """What is no longer published is no longer kept."""
    for day in range(10):
        store.token_keys.rotate(NOW + timedelta(days=2 * day))
    after = NOW + timedelta(days=20)
    assert len(states(store, after)) == 1


def test_a_clock_that_is_behind_finds_a_key(another: Callable[[], KeyStore]):
    """Whoever made the first key may have a clock that is ahead; it is the only key there is."""
    one, other = another(), another()
    first = one.token_keys.signer(NOW).kid
    assert other.token_keys.signer(NOW - timedelta(seconds=5)).kid == first


def test_the_keys_move_to_the_next_kek(another: Callable[[], KeyStore]):
    """Rotating the KEK rewraps them too, and the old KEK can go."""
    store = another()
    kid = store.token_keys.signer(NOW).kid
    old = next(kek.kek_id for kek in store.status() if kek.current)
    store.rotate()
    assert next(kek.files for kek in store.status() if kek.kek_id == old) == 3
    store.rewrap()
    store.retire(old)
    assert another().token_keys.signer(NOW).kid == kid


def test_a_damaged_file_is_said(store: KeyStore, directory: Path):
    """No new key is made in place of one that others may still need."""
    store.token_keys.signer(NOW)
    sealed = (directory / FILE).read_bytes()
    (directory / FILE).write_bytes(sealed[:-1] + bytes([sealed[-1] ^ 1]))
    with pytest.raises(CannotUnwrap):
        store.token_keys.signer(NOW)
