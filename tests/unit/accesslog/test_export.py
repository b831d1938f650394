"""What is exported verifies, whole or in part, from the file and nothing else."""

import io
import json
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from tests.tamper.small_log import CLIENT, COMPANY, ORIGIN, START, Signer, event, exported, fill, write
from vrm import accesslog, ids
from vrm.accesslog import Inconsistent, Selection, entry, open_export, verify_export
from vrm.accesslog.models import LogEvent, LogLeaf
from vrm.errors import Invalid, NotFound


def lines_of(raw):
    return [json.loads(line) for line in raw.splitlines()]


def test_everything(database):
    """The export of everything holds each entry verbatim, verifies, and says what it could not check."""
    prepared = fill(database, 12)
    raw = exported(database)
    head, *lines = lines_of(raw)
    assert (head["kind"], head["count"], head["size"], head["origin"]) == ("all", 12, 12, ORIGIN)
    assert [line["entry"].encode() for line in lines] == [one.entry for one in prepared]
    report = verify_export(io.BytesIO(raw))
    assert (report.ok, report.entries, report.size, report.kind) == (True, 12, 12, "all")
    assert (report.pinned, report.older) == (False, False)


def test_pinned_key_and_older_checkpoint(database):
    """The log's key and an older checkpoint of it are accepted, at every size it ever had."""
    kept = []
    for _ in range(5):
        write(database, range(3))
        accesslog.sequence(database)
        kept.append(accesslog.publish(database, Signer(), ORIGIN).note.encode())
    raw = exported(database)
    for note in kept:
        report = verify_export(io.BytesIO(raw), vkey=Signer().verifier.vkey, checkpoint=note)
        assert report.ok
        assert (report.pinned, report.older) == (True, True)


def test_the_empty_log(database):
    """A log with nothing in it exports and verifies."""
    with pytest.raises(NotFound, match="sequence"):
        open_export(database, verifier=Signer().verifier)
    accesslog.publish(database, Signer(), ORIGIN)
    report = verify_export(io.BytesIO(exported(database)))
    assert (report.ok, report.size, report.entries) == (True, 0, 0)


@pytest.mark.parametrize(
    ("selection", "indexes"),
    [
        (Selection(type="company.approved"), [4, 9, 14, 19]),
        (Selection(client=CLIENT, type="consent.granted"), [0, 5, 10, 15]),
        (Selection(since=START + timedelta(seconds=17)), [17, 18, 19]),
        (Selection(until=START + timedelta(seconds=2)), [0, 1]),
        (
            Selection(
                company=COMPANY, since=START + timedelta(seconds=4), until=START + timedelta(seconds=6)
            ),
            [4, 5],
        ),
        (Selection(company=CLIENT), []),
    ],
)
def test_selections(database, selection, indexes):
    """A selection holds what meets every condition, each with a proof that verifies."""
    fill(database, 20)
    raw = exported(database, selection)
    head, *lines = lines_of(raw)
    assert (head["kind"], head["count"]) == ("selection", len(indexes))
    assert [line["index"] for line in lines] == indexes
    assert verify_export(io.BytesIO(raw), vkey=Signer().verifier.vkey).ok


def test_by_event_and_by_thread(database):
    """One event, or one consent's events, can be taken out."""
    prepared = fill(database, 20)
    raw = exported(database, Selection(event_ids=(prepared[7].event_id, prepared[3].event_id)))
    assert [line["index"] for line in lines_of(raw)[1:]] == [3, 7]
    thread = str(entry.read(prepared[2].entry)["thread"])
    raw = exported(database, Selection(thread=thread))
    assert [line["index"] for line in lines_of(raw)[1:]] == [0, 2, 6, 8, 10, 12, 16, 18]
    assert verify_export(io.BytesIO(raw)).ok
    with pytest.raises(Invalid, match="event id"):
        open_export(database, verifier=Signer().verifier, selection=Selection(event_ids=("7",)))
    assert lines_of(exported(database, Selection(event_ids=(ids.new_id(),))))[0]["count"] == 0


def test_many_leaves(database):
    """Batches and tiles change nothing, and what came after the checkpoint is not in it."""
    fill(database, 700)
    write(database, range(5))
    accesslog.sequence(database)
    raw = exported(database)
    assert verify_export(io.BytesIO(raw)).entries == 700
    assert verify_export(io.BytesIO(raw)).ok
    assert verify_export(io.BytesIO(exported(database, Selection(type="company.approved")))).ok


def test_the_key_must_be_the_logs(database):
    """An export under a key that did not sign the checkpoint is refused at once."""
    fill(database, 2)
    with pytest.raises(Inconsistent, match="does not verify"):
        exported(database, signer=Signer(9))


def test_an_entry_altered_in_the_store_is_named(database):
    """Who changes a stored entry, and its hash beside it, still has the tree against them."""
    fill(database, 12)
    query = select(LogLeaf.event_id).where(LogLeaf.leaf_index == 5)
    victim = database.read(lambda session: session.scalar(query))
    lie = accesslog.prepare(event(6))
    statement = update(LogEvent).where(LogEvent.id == victim).values(entry=lie.entry, leaf_hash=lie.leaf_hash)
    database.write(lambda session: session.execute(statement))
    (finding,) = verify_export(io.BytesIO(exported(database))).findings
    assert (finding.line, finding.part, finding.leaf) == (7, "entry", 5)
    selection = Selection(type=lie.event.type)
    assert [one.leaf for one in verify_export(io.BytesIO(exported(database, selection))).findings] == [5]


def test_progress_is_heard(database):
    """The caller hears how far it is, up to the last byte."""
    fill(database, 600)
    raw = exported(database)
    heard: list[int] = []
    verify_export(io.BytesIO(raw), progress=heard.append)
    assert heard == sorted(heard)
    assert len(heard) == 3
    assert heard[-1] == len(raw)
