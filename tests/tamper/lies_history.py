"""Lies that the operator signs: other histories, and old ones.

Whoever holds the log's key can sign whatever they like, and who has nothing but that key takes it for the truth: those
places are in ``missed``. What was kept, or is kept by witnesses, tells.
"""

from collections.abc import Sequence

from tests.tamper.changing import BROWSERS, EXPORTS, PROOFS, each, exported, instead
from tests.tamper.telling import ENTRIES, LEAF, OLDER, SIZE, History, Lie, Place, Told, entry, everywhere
from vrm.tlog import checkpoint
from vrm.tlog.checkpoint import Checkpoint

REST = ENTRIES[:SIZE]
AFTER, GROWN = 500, 800
"""A leaf between the older checkpoint and the newest, and how many leaves the log has later."""

TOO_FEW = "too few of the witnesses in your policy"


def other(number: int) -> bytes:
    """What did not happen."""
    return entry(number, keys=["phone_number"])


BRANCH = [other(number) for number in range(1000)]


def rewritten(name: str, entries: Sequence[bytes], *, before: bool, grown: bool = False) -> Lie:
    """A history that was changed and signed again: before the older checkpoint that somebody kept, or only after it.

    ``grown`` tells that it has more leaves than the newest checkpoint, so that a proof alone cannot be held against that.
    """
    since = f"forked: its first {OLDER} leaves are not those that its key signed before"
    older = f"its first {OLDER} leaves are not those of the checkpoint you hold"
    found = {
        Place.WATCH: f"forked: its first {SIZE} leaves are not those that its key signed before",
        Place.POLICY: f"checkpoint: {TOO_FEW}",
        Place.EXPORT_NEWEST: f"its first {SIZE} leaves are not those of the checkpoint you hold",
        Place.PROOF_POLICY: TOO_FEW,
        Place.BROWSER_AGAIN: "memory-bad",
        Place.WITNESS: "unproved" if grown else "root_differs",
    }
    if before:
        found |= {Place.SINCE: since, Place.EXPORT_OLDER: older, Place.GO: "the log has two histories"}
    if not grown:
        found[Place.PROOF_NEWEST] = "the log has two histories"
    missed = [Place.FILES, Place.EXPORT, Place.PROOF, Place.BROWSER]
    missed += [] if before else [Place.SINCE, Place.EXPORT_OLDER, Place.GO]
    return Lie(name, instead(History(entries)), found, missed, operator=True)


def shortened(name: str, entries: Sequence[bytes]) -> Lie:
    """A history of which the end was taken away, signed again at its new size."""
    size = len(entries)
    what = f"rolled_back: the log has {size} leaves, and its key signed"
    found = {
        Place.WATCH: f"{what} {SIZE} before",
        Place.POLICY: f"checkpoint: {TOO_FEW}",
        Place.EXPORT_NEWEST: f"size: is below the {SIZE} of your checkpoint",
        Place.WITNESS: f"not_this_size: The checkpoint cosigned last is of {SIZE}",
    }
    missed = [Place.FILES, Place.EXPORT]
    if size < OLDER:
        found |= {
            Place.SINCE: f"behind: the log shows {size} leaves, and you hold a checkpoint of {OLDER}",
            Place.EXPORT_OLDER: f"size: is below the {OLDER}",
        }
    else:
        missed += [Place.SINCE, Place.EXPORT_OLDER]
    return Lie(name, instead(History(entries)), found, missed, operator=True)


def past(size: int) -> Lie:
    """The log as it was, with the checkpoint that was true then; nobody need sign anything."""
    return Lie(
        f"the log of an earlier day is shown as the newest ({size} of {SIZE})",
        instead(History(ENTRIES[:size], cosigned=True)),
        {
            Place.WATCH: f"rolled_back: the log has {size} leaves, and its key signed {SIZE} before",
            Place.EXPORT_NEWEST: f"size: is below the {SIZE} of your checkpoint",
            Place.WITNESS: "not_this_size",
        },
        # The witnesses did cosign it on that day: only who has seen more knows better.
        [Place.FILES, Place.SINCE, Place.POLICY, Place.EXPORT, Place.EXPORT_OLDER],
    )


def announced(size: int, root: bytes | None = None) -> History:
    """The true log under a checkpoint that signs for another size."""
    history = History(ENTRIES[:SIZE])
    history.tree = Checkpoint(history.origin, size, root or history.tree.root)
    history.note = checkpoint.sign(history.tree, history.signer)
    return history


def from_the_future(given: Told) -> None:
    """A checkpoint of more leaves than are shown; the header of the export says so too."""
    history = announced(SIZE + 50, History(ENTRIES[: SIZE + 50]).tree.root)
    each(instead(history), exported(lambda lines: lines[0].update(size=SIZE + 50, count=SIZE + 50)))(given)


