"""Lies with a meaning, told as well as a liar can who does not hold the log's key; then by one who does."""

import io
import json
from collections.abc import Callable
from types import SimpleNamespace

import pytest

from tests.support.databases import create_tables
from tests.tamper.small_log import ORIGIN, Selection, Signer, event, exported, fill, write
from vrm import accesslog
from vrm.accesslog import canonical, checkpoint, merkle, note, verify_export
from vrm.accesslog.checkpoint import Checkpoint
from vrm.db import Database

SIZE, OLDER = 13, 8
Lines = list[dict[str, object]]


@pytest.fixture(scope="module")
def log(tmp_path_factory):
    """A log that grew from 8 to 13 leaves: its exports, whole and in part, and the older checkpoint."""
    url = f"sqlite:///{tmp_path_factory.mktemp('log')}/log.db"
    create_tables(url)
    database = Database(url)
    fill(database, OLDER)
    older, stale = database.read(accesslog.latest_checkpoint), exported(database)
    write(database, range(OLDER, SIZE))
    accesslog.sequence(database)
    accesslog.publish(database, Signer(), ORIGIN)
    part = Selection(type="disclosure")
    yield SimpleNamespace(
        all=exported(database), selection=exported(database, part), stale=stale, older=older.note.encode()
    )
    database.close()


def verdict(raw: bytes, **known: object) -> accesslog.Report:
    return verify_export(io.BytesIO(raw), **known)  # type: ignore[arg-type]


def told(raw: bytes, lie: Callable[[Lines], object]) -> bytes:
    """The export after a lie, every line canonical again: a careful liar leaves no spelling mistakes."""
    lines: Lines = [json.loads(line) for line in raw.splitlines()]
    lie(lines)
    return b"".join(canonical.dump(line) + b"\n" for line in lines)


def renumbered(lines: Lines) -> None:
    """Put indexes and counts in order, as a careful liar would."""
    for index, line in enumerate(lines[1:]):
        line["index"] = index
    lines[0]["count"] = len(lines) - 1


def edited(line: dict[str, object]) -> None:
    """Another purpose in an entry, and the hash to go with it."""
    line["entry"] = (
        str(line["entry"]).replace("dpv:ServiceProvision", "dpv:Marketing").replace('"v":1', '"v":2')
    )
    line["leaf_hash"] = canonical.b64(merkle.leaf_hash(str(line["entry"]).encode()))


def swap(lines: Lines, one: int, two: int, member: str) -> None:
    lines[one][member], lines[two][member] = lines[two][member], lines[one][member]


def signed_by(lines: Lines, signer: Signer, *, origin: str = ORIGIN, size: int | None = None) -> None:
    """Build the tree over the lines as they are and sign it, header and all."""
    hashes = [canonical.unb64(str(line["leaf_hash"])) for line in lines[1:]]
    size = len(hashes) if size is None else size
    head = Checkpoint(origin, size, merkle.root_of(hashes))
    lines[0] |= {
        "checkpoint": checkpoint.sign(head, signer),
        "vkey": note.Verifier(origin, signer.public).vkey,
        "origin": origin,
        "size": size,
        "count": len(hashes),
    }


def body(lines: Lines) -> Checkpoint:
    return checkpoint.parse_body(note.parse(str(lines[0]["checkpoint"]).encode()).text)


def with_body(lines: Lines, said: Checkpoint) -> None:
    """Put another body above the signature there is."""
    _, _, signatures = str(lines[0]["checkpoint"]).rpartition("\n\n")
    lines[0]["checkpoint"] = f"{said.body()}\n{signatures}"
    lines[0] |= {"size": said.size, "origin": said.origin}


def both(*steps: Callable[[Lines], object]) -> Callable[[Lines], None]:
    return lambda lines: [step(lines) for step in steps] and None  # type: ignore[func-returns-value]


