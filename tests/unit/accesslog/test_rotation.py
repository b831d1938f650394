"""While the log changes its key both sign; files from before, between and after all verify, each by its key."""

import io

import pytest

from tests.tamper.small_log import ORIGIN, Signer, exported, fill, write
from vrm import accesslog
from vrm.accesslog import verify_export
from vrm.tlog import BadNote, checkpoint, note

OLD, NEW = Signer(), Signer(9)
KEYS = (OLD.verifier.vkey, NEW.verifier.vkey)


def published(database, signer, *also):
    write(database, range(3))
    accesslog.sequence(database)
    return accesslog.publish(database, signer, ORIGIN, also=also).note


@pytest.fixture
def notes(database):
    """Checkpoints from before, between and after."""
    fill(database, 3)
    before = database.read(accesslog.latest_checkpoint).note
    return before, published(database, OLD, NEW), published(database, NEW)


def test_a_checkpoint_of_both_keys_verifies_by_either(notes):
    """Between, whoever trusts one of the two keys can check it; before and after, one alone has signed."""
    for raw, keys in zip(notes, ([OLD], [OLD, NEW], [NEW]), strict=True):
        assert len(note.parse(raw.encode()).signatures) == len(keys)
        for key in keys:
            assert checkpoint.verify(raw.encode(), key.verifier).origin == ORIGIN
    spoilt = notes[1].replace(
        note.signature_line(*_line(notes[1], 1)), note.signature_line(*_line(notes[1], 1, bad=True))
    )
    checkpoint.verify(spoilt.encode(), OLD.verifier)
    with pytest.raises(BadNote):
        checkpoint.verify(spoilt.encode(), NEW.verifier)


def _line(raw, at, *, bad=False):
    line = note.parse(raw.encode()).signatures[at]
    return line.name, line.key_id, bytes(64) if bad else line.signature


def test_kept_checkpoints_are_known_whichever_key_signed(database, notes):
    """The board knows a checkpoint by every key the log had, and by none it never had."""
    for raw in notes:
        found = database.read(
            lambda db, raw=raw: accesslog.compare(db, raw.encode(), NEW.verifier, OLD.verifier)
        )
        assert found.outcome in ("same", "consistent")
    alone = database.read(lambda db: accesslog.compare(db, notes[0].encode(), NEW.verifier))
    assert alone.outcome == "other_key"


def test_exports_bear_one_key_and_older_checkpoints_may_bear_another(database):
    """An export names one key and bears its signature alone; with both keys given, all kept checkpoints count."""
    fill(database, 3)
    first = exported(database)
    before = database.read(accesslog.latest_checkpoint).note.encode()
    between = published(database, OLD, NEW).encode()
    second = exported(database)
    published(database, NEW)
    third = exported(database, signer=NEW)
    for raw, key in ((first, OLD), (second, OLD), (third, NEW)):
        for pinned in (key.verifier.vkey, KEYS):
            assert verify_export(io.BytesIO(raw), vkey=pinned).ok
    assert not verify_export(io.BytesIO(third), vkey=OLD.verifier.vkey).ok
    for kept in (before, between):
        assert verify_export(io.BytesIO(third), vkey=KEYS, checkpoint=kept).ok
    assert verify_export(io.BytesIO(third), vkey=NEW.verifier.vkey, checkpoint=between).ok
    assert not verify_export(io.BytesIO(third), vkey=NEW.verifier.vkey, checkpoint=before).ok
