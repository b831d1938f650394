"""Lies about a bundle, told as well as a liar can, some of whom may sign. The file alone refutes most of them."""

import io
import json
from hashlib import sha256
from types import SimpleNamespace

import pytest

from tests.support.databases import create_tables
from tests.tamper.liar import both, said, swapped, told
from tests.tamper.small_case import Office
from tests.tamper.small_log import ORIGIN, Signer
from vrm import oversight
from vrm.db import Database
from vrm.oversight.bundled import key_name, signed_text
from vrm.tlog import canonical, merkle, note

MARKED = (4, 6, 7, 9, 11)
HEAD, EXPORT, ENTRY, SIGNATURE = 0, 1, 2, -1
NOBODY = "f81d4fae-7dec-4d0a-a765-00a0c91e6bf6"
STORY = ENTRY + len(MARKED) - 1  # the last of the marked is unmarked again


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """The bundles of a case and of an exposure, and what an auditor holds besides."""
    folder = tmp_path_factory.mktemp("case")
    create_tables(f"sqlite:///{folder}/log.db")
    database = Database(f"sqlite:///{folder}/log.db")
    office = Office(database, folder)
    older = office.grow(0, 10)
    office.grow(10, 22)
    case_id = office.case(*MARKED)
    office.sequence()
    yield SimpleNamespace(
        office=office,
        older=older.note.encode(),
        case=b"".join(office.bundle(case_id, older=older.size)),
        exposure=b"".join(office.exposure(older=older.size)),
        other=b"".join(office.bundle(office.case(5, 6, title="Another"))),
    )
    database.close()


def verdict(raw, **known):
    return oversight.verify_bundle(io.BytesIO(raw), **known)


def resigned(signer, *, vkey=None):
    """Sign the file anew, as whoever holds this key could."""

    def tell(lines):
        if vkey is not None:
            lines[EXPORT]["vkey"] = vkey
        body = b"".join(canonical.dump(line) + b"\n" for line in lines[:-1])
        digest = sha256(body).digest()
        lines[-1]["signature"] = note.sign(signed_text(ORIGIN, len(body), digest), key_name(ORIGIN), signer)

    return tell


def dropped(at):
    return lambda lines: lines.pop(at)


def moved(here, there):
    return lambda lines: lines.insert(there, lines.pop(here))


def copied(one, before):
    return lambda lines: lines.insert(before, dict(lines[one]))


def renumbered(lines):
    """Put the numbers of lines and the count of entries in order, as a careful liar would."""
    lines[EXPORT]["count"] = sum("entry" in line for line in lines)
    for number, line in enumerate((line for line in lines if "line" in line), start=1):
        line["line"] = number


def line(kind):
    """Where the first line of this kind stands."""
    return lambda lines: next(at for at, one in enumerate(lines) if one.get("kind") == kind and "line" in one)


def at(where, lie):
    """A lie about a line that has to be found first."""
    return lambda lines: lie(where(lines))(lines)


