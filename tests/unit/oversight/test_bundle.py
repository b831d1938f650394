"""Bundles: one file that proves itself, logged before it leaves. What lies about one: tests/tamper/test_bundle.py."""

import io
import json
from hashlib import sha256

import pytest

from tests.tamper.small_case import NAMES, Office
from tests.tamper.small_log import CLIENT, COMPANY, ORIGIN, START
from vrm import accesslog, oversight
from vrm.errors import Invalid, NotFound
from vrm.ids import new_id
from vrm.oversight.bundled import key_name
from vrm.tlog import BadCheckpoint, BadNote, checkpoint, note


@pytest.fixture
def office(database, tmp_path):
    office = Office(database, tmp_path)
    office.grow(0, 22)
    return office


def lines_of(raw):
    return [json.loads(line) for line in raw.splitlines()]


def verified(office, raw, **known):
    report = oversight.verify_bundle(io.BytesIO(raw), vkey=office.vkey, **known)
    assert report.ok, report.findings
    return report


def test_a_case_leaves_as_a_bundle_that_verifies(office):
    """Title, history, names, and each marked entry with its proof, under one checkpoint."""
    case_id = office.case(4, 7, 9)
    raw = b"".join(office.bundle(case_id))
    report = verified(office, raw)
    assert (report.head.title, report.head.case, report.entries, report.lines) == (
        "Night reads",
        case_id,
        2,
        8,
    )
    assert set(report.head.auditors.values()) == set(NAMES)
    assert report.sha256 == sha256(raw).hexdigest()
    _, export, *rest = lines_of(raw)
    assert (export["kind"], export["count"], [one["index"] for one in rest[:2]]) == ("selection", 2, [4, 7])
    assert [one["kind"] for one in rest[2:-1]] == [
        "opened", "marked", "marked", "marked", "noted", "unmarked", "closed", "reopened",
    ]  # fmt: skip


def test_the_part_inside_is_an_export_like_any_other(office):
    """Whoever has a verifier of exports can use it on the lines in the middle."""
    raw = b"".join(office.bundle(office.case(4, 7, 9))).splitlines(keepends=True)
    assert accesslog.verify_export(io.BytesIO(b"".join(raw[1:4])), vkey=office.vkey).ok


def test_iterating_twice_gives_the_same_file(office):
    """Also when the case went on meanwhile: a bundle is of the moment it was opened."""
    case_id = office.case(4, 7)
    bundle = office.bundle(case_id)
    first = b"".join(bundle)
    office.do(oversight.add_note, case_id=case_id, text="Later.")
    office.do(oversight.mark, case_id=case_id, leaf_index=8)
    office.sequence()
    assert b"".join(bundle) == first
    assert sha256(first).digest() == bundle.sha256


def test_an_empty_case(office):
    """A case with no mark is a history without entries."""
    report = verified(office, b"".join(office.bundle(office.case())))
    assert (report.entries, report.lines) == (0, 4)


def test_the_export_is_logged_with_its_hash(office):
    """In the opening of the event, and in the case itself."""
    case_id = office.case(4, 7)
    bundle = office.bundle(case_id)
    office.database.write(lambda db: oversight.record_export(db, office.keys, bundle=bundle, now=office.now))
    office.sequence()
    rows = office.database.read(lambda db: oversight.search(db, oversight.Filters(type="case.exported"))).rows
    told = office.database.read(lambda db: accesslog.details(db, [rows[0].event_id]))[rows[0].event_id]
    assert (rows[0].code, told["case"], told["auditor"]) == ("case", case_id, office.okafor)
    assert told["sha256"] == sha256(b"".join(bundle)).hexdigest()
    (line,) = office.see(oversight.list_lines, case_id=case_id, limit=1)
    assert (line.kind, line.text) == ("exported", told["sha256"])
    verified(office, b"".join(office.bundle(case_id)))  # and the next one tells of this one


