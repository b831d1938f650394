"""Checkpoints: one spelling each."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.tamper.small_log import ORIGIN, Signer
from vrm.tlog import checkpoint, note
from vrm.tlog.errors import BadCheckpoint, BadNote

BODY = "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"
"""The example of C2SP tlog-checkpoint."""


def test_the_standards_example():
    """It reads, and writes back to its very bytes."""
    read = checkpoint.parse_body(BODY)
    assert (read.origin, read.size, len(read.root)) == ("example.com/behind-the-sofa", 20852163, 32)
    assert read.body() == BODY


def test_sign_and_verify():
    """What is signed verifies under the key, as the same tree."""
    signer = Signer()
    signed = checkpoint.Checkpoint(ORIGIN, 3, b"r" * 32)
    assert checkpoint.verify(checkpoint.sign(signed, signer).encode(), signer.verifier) == signed


def test_another_logs_checkpoint_under_our_key():
    """A body of a foreign origin does not pass, though the key be right."""
    signer = Signer()
    raw = note.sign(BODY, ORIGIN, signer)
    with pytest.raises(BadCheckpoint, match="another log"):
        checkpoint.verify(raw.encode(), signer.verifier)


def test_another_key():
    """A checkpoint signed by somebody else does not pass."""
    raw = checkpoint.sign(checkpoint.Checkpoint(ORIGIN, 3, b"r" * 32), Signer(8))
    with pytest.raises(BadNote, match="no signature"):
        checkpoint.verify(raw.encode(), Signer(7).verifier)


@pytest.mark.parametrize(
    "body",
    [
        "", "\n", BODY[:-1], BODY + "\n", "\n" + BODY, BODY.replace("20852163", "020852163"),
        BODY.replace("20852163", "+20852163"), BODY.replace("20852163", "-1"), BODY.replace("20852163", " 1"),
        BODY.replace("20852163", "1_0"), BODY.replace("20852163", "٣"), BODY.replace("20852163", "1" * 20),
        BODY.replace("20852163", ""), BODY.replace("2I=", "2I"), BODY.replace("2I=", "2J="),
        BODY.replace("CsUY", ""), BODY.replace("CsUY", "Cs-Y"), "a\n1\n",
    ],
)  # fmt: skip
def test_bad_bodies(body):
    """What has a second spelling, or too few lines, is refused."""
    with pytest.raises(BadCheckpoint):
        checkpoint.parse_body(body)


def test_extension_lines_are_kept():
    """Others may add lines; they are kept and written back."""
    read = checkpoint.parse_body(BODY + "more\n")
    assert read.extensions == ("more",)
    assert read.body() == BODY + "more\n"


@given(st.text(max_size=80))
def test_only_its_own_error(text):
    """Whatever comes in, a checkpoint or BadCheckpoint comes out."""
    for body in (text, f"o\n1\n{text}\n", f"o\n{text}\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"):
        try:
            read = checkpoint.parse_body(body)
        except BadCheckpoint:
            continue
        assert read.body() == body
