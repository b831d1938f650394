"""A proof file is written and read in one spelling, and only what holds of it is said to hold."""

import base64
import json
from dataclasses import replace

import pytest

from tests.tamper.served import entries_of, root
from tests.tamper.small_log import CONSUMERS, ORIGIN, Signer, fill
from vrm import accesslog
from vrm.accesslog import proof_file
from vrm.accesslog.errors import BadProof
from vrm.accesslog.proving import verify_proof
from vrm.tlog import canonical, merkle
from vrm.tlog.checkpoint import Checkpoint, sign
from vrm.tlog.errors import BadNote
from vrm.tlog.note import Verifier

KEY = Signer().verifier


@pytest.fixture
def proof(database):
    """The proof of a person's second event in a log of thirty, opened."""
    fill(database, 30)
    return database.read(lambda db: accesslog.find_proof(db, _own(db), opened=True))


def _own(db):
    return accesslog.list_for_consumer(db, consumer_id=CONSUMERS[0], limit=9, type="disclosure")[1]


def extra(**members):
    return base64.b64encode(canonical.dump(members))


def test_written_and_read(proof):
    """What is written is read back the same, is a C2SP tlog-proof line by line, and verifies whole."""
    raw = proof_file.dump(proof)
    head, note = raw.decode().split("\n\n", 1)
    lines = head.split("\n")
    assert lines[0] == "c2sp.org/tlog-proof@v1"
    assert json.loads(base64.b64decode(lines[1].removeprefix("extra ")))["entry"].encode() == proof.entry
    assert lines[2] == f"index {proof.index}" and note == proof.checkpoint
    back = proof_file.load(raw)
    assert replace(back, hashes=list(back.hashes)) == proof
    found = verify_proof(raw, keys=[KEY], kept=note.encode())
    assert (found.faults, found.signed_by, found.compared) == ((), (KEY,), "same")
    assert found.opened is not None and found.opened["consent"]
    closed = verify_proof(proof_file.dump(replace(proof, opening=None)))
    assert (closed.faults, closed.opened, closed.signed_by, closed.compared) == ((), None, (), None)


