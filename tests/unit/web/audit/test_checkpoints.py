"""The board of checkpoints, and holding the log to one that was kept."""

import io
import re

import pytest
from sqlalchemy import delete, insert, update

from tests.support.witness import Town
from tests.unit.web.audit.desk import settle
from vrm import accesslog, clock, oversight
from vrm.accesslog import exchange, witnessing
from vrm.accesslog.models import LogCheckpoint, LogWitness, table
from vrm.tlog import Checkpoint, Verifier
from vrm.tlog.checkpoint import sign


def newest(house):
    return house.database.read(accesslog.latest_checkpoint)


def checked(desk, note, status=200):
    desk.post("/audit/checkpoints", status, checkpoint=note)
    return desk.page


def test_the_board_shows_what_is_signed(desk, world, house):
    """Size, root, signature, the note to copy and the key to check it with; and what waits."""
    desk.get("/audit/checkpoints")
    note = newest(house).note
    assert note in desk.page
    assert desk.page.count(note.split("\n")[2]) >= 2
    assert house.settings.log_origin + "+" in desk.page
    assert "One event waits for its place." in desk.page  # this very look
    assert '<svg class="plot upright long"' in desk.page


def test_an_empty_log_has_a_board(desk):
    """Before the first signature the page says so, and still takes a checkpoint to check."""
    desk.get("/audit/checkpoints")
    assert "Nothing is signed yet" in desk.page and 'name="checkpoint"' in desk.page


def test_a_kept_checkpoint_is_proved(desk, world, house):
    """An old one, pasted as a form sends it, is consistent, with the proof shown; the newest is the same."""
    old = newest(house).note
    assert "It is the newest one" in checked(desk, old.replace("\n", "\r\n"))
    settle(house)
    page = checked(desk, old)
    assert "The log still begins with the one you hold" in page and "The consistency proof" in page
    assert f"The first {world.size} entries" in page


def test_a_file_is_taken_as_well(desk, world, house):
    """What was downloaded can be sent back as it is."""
    file = desk.client.get(f"/audit/checkpoints/{world.size}")
    assert file.data.decode() == newest(house).note
    settle(house)
    desk.post("/audit/checkpoints", 200, file=(io.BytesIO(file.data), "checkpoint.txt"), checkpoint="")
    assert "The log still begins with the one you hold" in desk.page


def test_every_other_outcome_has_its_words(desk, world, house):
    """Rolled back, forked, another log, another key, a changed text and no checkpoint are told apart."""
    origin, signer = house.settings.log_origin, house.keys.log_signer
    note = newest(house).note
    assert "The log was rolled back" in checked(desk, sign(Checkpoint(origin, 10**6, b"\1" * 32), signer))
    assert "There are two histories" in checked(desk, sign(Checkpoint(origin, 3, b"\1" * 32), signer))
    assert "It is of another log" in checked(desk, sign(Checkpoint("other/log", 3, b"\1" * 32), signer))
    body, _, lines = note.partition("\n\n")
    name, _, blob = lines.removeprefix("— ").partition(" ")
    stranger = f"{body}\n\n— {name} {'A' * 8}{blob[8:]}"
    assert "This log’s key did not sign it" in checked(desk, stranger)
    assert "Its signature does not hold" in checked(desk, note.replace(f"\n{world.size}\n", "\n2\n"))
    assert "This is no checkpoint" in checked(desk, "hello")


@pytest.mark.parametrize("sent", ["", "   \n", "x" * 70_000])
def test_nothing_and_too_much_are_asked_for_again(desk, world, sent):
    """A sentence says what to do, and nothing was checked."""
    assert "Not checked yet" in checked(desk, sent, 400)


def test_bytes_that_are_no_text_break_nothing(desk, world):
    """Any file has an answer."""
    desk.post("/audit/checkpoints", 200, file=(io.BytesIO(b"\xff\xfe\0\x80" * 50), "x"), checkpoint="")
    assert "This is no checkpoint" in desk.page


def test_what_was_pasted_cannot_become_markup(desk, world):
    """What comes back into the page is text."""
    answer = desk.client.post(
        "/audit/checkpoints", data={"csrf": desk.csrf(), "checkpoint": "</textarea><script>x</script>"}
    )
    assert b"<script" not in answer.data