CASE = {
    "another title": said(HEAD, title="Day reads"),
    "another time": said(HEAD, at="2026-03-02T09:00:00.000Z"),
    "another case": said(HEAD, case=NOBODY),
    "an auditor by another name": said(HEAD, auditors=lambda names: dict.fromkeys(names, "Somebody Else")),
    "an auditor who had no part": said(HEAD, auditors=lambda names: {**names, NOBODY: "X"}),
    "taken out by nobody": said(HEAD, by=NOBODY),
    "a member more in the head": said(HEAD, verified=True),
    "another format": said(HEAD, format="vrm-bundle@v2"),
    "another kind": said(HEAD, kind="exposure"),
    "no proof that the log continues": lambda lines: lines[HEAD].pop("consistency"),
    "a proof that the log continues another": said(
        HEAD, consistency=lambda proof: {**proof, "old": proof["old"] - 1}
    ),
    "another checkpoint": said(EXPORT, checkpoint=lambda text: text.replace("\n", "\n1", 1)),
    "another key beside the old signatures": said(EXPORT, vkey=Signer(9).verifier.vkey),
    "another origin": said(EXPORT, origin="log.example/other"),
    "an export of everything": said(EXPORT, kind="all"),
    "edit an entry": said(ENTRY, entry=lambda entry: entry.replace("company", "consent")),
    "edit an entry and its hash": lambda lines: lines[ENTRY].update(
        entry=(entry := lines[ENTRY]["entry"].replace("email", "phone")),
        leaf_hash=canonical.b64(merkle.leaf_hash(entry.encode())),
    ),
    "another index": said(ENTRY, index=lambda index: index + 1),
    "swap two proofs": swapped(ENTRY, ENTRY + 2, "proof"),
    "drop an entry": both(dropped(ENTRY), renumbered),
    "drop an entry and its mark": both(
        dropped(ENTRY + 1), at(line("marked"), lambda at: dropped(at + 1)), renumbered
    ),
    "double an entry": both(copied(ENTRY, ENTRY), renumbered),
    "reorder entries": moved(ENTRY, ENTRY + 2),
    "edit a note": at(line("noted"), lambda at: said(at, text="They answered.")),
    "edit why an entry was marked": lambda lines: said(
        next(at for at, one in enumerate(lines) if one.get("text") and one["kind"] == "marked"), text="Late."
    )(lines),
    "drop a note": at(line("noted"), dropped),
    "drop a note, renumbered": both(at(line("noted"), dropped), renumbered),
    "a note by another auditor": lambda lines: said(
        line("noted")(lines), by=lines[line("opened")(lines)]["by"]
    )(lines),
    "a note by nobody": at(line("noted"), lambda at: said(at, by=NOBODY)),
    "a note at another time": at(line("noted"), lambda at: said(at, at="2026-03-02T09:00:00.000Z")),
    "insert a note": both(at(line("noted"), lambda at: copied(at, at)), renumbered),
    "reorder lines": at(line("noted"), lambda at: moved(at, at - 1)),
    "reorder lines, renumbered": both(at(line("noted"), lambda at: moved(at, at - 1)), renumbered),
    "a mark of another entry": at(line("marked"), lambda at: said(at, leaf=5)),
    "a mark twice": both(at(line("marked"), lambda at: copied(at, at)), renumbered),
    "hide that a mark was taken away": both(at(line("unmarked"), dropped), renumbered),
    "hide that it was closed": both(at(line("closed"), dropped), renumbered),
    "opened by nobody": both(at(line("opened"), dropped), renumbered),
    "a line of no kind": at(line("noted"), lambda at: said(at, kind="proved")),
    "a line with a member more": at(line("noted"), lambda at: said(at, seen=True)),
    "cut the signature off": dropped(SIGNATURE),
    "cut in the middle": lambda lines: lines.__delitem__(slice(STORY + 2, None)),
    "add after the end": copied(SIGNATURE, 99),
    "no head": dropped(HEAD),
    "no export": dropped(EXPORT),
    "the head twice": copied(HEAD, HEAD),
    "signed by another key": resigned(Signer(9)),
    "signed by another key, which it names": resigned(Signer(9), vkey=Signer(9).verifier.vkey),
    "the checkpoint's signature instead": lambda lines: said(
        SIGNATURE, signature=lines[EXPORT]["checkpoint"]
    )(lines),
    "the signature as the checkpoint": lambda lines: said(EXPORT, checkpoint=lines[SIGNATURE]["signature"])(
        lines
    ),
    "a second signature, of a stranger": said(
        SIGNATURE,
        signature=lambda text: text + note.sign("x\n", "witness.example", Signer(9)).split("\n")[2] + "\n",
    ),
}

