"""Lies with a meaning, told as well as a liar can who does not hold the log's key. The file alone refutes them."""

import dataclasses
import json

import pytest

from tests.tamper.liar import (
    SIZE,
    Lie,
    Lines,
    body,
    both,
    edited,
    rebodied,
    renumbered,
    said,
    signed,
    swapped,
    told,
    verdict,
)
from tests.tamper.small_log import Signer, event
from vrm.tlog import note

STRANGER = note.sign("x\n", "witness.example", Signer(9)).split("\n")[2] + "\n"


def dropped(at: int) -> Lie:
    return lambda lines: lines.pop(at)


def moved(here: int, there: int) -> Lie:
    return lambda lines: lines.insert(there, lines.pop(here))


def copied(one: int, before: int) -> Lie:
    return lambda lines: lines.insert(before, dict(lines[one]))


def under_our_name(lines: Lines) -> None:
    """A tree of the liar's own, signed by the liar, with our vkey beside it."""
    vkey = lines[0]["vkey"]
    both(edited(4), signed(Signer(9)), said(0, vkey=vkey))(lines)


WHOLE: dict[str, Lie] = {
    "edit an entry": said(4, entry=lambda entry: entry.replace("email", "phone")),
    "edit an entry and its hash": edited(4),
    "edit the hash only": lambda lines: said(4, leaf_hash=lines[5]["leaf_hash"])(lines),
    "swap two entries": swapped(3, 6, "entry"),
    "swap two entries with their hashes": swapped(3, 6, "entry", "leaf_hash"),
    "swap two indexes": swapped(3, 6, "index"),
    "reorder lines": moved(7, 2),
    "reorder lines, renumbered": both(moved(7, 2), renumbered),
    "reverse all, renumbered": both(
        lambda lines: lines.__setitem__(slice(1, None), lines[:0:-1]), renumbered
    ),
    "drop the first": dropped(1),
    "drop the first, renumbered": both(dropped(1), renumbered),
    "drop one in the middle": dropped(6),
    "drop one in the middle, renumbered": both(dropped(6), renumbered),
    "drop one in the middle, size too": both(dropped(6), renumbered, said(0, size=SIZE - 1)),
    "drop the last": dropped(-1),
    "drop the last, counted": both(dropped(-1), renumbered),
    "drop all": lambda lines: lines.__delitem__(slice(1, None)),
    "truncate, counted": both(lambda lines: lines.__delitem__(slice(9, None)), renumbered),
    "insert one": both(copied(9, 3), said(3, index=2)),
    "insert one, renumbered": both(copied(9, 3), renumbered),
    "append one": both(copied(9, SIZE + 1), renumbered),
    "append one, size too": both(copied(9, SIZE + 1), renumbered, said(0, size=SIZE + 1)),
    "double a line": copied(3, 3),
    "double a line in place of another": both(copied(3, 3), dropped(5), renumbered),
    "two leaves in one": both(dropped(2), renumbered),
    "the header twice": copied(0, 1),
    "no header": dropped(0),
    "foreign origin in the header": said(0, origin="log.example/other"),
    "foreign origin in the checkpoint": rebodied(
        lambda it: dataclasses.replace(it, origin="log.example/other")
    ),
    "a larger size in the checkpoint": rebodied(lambda it: dataclasses.replace(it, size=SIZE + 1)),
    "another root in the checkpoint": rebodied(lambda it: dataclasses.replace(it, root=b"r" * 32)),
    "a line more in the checkpoint": rebodied(lambda it: dataclasses.replace(it, extensions=("trust us",))),
    "a second signature, of a stranger": said(0, checkpoint=lambda note: note + STRANGER),
    "a stranger's signature instead": said(
        0, checkpoint=lambda note: note.partition("\n\n")[0] + "\n\n" + STRANGER
    ),
    "no signature": lambda lines: said(0, checkpoint=body(lines).body() + "\n")(lines),
    "another key beside the old signature": said(0, vkey=Signer(9).verifier.vkey),
    "another size in the header": said(0, size=SIZE - 1),
    "another count in the header": said(0, count=SIZE - 1),
    "a negative size": said(0, size=-1),
    "another kind": said(0, kind="selection"),
    "no kind of ours": said(0, kind="everything"),
    "another format": said(0, format="vrm-log-export@v2"),
    "a member more in the header": said(0, verified=True),
    "a member more in a line": said(3, verified=True),
    "an empty proof in a line": said(3, proof=[]),
    "a member less in a line": lambda lines: lines[3].pop("leaf_hash"),
    "an index that is no number": said(3, index="2"),
    "an index that is true": said(2, index=True),
    "a hash that is no hash": said(3, leaf_hash="AA=="),
    "an entry that is no string": said(3, entry=json.loads),
    "a tree signed by another key under our vkey": under_our_name,
}