SPELLINGS = {
    "nothing": lambda raw: b"",
    "cut": lambda raw: raw[: len(raw) // 2],
    "no UTF-8": lambda raw: b"\xff" + raw,
    "other line ends": lambda raw: raw.replace(b"\n", b"\r\n"),
    "a line before": lambda raw: b"\n" + raw,
    "a byte order mark": lambda raw: b"\xef\xbb\xbf" + raw,
    "another version": lambda raw: raw.replace(b"@v1", b"@v2", 1),
    "no extra": lambda raw: raw.replace(b"extra", b"other", 1),
    "two spaces": lambda raw: raw.replace(b"extra ", b"extra  ", 1),
    "a leading zero": lambda raw: raw.replace(b"index ", b"index 0", 1),
    "a plus": lambda raw: raw.replace(b"index ", b"index +", 1),
    "a hash in base64url": lambda raw: _hash(
        raw, lambda text: text.translate(bytes.maketrans(b"+/", b"-_")) + b"_"
    ),
    "a hash with spare bits": lambda raw: _hash(raw, _spare),
    "a short hash": lambda raw: _hash(raw, lambda text: base64.b64encode(b"1" * 31)),
    "a space after a hash": lambda raw: _hash(raw, lambda text: text + b" "),
    "too many hashes": lambda raw: _hash(raw, lambda text: b"\n".join([text] * 60)),
    "extra that is no object": lambda raw: _extra(raw, base64.b64encode(b"[]")),
    "extra spelled otherwise": lambda raw: _extra(raw, base64.b64encode(b'{ "entry":"{}"}')),
    "a member twice": lambda raw: _extra(raw, base64.b64encode(b'{"entry":"{}","entry":"{}"}')),
    "a member more": lambda raw: _extra(raw, extra(entry="{}", more="")),
    "no entry": lambda raw: _extra(raw, extra(opening="")),
    "an entry that is no text": lambda raw: _extra(raw, extra(entry=1)),
    "an entry too long": lambda raw: _extra(raw, extra(entry="x" * 65536)),
    "an opening that is none": lambda raw: _extra(raw, extra(entry="{}", opening="")),
    "too long": lambda raw: raw + b"\n" * proof_file.MOST_BYTES,
}


def _hash(raw, change):
    lines = raw.split(b"\n")
    lines[3] = change(lines[3])
    return b"\n".join(lines)


def _spare(text):
    letters = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    return text[:-2] + bytes([letters[letters.index(text[-2]) + 1]]) + b"="


def _extra(raw, value):
    first, _, rest = raw.split(b"\n", 2)
    return b"\n".join([first, b"extra " + value, rest])


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_any_other_spelling_is_refused(proof, spelling):
    """Whatever the writer would have written otherwise is refused, with one kind of error, and never verifies."""
    raw = SPELLINGS[spelling](proof_file.dump(proof))
    with pytest.raises(BadProof):
        proof_file.load(raw)
    assert verify_proof(raw, keys=[KEY]).faults


def _note(size=30, seed=7, origin=ORIGIN, leaves=None):
    leaves = leaves or [merkle.leaf_hash(entry) for entry in entries_of(size)]
    return sign(Checkpoint(origin, size, root(leaves)), Signer(seed))


LIES = {
    "another entry": (lambda p: replace(p, entry=p.entry.replace(b'"v":1', b'"v":2')), "do not lead"),
    "another place": (lambda p: replace(p, index=p.index + 1), "do not lead"),
    "a hash less": (lambda p: replace(p, hashes=p.hashes[1:]), "do not lead"),
    "a hash more": (lambda p: replace(p, hashes=[*p.hashes, p.hashes[0]]), "do not lead"),
    "an index beyond the tree": (lambda p: replace(p, index=30), "do not lead"),
    "another salt": (
        lambda p: replace(p, opening=bytes([p.opening[0] ^ 1]) + p.opening[1:]),
        "the opening is not the one",
    ),
    "an opening of nothing": (
        lambda p: replace(p, opening=p.opening[:32] + b"[]"),
        "the opening is not the one",
    ),
    "another tree": (lambda p: replace(p, checkpoint=_note()), "do not lead"),
    "another key": (lambda p: replace(p, checkpoint=_note(seed=8)), "none of the keys"),
    "another log": (lambda p: replace(p, checkpoint=_note(origin="other.example/log")), "none of the keys"),
    "a bent signature": (
        lambda p: replace(p, checkpoint=p.checkpoint.replace("\n30\n", "\n31\n")),
        "does not verify",
    ),
    "no signature": (
        lambda p: replace(p, checkpoint=p.checkpoint.partition("\n\n")[0] + "\n"),
        "no signatures",
    ),
}


@pytest.mark.parametrize("lie", LIES)
def test_each_lie_is_found(proof, lie):
    """A file that is well spelled and untrue is told from a true one, and what is wrong is said."""
    change, words = LIES[lie]
    found = verify_proof(proof_file.dump(change(proof)), keys=[KEY])
    assert any(words in fault for fault in found.faults), found.faults


def test_what_was_kept(proof):
    """A kept checkpoint of the same size must be the same; of another it is not compared; of another log it is refused."""
    raw = proof_file.dump(proof)
    assert verify_proof(raw, keys=[KEY], kept=_note(12).encode()).compared == "other_size"
    assert "two histories" in verify_proof(raw, keys=[KEY], kept=_note().encode()).faults[0]
    with pytest.raises(BadNote):
        verify_proof(raw, keys=[KEY], kept=_note(seed=8).encode())
    other = Verifier("other.example/log", Signer().public)
    assert "another log" in verify_proof(raw, kept=_note(origin=other.name).encode()).faults[0]


def test_no_proof_before_the_checkpoint(database):
    """What no checkpoint covers yet has no proof."""
    from tests.tamper.small_log import write

    fill(database, 12)
    write(database, range(12, 30))
    assert (
        database.read(
            lambda db: accesslog.find_proof(
                db,
                accesslog.list_for_consumer(db, consumer_id=CONSUMERS[0], limit=1, type="disclosure")[0],
                opened=True,
            )
        )
        is None
    )