WHOLE: dict[str, Callable[[Lines], object]] = {
    "edit an entry": lambda lines: lines[4].update(entry=str(lines[4]["entry"]).replace("email", "phone")),
    "edit an entry and its hash": lambda lines: edited(lines[4]),
    "edit the hash only": lambda lines: lines[4].update(leaf_hash=lines[5]["leaf_hash"]),
    "swap two entries": lambda lines: swap(lines, 3, 6, "entry"),
    "swap two entries with their hashes": lambda lines: [swap(lines, 3, 6, m) for m in ("entry", "leaf_hash")],
    "swap two indexes": lambda lines: swap(lines, 3, 6, "index"),
    "reorder lines": lambda lines: lines.insert(2, lines.pop(7)),
    "reorder lines, renumbered": both(lambda lines: lines.insert(2, lines.pop(7)), renumbered),
    "reverse all, renumbered": both(lambda lines: lines.__setitem__(slice(1, None), lines[:0:-1]), renumbered),
    "drop the first": lambda lines: lines.pop(1),
    "drop the first, renumbered": both(lambda lines: lines.pop(1), renumbered),
    "drop one in the middle": lambda lines: lines.pop(6),
    "drop one in the middle, renumbered": both(lambda lines: lines.pop(6), renumbered),
    "drop one in the middle, size too": both(
        lambda lines: lines.pop(6), renumbered, lambda lines: lines[0].update(size=SIZE - 1)
    ),
    "drop the last": lambda lines: lines.pop(),
    "drop the last, counted": both(lambda lines: lines.pop(), renumbered),
    "drop all": lambda lines: lines.__delitem__(slice(1, None)),
    "truncate to the older size": both(lambda lines: lines.__delitem__(slice(OLDER + 1, None)), renumbered),
    "insert one": lambda lines: lines.insert(3, dict(lines[9], index=2)),
    "insert one, renumbered": both(lambda lines: lines.insert(3, dict(lines[9])), renumbered),
    "append one": both(lambda lines: lines.append(dict(lines[9])), renumbered),
    "append one, size too": both(
        lambda lines: lines.append(dict(lines[9])), renumbered, lambda lines: lines[0].update(size=SIZE + 1)
    ),
    "double a line": lambda lines: lines.insert(3, dict(lines[3])),
    "double a line in place of another": both(lambda lines: lines.__setitem__(4, dict(lines[3])), renumbered),
    "pass a node off as a leaf": lambda lines: lines.__setitem__(slice(1, 3), [dict(lines[1])]),
    "the header twice": lambda lines: lines.insert(1, dict(lines[0])),
    "no header": lambda lines: lines.pop(0),
    "foreign origin in the header": lambda lines: lines[0].update(origin="log.example/other"),
    "foreign origin in the checkpoint": lambda lines: with_body(
        lines, Checkpoint("log.example/other", SIZE, body(lines).root)
    ),
    "a larger size in the checkpoint": lambda lines: with_body(lines, Checkpoint(ORIGIN, SIZE + 1, body(lines).root)),
    "another root in the checkpoint": lambda lines: with_body(lines, Checkpoint(ORIGIN, SIZE, b"r" * 32)),
    "an extension line in the checkpoint": lambda lines: with_body(
        lines, Checkpoint(ORIGIN, SIZE, body(lines).root, ("verified by us",))
    ),
    "a second signature, of a stranger": lambda lines: lines[0].update(
        checkpoint=str(lines[0]["checkpoint"]) + note.sign("x\n", "witness.example", Signer(9)).split("\n")[2] + "\n"
    ),
    "no signature": lambda lines: lines[0].update(checkpoint=body(lines).body() + "\n"),
    "another key beside the old signature": lambda lines: lines[0].update(vkey=Signer(9).verifier.vkey),
    "another size in the header": lambda lines: lines[0].update(size=SIZE - 1),
    "another count in the header": lambda lines: lines[0].update(count=SIZE - 1),
    "another kind": lambda lines: lines[0].update(kind="selection"),
    "another format": lambda lines: lines[0].update(format="vrm-log-export@v2"),
    "a member more in the header": lambda lines: lines[0].update(verified=True),
    "a member more in a line": lambda lines: lines[3].update(verified=True),
    "an empty proof in a line": lambda lines: lines[3].update(proof=[]),
    "a member less in a line": lambda lines: lines[3].pop("leaf_hash"),
    "an index that is no number": lambda lines: lines[3].update(index="2"),
    "an index that is true": lambda lines: lines[2].update(index=True),
    "an entry that is no string": lambda lines: lines[3].update(entry=json.loads(str(lines[3]["entry"]))),
    "a tree signed by another key under our vkey": lambda lines: [
        edited(lines[4]), vkey := lines[0]["vkey"], signed_by(lines, Signer(9)), lines[0].update(vkey=vkey),
    ],
}  # fmt: skip

