"""Proof files (C2SP tlog-proof): that one entry is in the log, to be kept by whom it concerns. ::

    c2sp.org/tlog-proof@v1
    extra eyJlbnRyeSI6IntcImFjdG9yXCI6XCJjbGllbnRcIiwuLi59Iiwib3BlbmluZyI6Ii4uLiJ9
    index 73894
    gSKyXoYZUgZ6jduWYrkDOARinOMGJveXjgMkBTcdPlQ=
    B95lDa8R83lS8n0eG+o0buTxRKQTYFi//1U8anccXmA=

    vrm.example/log
    109482
    sFodV/vSp5O8n9a8QpW6PRY97tfOSW5bsc2Xl/EQi08=

    — vrm.example/log hI2DJw...

The hashes go from the leaf's sibling up to the root's child (RFC 6962, section 2.1.1); the checkpoint stands there verbatim.
``extra`` is base64 of canonical JSON: ``entry``, byte for byte what the leaf is the hash of, and for its person ``opening``,
base64 of what the entry's ``detail`` commits to. Nothing of it is signed by itself: whoever reads it must hold the
entry against the tree and the opening against the entry (``proving``). The reader accepts what the writer writes, and raises
``BadProof`` and nothing else.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from vrm.accesslog import entry as entries
from vrm.accesslog.errors import BadProof
from vrm.tlog import canonical
from vrm.tlog import note as notes

FORMAT = "c2sp.org/tlog-proof@v1"
SUFFIX = ".tlog-proof"
MOST_BYTES = 1 << 20
"""An entry has at most 65,535 bytes, each six in a JSON string at worst; an opening as many; base64 adds a third."""

_MOST_HASHES = 63  # a tree with more leaves than that allows cannot be built
_MOST_OPENING = entries.SALT + entries.MOST_BYTES
_INDEX = re.compile(r"0|[1-9][0-9]{0,18}", re.ASCII)


@dataclass(frozen=True)
class ProofFile:
    """What a proof file says; nothing of it is believed yet. ``hashes`` are 32 bytes each, ``checkpoint`` a signed note."""

    index: int
    hashes: Sequence[bytes]
    checkpoint: str
    entry: bytes
    opening: bytes | None = field(default=None, repr=False)


def dump(proof: ProofFile) -> bytes:
    """The file."""
    extra = {"entry": proof.entry.decode()}
    if proof.opening is not None:
        extra["opening"] = canonical.b64(proof.opening)
    lines = [FORMAT, f"extra {canonical.b64(canonical.dump(extra))}", f"index {proof.index}"]
    lines += [canonical.b64(hash_) for hash_ in proof.hashes]
    return ("\n".join(lines) + "\n\n" + proof.checkpoint).encode()


def load(raw: bytes) -> ProofFile:
    """Read a file. Raises ``BadProof`` for whatever ``dump`` would have written otherwise."""
    if len(raw) > MOST_BYTES:
        raise BadProof("the file is longer than any proof")
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        raise BadProof("the file is not UTF-8") from None
    head, gap, checkpoint = text.partition("\n\n")
    if not gap:
        raise BadProof("the file has no checkpoint after a blank line")
    if len(checkpoint.encode()) > notes.MOST_BYTES:
        raise BadProof("the checkpoint is too long")
    lines = head.split("\n")
    if lines[0] != FORMAT:
        raise BadProof(f"the first line is not {FORMAT}")
    if len(lines) < 3:
        raise BadProof("the lines extra and index are missing")
    entry, opening = _extra(_after("extra ", lines[1]))
    index = _after("index ", lines[2])
    if not _INDEX.fullmatch(index):
        raise BadProof("the index is not a plain decimal number")
    if len(lines) - 3 > _MOST_HASHES:
        raise BadProof("the proof has more hashes than any tree is high")
    hashes = tuple(_unb64(line, "a hash of the proof", 32) for line in lines[3:])
    return ProofFile(int(index), hashes, checkpoint, entry, opening)


def _extra(encoded: str) -> tuple[bytes, bytes | None]:
    try:
        members = canonical.load(_unb64(encoded, "the extra data"))
    except ValueError as fault:
        raise BadProof(f"the extra data is {fault}") from None
    if not isinstance(members, dict) or members.keys() - {"opening"} != {"entry"}:
        raise BadProof("the extra data is not an object of entry and, at most, opening")
    if not all(isinstance(value, str) for value in members.values()):
        raise BadProof("the extra data holds something that is not text")
    entry = members["entry"].encode()
    if len(entry) > entries.MOST_BYTES:
        raise BadProof("the entry is longer than any in the log")
    if "opening" not in members:
        return entry, None
    opening = _unb64(members["opening"], "the opening")
    if not entries.SALT < len(opening) <= _MOST_OPENING:
        raise BadProof("the opening has not the length of one")
    return entry, opening


def _after(word: str, line: str) -> str:
    if not line.startswith(word):
        raise BadProof(f"a line does not start with {word.strip()}")
    return line.removeprefix(word)


def _unb64(text: str, what: str, length: int | None = None) -> bytes:
    try:
        return canonical.unb64(text, length)
    except ValueError as fault:
        raise BadProof(f"{what} is {fault}") from None
