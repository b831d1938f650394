"""Checkpoints (C2SP tlog-checkpoint): what the log claims to be, in a signed note. ::

    localhost:8000/log
    3
    rLvnr6LIoEZkbUrLoxKZDi3vsLBwLTVHYD1v0tVBbKo=

    — localhost:8000/log 3q2+7w...

The origin says which log; then the tree size in decimal and the root hash in base64. The key is named as the
origin. There may be several signature lines: while the key changes there is one of each key, and witnesses add theirs
(``cosignature``). Readers raise ``BadCheckpoint``, and ``BadNote`` for the note around it.
"""

import re
from dataclasses import dataclass

from vrm.tlog import note as notes
from vrm.tlog.canonical import b64, unb64
from vrm.tlog.errors import BadCheckpoint

_DECIMAL = re.compile(r"0|[1-9][0-9]{0,18}", re.ASCII)


@dataclass(frozen=True)
class Checkpoint:
    """A tree of one log at one size."""

    origin: str
    size: int
    root: bytes
    extensions: tuple[str, ...] = ()

    def body(self) -> str:
        """The note's text. We write no extension lines; others may have."""
        lines = [self.origin, str(self.size), b64(self.root), *self.extensions]
        return "".join(line + "\n" for line in lines)


def parse_body(text: str) -> Checkpoint:
    """Read a note's text as a checkpoint; whatever has a second spelling is refused."""
    lines = text.split("\n")
    if lines.pop() != "" or len(lines) < 3 or not all(lines):
        raise BadCheckpoint("a checkpoint is at least three lines, none of them empty")
    origin, size, root, *extensions = lines
    if not _DECIMAL.fullmatch(size):
        raise BadCheckpoint("the tree size is not a plain decimal number")
    try:
        return Checkpoint(origin, int(size), unb64(root, 32), tuple(extensions))
    except ValueError as fault:
        raise BadCheckpoint(f"the root hash is {fault}") from None


def sign(checkpoint: Checkpoint, signer: notes.Signer, *more: notes.Signer) -> str:
    """The signed note of a checkpoint, each key named as the origin. ``more`` than one while the key changes."""
    return notes.sign(checkpoint.body(), checkpoint.origin, signer, *more)


def verify(raw: bytes, verifier: notes.Verifier) -> Checkpoint:
    """The checkpoint in a note signed by this key, whose name is the log's origin."""
    note = notes.parse(raw)
    verifier.verify(note)
    checkpoint = parse_body(note.text)
    if checkpoint.origin != verifier.name:
        raise BadCheckpoint("the checkpoint is of another log than the key is named for")
    return checkpoint
