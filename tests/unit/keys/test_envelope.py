"""What is sealed opens in its own place, whole and unchanged, or not at all."""

import os

import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import assume, given
from hypothesis import strategies as st

import keys
from keys import Aad, CannotOpen
from keys.envelope import SealingKey, key_id

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
AADS = st.builds(Aad, TEXT, TEXT, TEXT, TEXT, st.integers(0, 2**64 - 1))
KEY = SealingKey(b"k" * 16, b"s" * 32)


@given(plaintext=st.binary(max_size=300), aad=AADS, instance=TEXT)
def test_round_trip(plaintext, aad, instance):
    """Any bytes sealed for any place open there again."""
    place = aad.encode(instance)
    sealed = KEY.seal(plaintext, place)
    assert KEY.open(sealed, place) == plaintext
    assert len(sealed) == len(plaintext) + 45


@given(one=AADS, other=AADS, instance=TEXT, other_instance=TEXT)
def test_two_places_never_encode_alike(one, other, instance, other_instance):
    """The encoding of a place is unambiguous: other parts, other bytes."""
    assume((one, instance) != (other, other_instance))
    assert one.encode(instance) != other.encode(other_instance)


def test_a_border_between_parts_cannot_be_moved():
    """Text that slides from one part into the next makes another place."""
    assert Aad("a", "bc", "d").encode("i") != Aad("ab", "c", "d").encode("i")
    assert Aad("a", "b", "", "c").encode("i") != Aad("a", "b", "c", "").encode("i")


@pytest.mark.parametrize("version", [-1, 2**64])
def test_a_version_out_of_range_is_refused(version):
    """No version is cut to fit, for then two would be alike."""
    with pytest.raises(ValueError):
        Aad("a", "b", version=version).encode("i")


def test_every_flipped_bit_is_refused():
    """One changed bit in any byte of header, ciphertext or tag, and nothing opens."""
    sealed = KEY.seal(b"1980-02-29", b"place")
    for index in range(len(sealed)):
        for bit in range(8):
            changed = bytearray(sealed)
            changed[index] ^= 1 << bit
            with pytest.raises(CannotOpen):
                KEY.open(bytes(changed), b"place")


def test_every_byte_of_the_header_is_authenticated():
    """The header is part of what the tag covers: plain AES-GCM over the place alone does not open it."""
    sealed = KEY.seal(b"1980-02-29", b"place")
    bare = AESGCM(b"s" * 32)
    assert bare.decrypt(sealed[17:29], sealed[29:], sealed[:29] + b"place") == b"1980-02-29"
    for prefix in range(29):
        with pytest.raises(InvalidTag):
            bare.decrypt(sealed[17:29], sealed[29:], sealed[:prefix] + b"place")


def test_truncated_and_extended_input_is_refused():
    """Any shorter or longer input raises CannotOpen and nothing else."""
    sealed = KEY.seal(b"1980-02-29", b"place")
    for wrong in [sealed[:size] for size in range(len(sealed))] + [sealed + b"\0", b"\0" + sealed]:
        with pytest.raises(CannotOpen):
            KEY.open(wrong, b"place")


@given(st.binary(max_size=100))
def test_arbitrary_bytes_raise_only_cannot_open(junk):
    """The parser lets no raw error through."""
    with pytest.raises(CannotOpen):
        KEY.open(junk, b"place")


def test_the_same_plaintext_never_seals_alike():
    """Nonces differ, so equal values cannot be told from sealed bytes."""
    assert len({KEY.seal(b"same", b"place") for _ in range(100)}) == 100


def test_another_key_of_the_same_id_is_refused():
    """The id finds a key; only the key opens."""
    with pytest.raises(CannotOpen):
        SealingKey(b"k" * 16, b"t" * 32).open(KEY.seal(b"x", b"place"), b"place")


def test_no_key_in_repr_or_error():
    """Neither representation nor exception holds key bytes or plaintext."""
    secret = os.urandom(32)
    key = SealingKey(b"k" * 16, secret)
    with pytest.raises(CannotOpen) as refused:
        key.open(key.seal(b"CANARY", b"place"), b"elsewhere")
    shown = repr(key) + str(key) + repr(refused.value) + str(refused.value)
    assert secret.hex() not in shown and repr(secret) not in shown and "CANARY" not in shown
    assert refused.value.__cause__ is None and refused.value.__suppress_context__


def test_the_example_in_the_door_sign_is_true(monkeypatch):
    """Format and place are, byte for byte, what the package's docstring shows."""
    dek_id, nonce = "f81d4fae7dec4d0aa76500a0c91e6bf6", "a0a1a2a3a4a5a6a7a8a9aaab"
    monkeypatch.setattr("keys.envelope.os.urandom", lambda size: bytes.fromhex(nonce)[:size])
    place = Aad("value", "7d444840-9dc0-41d1-b245-5ffdce74fad2", "1", "birthdate", 3).encode("inst")
    sealed = SealingKey(bytes.fromhex(dek_id), bytes(range(32))).seal(b"1980-02-29", place)
    shown = ["01", dek_id, nonce, "d721441d68fb3092505c", "8b4b78f0d46bf3e009aeed82c39f1120"]
    assert sealed.hex() == "".join(shown)
    assert key_id(sealed).hex() == dek_id
    for part in shown:
        assert f"\n    {part} " in keys.__doc__
    words = ["00000004 696e7374", "00000005 76616c7565", "00000001 31", "00000009 626972746864617465"]
    rest = place.hex()
    for word in [*words[:2], "00000024 37643434", *words[2:], "0000000000000003"]:
        assert word in keys.__doc__
        _, found, rest = rest.partition(word.replace(" ", ""))
        assert found