PART: dict[str, Callable[[Lines], object]] = {
    "edit an entry": lambda lines: lines[3].update(entry=str(lines[3]["entry"]).replace("email", "phone")),
    "edit an entry and its hash": lambda lines: edited(lines[3]),
    "edit the hash only": lambda lines: lines[3].update(leaf_hash=lines[2]["leaf_hash"]),
    "swap two proofs": lambda lines: swap(lines, 1, 4, "proof"),
    "swap two indexes": lambda lines: swap(lines, 1, 4, "index"),
    "swap two entries with their hashes": lambda lines: [swap(lines, 1, 4, m) for m in ("entry", "leaf_hash")],
    "another index": lambda lines: lines[3].update(index=lines[3]["index"] - 1),  # type: ignore[operator]
    "an index outside the tree": lambda lines: lines[-1].update(index=SIZE),
    "reorder lines": lambda lines: lines.insert(1, lines.pop(4)),
    "double a line": both(lambda lines: lines.insert(3, dict(lines[3])), lambda lines: lines[0].update(count=len(lines) - 1)),
    "drop one": lambda lines: lines.pop(3),
    "a hash of the proof less": lambda lines: lines[3]["proof"].pop(),  # type: ignore[attr-defined]
    "a hash of the proof more": lambda lines: lines[3]["proof"].append(lines[3]["leaf_hash"]),  # type: ignore[attr-defined]
    "the proof turned round": lambda lines: lines[3]["proof"].reverse(),  # type: ignore[attr-defined]
    "no proof": lambda lines: lines[3].update(proof=[]),
    "no member proof": lambda lines: lines[3].pop("proof"),
    "a proof that is no list": lambda lines: lines[3].update(proof="trust me"),
    "a proof of the older tree": lambda lines: lines[1].update(proof=lines[1]["proof"][:3]),  # type: ignore[index]
    "kind all": lambda lines: lines[0].update(kind="all"),
    "a larger size": lambda lines: with_body(lines, Checkpoint(ORIGIN, SIZE + 1, body(lines).root)),
    "a count beyond the tree": lambda lines: lines[0].update(count=SIZE + 1),
}  # fmt: skip


@pytest.mark.parametrize("name", WHOLE)
def test_lies_about_the_whole_log(log, name):
    """Each lie is refused by the file alone, and a fortiori with a pinned key and an older checkpoint."""
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
    """A file full of lies gives a few findings and a count."""

    def lie(lines):
        for line in lines[1:]:
            line["entry"] = "{}"

    report = verdict(told(log.all, lie), most=3)
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
    assert first(told(log.all, WHOLE["drop the last"])) == (1, None, "count") or first(
        told(log.all, WHOLE["drop the last"])
    ) == (SIZE + 1, None, "end")
    leaf = json.loads(log.selection.splitlines()[3])["index"]
    assert first(told(log.selection, PART["edit an entry"])) == (4, leaf, "entry")
    assert first(told(log.selection, PART["edit the hash only"])) == (4, leaf, "leaf_hash")
    assert first(told(log.selection, PART["the proof turned round"])) == (4, leaf, "proof or index")