ANSWER = {
    "another client": said(HEAD, question=lambda asked: {**asked, "client": NOBODY}),
    "a shorter time": said(HEAD, question=lambda asked: {**asked, "until": "2026-03-01T09:30:05.000Z"}),
    "a later start": said(HEAD, question=lambda asked: {**asked, "since": "2026-03-01T09:30:05.000Z"}),
    "less of the log": said(HEAD, question=lambda asked: {**asked, "upto": 5}),
    "no question": lambda lines: lines[HEAD].pop("question"),
    "fewer reads": lambda lines: said(-2, reads=lambda count: count - 1)(lines),
    "fewer keys": said(-2, keys=lambda keys: keys[1:]),
    "a person less": dropped(-2),
    "a person more": copied(-2, -2),
    "another person": said(-2, thread=lambda thread: thread[::-1]),
    "people in another order": moved(-2, -3),
    "a read less": both(dropped(ENTRY), renumbered),
    "a read in another's place": swapped(ENTRY, ENTRY + 1, "entry", "leaf_hash", "proof"),
}

HARMLESS_IF_SIGNED = {
    "another title",
    "another time",
    "another case",
    "an auditor by another name",
    "an auditor who had no part",
    "no proof that the log continues",
    "a proof that the log continues another",
    "drop an entry and its mark",
    "edit a note",
    "edit why an entry was marked",
    "drop a note, renumbered",
    "a note by another auditor",
    "a note at another time",
    "insert a note",
    "reorder lines, renumbered",
    "hide that it was closed",
}
"""What whoever holds the key could say as well, and no file can refute; the SHA-256 of what it said before is logged."""


OF_THE_SIGNATURE = {
    "cut the signature off",
    "cut in the middle",
    "add after the end",
    "signed by another key",
    "signed by another key, which it names",
    "the checkpoint's signature instead",
    "a second signature, of a stranger",
}


def lie_about(raw, lie):
    lie = told(raw, lie)
    assert lie != raw
    return lie


@pytest.mark.parametrize("name", CASE)
def test_lies_about_a_case(files, name):
    """Each lie about a case is refused by the file alone, and with a pinned key."""
    lie = lie_about(files.case, CASE[name])
    if name != "signed by another key, which it names":
        assert not verdict(lie).ok
    assert not verdict(lie, vkey=files.office.vkey).ok


@pytest.mark.parametrize("name", ANSWER)
def test_lies_about_an_exposure(files, name):
    """Each lie about an answer is refused by the file alone, and with a pinned key."""
    lie = lie_about(files.exposure, ANSWER[name])
    assert not verdict(lie).ok
    assert not verdict(lie, vkey=files.office.vkey).ok


@pytest.mark.parametrize("name", sorted(CASE.keys() - HARMLESS_IF_SIGNED - OF_THE_SIGNATURE))
def test_lies_about_a_case_by_whoever_holds_the_key(files, name):
    """Of what the log or the history itself refutes, the operator's own signature makes nothing true."""
    lie = lie_about(files.case, both(CASE[name], resigned(files.office.keys.log_signer)))
    assert not verdict(lie, vkey=files.office.vkey).ok


@pytest.mark.parametrize("name", ANSWER)
def test_lies_about_an_exposure_by_whoever_holds_the_key(files, name):
    """An answer that is not what its entries say stays a lie under the operator's own signature."""
    lie = lie_about(files.exposure, both(ANSWER[name], resigned(files.office.keys.log_signer)))
    assert not verdict(lie, vkey=files.office.vkey).ok


def test_parts_of_two_bundles(files):
    """The signature of one bundle is none of another, though one key made both."""
    one, other = files.case.splitlines(keepends=True), files.other.splitlines(keepends=True)
    assert verdict(files.other, vkey=files.office.vkey).ok
    assert not verdict(b"".join([*one[:-1], other[-1]])).ok
    assert not verdict(b"".join([other[0], *one[1:]])).ok


@pytest.mark.parametrize("step", range(7))
def test_every_byte_counts(files, step):
    """One changed byte anywhere is found, in the head, an entry, a note or the signature."""
    raw = files.case
    for place in range(step, len(raw), 97):
        changed = raw[:place] + bytes([raw[place] ^ 1]) + raw[place + 1 :]
        assert not verdict(changed, vkey=files.office.vkey).ok, place


