"""The checkpoints that were given to the world, and whether one that somebody kept is still true."""

from dataclasses import dataclass, field
from itertools import pairwise
from typing import Literal

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from vrm.accesslog.models import LogCheckpoint
from vrm.accesslog.tree import Published, consistency, latest_checkpoint
from vrm.errors import NotFound
from vrm.tlog import merkle, note
from vrm.tlog.checkpoint import Checkpoint, parse_body
from vrm.tlog.errors import BadCheckpoint, BadNote
from vrm.tlog.note import Verifier

_COLUMNS = (LogCheckpoint.size, LogCheckpoint.root, LogCheckpoint.note, LogCheckpoint.at)

Outcome = Literal[
    "same", "consistent", "newer", "other_origin", "other_key", "bad_signature", "forked", "unreadable"
]
"""What comparing a kept checkpoint with the log can show:

* ``same`` it is the newest one; ``consistent`` an older one, and the log still begins with its tree
* ``newer`` this log's own key signed a larger tree than the log holds: it was rolled back
* ``other_origin`` it is of another log; ``other_key`` of this one by name, and signed by none of its keys
* ``bad_signature`` it names this log's key, and that key did not sign this text: somebody changed it
* ``forked`` this log's own key signed it, and the log does not contain it: there are two histories
* ``unreadable`` it is no checkpoint
"""


@dataclass(frozen=True)
class Comparison:
    """What became of a kept checkpoint. ``fault`` says, in English, why one was not read or not believed.

    ``proof`` is the consistency proof (RFC 6962, section 2.1.2) from ``kept`` to ``newest``, which was checked.
    """

    outcome: Outcome
    kept: Checkpoint | None = None
    newest: Published | None = None
    proof: tuple[bytes, ...] = field(default=())
    fault: str = ""


def compare(session: Session, raw: bytes, verifier: Verifier, *more: Verifier) -> Comparison:
    """Hold a checkpoint that somebody kept against the log as it stands. ``raw`` may be anything at all.

    ``more`` are other keys that the log has or had: whichever of all these signed it, its signature must hold.

    Line ends of other systems are read as ours, and a newline that was lost at the end is put back: copying does
    such things, and the signature is checked all the same. Raises ``Inconsistent`` if the stored tree is damaged.
    """
    newest = latest_checkpoint(session)
    try:
        signed = note.parse(_one_ending(raw))
        kept = parse_body(signed.text)
    except (BadNote, BadCheckpoint) as fault:
        return Comparison("unreadable", newest=newest, fault=fault.message)
    if kept.origin != verifier.name:
        return Comparison("other_origin", kept, newest)
    signers = {(line.name, line.key_id) for line in signed.signatures}
    claimed = [key for key in (verifier, *more) if (key.name, key.key_id) in signers]
    if not claimed:
        return Comparison("other_key", kept, newest)
    try:
        for key in claimed:
            key.verify(signed)
    except BadNote as fault:
        return Comparison("bad_signature", kept, newest, fault=fault.message)
    if newest is None or kept.size > newest.size:
        return Comparison("newer", kept, newest)
    proof = tuple(consistency(session, old=kept.size, new=newest.size))
    if not merkle.consistent(proof, kept.size, newest.size, kept.root, newest.root):
        return Comparison("forked", kept, newest, proof)
    return Comparison("same" if kept.size == newest.size else "consistent", kept, newest, proof)


def list_checkpoints(session: Session, *, before: int | None = None, limit: int = 50) -> list[Published]:
    """Published checkpoints, the largest tree first, of trees smaller than ``before``."""
    query = select(*_COLUMNS).order_by(LogCheckpoint.size.desc()).limit(limit)
    return _read(session, query if before is None else query.where(LogCheckpoint.size < before))


def get_checkpoint(session: Session, *, size: int) -> Published:
    """The checkpoint of the tree of that size. Raises ``NotFound`` where none was published."""
    for found in _read(session, select(*_COLUMNS).where(LogCheckpoint.size == size)):
        return found
    raise NotFound("No checkpoint of that size was published.", code="no_such_checkpoint")


def sample_checkpoints(session: Session, *, points: int = 40) -> list[Published]:
    """At most so many checkpoints, from the first to the newest, spread evenly over the sizes: how the log grew.

    One look into the index for each, however many there are.
    """
    newest = latest_checkpoint(session)
    if newest is None:
        return []
    first = _read(session, select(*_COLUMNS).order_by(LogCheckpoint.size).limit(1))[0]
    step = (newest.size - first.size) / max(points - 1, 1)
    found = [first]
    for point in range(1, points - 1):
        at_most = first.size + int(point * step)
        query = select(*_COLUMNS).where(LogCheckpoint.size <= at_most).order_by(LogCheckpoint.size.desc())
        found += _read(session, query.limit(1))
    found.append(newest)
    return [found[0], *(after for before, after in pairwise(found) if after.size > before.size)]


def _read(session: Session, query: Select[*tuple[object, ...]]) -> list[Published]:
    return [Published(row.size, row.root, row.note, row.at) for row in session.execute(query)]


def _one_ending(raw: bytes) -> bytes:
    return raw.replace(b"\r\n", b"\n").strip() + b"\n"
