"""Lies in what one person, company or witness is given: proofs, openings, and what a log sends to be cosigned."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from tests.tamper.changing import BROWSERS, PROOFS, each, proved
from tests.tamper.liar import said, swapped, told
from tests.tamper.telling import (
    ENTRIES,
    LEAF,
    OLDER,
    PAST,
    SIZE,
    TRUE,
    History,
    Lie,
    Place,
    Tell,
    Told,
    entry,
    everywhere,
    opening,
)
from vrm.tlog import canonical
from vrm.tlog.submission import Submission

CHOSEN = (99, LEAF, 600)
WAY = "the hashes do not lead"
Hashes = Callable[[Sequence[bytes]], Sequence[bytes]]


def way(change: Hashes) -> Tell:
    """Other hashes from the leaf to the root: in the proof file, and in a line of a selection."""
    hashes = change(TRUE.path(LEAF))
    of_line = said(2, proof=[canonical.b64(hash_) for hash_ in hashes])
    return each(proved(lambda proof: replace(proof, hashes=hashes)), selected(of_line))


def selected(*lies: Callable[..., object]) -> Tell:
    """A selection of three entries for an export, changed; the second line is that of ``LEAF``."""

    def tell(given: Told) -> None:
        given.export = told(TRUE.lines_of(*CHOSEN), *lies)

    return tell


def of_proof(**members: Any) -> Tell:
    """Other members in the proof file."""
    return proved(lambda proof: replace(proof, **members))


def respelled(old: bytes, new: bytes) -> Tell:
    """Other bytes in the proof file."""

    def tell(given: Told) -> None:
        assert old in given.proof
        given.proof = given.proof.replace(old, new, 1)

    return tell


def asked(submission: Submission) -> Tell:
    """Another request to a witness."""

    def tell(given: Told) -> None:
        given.request = submission.encode()

    return tell


def astray(what: str = WAY) -> dict[Place, str]:
    """The way does not lead to the root."""
    return {
        **everywhere(what, *PROOFS),
        **everywhere("place-bad", *BROWSERS),
        Place.EXPORT: f"proof or index {LEAF}: the proof does not show this entry at this index",
        Place.GO: "NOT VERIFIED",
    }


def unread(what: str, *, browser: str = "verdict-failed", go: bool = True) -> dict[Place, str]:
    """The file is refused before anything of it is believed. Go is not as strict about how things are spelt."""
    found = {**everywhere(what, *PROOFS), **everywhere(browser, *BROWSERS)}
    return {**found, Place.GO: "NOT VERIFIED"} if go else found


SEALED = {
    **everywhere("the opening is not the one the entry's detail stands for", *PROOFS),
    **everywhere("opening-bad", *BROWSERS),
    Place.GO: "NOT VERIFIED",
}
TRUE_WAY = TRUE.path(LEAF)
FIRST_HASH = canonical.b64(TRUE_WAY[0]).encode()
GROWN = History(ENTRIES[:800])

LIES = [
    Lie("a hash of the proof is left out", way(lambda it: it[1:]), astray()),
    Lie("a hash of the proof is put in", way(lambda it: [*it, bytes(32)]), astray()),
    Lie("a hash of the proof stands twice", way(lambda it: [it[0], *it]), astray()),
    Lie("a hash of the proof is changed", way(lambda it: [*it[:-1], bytes(32)]), astray()),
    Lie("the hashes of the proof are turned round", way(lambda it: it[::-1]), astray()),
    Lie("there is no proof, but for a signature", way(lambda it: []), astray()),
    Lie("the proof is of another leaf", way(lambda it: TRUE.path(LEAF + 1)), astray()),
    Lie("the proof is of a smaller tree", way(lambda it: History(ENTRIES[:650]).path(LEAF)), astray()),
    Lie(
        "the proof names another place in the log",
        each(of_proof(index=LEAF + 1), selected(said(2, index=LEAF + 1))),
        astray() | {Place.EXPORT: f"proof or index {LEAF + 1}: the proof does not show"},
    ),
    Lie(
        "the proof names a place beyond the end",
        each(of_proof(index=SIZE), selected(said(3, index=SIZE))),
        astray() | {Place.EXPORT: f"proof or index {SIZE}: the proof does not show"},
    ),
    Lie(
        "the proof comes with another checkpoint of the log",
        of_proof(checkpoint=History(ENTRIES[:650], cosigned=True).note),
        {Place.PROOF: WAY, Place.PROOF_POLICY: WAY, **everywhere("place-bad", *BROWSERS), Place.GO: "NOT VERIFIED"},
    ),
    Lie(
        "two entries of a selection change places",
        selected(swapped(1, 2, "entry", "leaf_hash")),
        {Place.EXPORT: "proof or index 99: the proof does not show this entry at this index"},
    ),
    Lie("two proofs of a selection change places", selected(swapped(1, 2, "proof")), {Place.EXPORT: "proof or index 99"}),
    Lie("an entry is taken out of a selection that counts it", selected(lambda lines: lines.pop(2)), {Place.EXPORT: "count: says 3 entries; the file holds 2"}),
    Lie("a selection is shown as the whole log", selected(said(0, kind="all")), {Place.EXPORT: f"count: is not {SIZE}"}),
    Lie("the opening is changed", of_proof(opening=opening(LEAF).replace(b"333", b"334")), SEALED),
    Lie("the opening is another entry's", of_proof(opening=opening(LEAF + 1)), SEALED),
    Lie("the opening has another salt", of_proof(opening=bytes(32) + opening(LEAF)[32:]), SEALED),
    Lie(
        "the opening is put to an entry that another stands for",
        of_proof(entry=entry(LEAF, detail="x" * 43)),
        SEALED | everywhere("the opening is not the one", *PROOFS) | everywhere("place-bad", *BROWSERS),
    ),
    Lie("the place in the proof has a second spelling", respelled(b"index 333", b"index 0333"), unread("the index is not a plain decimal number", go=False)),
    Lie("the place in the proof is written as a fraction", respelled(b"index 333", b"index 333.0"), unread("the index is not a plain decimal number")),
    Lie("the place in the proof is negative", respelled(b"index 333", b"index -333"), unread("the index is not a plain decimal number")),
    Lie("a hash of the proof has 31 bytes", respelled(FIRST_HASH, canonical.b64(TRUE_WAY[0][:31]).encode()), unread("a hash of the proof is 31 bytes where 32 belong")),
    Lie("the proof is of another format", respelled(b"tlog-proof@v1", b"tlog-proof@v2"), unread("the first line is not c2sp.org/tlog-proof@v1", browser="failed")),
    Lie("a proof without end", way(lambda it: [*it, *[bytes(32)] * 60]), unread("the proof has more hashes than any tree is high", browser="place-bad") | {Place.EXPORT: f"proof {LEAF}: is not a list of hashes"}),
    Lie("a witness is told that it has seen less", asked(PAST.request(0)), {Place.WITNESS: "not_this_size"}),
    Lie("a witness is shown the log of an earlier day", asked(replace(PAST.request(0), old=OLDER)), {Place.WITNESS: "not_this_size"}),
    Lie("a witness is told of more than the checkpoint signs", asked(Submission(SIZE, (), PAST.note.encode())), {Place.WITNESS: "bad_submission: the old size is above"}),
    Lie("a witness gets no proof that the log continues", asked(Submission(SIZE, (), GROWN.note.encode())), {Place.WITNESS: "unproved"}),
    Lie("a witness gets a proof with a hash too many", asked(replace(GROWN.request(), proof=(*GROWN.request().proof, bytes(32)))), {Place.WITNESS: "unproved"}),
    Lie("a witness gets the proof of another log's growth", asked(replace(GROWN.request(), proof=History([*ENTRIES[:650], *ENTRIES[651:801]]).request().proof)), {Place.WITNESS: "unproved"}),
    Lie("a witness gets a proof from an older size", asked(replace(GROWN.request(), proof=GROWN.request(OLDER).proof)), {Place.WITNESS: "unproved"}),
]  # fmt: skip