def test_the_list_goes_back_page_by_page(desk, world, house):
    """Every checkpoint is reached, each once."""
    note, root = newest(house).note, newest(house).root
    rows = [{"size": size, "root": root, "note": note, "at": newest(house).at} for size in range(100, 150)]
    house.database.write(lambda db: db.execute(delete(table(LogCheckpoint))))
    house.database.write(lambda db: db.execute(insert(table(LogCheckpoint)), rows))
    sizes, path = [], "/audit/checkpoints"
    while path:
        page = desk.get(path).text
        sizes += [int(part.split('"')[0]) for part in page.split('<a href="/audit/checkpoints/')[1:]]
        older = re.search(r'<a class="btn" href="([^"#]+)#each">Older</a>', page)
        path = older[1] if older else ""
    assert sizes == list(range(149, 99, -1))


@pytest.mark.parametrize("size", ["7777", str(2**70)])
def test_a_checkpoint_that_was_never_published(desk, world, size):
    """It is not there, whatever the number."""
    desk.get(f"/audit/checkpoints/{size}", 404)


@pytest.mark.parametrize("before", ["-1", "x", str(2**80)])
def test_any_cursor_gives_a_page(desk, world, before):
    """A cursor that somebody typed breaks nothing."""
    desk.get(f"/audit/checkpoints?before={before}")


def test_the_whole_log_is_taken_out(desk, house, world):
    """One file that verifies offline and names nobody; that it left is an entry, and so is the look."""
    assert 'href="/audit/log/export"' in desk.get("/audit/checkpoints").text
    size = settle(house)
    answer = desk.get("/audit/log/export")
    assert 'filename="log.ndjson"' in answer.headers["Content-Disposition"]
    vkey = Verifier(house.settings.log_origin, house.keys.log_signer.public).vkey
    report = accesslog.verify_export(io.BytesIO(answer.data), vkey=vkey)
    assert report.ok and (report.kind, report.entries) == ("all", size)
    assert b"Mia Tran" not in answer.data
    settle(house)
    (row,) = house.database.read(lambda db: oversight.search(db, oversight.Filters(type="log.exported"))).rows
    assert (row.actor, row.code) == ("auditor", "all")
    looks = house.database.read(lambda db: oversight.list_looks(db, house.keys, what="export")).looks
    assert len(looks) == 1


def test_the_board_shows_the_witnesses(desk, world, house, tmp_path):
    """Who cosigned what, who is behind, who objects; and what is public carries their signatures, at its address too."""
    desk.get("/audit/checkpoints")
    assert "No other organisation signs with this log." in desk.page
    town = Town(tmp_path / "town", 2, house.log_verifiers()[0].vkey)
    policy = town.policy("any")
    witnessing.enrol(house.database, policy, now=clock.now())
    with town.open(0):
        exchange.ask(house.database, town.fetcher, policy.witnesses["w0"], policy)
    exchange.ask(house.database, town.fetcher, policy.witnesses["w1"], policy)
    settle(house)
    page = desk.get("/audit/checkpoints").text
    public = house.database.read(accesslog.public_checkpoint)
    assert public.size == world.size < newest(house).size
    assert f"Public is the checkpoint of {world.size} entries" in page and "is ahead of it by" in page
    assert "witness.example/w1" in page and "does not answer as it should" in page and "cosigns" in page
    assert public.note in desk.page and public.note.count("\n— ") == 2
    assert desk.client.get("/log/checkpoint").data.decode() == public.note
    house.database.write(lambda db: db.execute(update(LogWitness).values(objection="ahead")))
    assert "A witness has seen another log" in desk.get("/audit/checkpoints").text
    house.database.write(lambda db: db.execute(update(LogWitness).values(objection="unheard")))
    page = desk.get("/audit/checkpoints").text
    assert "Too few witnesses have answered" in page and "A witness has seen another log" not in page


def test_while_the_key_changes_both_are_shown(desk, world, house):
    """Both signatures hold, the key to come is told, and a checkpoint of a key that is gone is known."""
    old = newest(house).note
    house.keys.log_keys.rotate(house.keys.log_keys.draft(clock.now()))
    settle(house)
    page = desk.get("/audit/checkpoints").text
    first, second = (key.vkey for key in house.log_verifiers())
    assert first in desk.page and second in desk.page and "Both sign until the change is over." in page
    house.keys.log_keys.finish()
    settle(house)
    assert "The log still begins with the one you hold" in checked(desk, old)
    assert second in desk.page and first not in desk.page