PART: dict[str, Lie] = {
    "edit an entry": said(3, entry=lambda entry: entry.replace("email", "phone")),
    "edit an entry and its hash": edited(3),
    "edit the hash only": lambda lines: said(3, leaf_hash=lines[2]["leaf_hash"])(lines),
    "swap two proofs": swapped(1, 4, "proof"),
    "swap two indexes": swapped(1, 4, "index"),
    "swap two entries with their hashes": swapped(1, 4, "entry", "leaf_hash"),
    "another index": said(3, index=lambda index: index - 1),
    "an index outside the tree": said(-1, index=SIZE),
    "reorder lines": moved(4, 1),
    "double a line": both(copied(3, 3), said(0, count=lambda count: count + 1)),
    "drop one": dropped(3),
    "a hash of the proof less": said(3, proof=lambda proof: proof[:-1]),
    "a hash of the proof more": said(3, proof=lambda proof: [*proof, proof[0]]),
    "the proof turned round": said(3, proof=lambda proof: proof[::-1]),
    "no proof": said(3, proof=[]),
    "no member proof": lambda lines: lines[3].pop("proof"),
    "a proof that is no list": said(3, proof="trust me"),
    "a proof without end": said(3, proof=lambda proof: proof * 100),
    "a proof in a smaller tree": said(1, proof=lambda proof: proof[:3]),
    "kind all": said(0, kind="all"),
    "a larger size": rebodied(lambda it: dataclasses.replace(it, size=SIZE + 1)),
    "a count beyond the tree": said(0, count=SIZE + 1),
}


@pytest.mark.parametrize("name", WHOLE)
def test_lies_about_the_whole_log(log, name):
    """Each lie is refused by the file alone, and with a pinned key and an older checkpoint."""
    lie = told(log.all, WHOLE[name])
    assert lie != log.all
    assert not verdict(lie).ok
    assert not verdict(lie, vkey=Signer().verifier.vkey, checkpoint=log.older).ok


@pytest.mark.parametrize("name", PART)
def test_lies_about_a_selection(log, name):
    """Each lie about some entries is refused by the file alone."""
    lie = told(log.selection, PART[name])
    assert lie != log.selection
    assert not verdict(lie).ok
    assert not verdict(lie, vkey=Signer().verifier.vkey).ok


@pytest.mark.parametrize(
    "respelled",
    [
        lambda raw: b"\xef\xbb\xbf" + raw,
        lambda raw: raw.replace(b"\n", b"\r\n"),
        lambda raw: raw.replace(b'"index":3', b'"index": 3'),
        lambda raw: raw.replace(b'"index":3', b'"index":3.0'),
        lambda raw: raw.replace(b'"index":3', b'"index":03'),
        lambda raw: raw.replace(b'"index":3', b'"index":-3'),
        lambda raw: raw.replace(b'"index":3', b'"index":3,"index":3'),
        lambda raw: raw.replace(b'"index":3', b'"index":NaN'),
        lambda raw: raw.replace(b'"index":3', b'"index":' + b"9" * 5000),
        lambda raw: raw.replace(b'"index":3', b'"index":9007199254740993'),
        lambda raw: raw.replace(b'"index":3', b'"index":' + b"[" * 50_000),
        lambda raw: raw.replace(b"disclosure", b"\\u0064isclosure", 1),
        lambda raw: raw.replace(b"disclosure", b"\\ud800", 1),
        lambda raw: raw.replace(b"disclosure", b"\xff", 1),
        lambda raw: raw.replace(b"}\n", b"}\n\n", 1),
        lambda raw: raw + b"x" * 2_000_000,
        lambda raw: b"",
        lambda raw: b"\n" * 10,
        lambda raw: b"\x00" * 100_000,
        lambda raw: raw.splitlines(keepends=True)[0],
    ],
)
def test_other_spellings(log, respelled):
    """A spelling other than the one is refused, and nothing that a file can hold raises."""
    assert not verdict(respelled(log.all)).ok
    assert not verdict(respelled(log.selection)).ok


def test_findings_are_bounded(log):
    """A file full of lies gives a few findings and a count of all the others."""
    report = verdict(told(log.all, *(said(at, entry="{}") for at in range(1, SIZE + 1))), most=3)
    assert len(report.findings) == 3
    assert report.more == SIZE - 3


def test_where_the_lie_is(log):
    """A changed entry, hash, index or proof is named as that, with its line and leaf."""

    def first(raw):
        finding = verdict(raw).findings[0]
        return finding.line, finding.leaf, finding.part

    assert first(told(log.all, WHOLE["edit an entry"])) == (5, 3, "entry")
    assert first(told(log.all, WHOLE["edit the hash only"])) == (5, 3, "leaf_hash")
    assert first(told(log.all, WHOLE["swap two indexes"])) == (4, 2, "index")
    assert first(told(log.all, WHOLE["drop one in the middle"])) == (7, 5, "index")
    assert first(told(log.all, WHOLE["drop the last"])) == (SIZE + 1, None, "end")
    leaf = json.loads(log.selection.splitlines()[3])["index"]
    assert first(told(log.selection, PART["edit an entry"])) == (4, leaf, "entry")
    assert first(told(log.selection, PART["edit the hash only"])) == (4, leaf, "leaf_hash")
    assert first(told(log.selection, PART["the proof turned round"])) == (4, leaf, "proof or index")


def test_the_log_holds_several_types():
    """The log these lies are told about is not of one kind."""
    types = {event(number).type for number in range(SIZE)}
    assert types == {"disclosure", "consent.granted", "company.approved"}