def test_neither_signature_passes_for_the_other(office):
    """A bundle's note is no checkpoint under any name, and a checkpoint none of a bundle."""
    bundle = b"".join(office.bundle(office.case(4)))
    signed = lines_of(bundle)[-1]["signature"].encode()
    public = office.keys.log_signer.public
    for name in (ORIGIN, key_name(ORIGIN)):
        with pytest.raises((BadNote, BadCheckpoint)):
            checkpoint.verify(signed, note.Verifier(name, public))
    published = office.database.read(accesslog.latest_checkpoint)
    with pytest.raises(BadNote):
        note.Verifier(key_name(ORIGIN), public).verify(note.parse(published.note.encode()))


def test_an_exposure_leaves_with_every_read_it_rests_on(office):
    """The question, each read with its proof, and the answer as the pages give it."""
    raw = b"".join(office.exposure())
    report = verified(office, raw)
    assert (report.head.question.client, report.head.question.upto) == (CLIENT, report.size)
    asked = {"since": START, "until": office.now, "client_id": CLIENT}
    answer = office.database.read(lambda db: oversight.exposure(db, **asked))
    rows = [line for line in lines_of(raw) if "reads" in line]
    assert [(row["thread"], tuple(row["keys"]), row["reads"]) for row in rows] == [
        (one.thread, one.keys, one.reads) for one in answer.exposed
    ]
    assert report.entries == answer.reads


def test_an_exposure_of_a_company_and_of_nobody(office):
    """All clients of a company at once; a time in which nothing was read gives no rows and verifies."""

    def opened(**asked):
        return oversight.open_exposure_bundle(
            office.database, office.keys, origin=ORIGIN, auditor_id=office.okafor, now=office.now,
            **{"title": "Who", "since": START, "until": office.now, **asked},
        )  # fmt: skip

    assert verified(office, b"".join(opened(company_id=COMPANY))).lines == 2
    assert verified(office, b"".join(opened(client_id=new_id()))).lines == 0
    for bad in ({}, {"client_id": CLIENT, "company_id": COMPANY}, {"client_id": CLIENT, "title": "\n"}):
        with pytest.raises(Invalid):
            opened(**bad)


def test_an_exposure_that_is_too_large(office, monkeypatch):
    """More reads than a bundle may hold are refused; the time can be made shorter."""
    monkeypatch.setattr("vrm.oversight.bundle.MOST_ENTRIES", 3)
    with pytest.raises(Invalid):
        office.exposure()
    assert verified(office, b"".join(office.exposure(seconds=4))).entries == 2


def test_an_exposure_is_logged_with_its_question(office):
    """Who asked what, and the hash of what they were given."""
    bundle = office.exposure()
    office.database.write(lambda db: oversight.record_export(db, office.keys, bundle=bundle, now=office.now))
    office.sequence()
    (row,) = office.database.read(
        lambda db: oversight.search(db, oversight.Filters(type="case.exported"))
    ).rows
    told = office.database.read(lambda db: accesslog.details(db, [row.event_id]))[row.event_id]
    assert (row.code, told["question"]["client"], told["entries"]) == ("exposure", CLIENT, bundle.entries)


def test_nothing_but_what_auditors_wrote(office):
    """No person, consent or value is in a bundle, and no opening."""
    bundle = b"".join(office.bundle(office.case(4, 7))) + b"".join(office.exposure())
    for secret in (
        b"33333333-3333",
        b"44444444-4444",
        b"55555555-5555",
        b"66666666-6666",
        b"home",
        b"auditors.example",
    ):
        assert secret not in bundle


def test_no_such_case(office):
    """An unknown case is said to be that."""
    with pytest.raises(NotFound):
        office.bundle(new_id())


def test_progress_is_told(office):
    """The last figure is the size of the file."""
    raw = b"".join(office.bundle(office.case(4)))
    heard: list[int] = []
    verified(office, raw, progress=heard.append)
    assert heard[-1] == len(raw)