@pytest.mark.parametrize(
    "respelled",
    [
        lambda raw: b"\xef\xbb\xbf" + raw,
        lambda raw: raw.replace(b"\n", b"\r\n"),
        lambda raw: raw.replace(b'"line":3', b'"line": 3'),
        lambda raw: raw.replace(b'"line":3', b'"line":3.0'),
        lambda raw: raw.replace(b'"line":3', b'"line":true'),
        lambda raw: raw.replace(b'"line":3', b'"line":' + b"9" * 5000),
        lambda raw: raw.replace(b'"line":3', b'"line":' + b"[" * 50_000),
        lambda raw: raw.replace(b"Night", b"\\u004eight", 1),
        lambda raw: raw.replace(b"Night", b"\\u001b[2J", 1),
        lambda raw: raw.replace(b"Night", b"\\ud800", 1),
        lambda raw: raw.replace(b"Night", b"\xff", 1),
        lambda raw: raw.replace(b"}\n", b"}\n\n", 1),
        lambda raw: raw + b"\n",
        lambda raw: raw + b"x" * 2_000_000,
        lambda raw: b"",
        lambda raw: b"\n" * 10,
        lambda raw: b"\x00" * 100_000,
        lambda raw: b'{"entry":' * 100_000,
        lambda raw: b'{"signature":"x"}\n',
        lambda raw: raw.splitlines(keepends=True)[0],
    ],
)
def test_other_spellings(files, respelled):
    """A spelling other than the one is refused, and nothing that a file can hold raises."""
    assert not verdict(respelled(files.case)).ok


def test_where_the_lie_is(files):
    """A changed entry, note or row is named as that, with its line; the signature comes last."""

    def first(raw):
        finding = verdict(raw).findings[0]
        return finding.line, finding.leaf, finding.part

    assert first(lie_about(files.case, CASE["edit an entry and its hash"]))[0] == ENTRY + 1
    assert first(lie_about(files.case, CASE["edit an entry"])) == (ENTRY + 1, MARKED[0], "entry")
    lines = [json.loads(raw) for raw in files.case.splitlines()]
    assert first(lie_about(files.case, CASE["drop a note"]))[0] == line("noted")(lines) + 1
    assert first(lie_about(files.case, CASE["edit a note"])) == (len(lines), None, "signature")


def test_findings_are_bounded(files):
    """A file full of lies gives a few findings and a count of all the others."""
    lines = files.case.splitlines(keepends=True)
    report = verdict(b"".join([*lines[:-1], *[lines[-2]] * 1000]), most=3)
    assert (len(report.findings), report.more > 900) == (3, True)


def test_an_older_checkpoint(files):
    """Whoever kept a checkpoint learns whether the log continues it, and of a fork or a rewritten log."""
    key = files.office.vkey
    assert verdict(files.case, vkey=key, checkpoint=files.older).ok
    assert verdict(files.exposure, vkey=key, checkpoint=files.older).ok
    (finding,) = verdict(files.other, vkey=key, checkpoint=files.older).findings
    assert finding.part == "consistency"
    kept = files.older.decode().split("\n")
    kept[2] = canonical.b64(b"r" * 32)
    rewritten = note.sign("\n".join(kept[:3]) + "\n", ORIGIN, files.office.keys.log_signer).encode()
    assert "rewritten" in verdict(files.case, vkey=key, checkpoint=rewritten).findings[0].problem
    kept[1] = "99999"
    newer = note.sign("\n".join(kept[:3]) + "\n", ORIGIN, files.office.keys.log_signer).encode()
    assert "newer" in verdict(files.case, vkey=key, checkpoint=newer).findings[0].problem
    strange = note.sign("\n".join(kept[:3]) + "\n", ORIGIN, Signer(9)).encode()
    assert not verdict(files.case, vkey=key, checkpoint=strange).ok
