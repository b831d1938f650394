"""What somebody who checks the log is given, as an honest operator gives it and as a lying one would.

Made from nothing but entries and a key, with no instance: a ``History`` is a log at one size, and ``told`` is everything
that can be checked of it. A lie is a function that changes that.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from enum import StrEnum
from hashlib import sha256
from typing import Any

from tests.tamper.liar import Lines
from tests.tamper.served import Files
from tests.tamper.small_log import ORIGIN, START, Signer
from vrm import clock
from vrm.accesslog import proof_file
from vrm.accesslog.proof_file import ProofFile
from vrm.tlog import canonical, checkpoint, merkle, note
from vrm.tlog.checkpoint import Checkpoint
from vrm.tlog.cosignature import cosign
from vrm.tlog.submission import Submission

SIZE, OLDER = 700, 300
"""How many leaves the true log has, and had when somebody kept a checkpoint: two full tiles and a part of a third."""

LEAF = 333
"""The leaf that a proof is of: in a full tile, after the older checkpoint."""

WITNESSES = {"w.example/one": Signer(1), "w.example/two": Signer(2)}
AT = 1_780_000_000  # when they cosigned, in POSIX seconds


class Place(StrEnum):
    """Where a lie can be told. The value is what the documentation calls it."""

    FILES = "files"
    SINCE = "files (older)"
    WATCH = "files (newest)"
    POLICY = "files (witnesses)"
    EXPORT = "export"
    EXPORT_OLDER = "export (older)"
    EXPORT_NEWEST = "export (newest)"
    PROOF = "proof"
    PROOF_NEWEST = "proof (newest)"
    PROOF_POLICY = "proof (witnesses)"
    BROWSER = "browser"
    BROWSER_AGAIN = "browser (newest)"
    GO = "Go"
    WITNESS = "witness"
    SIGNING = "signing"


@dataclass
class Told:
    """What is given out, as bytes. Change it to lie.

    ``files`` is the log as it is served; ``proof`` a proof file of one leaf; ``request`` what a witness is sent that has
    cosigned the true log.
    """

    files: dict[str, bytes]
    export: bytes
    proof: bytes
    request: bytes


Tell = Callable[[Told], object]


@dataclass(frozen=True)
class Lie:
    """A lie, and what each place that it is told at says of it.

    ``found`` holds a part of what must be said, by place. ``missed`` are the places where it passes for the truth, because
    the log's own key signed it and nothing there knows better: ``operator`` tells that the lie needs this key.
    """

    name: str
    tell: Tell
    found: Mapping[Place, str]
    missed: Sequence[Place] = ()
    operator: bool = field(default=False, kw_only=True)


def opening(number: int) -> bytes:
    """What the detail of an entry stands for, with a salt that is the same in every run."""
    return sha256(f"salt {number}".encode()).digest() + canonical.dump({"event": str(number)})


def entry(number: int, **more: object) -> bytes:
    """The entry of a read, as the log writes them; ``more`` is what is different in it."""
    members = {
        "actor": "client", "detail": canonical.b64url(sha256(opening(number)).digest()), "keys": ["email"],
        "outcome": "answered", "time": clock.rfc3339(START + timedelta(seconds=number)), "type": "disclosure", "v": 1,
    }  # fmt: skip
    return canonical.dump({**members, **more})


OPENINGS = {canonical.b64url(sha256(each).digest()): each for each in map(opening, range(1000))}
ENTRIES = [entry(number) for number in range(1000)]
"""What happened, and what will happen after the log has ``SIZE`` leaves."""


class History:
    """A log of these entries, signed by a key. ``cosigned`` tells whether the witnesses have seen it."""

    def __init__(
        self,
        entries: Sequence[bytes],
        *,
        signer: Signer | None = None,
        origin: str = ORIGIN,
        cosigned: bool = False,
    ) -> None:
        self.entries, self.leaves = entries, [merkle.leaf_hash(each) for each in entries]
        self.signer, self.origin = signer or Signer(), origin
        self.tree = Checkpoint(origin, len(entries), merkle.root_of(self.leaves))
        self.note = checkpoint.sign(self.tree, self.signer)
        # Who may not have it cosigned puts the cosignatures of the true one below it.
        self.lines = cosignatures(self.tree.body()) if cosigned else TRUE_LINES

    def nodes(self, level: int, index: int) -> bytes:
        """The root of a complete subtree."""
        return merkle.root_of(self.leaves[index << level : (index + 1) << level])

    def lines_of(self, *chosen: int) -> bytes:
        """An export: of everything, or a selection."""
        members: Lines = [
            {
                "format": "vrm-log-export@v1", "origin": self.origin, "checkpoint": self.note, "size": len(self.leaves),
                "vkey": note.Verifier(self.origin, self.signer.public).vkey,
                "kind": "selection" if chosen else "all", "count": len(chosen or self.leaves),
            }
        ]  # fmt: skip
        for index in chosen or range(len(self.leaves)):
            text, hash_ = self.entries[index].decode("utf-8", "replace"), self.leaves[index]
            line: dict[str, Any] = {"index": index, "leaf_hash": canonical.b64(hash_), "entry": text}
            if chosen:
                line["proof"] = [canonical.b64(each) for each in self.path(index)]
            members.append(line)
        return b"".join(canonical.dump(line) + b"\n" for line in members)

    def path(self, index: int) -> list[bytes]:
        """The hashes from a leaf to the root."""
        return merkle.inclusion(self.nodes, index, len(self.leaves))

    def proof(self, index: int = LEAF) -> ProofFile:
        """The proof of a leaf, with its opening."""
        signed, said = note.add(self.note, self.lines), self.entries[index]
        return ProofFile(index, self.path(index), signed, said, OPENINGS[json.loads(said)["detail"]])

    def request(self, old: int = SIZE) -> Submission:
        """What a witness is sent that has cosigned ``old`` leaves; with fewer leaves, as if it had cosigned those."""
        old, size = min(old, len(self.leaves)), len(self.leaves)
        return Submission(old, tuple(merkle.consistency(self.nodes, old, size)), self.note.encode())

    def told(self) -> Told:
        """All of it."""
        files = dict(Files(self.entries, self.signer).files)
        files["checkpoint"] = note.add(self.note, self.lines).encode()
        proof = proof_file.dump(self.proof()) if len(self.leaves) > LEAF else b""
        return Told(files, self.lines_of(), proof, self.request().encode())


def cosignatures(text: str) -> list[str]:
    """The lines of both witnesses under a checkpoint's text."""
    return [cosign(text, name, signer, AT) for name, signer in WITNESSES.items()]


_LEAVES = [merkle.leaf_hash(each) for each in ENTRIES[:SIZE]]
TRUE_LINES = cosignatures(Checkpoint(ORIGIN, SIZE, merkle.root_of(_LEAVES)).body())
TRUE = History(ENTRIES[:SIZE], cosigned=True)
PAST = History(ENTRIES[:OLDER], cosigned=True)
_TOLD = TRUE.told()


def truth() -> Told:
    """What an honest operator gives out, to be changed."""
    return replace(_TOLD, files=dict(_TOLD.files))


def given(lie: Lie) -> Told:
    """What is given out by whoever tells this lie."""
    told = truth()
    lie.tell(told)
    return told


def everywhere(what: str, *places: Place) -> dict[Place, str]:
    """The same finding at several places."""
    return dict.fromkeys(places, what)
