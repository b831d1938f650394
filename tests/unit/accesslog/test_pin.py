"""What was signed once is remembered outside the database, and nothing is signed that does not continue it."""

import shutil

import pytest

from tests.tamper.small_log import ORIGIN, Signer, fill, write
from vrm import accesslog
from vrm.accesslog import Inconsistent, Pin, RolledBack
from vrm.db import Database
from vrm.tlog import Checkpoint, checkpoint


@pytest.fixture
def place(tmp_path):
    return tmp_path / "log-checkpoint"


def sign(database, pin, *, signer=None, former=()):
    return accesslog.publish(database, signer or Signer(), ORIGIN, pin=pin, former=former)


def grow(database, numbers, pin):
    write(database, numbers)
    accesslog.sequence(database)
    return sign(database, pin)


def test_the_newest_checkpoint_stands_in_the_file(database, place):
    """At most every so often; whole, private, and as it was signed."""
    pin = Pin(place, every=3600)
    first = grow(database, [1, 2], pin)
    assert (place.read_text(), place.stat().st_mode & 0o777) == (first.note, 0o600)
    second = grow(database, [3], pin)
    assert place.read_text() == first.note and second.size == 3
    assert grow(database, [4], Pin(place, every=0)).note == place.read_text()
    assert [path.name for path in place.parent.glob(".log-checkpoint*")] == []


def test_whoever_comes_late_puts_nothing_back(database, place):
    """A process that stood still between signing and writing leaves the newer checkpoint; a write that failed is tried again."""
    late, quick = Pin(place, every=0), Pin(place, every=0)
    first = grow(database, [1], quick)
    second = grow(database, [2], quick)
    late.keep(Checkpoint(ORIGIN, first.size, first.root), first.note)
    assert place.read_text() == second.note
    place.unlink()
    place.mkdir()  # nothing can be put in its place
    with pytest.raises(OSError):
        quick.keep(Checkpoint(ORIGIN, second.size, second.root), second.note)
    place.rmdir()
    quick.keep(Checkpoint(ORIGIN, second.size, second.root), second.note)
    assert place.read_text() == second.note


def test_the_file_never_goes_back(place, monkeypatch):
    """A process that stands still between looking and replacing puts nothing over what another has signed meanwhile."""
    late, quick = Pin(place, every=0), Pin(place)

    def signed(size):
        one = Checkpoint(ORIGIN, size, bytes([size]) * 32)
        return one, checkpoint.sign(one, Signer())

    def size():
        return checkpoint.verify(place.read_bytes(), Signer().verifier).size

    late.keep(*signed(10))
    sizes, write_file = [size()], late._write

    def paused(content):
        quick.keep(*signed(20))
        sizes.append(size())
        write_file(content)
        sizes.append(size())

    monkeypatch.setattr(late, "_write", paused)
    late.keep(*signed(11))
    quick.keep(*signed(21))  # by its next checkpoint the file is as far as it is
    sizes.append(size())
    assert sizes == sorted(sizes) and sizes[-1] == 21


@pytest.mark.parametrize("from_memory", [True, False], ids=["by the process", "by the file"])
@pytest.mark.parametrize("later", [0, 1, 9], ids=["at once", "below it", "beyond it"])
def test_a_database_put_back_signs_nothing(tmp_path, request, place, from_memory, later):
    """Neither below what was signed nor beyond it on another branch; the refusal says what to do."""
    folder = tmp_path / "db"
    folder.mkdir()
    database = Database(request.getfixturevalue("_sqlite_with_tables")(folder))
    pin = Pin(place, every=3600 if from_memory else 0)
    grow(database, range(3), pin)
    database.close()
    shutil.copytree(folder, tmp_path / "backup")
    database = Database(f"sqlite:///{folder}/vrm.db")
    grow(database, range(3, 8), pin)
    database.close()

    shutil.rmtree(folder)
    shutil.copytree(tmp_path / "backup", folder)
    database = Database(f"sqlite:///{folder}/vrm.db")
    write(database, range(20, 20 + later))
    accesslog.sequence(database)
    expected = (
        (Inconsistent, "8 leaves") if later == 9 else (RolledBack, f"holds {3 + later} leaves, but one of 8")
    )
    with pytest.raises(expected[0], match=expected[1]) as fault:
        sign(database, pin if from_memory else Pin(place))
    assert "vrm restore" in fault.value.message and "docs/witness.md" in fault.value.message
    newest = database.read(accesslog.latest_checkpoint)
    assert newest is not None and newest.size == 3, "nothing was signed"
    database.close()


def test_a_newer_checkpoint_can_be_put_there(database, tmp_path, place):
    """An operator's own copy counts as ours does, whatever copying did to its line ends; by a former key too."""
    fill(database, 5, Signer(9))
    place.write_text(database.read(accesslog.latest_checkpoint).note.rstrip("\n").replace("\n", "\r\n"))
    write(database, [7])
    accesslog.sequence(database)
    with pytest.raises(Inconsistent, match="no key of this log"):
        sign(database, Pin(place))
    assert sign(database, Pin(place), former=[Signer(9).public]).size == 6


@pytest.mark.parametrize("content", ["", "nothing\n", "x" * 200_000])
def test_a_file_that_is_no_checkpoint_stops_the_signing(database, place, content):
    """It may be what is left of a newer one; whoever knows better moves it away."""
    fill(database, 2)
    place.write_text(content)
    with pytest.raises(Inconsistent, match="move the file away"):
        sign(database, Pin(place))
    place.unlink()
    assert sign(database, Pin(place)).size == 2
