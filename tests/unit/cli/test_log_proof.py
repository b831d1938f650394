"""``vrm log verify-proof``, with no instance anywhere."""

import json
from dataclasses import replace
from functools import partial
from hashlib import sha256
from pathlib import Path

import pytest

from tests.tamper.served import Files
from tests.tamper.small_log import Signer
from vrm.accesslog import proof_file
from vrm.accesslog.proof_file import ProofFile
from vrm.tlog import merkle
from vrm.tlog.canonical import b64url, dump
from vrm.tlog.cosignature import Cosigner, cosign

VKEY = Signer().verifier.vkey
OPENING = bytes(32) + dump({"event": "e", "consent": "c"})
ENTRIES = [dump({"v": 1, "n": number, "detail": "none"}) for number in range(4)]
ENTRIES.append(dump({"v": 1, "detail": b64url(sha256(OPENING).digest()), "type": "\u202e\x9b"}))


@pytest.fixture
def vrm(stranger):
    """Runs ``vrm log verify-proof``; gives exit code, what it said, and standard error."""
    return partial(stranger, "log", "verify-proof")


def kept(entries, name="kept"):
    Path(name).write_bytes(Files(entries).files["checkpoint"])
    return name


def proof():
    """Of the last of five entries, whose sibling is the root over the other four."""
    row = [merkle.leaf_hash(entry) for entry in ENTRIES[:4]]
    return ProofFile(
        4, [merkle.root_of(row)], Files(ENTRIES).files["checkpoint"].decode(), ENTRIES[4], OPENING
    )


def test_a_true_proof(vrm):
    """It is verified offline, its entry and opening are told with nothing a terminal would obey, as text and as JSON."""
    Path("p").write_bytes(proof_file.dump(proof()))
    code, out, _ = vrm("p", "--vkey", VKEY, "--checkpoint", kept(ENTRIES))
    assert code == 0 and out.isascii()
    assert "Verified: Entry 4 is in the tree of 5 of log.example/test, signed by its key." in out
    assert "The checkpoint you kept signs the same tree." in out and '{"consent":"c","event":"e"}' in out
    assert f"The entry: {ENTRIES[4].decode()}".replace("\u202e\x9b", r"\u202e\u009b") in out, (
        "letter for letter"
    )
    code, out, _ = vrm("p", "--vkey", VKEY, "--json")
    said = json.loads(out)
    assert (code, said["ok"], said["size"], said["opened"]["event"], said["signed_by"]) == (
        0,
        True,
        5,
        "e",
        [VKEY],
    )


def test_what_is_not_shown_is_not_said(vrm):
    """Without a key only the hashes were checked; a checkpoint of another size is not compared, which is no success."""
    Path("p").write_bytes(proof_file.dump(proof()))
    code, out, _ = vrm("p")
    assert code == 0 and out.startswith("Only the hashes were checked") and "Verified" not in out
    code, out, _ = vrm("p", "--vkey", VKEY, "--checkpoint", kept(ENTRIES[:3]))
    assert code == 2 and "NOT COMPARED" in out


@pytest.mark.parametrize(
    "change",
    [
        lambda raw: raw[:-9],
        lambda raw: raw.replace(b"index 4", b"index 3"),
        lambda raw: raw.replace(b"\n5\n", b"\n6\n"),
        lambda raw: proof_file.dump(replace(proof(), opening=b"x" + OPENING[1:])),
        lambda raw: b"x" * (proof_file.MOST_BYTES + 9),
    ],
)
def test_any_fault_ends_with_1(vrm, change):
    """Whatever is wrong with the file is said in a sentence, and the exit code is 1."""
    Path("p").write_bytes(change(proof_file.dump(proof())))
    code, out, err = vrm("p", "--vkey", VKEY)
    assert code == 1 and out.startswith("NOT VERIFIED: ") and "Traceback" not in err


def test_the_other_kind_of_file_is_for_the_other_command(vrm, stranger):
    """Each command says of the other's file what it is and what to run, exits with 2, and calls nothing false."""
    Path("p").write_bytes(proof_file.dump(proof()))
    Path("e").write_text('{"format":"vrm-log-export@v1"}\n')
    for file, command, right in (
        ("e", vrm, "vrm log verify e"),
        ("p", partial(stranger, "log", "verify"), "vrm log verify-proof p"),
    ):
        code, out, err = command(file, "--vkey", VKEY)
        assert (code, right in err, "NOT VERIFIED" in out + err) == (2, True, False), err
    Path("policy").write_text(f"log {VKEY}\nquorum none\n")
    code, _, err = stranger("log", "verify", "e", "--policy", "policy")
    assert code == 2 and "vrm log cosigned" in err and "--since" in err


def test_a_policy(vrm):
    """With a policy the log's own signature is not enough: the witness it names must have cosigned that checkpoint."""
    one, witness = proof(), Cosigner("w.example/w", Signer(9).public)
    text = f"log {VKEY}\nwitness w {witness.vkey}\nquorum w\n"
    Path("policy").write_text(text)
    Path("p").write_bytes(proof_file.dump(one))
    code, out, _ = vrm("p", "--policy", "policy")
    assert code == 1 and "too few of the witnesses" in out
    body = one.checkpoint.partition("\n\n")[0] + "\n"
    line = cosign(body, witness.name, Signer(9), 1_780_000_000)
    Path("p").write_bytes(proof_file.dump(replace(one, checkpoint=one.checkpoint + line)))
    code, out, _ = vrm("p", "--policy", "policy")
    assert code == 0 and out.startswith("Verified: ")


def test_two_histories(vrm):
    """A kept checkpoint of the same size and another tree is a fault of the log, and the exit code is 1."""
    Path("p").write_bytes(proof_file.dump(proof()))
    code, out, _ = vrm("p", "--vkey", VKEY, "--checkpoint", kept([*ENTRIES[:4], b"{}"]))
    assert code == 1 and "two histories" in out
