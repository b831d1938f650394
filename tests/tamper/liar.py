"""How lies about an export are told, and the log they are told about."""

import io
import json
from collections.abc import Callable
from typing import Any

from tests.tamper.small_log import ORIGIN, Signer
from vrm import accesslog
from vrm.accesslog import verify_export
from vrm.tlog import canonical, checkpoint, merkle, note
from vrm.tlog.checkpoint import Checkpoint

SIZE, OLDER = 13, 8
Lines = list[dict[str, Any]]
Lie = Callable[[Lines], object]


def verdict(raw: bytes, **known: Any) -> accesslog.Report:
    """What verifying gives, with what the auditor knows."""
    return verify_export(io.BytesIO(raw), **known)


def told(raw: bytes, *lies: Lie) -> bytes:
    """The export after some lies, every line canonical again: a careful liar leaves no spelling mistakes."""
    lines: Lines = [json.loads(line) for line in raw.splitlines()]
    for lie in lies:
        lie(lines)
    return b"".join(canonical.dump(line) + b"\n" for line in lines)


def both(*lies: Lie) -> Lie:
    """One lie after another."""

    def tell(lines: Lines) -> None:
        for lie in lies:
            lie(lines)

    return tell


def renumbered(lines: Lines) -> None:
    """Put indexes and counts in order, as a careful liar would."""
    for index, line in enumerate(lines[1:]):
        line["index"] = index
    lines[0]["count"] = len(lines) - 1


def edited(at: int) -> Lie:
    """Another purpose in an entry, and the hash to go with it."""

    def tell(lines: Lines) -> None:
        line = lines[at]
        line["entry"] = (
            line["entry"].replace("dpv:ServiceProvision", "dpv:Marketing").replace('"v":1', '"v":2')
        )
        line["leaf_hash"] = canonical.b64(merkle.leaf_hash(line["entry"].encode()))

    return tell


def swapped(one: int, two: int, *members: str) -> Lie:
    """Some members of two lines, exchanged."""

    def tell(lines: Lines) -> None:
        for member in members:
            lines[one][member], lines[two][member] = lines[two][member], lines[one][member]

    return tell


def said(at: int, /, **members: Any) -> Lie:
    """Other members in a line; a function is given the old value."""

    def tell(lines: Lines) -> None:
        for name, value in members.items():
            lines[at][name] = value(lines[at][name]) if callable(value) else value

    return tell


def signed(signer: Signer, *, origin: str = ORIGIN) -> Lie:
    """Build the tree over the lines as they are and sign it, header and all."""

    def tell(lines: Lines) -> None:
        hashes = [canonical.unb64(line["leaf_hash"]) for line in lines[1:]]
        lines[0] |= {
            "checkpoint": checkpoint.sign(Checkpoint(origin, len(hashes), merkle.root_of(hashes)), signer),
            "vkey": note.Verifier(origin, signer.public).vkey,
            "origin": origin,
            "size": len(hashes),
            "count": len(hashes),
        }

    return tell


def body(lines: Lines) -> Checkpoint:
    """What the header's checkpoint says."""
    return checkpoint.parse_body(note.parse(lines[0]["checkpoint"].encode()).text)


def rebodied(change: Callable[[Checkpoint], Checkpoint]) -> Lie:
    """Another body above the signature there is, and a header to match."""

    def tell(lines: Lines) -> None:
        other = change(body(lines))
        _, _, signatures = lines[0]["checkpoint"].rpartition("\n\n")
        lines[0] |= {
            "checkpoint": f"{other.body()}\n{signatures}",
            "size": other.size,
            "origin": other.origin,
        }

    return tell
