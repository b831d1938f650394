"""A checkpoint that somebody kept is held against the log, whatever it turns out to be."""

from itertools import pairwise

import pytest

from tests.tamper.small_log import ORIGIN, Signer, fill
from vrm import accesslog
from vrm.errors import NotFound
from vrm.tlog import Checkpoint, merkle
from vrm.tlog.checkpoint import sign

VERIFIER = Signer().verifier


def compared(database, raw):
    raw = raw.encode() if isinstance(raw, str) else raw
    return database.read(lambda session: accesslog.compare(session, raw, VERIFIER))


def signed(size, root, *, seed=7, origin=ORIGIN):
    return sign(Checkpoint(origin, size, root), Signer(seed))


@pytest.fixture
def notes(database):
    """The notes of five checkpoints, of 3, 6, 9, 12 and 15 leaves."""
    return [fill(database, 3) and database.read(accesslog.latest_checkpoint).note for _ in range(5)]


def test_every_checkpoint_ever_published_is_consistent(database, notes):
    """An older one is proved to be the beginning of the newest, which is the same as itself."""
    for note in notes[:-1]:
        found = compared(database, note)
        assert (found.outcome, found.newest.size) == ("consistent", 15)
        sizes = (found.kept.size, found.newest.size, found.kept.root, found.newest.root)
        assert merkle.consistent(found.proof, *sizes)
    assert compared(database, notes[-1]).outcome == "same"
    assert compared(database, signed(0, merkle.EMPTY)).outcome == "consistent"


def test_copying_does_not_hurt(database, notes):
    """Line ends of another system, blank lines around it and a lost newline at its end change nothing."""
    for copied in (notes[0].replace("\n", "\r\n"), notes[0].rstrip("\n"), f"\n{notes[0]}\n\n"):
        assert compared(database, copied).outcome == "consistent"


def test_what_our_key_signed_and_the_log_does_not_hold(database, notes):
    """A larger tree means the log was rolled back; another root that there are two histories."""
    assert compared(database, signed(16, b"\1" * 32)).outcome == "newer"
    assert compared(database, signed(6, b"\1" * 32)).outcome == "forked"
    assert compared(database, signed(15, b"\1" * 32)).outcome == "forked"
    assert compared(database, signed(0, b"\1" * 32)).outcome == "forked"


def test_what_our_key_did_not_sign(database, notes):
    """Another log's, another key's, and one that was changed are told apart; none speaks against the log."""
    assert compared(database, signed(3, b"\1" * 32, origin="other.example/log")).outcome == "other_origin"
    assert compared(database, signed(3, b"\1" * 32, seed=8)).outcome == "other_key"
    assert compared(database, notes[0].replace("\n3\n", "\n4\n")).outcome == "bad_signature"


@pytest.mark.parametrize(
    "raw",
    [b"", b"\n\n", b"\xff\xfe", b"x" * 70000, b"a\n1\nb\n\n", "a\n1\n\n— a b\n".encode(), b"\0\0\n\n\0"],
)
def test_garbage_is_no_checkpoint(database, notes, raw):
    """Whatever is sent, there is an answer, and the newest checkpoint beside it."""
    found = compared(database, raw)
    assert (found.outcome, found.kept, found.newest.size) == ("unreadable", None, 15)
    assert found.fault


def test_an_empty_log_was_rolled_back_as_well(database):
    """Where nothing is published any more, a checkpoint of our key shows that something was."""
    found = compared(database, signed(3, b"\1" * 32))
    assert (found.outcome, found.newest) == ("newer", None)


def test_checkpoints_are_listed_by_pages(database, notes):
    """The largest first, none twice and none left out; one by its size, or none."""
    listed = database.read(lambda session: accesslog.list_checkpoints(session, limit=3))
    rest = database.read(lambda session: accesslog.list_checkpoints(session, before=listed[-1].size, limit=3))
    assert [each.size for each in listed + rest] == [15, 12, 9, 6, 3]
    assert database.read(lambda session: accesslog.get_checkpoint(session, size=9)).note == notes[2]
    with pytest.raises(NotFound):
        database.read(lambda session: accesslog.get_checkpoint(session, size=10))


def test_growth_is_sampled_from_end_to_end(database, notes):
    """A sample holds the first and the newest, ascends, and has no more points than asked for."""
    for points in (1, 2, 3, 40):
        sample = database.read(
            lambda session, points=points: accesslog.sample_checkpoints(session, points=points)
        )
        sizes = [each.size for each in sample]
        assert (sizes[0], sizes[-1]) == (3, 15)
        assert all(before < after for before, after in pairwise(sizes))
        assert len(sizes) <= max(points, 2)
    assert sizes == [3, 6, 9, 12, 15]


def test_an_empty_log_has_no_growth(database):
    """Before the first checkpoint there is none to show."""
    assert database.read(accesslog.sample_checkpoints) == []
    assert database.read(accesslog.list_checkpoints) == []
