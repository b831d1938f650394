"""Checking a proof file with nothing but the file: what holds of it, and how far the caller's own knowledge went into that.

As with an export (``verify``), the file alone shows only that its parts belong together: anybody can sign a tree of their own
making. The key must be the caller's own. A checkpoint that the caller kept is compared where it is of the same size;
a tree of another size needs hashes that no proof file holds, and is for ``vrm log verify`` on the log itself.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from vrm.accesslog import entry as entries
from vrm.accesslog import proof_file
from vrm.accesslog.errors import BadProof
from vrm.accesslog.proof_file import ProofFile
from vrm.accesslog.verify import verify_older
from vrm.tlog import canonical, merkle
from vrm.tlog import checkpoint as checkpoints
from vrm.tlog import note as notes
from vrm.tlog.checkpoint import Checkpoint
from vrm.tlog.errors import BadCheckpoint, BadNote
from vrm.tlog.note import Verifier
from vrm.tlog.policy import Policy

Compared = Literal["same", "other_size"]


@dataclass(frozen=True)
class Proved:
    """What a file shows. ``faults`` are sentences without their full stop; with none, everything that was looked at holds.

    ``signed_by`` are the caller's keys whose good signature it bears. ``said`` is what the entry says, ``opened`` what its
    opening says. ``compared`` tells what became of the caller's checkpoint, None where there was none.
    """

    faults: tuple[str, ...]
    proof: ProofFile | None = None
    checkpoint: Checkpoint | None = None
    signed_by: tuple[Verifier, ...] = ()
    said: Mapping[str, object] | None = None
    opened: Mapping[str, object] | None = None
    compared: Compared | None = None


def verify_proof(
    raw: bytes, *, keys: Sequence[Verifier] = (), kept: bytes | None = None, policy: Policy | None = None
) -> Proved:
    """Check a proof file. ``keys`` are those the log has or had; one of them must have signed, and none falsely.

    ``policy`` tells which witnesses must have cosigned the checkpoint.

    Never raises for what the file holds. Raises ``BadNote`` or ``BadCheckpoint`` if ``kept`` cannot be used.
    """
    known = None if kept is None else _kept(kept, keys)
    try:
        proof = proof_file.load(raw)
        note = notes.parse(proof.checkpoint.encode())
        signed = checkpoints.parse_body(note.text)
    except (BadProof, BadNote, BadCheckpoint) as fault:
        return Proved((fault.message,))
    faults: list[str] = []
    said = _read(proof.entry, faults)
    opened = _open(proof, said, faults)
    leaf = merkle.leaf_hash(proof.entry)
    if not merkle.included(proof.hashes, proof.index, signed.size, leaf, signed.root):
        faults.append(f"the hashes do not lead from this entry, as leaf {proof.index}, to the signed root")
    signed_by = _signers(note, signed, keys, faults)
    if policy is not None and not policy.met_by(policy.cosigned_by(note)):
        faults.append("too few of the witnesses in your policy have cosigned the checkpoint")
    compared: Compared | None = None
    if known is not None:
        compared = "same" if known.size == signed.size else "other_size"
        if known.origin != signed.origin:
            faults.append("the checkpoint you kept is of another log")
        elif compared == "same" and known.root != signed.root:
            faults.append(
                "the checkpoint you kept signs another tree of the same size: the log has two histories"
            )
    return Proved(tuple(faults), proof, signed, signed_by, said, opened, compared)


def _read(entry: bytes, faults: list[str]) -> Mapping[str, object] | None:
    try:
        return entries.read(entry)
    except ValueError as fault:
        faults.append(f"the entry is {fault}")
        return None


def _open(
    proof: ProofFile, said: Mapping[str, object] | None, faults: list[str]
) -> Mapping[str, object] | None:
    if proof.opening is None or said is None:
        return None
    try:
        opened = canonical.load(proof.opening[entries.SALT :])
    except ValueError as fault:
        faults.append(f"the opening is {fault}")
        return None
    if not isinstance(opened, dict) or not entries.opens(proof.entry, proof.opening):
        faults.append("the opening is not the one the entry's detail stands for")
        return None
    return opened


def _signers(
    note: notes.Note, signed: Checkpoint, keys: Sequence[Verifier], faults: list[str]
) -> tuple[Verifier, ...]:
    """The caller's keys that signed. A line of a key one knows must be good, or the note is not what it was."""
    lines = {(line.name, line.key_id) for line in note.signatures}
    claimed = [key for key in keys if (key.name, key.key_id) in lines]
    good = []
    for key in claimed:
        try:
            key.verify(note)
            good.append(key)
        except BadNote as fault:
            faults.append(fault.message)
    if keys and not claimed:
        faults.append(f"the checkpoint of {signed.origin} is signed by none of the keys you gave")
    if any(key.name != signed.origin for key in good):
        faults.append("the checkpoint is of another log than the key is named for")
    return tuple(good)


def _kept(raw: bytes, keys: Sequence[Verifier]) -> Checkpoint:
    if keys:
        verify_older(raw, keys)
    return checkpoints.parse_body(notes.parse(raw).text)