def with_this_root(given: Told) -> None:
    """A larger size beside the root of the true tree."""
    each(
        instead(announced(SIZE + 4)), exported(lambda lines: lines[0].update(size=SIZE + 4, count=SIZE + 4))
    )(given)


def with_another_root(given: Told) -> None:
    """A root that no entries give."""
    instead(announced(SIZE, bytes(32)))(given)


NOT_JSON = [*REST[:LEAF], REST[LEAF].replace(b'"v":1', b'"v": 1'), *REST[LEAF + 1 :]]
EMPTY_ROOT = "tile: the hashes at the right edge of the tree do not give the root"

LIES = [
    rewritten("history is changed before what was kept", [*REST[:99], other(99), *REST[100:]], before=True),
    rewritten("history is changed after what was kept", [*REST[:AFTER], other(AFTER), *REST[AFTER + 1 :]], before=False),
    rewritten("an entry is taken out of history", [*REST[:99], *REST[100:], ENTRIES[SIZE]], before=True),
    rewritten("an entry is put into history", [*REST[:99], other(99), *REST[99 : SIZE - 1]], before=True),
    rewritten("an entry is put into history, and the log is longer", [*REST[:99], other(99), *REST[99:]], before=True, grown=True),
    rewritten("an entry stands in history twice", [*REST[:99], REST[98], *REST[99 : SIZE - 1]], before=True),
    rewritten("two entries of history change places", [*REST[:99], REST[100], REST[99], *REST[101:]], before=True),
    rewritten("there are two logs of one size", [*REST[:AFTER], *BRANCH[AFTER:SIZE]], before=False),
    rewritten("there are two logs, and neither continues the other", [*REST[:650], *BRANCH[650:GROWN]], before=False, grown=True),
    rewritten("the last entry is another one", [*REST[:-1], other(SIZE - 1)], before=False),
    rewritten("the log begins anew", BRANCH[:SIZE], before=True),
    shortened("the end is taken away, after what was kept", ENTRIES[:AFTER]),
    shortened("the end is taken away, before what was kept", ENTRIES[:200]),
    shortened("the last entry is taken away", ENTRIES[: SIZE - 1]),
    shortened("everything is taken away", []),
    past(650),
    Lie(
        "a checkpoint signs for more than is shown",
        from_the_future,
        {
            **everywhere("missing: tile/0/002.p/238 is missing", Place.FILES, Place.SINCE, Place.WATCH),
            Place.POLICY: TOO_FEW,
            **everywhere("end: comes too early: of 750 leaves the file holds 700", *EXPORTS),
            **everywhere("the hashes do not lead", *PROOFS),
            **everywhere("place-bad", *BROWSERS),
            Place.WITNESS: "unproved",
            Place.GO: "NOT VERIFIED",
        },
        operator=True,
    ),
    Lie(
        "a checkpoint signs for more, with the root there was",
        with_this_root,
        {
            **everywhere("missing: tile/0/002.p/192 is missing", Place.FILES, Place.SINCE, Place.WATCH),
            Place.POLICY: TOO_FEW,
            **everywhere("end: comes too early: of 704 leaves the file holds 700", *EXPORTS),
            Place.PROOF_POLICY: TOO_FEW,
            Place.BROWSER_AGAIN: "memory-bad",
            Place.WITNESS: "unproved",
        },
        # The way from a leaf to the root is as long in both trees, and nothing else in a proof says how many there are.
        [Place.PROOF, Place.BROWSER],
        operator=True,
    ),
    Lie(
        "a checkpoint signs a root that no entries give",
        with_another_root,
        {
            **everywhere(EMPTY_ROOT, Place.FILES, Place.SINCE),
            Place.WATCH: f"forked: its first {SIZE} leaves",
            Place.POLICY: TOO_FEW,
            **everywhere("tree: these leaves do not give the root", *EXPORTS),
            **everywhere("the hashes do not lead", *PROOFS),
            **everywhere("place-bad", *BROWSERS),
            Place.WITNESS: "root_differs",
            Place.GO: "NOT VERIFIED",
        },
        operator=True,
    ),
    Lie(
        "what is no entry was logged and signed",
        instead(History(NOT_JSON)),
        {
            Place.WATCH: "forked",
            Place.POLICY: TOO_FEW,
            **everywhere(f"entry {LEAF}: is not canonical JSON, though logged so", *EXPORTS),
            **everywhere("the entry is not canonical JSON", *PROOFS),
            Place.BROWSER_AGAIN: "memory-bad",
            Place.WITNESS: "root_differs",
        },
        [Place.FILES, Place.SINCE, Place.BROWSER],
        operator=True,
    ),
]  # fmt: skip
