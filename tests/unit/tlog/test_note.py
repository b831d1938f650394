"""Signed notes, byte for byte as C2SP writes them."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.tamper.small_log import ORIGIN, Signer
from vrm.tlog import note
from vrm.tlog.errors import BadNote

VKEY = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
EXAMPLE = (
    "This is an example message.\n\n— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1"
    "ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n"
)
LINE = EXAMPLE.split("\n")[2]


def test_the_standards_example_verifies():
    """The example of C2SP signed-note reads, verifies, and its key has the key id it should."""
    verifier = note.Verifier.parse(VKEY)
    assert verifier.key_id.hex() == "530d903a"
    assert verifier.vkey == VKEY
    read = note.parse(EXAMPLE.encode())
    assert read.text == "This is an example message.\n"
    verifier.verify(read)


def test_what_we_sign_others_can_read():
    """Signing gives a note that parses back to its text and verifies under the key's vkey."""
    signer = Signer()
    raw = note.sign("one\n\ntwo\n", ORIGIN, signer)
    read = note.parse(raw.encode())
    assert read.text == "one\n\ntwo\n"
    note.Verifier.parse(signer.verifier.vkey).verify(read)


def test_strangers_signatures_are_ignored_and_a_bad_own_one_is_not():
    """Lines of unknown keys do no harm; one of the known key must verify, even beside a good one."""
    verifier = note.Verifier.parse(VKEY)
    other = note.sign("This is an example message.\n", "example.com/other", Signer()).split("\n")[2]
    verifier.verify(note.parse((EXAMPLE + other + "\n").encode()))
    with pytest.raises(BadNote, match="no signature"):
        verifier.verify(note.parse(EXAMPLE.replace(LINE, other).encode()))
    twice = EXAMPLE + LINE.replace("aQM=", "aQA=") + "\n"
    with pytest.raises(BadNote, match="does not verify"):
        verifier.verify(note.parse(twice.encode()))


def test_sixteen_signatures_are_read():
    """The standard asks for at least sixteen."""
    assert len(note.parse((EXAMPLE + (LINE + "\n") * 15).encode()).signatures) == 16


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\n",
        b"\n\n",
        b"text\n",
        b"text\n\n",
        EXAMPLE[:-1].encode(),
        EXAMPLE.replace("\n\n", "\n").encode(),
        EXAMPLE.replace("—", "-").encode(),
        EXAMPLE.replace("— ", "—").encode(),
        EXAMPLE.replace("— ", "—  ").encode(),
        EXAMPLE.replace("foo Uw", "foo  Uw").encode(),
        EXAMPLE.replace("aQM=", "aQM").encode(),
        EXAMPLE.replace("aQM=", "aQN=").encode(),  # the same bytes, spelled with spare bits set
        EXAMPLE.replace("aQM=", "aQ M=").encode(),
        EXAMPLE.replace("example.com/foo ", "a+b ").encode(),
        EXAMPLE.replace("example.com/foo ", "a\u00a0b ").encode(),
        EXAMPLE.replace(" Uw2Q", " ").encode() + b"\n",
        EXAMPLE.replace("This", "Th\tis").encode(),
        EXAMPLE.replace("This", "Th\x00is").encode(),
        EXAMPLE.replace("\n", "\r\n").encode(),
        b"\xff" + EXAMPLE.encode(),
        "text\n\n— name AAAA\n".encode(),
        (EXAMPLE + (LINE + "\n") * 64).encode(),
        b"x" * (note.MOST_BYTES + 1),
    ],
)
def test_bad_notes(raw):
    """What breaks the grammar is refused as a bad note and as nothing else."""
    with pytest.raises(BadNote):
        note.parse(raw)


@pytest.mark.parametrize(
    "vkey",
    [
        "", "+", "++", "name", VKEY[:-1], VKEY + "=", VKEY.replace("foo", "bar"), VKEY.replace("530d", "530D"),
        VKEY.replace("530d", "530e"), VKEY.replace("+Ae", "+Be"), " " + VKEY, VKEY.replace("/foo", "/f o"),
        "a\ud800+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
    ],
)  # fmt: skip
def test_bad_vkeys(vkey):
    """A vkey with anything changed is refused: its key id is made of its name and key."""
    with pytest.raises(BadNote):
        note.Verifier.parse(vkey)


@given(st.binary(max_size=200))
def test_parsers_raise_only_their_own_error(raw):
    """Whatever comes in, a note or BadNote comes out."""
    for tail in (b"", b"\n\n\xe2\x80\x94 a AAAAAAAA\n"):
        with contextlib.suppress(BadNote):
            note.parse(raw + tail)


def test_a_name_that_cannot_be_written_is_not_signed():
    """A key name with a space or a plus never gets into a note."""
    for name in ("", "a b", "a+b", "a\nb"):
        with pytest.raises(BadNote):
            note.sign("text\n", name, Signer())
