"""Cosignatures, byte for byte as C2SP writes them."""

import base64
import hashlib

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from tests.tamper.small_log import ORIGIN, Signer
from vrm.tlog import checkpoint, merkle, note
from vrm.tlog.checkpoint import Checkpoint
from vrm.tlog.cosignature import ED25519, ML_DSA_44, Cosigner, cosign
from vrm.tlog.errors import BadNote
from vrm.witness.folder import Key

NAME, AT = "witness.example/w1", 1679315147
BODY = Checkpoint(ORIGIN, 5, merkle.leaf_hash(b"x"), ("an extension",))
TEXT = BODY.body()
KEYS = {"ed25519": Key(ED25519, bytes([3]) * 32), "ml-dsa-44": Key(ML_DSA_44, bytes([3]) * 32)}


def line_of(key, text=TEXT, at=AT, name=NAME):
    return note.parse_lines(cosign(text, name, key, at))[0]


def test_the_bytes_are_the_standards():
    """Key id, time and signed message of an Ed25519 cosignature are what C2SP tlog-cosignature says, worked out anew."""
    key = KEYS["ed25519"]
    dash, name, encoded = cosign(TEXT, NAME, key, AT).removesuffix("\n").split(" ")
    blob = base64.b64decode(encoded)
    assert (dash, name, len(blob)) == ("—", NAME, 4 + 8 + 64)
    assert blob[:4] == hashlib.sha256(NAME.encode() + b"\n\x04" + key.public).digest()[:4]
    assert blob[4:12] == AT.to_bytes(8, "big")
    message = b"cosignature/v1\ntime 1679315147\n" + TEXT.encode()
    Ed25519PublicKey.from_public_bytes(key.public).verify(blob[12:], message)


@pytest.mark.parametrize("key", KEYS.values(), ids=KEYS)
def test_what_a_witness_signs_verifies_and_nothing_else_does(key):
    """A cosignature under a log's own signature verifies by the witness's vkey; another text, time or name does not."""
    signed = note.add(checkpoint.sign(BODY, Signer()), [cosign(TEXT, NAME, key, AT)])
    read = note.parse(signed.encode())
    Signer().verifier.verify(read)
    witness = Cosigner.parse(Cosigner(NAME, key.public).vkey)
    assert witness.find(read.text, read.signatures) == AT
    assert witness.find(TEXT, read.signatures[:1]) is None
    line = line_of(key)
    other = Checkpoint(ORIGIN, 6, BODY.root).body()
    for text, changed in {
        other: line,
        TEXT: note.Signature(line.name, line.key_id, (AT + 1).to_bytes(8, "big") + line.signature[8:]),
    }.items():
        with pytest.raises(BadNote, match="does not verify"):
            witness.verify(text, changed)
    for changed in (
        line_of(key, name="witness.example/w2"),
        note.Signature(NAME, line.key_id, line.signature[:-1]),
    ):
        with pytest.raises(BadNote, match="is no cosignature"):
            witness.verify(TEXT, changed)
    bad = note.Signature(NAME, line.key_id, line.signature[:-1] + bytes([line.signature[-1] ^ 1]))
    with pytest.raises(BadNote):
        witness.find(TEXT, [line, bad])


@pytest.mark.parametrize(
    "vkey",
    [
        "nothing",
        "a+b",
        Signer().verifier.vkey,
        Cosigner(NAME, KEYS["ed25519"].public).vkey.replace("w1", "w2"),
    ],
)
def test_what_is_no_witness_vkey_is_refused(vkey):
    """A log's vkey, one with another name, and text are refused as such."""
    with pytest.raises(BadNote):
        Cosigner.parse(vkey)
