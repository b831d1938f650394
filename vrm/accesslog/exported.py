"""The lines of an export, read strictly: a line that could be spelled otherwise is ``Malformed``.

Nearly every line is *plain*: printable ASCII, and in its entry no member but those of ``accesslog.types``. One regular
expression knows such a line, and the entry in it, for canonical. Any other line may be right as well, or wrong in any
way: ``read_line`` reads it as JSON and spells it again, which takes ten times as long and has words for each fault.
"""

import re
from binascii import b2a_base64
from dataclasses import dataclass
from typing import Any, Literal

from vrm.accesslog.export import FORMAT
from vrm.accesslog.types import MEMBERS
from vrm.tlog import canonical, merkle

MOST_LINE = 1 << 19
"""Bytes. An entry has at most 65,535, each at most six in a JSON string; a proof at most 64 hashes."""

_MOST_PROOF = 64
_INDEX = re.compile(rb'"index":([0-9]{1,19})[^0-9]')  # inside the entry every quote has a backslash before it
_HEADER = {
    "format": str,
    "origin": str,
    "vkey": str,
    "checkpoint": str,
    "size": int,
    "kind": str,
    "count": int,
}

_TEXT = r'\\"[ !#-\[\]-~]*+\\"'  # a string of the entry, which is in a string itself
_NUMBER = "(?:0|[1-9][0-9]{0,14}+)"  # below 2**53
_VALUE = rf"(?:{_TEXT}|\[{_TEXT}(?:,{_TEXT})*+\]|{_NUMBER})"
# In their one order, each at most once (RFC 8785, section 3.2.3); v comes last.
_NAMES = sorted(name for name in {"actor", "detail", "thread", "time", "type", *MEMBERS} if name < "v")
_MEMBERS = "".join(rf'(?:\\"{name}\\":{_VALUE},)?+' for name in _NAMES)
_PLAIN = re.compile(rf'\{{"entry":"(\{{{_MEMBERS}\\"v\\":{_NUMBER}\}})"'.encode())


class Malformed(Exception):
    """A line that is not one of ours; ``part`` says where."""

    def __init__(self, part: str, problem: str) -> None:
        super().__init__(problem)
        self.part = part
        self.problem = problem


@dataclass(frozen=True)
class Header:
    """What an export says of itself; nothing of it is believed yet."""

    origin: str
    vkey: str
    checkpoint: str
    size: int
    kind: Literal["all", "selection"]
    count: int


@dataclass(frozen=True)
class Line:
    """One entry of an export; nothing of it is believed yet."""

    index: int
    leaf_hash: bytes
    entry: bytes
    proof: tuple[bytes, ...]


def read_header(raw: bytes) -> Header:
    """The first line."""
    members = read_object(raw, "header")
    if members.keys() != _HEADER.keys():
        raise Malformed("header", f"has not exactly the members {', '.join(sorted(_HEADER))}")
    for name, kind in _HEADER.items():
        if type(members[name]) is not kind:
            raise Malformed(name, "is not of its type")
    if members.pop("format") != FORMAT:
        raise Malformed("format", f"is not {FORMAT}")
    if members["kind"] not in ("all", "selection"):
        raise Malformed("kind", "is neither all nor selection")
    for name in ("size", "count"):
        if members[name] < 0:
            raise Malformed(name, "is negative")
    return Header(**members)


def find_plain(raw: bytes, index: int) -> bytes | None:
    """The leaf hash of a plain line, in an export of kind ``all``, that is of this leaf and holds its own hash."""
    if (plain := _PLAIN.match(raw)) is None:
        return None
    hash_ = merkle.leaf_hash(plain[1].translate(None, b"\\"))  # every backslash in it stands before a quote
    rest = b',"index":%d,"leaf_hash":"%b"}\n' % (index, b2a_base64(hash_, newline=False))
    return hash_ if raw[plain.end() :] == rest else None


def read_line(raw: bytes, kind: str) -> Line:
    """A line after the first, in an export of this kind."""
    members = read_object(raw, "line")
    wanted = {"index", "leaf_hash", "entry"} | ({"proof"} if kind == "selection" else set())
    if members.keys() != wanted:
        raise Malformed("line", f"has not exactly the members {', '.join(sorted(wanted))}")
    index, entry, proof = members["index"], members["entry"], members.get("proof", [])
    if type(index) is not int or index < 0:
        raise Malformed("index", "is not a leaf index")
    if not isinstance(entry, str):
        raise Malformed("entry", "is not a string")
    if not isinstance(proof, list) or len(proof) > _MOST_PROOF:
        raise Malformed("proof", "is not a list of hashes")
    hashes = tuple(_hash(hash_, "proof") for hash_ in proof)
    return Line(index, _hash(members["leaf_hash"], "leaf_hash"), entry.encode(), hashes)


def guess_leaf(raw: bytes) -> int | None:
    """The leaf index in a line that could not be read, to name it by."""
    found = _INDEX.search(raw)
    return None if found is None else int(found[1])


def read_object(raw: bytes, part: str) -> dict[str, Any]:
    """A line as a JSON object in its one spelling; ``part`` names it in what is said of it."""
    if not raw.endswith(b"\n"):
        raise Malformed(part, "has no newline at its end: the file was cut, or the line is too long")
    try:
        value = canonical.load(raw[:-1])
    except ValueError as fault:
        raise Malformed(part, f"is {fault}") from None
    if not isinstance(value, dict):
        raise Malformed(part, "is not a JSON object")
    return value


def _hash(text: object, part: str) -> bytes:
    if not isinstance(text, str):
        raise Malformed(part, "is not base64")
    try:
        return canonical.unb64(text, 32)
    except ValueError as fault:
        raise Malformed(part, f"is {fault}") from None
