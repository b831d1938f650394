"""Checking a log from where it is served, from the last time on, with nothing but its key.

What is kept from one time to the next is ``Kept``: the newest checkpoint seen, and how many leaves of it were looked
at. That is enough to go on with. A later tree must begin with the tree that checkpoint signs, so the leaves looked at
are still the same; nothing between needs to be remembered, and an interrupted check goes on where it stopped.

``follow`` proves, in this order: that the log's key signed what is served; that the tree is not smaller than, and
begins with, every checkpoint kept; and leaf by leaf that the hashes, and where they can be had the entries, are those
of the signed tree. What it cannot show: that what happened was logged at all, and that others are shown the same log;
for that their checkpoints must meet, or witnesses sign them.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from vrm import clock
from vrm.errors import Invalid
from vrm.tlog import canonical, merkle, note, tiles
from vrm.tlog.breach import Behind, Breach
from vrm.tlog.checkpoint import Checkpoint, parse_body
from vrm.tlog.errors import BadCheckpoint, BadNote
from vrm.tlog.note import Verifier
from vrm.tlog.policy import Policy
from vrm.tlog.resources import CHECKPOINT
from vrm.tlog.sources import Missing, Source
from vrm.tlog.tiles import WIDTH
from vrm.tlog.trusted import SignedTree

FORMAT = "vrm-log-state@v1"
_MEMBERS = {"format": str, "checkpoint": str, "position": int, "entries": int, "moved": str}
_STEP = 16  # tiles between two times of keeping: at most so much is done again after an interrupt


@dataclass(frozen=True)
class Kept:
    """What is kept between two checks: a checkpoint that was believed, and how far its leaves were looked at.

    Of leaves below ``position`` the hashes were looked at, of those below ``entries`` the entries too; ``moved`` is when
    the checkpoint was first seen, by the clock of whoever checks.
    """

    checkpoint: str
    position: int
    entries: int
    moved: datetime

    def dump(self) -> bytes:
        """As a file holds it: one line of canonical JSON."""
        return canonical.dump({"format": FORMAT, **self.__dict__, "moved": clock.rfc3339(self.moved)}) + b"\n"

    @classmethod
    def load(cls, raw: bytes) -> "Kept":
        """Read such a file. Raises ``Invalid``: a state that cannot be read must not pass for a first time."""
        try:
            members = json.loads(raw)
            if {name: type(value) for name, value in members.items()} != _MEMBERS:
                raise ValueError
            if members.pop("format") != FORMAT or not 0 <= members["entries"] <= members["position"]:
                raise ValueError
            moved = datetime.fromisoformat(members.pop("moved"))
            return cls(**members, moved=clock.trim(moved))
        except (ValueError, AttributeError):
            raise Invalid(
                "The state file is not one that vrm wrote. Give another, or move it away."
            ) from None


@dataclass(frozen=True)
class Followed:
    """What a check found in order: the tree, from which leaf on it was looked at, and whether with entries."""

    origin: str
    size: int
    root: bytes
    start: int
    entries: bool
    kept: Kept
    continued: tuple[int, ...]
    """The sizes of the kept checkpoints that the log was shown to continue."""


def follow(
    source: Source,
    verifiers: Sequence[Verifier],
    *,
    kept: Kept | None = None,
    since: bytes | None = None,
    policy: Policy | None = None,
    keep: Callable[[Kept], None] = lambda _: None,
    progress: Callable[[int, int], None] = lambda _done, _of: None,
) -> Followed:
    """Check a log that is served at ``source`` against its keys, what was ``kept``, and a checkpoint held ``since``.

    ``keep`` is told at once of each newer checkpoint that was shown to continue what is kept, and then how far its
    leaves are looked at; ``policy`` tells whose cosignatures it must bear; ``progress`` hears leaves done, and how many there are to do. Without ``kept``, leaves are
    looked at from the end of ``since`` on.

    Raises ``Breach`` for what is wrong with the log, ``Behind`` where it shows less than ``since`` signs, ``Unreachable``
    where it cannot be told, ``Invalid`` where what was given to check against cannot be used.
    """
    held = [raw for raw in (since, kept.checkpoint.encode() if kept else None) if raw is not None]
    older = [(read_own(raw, verifiers), raw) for raw in held]
    if kept is not None and kept.position > older[-1][0].size:
        raise Invalid("The state file is not one that vrm wrote. Give another, or move it away.")
    raw = _served(source)
    signed = _believed(raw, verifiers, policy)
    for each, mine in reversed(older):  # what is kept was public here, and what is public never shrinks
        _check_size(each, mine, signed, raw, public=kept is not None and mine == held[-1])
    tree = SignedTree(source, signed, raw)
    for each, mine in older:
        if merkle.subtree(tree.nodes, 0, each.size) != each.root:
            raise _forked(each, mine, raw)
    now, full = clock.now(), source.has_entries
    begun = kept or Kept("", first := older[0][0].size if older else 0, first, now)
    start = begun.entries if full else begun.position
    moved = begun.moved if kept and older[-1][0].size == signed.size else now
    state = replace(begun, checkpoint=raw.decode(), moved=moved)
    keep(state)
    progress(0, tree.size - start)
    for index in range(start // WIDTH, -(-tree.size // WIDTH)):
        look(tree, index, with_entries=full)
        done = min((index + 1) * WIDTH, tree.size)
        state = replace(state, position=max(done, state.position), entries=done if full else state.entries)
        if index % _STEP == _STEP - 1 or done == tree.size:
            keep(state)
            progress(done - start, tree.size - start)
    return Followed(
        signed.origin,
        signed.size,
        signed.root,
        start,
        full,
        state,
        tuple(each.size for each, _ in older),
    )


def read_checkpoint(raw: bytes, verifiers: Sequence[Verifier]) -> Checkpoint:
    """A checkpoint that one of these keys signed, and that bears no false signature of any of them.

    Other keys' lines are ignored (C2SP signed-note), so that witnesses' and a next key's do no harm. All keys are of
    one log. Raises ``BadNote`` or ``BadCheckpoint``.
    """
    signed = note.parse(raw)
    ids = {(line.name, line.key_id) for line in signed.signatures}
    known = [each for each in verifiers if (each.name, each.key_id) in ids]
    for verifier in known or verifiers[:1]:
        verifier.verify(signed)
    checkpoint = parse_body(signed.text)
    if checkpoint.origin != verifiers[0].name:
        raise BadCheckpoint("the checkpoint is of another log than the key is named for")
    return checkpoint


def read_own(raw: bytes, verifiers: Sequence[Verifier]) -> Checkpoint:
    """A checkpoint that the caller holds. Raises ``Invalid`` where it cannot accuse anybody: none of the keys signed it."""
    try:
        return read_checkpoint(raw, verifiers)
    except (BadNote, BadCheckpoint) as fault:
        raise Invalid(
            f"The checkpoint you keep cannot be used: {fault.message}. If the log has changed its key since, give the"
            " older key as well.",
            field="checkpoint",
        ) from None


def _served(source: Source) -> bytes:
    try:
        return source.checkpoint()
    except Missing:
        raise Breach(
            "missing", "there is no checkpoint: the log has ended, or its address is another", None, {}
        ) from None


def _believed(raw: bytes, verifiers: Sequence[Verifier], policy: Policy | None) -> Checkpoint:
    try:
        signed = read_checkpoint(raw, verifiers)
    except (BadNote, BadCheckpoint) as fault:
        problem = f"the checkpoint is not to be believed: {fault.message}"
        raise Breach("checkpoint", problem, None, {CHECKPOINT: raw}) from None
    if policy is not None and not policy.met_by(policy.cosigned_by(note.parse(raw))):
        problem = "too few of the witnesses in your policy have cosigned the checkpoint"
        raise Breach("checkpoint", problem, None, {CHECKPOINT: raw})
    return signed


def _check_size(older: Checkpoint, mine: bytes, signed: Checkpoint, raw: bytes, *, public: bool) -> None:
    if signed.size < older.size:
        breach = Breach(
            "rolled_back",
            f"the log has {signed.size} leaves, and its key signed {older.size} before: it was rolled back, or an old copy"
            " is served",
            None,
            {CHECKPOINT: raw, "checkpoint-kept": mine},
        )
        if public:
            raise breach
        raise Behind(
            f"the log shows {signed.size} leaves, and you hold a checkpoint of {older.size} that its key signed. While"
            " witnesses are asked, the public checkpoint may be behind the newest: look again in some minutes. If it stays"
            " so, the log was rolled back, or an old copy is served",
            breach,
        )
    if signed.size == older.size and signed.root != older.root:
        raise _forked(older, mine, raw)


def _forked(older: Checkpoint, mine: bytes, raw: bytes) -> Breach:
    return Breach(
        "forked",
        f"its first {older.size} leaves are not those that its key signed before: the log was rewritten, or there are two",
        None,
        {CHECKPOINT: raw, "checkpoint-kept": mine},
    )


def look(tree: SignedTree, index: int, *, with_entries: bool) -> None:
    """Check the leaves of one tile. Raises ``Breach``, naming the first that is wrong."""
    hashes = tree.tile(0, index)
    if not with_entries:
        return
    entries = tree.entries(index)
    own = [merkle.leaf_hash(entry) for entry in entries]
    if b"".join(own) != hashes:  # all at once: this is most of the work
        pairs = zip(own, tiles.hashes_of(hashes), strict=True)
        at = next(place for place, (one, signed) in enumerate(pairs) if one != signed)
        raise tree.altered(index, at, entries[at])