# What the file alone cannot tell. These tests say so: they pass without, and fail with, what the auditor keeps.

VKEY = Signer().verifier.vkey


def test_somebody_elses_log(log):
    """A log signed anew by another key passes as such; only the pinned key tells it from ours."""
    lie = told(log.all, lambda lines: [edited(lines[4]), signed_by(lines, Signer(9))])
    assert verdict(lie).ok
    (finding, *_) = verdict(lie, vkey=VKEY).findings
    assert finding.part == "vkey"
    assert not verdict(lie, checkpoint=log.older).ok


def test_somebody_elses_origin(log):
    """So does one under another name."""
    lie = told(log.all, lambda lines: signed_by(lines, Signer(), origin="log.example/other"))
    assert verdict(lie).ok
    assert not verdict(lie, vkey=VKEY).ok
    assert not verdict(lie, checkpoint=log.older).ok


@pytest.mark.parametrize(
    "rewrite",
    [
        lambda lines: edited(lines[4]),
        lambda lines: lines.pop(4) and renumbered(lines),
        lambda lines: lines.insert(4, dict(lines[9])) or renumbered(lines),
        lambda lines: [swap(lines, 3, 6, member) for member in ("entry", "leaf_hash")],
    ],
)
def test_the_operator_rewrites_and_signs_again(log, rewrite):
    """The operator holds the key: only a checkpoint kept from before shows that the log was rewritten."""
    lie = told(log.all, lambda lines: [rewrite(lines), signed_by(lines, Signer())])
    assert verdict(lie, vkey=VKEY).ok
    report = verdict(lie, vkey=VKEY, checkpoint=log.older)
    assert [finding.part for finding in report.findings] == ["tree"]
    assert "rewritten" in report.findings[0].problem


def test_the_operator_rolls_back(log):
    """An older state of the log, shown as the newest, is only told from it by a newer checkpoint."""
    newer = json.loads(log.all.splitlines()[0])["checkpoint"].encode()
    assert verdict(log.stale, vkey=VKEY).ok
    report = verdict(log.stale, vkey=VKEY, checkpoint=newer)
    assert [finding.part for finding in report.findings] == ["size"]
    assert "rolled back" in report.findings[0].problem


def test_the_operator_forks(log):
    """Two trees of one size: whoever holds one checkpoint refuses the other, in whole exports and in parts."""
    fork = told(log.all, lambda lines: [edited(lines[12]), signed_by(lines, Signer())])
    newest = json.loads(log.all.splitlines()[0])["checkpoint"].encode()
    assert verdict(fork, vkey=VKEY, checkpoint=log.older).ok, "the older checkpoint lies before the fork"
    assert not verdict(fork, vkey=VKEY, checkpoint=newest).ok
    forked = json.loads(fork.splitlines()[0])["checkpoint"].encode()
    assert not verdict(log.selection, vkey=VKEY, checkpoint=forked).ok
    assert verdict(log.selection, vkey=VKEY, checkpoint=newest).ok


def test_a_selection_says_that_it_cannot_show_continuity(log):
    """An older checkpoint beside a selection is not passed over in silence."""
    (finding,) = verdict(log.selection, checkpoint=log.older).findings
    assert "cannot show" in finding.problem


def test_a_checkpoint_of_another_log_is_none_of_ours(log):
    """The auditor's own file may be the wrong one: then nothing is said to be fine."""
    foreign = checkpoint.sign(Checkpoint(ORIGIN, 0, merkle.EMPTY), Signer(9))
    (finding,) = verdict(log.all, checkpoint=foreign.encode()).findings
    assert finding.part == "older checkpoint"
    with pytest.raises(accesslog.BadNote):
        verdict(log.all, checkpoint=b"no checkpoint at all")


def test_an_event_of_the_small_log_is_what_it_says():
    """The log these lies are told about holds several types."""
    assert {event(number).type for number in range(SIZE)} == {
        "disclosure",
        "consent.granted",
        "company.approved",
    }
