"""The page of one entry: every part of it in words, and its proof worked out again."""

import pytest
from sqlalchemy import update

from tests.unit.web.audit.desk import settle
from tests.unit.web.portal.actors import found
from vrm import accesslog, oversight
from vrm.accesslog.models import LogCheckpoint, LogEvent
from vrm.tlog import merkle
from vrm.tlog.canonical import b64
from vrm.web.audit.entry import climb


def stored(house, leaf_index):
    ((_, event_id, entry),) = house.database.read(
        lambda db: accesslog.entries(db.connection(), leaf_index, 1)
    )
    return event_id, entry


def the_read(house):
    """The leaf of the first answered read."""
    reads = house.database.read(lambda db: oversight.search(db, oversight.Filters(outcome="answered")))
    return reads.rows[-1].leaf_index


@pytest.mark.parametrize("size", [1, 2, 3, 7, 8, 33])
def test_climbing_ends_at_the_root(size):
    """For every leaf of a tree the steps lead to its root, exactly where the proof is good."""
    leaves = [merkle.leaf_hash(bytes([n])) for n in range(size)]
    root = merkle.root_of(leaves)

    def nodes(level, index):
        return merkle.root_of(leaves[index << level : (index + 1) << level])

    for index in range(size):
        proof = merkle.inclusion(nodes, index, size)
        steps = climb(proof, index, size, leaves[index])
        assert len(steps) == len(proof)
        assert (steps[-1].result if steps else b64(leaves[index])) == b64(root)
        if size > 1:
            wrong = climb(proof, index, size, leaves[index - 1])
            assert wrong[-1].result != b64(root)


def test_an_entry_is_explained_and_proved(desk, world, house):
    """Each member has its words, names stand beside ids, the bytes are there, and the proof holds."""
    leaf = the_read(house)
    event_id, entry = stored(house, leaf)
    desk.get(f"/audit/log/{leaf}")
    for said in (event_id, entry.decode(), b64(merkle.leaf_hash(entry)), "It is in the log, unchanged"):
        assert said in desk.page
    for name in ("v", "type", "time", "actor", "company", "client", "purpose", "keys", "thread", "detail"):
        assert f"<dt><code>{name}</code></dt>" in desk.page
    assert "Nordlicht GmbH" in desk.page and "Nordlicht shop" in desk.page and "Full name" in desk.page
    assert f'href="/audit/cases?leaf={leaf}"' in desk.page
    assert "This version of the service does not know" not in desk.page


def test_the_thread_leads_to_the_same_consent(desk, world, house):
    """From an entry one comes to all entries of its consent."""
    desk.get(f"/audit/log/{the_read(house)}")
    desk.get(found(r'href="(/audit/log\?thread=[^"]+)"', desk.page))
    assert desk.page.count("<code>disclosure</code>") == 3
    assert desk.page.count("<code>consent.granted</code>") == 1


def test_an_altered_entry_is_found_out(desk, world, house):
    """Who changes the stored bytes has the tree against them, and the page says so."""
    leaf = the_read(house)
    event_id, entry = stored(house, leaf)
    lie = entry.replace(b'"email"', b'"phone"')
    house.database.write(
        lambda db: db.execute(update(LogEvent).where(LogEvent.id == event_id).values(entry=lie))
    )
    desk.get(f"/audit/log/{leaf}")
    assert "It is not what the log signed" in desk.page
    assert "It is in the log, unchanged" not in desk.page


def test_an_unreadable_entry_is_shown(desk, world, house):
    """Bytes that are no entry break nothing: they are shown as they are."""
    event_id, _ = stored(house, 0)
    house.database.write(
        lambda db: db.execute(update(LogEvent).where(LogEvent.id == event_id).values(entry=b"\xff{"))
    )
    desk.get("/audit/log/0")
    assert "it cannot be read" in desk.page


def test_an_altered_checkpoint_is_found_out(desk, world, house):
    """A checkpoint that the log's key did not sign is no ground to stand on."""
    house.database.write(lambda db: db.execute(update(LogCheckpoint).values(note="nothing\n")))
    desk.get("/audit/log/0")
    assert "The checkpoint is not signed by the log’s key" in desk.page


def test_the_download_verifies_alone(desk, world, house, tmp_path):
    """The file holds the entry with its proof, and verifies with nothing but the log's key."""
    leaf = the_read(house)
    path = tmp_path / "entry.ndjson"
    path.write_bytes(desk.client.get(f"/audit/log/{leaf}/proof").data)
    vkey = found(r"--vkey '([^']+)'", desk.get(f"/audit/log/{leaf}").text.replace("&#39;", "'"))
    with path.open("rb") as file:
        report = accesslog.verify_export(file, vkey=vkey)
    assert (report.ok, report.entries, report.pinned) == (True, 1, True)


def test_an_entry_without_a_checkpoint_says_so(desk, world, house):
    """Between its place and the next signature an entry has no proof, and the page says when it will."""
    desk.get("/audit/log")  # recorded, so there is one more event
    while accesslog.sequence(house.database):
        pass
    desk.get(f"/audit/log/{world.size}")
    assert "Not under a checkpoint yet" in desk.page
    settle(house)
    desk.get(f"/audit/log/{world.size}")
    assert "It is in the log, unchanged" in desk.page and "audit.viewed" in desk.page


@pytest.mark.parametrize("leaf", ["100000", str(2**63), str(2**200), "x"])
def test_there_is_no_such_entry(desk, world, leaf):
    """Any other number is a page that is not there."""
    desk.get(f"/audit/log/{leaf}", 404)
