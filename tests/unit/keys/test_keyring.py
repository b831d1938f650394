"""The directory of KEKs is private, complete and replaced atomically; rotation is followed by everyone."""

import os
import threading
import uuid
from contextlib import suppress

import pytest

from keys import Aad, AlreadyExists, CannotUnwrap, Exposed, KekMissing, NotReady
from keys.files import write_private
from keys.keyring import Keyring, wrapped_by

PLACE = Aad("dek", "owner", "id")


@pytest.fixture
def ring(directory):
    return Keyring.create(directory, "inst")


def test_what_is_created_is_private_whatever_the_umask(directory):
    """Directory 0700 and files 0600, even where the umask would give more."""
    before = os.umask(0)
    try:
        Keyring.create(directory, "inst").write("secret", b"x")
    finally:
        os.umask(before)
    assert directory.stat().st_mode & 0o777 == 0o700
    modes = {path.name: path.stat().st_mode & 0o777 for path in directory.iterdir()}
    assert set(modes.values()) == {0o600} and len(modes) == 4


@pytest.mark.parametrize("mode", [0o040, 0o020, 0o010, 0o004, 0o002, 0o001])
def test_a_directory_open_to_others_is_refused(ring, directory, mode):
    """One right for group or world is enough, and the error says how to put it right."""
    directory.chmod(0o700 | mode)
    with pytest.raises(Exposed, match="chmod go= "):
        Keyring(directory, "inst")


@pytest.mark.parametrize("name", ["lock", "current", "*.kek"])
def test_a_file_open_to_others_is_refused(ring, directory, name):
    """Every file counts, not the directory alone."""
    next(directory.glob(name)).chmod(0o640)
    with pytest.raises(Exposed):
        Keyring(directory, "inst")


def test_a_file_opened_to_others_later_is_refused_when_read(ring, directory):
    """Modes are checked at each reading, for files may be restored with others."""
    ring.write("secret", b"x")
    (directory / "secret").chmod(0o604)
    with pytest.raises(Exposed):
        ring.read("secret")


@pytest.mark.parametrize("name", ["lock", "current"])
def test_a_missing_part_is_said_plainly(ring, directory, name):
    """An incomplete directory is refused at start."""
    (directory / name).unlink()
    with pytest.raises(NotReady, match=name):
        Keyring(directory, "inst")


def test_a_missing_directory_is_said_plainly(directory):
    """Nothing is made by opening."""
    with pytest.raises(NotReady):
        Keyring(directory, "inst")
    assert not directory.exists()


def test_a_keyring_is_created_once(ring, directory):
    """The second creation changes nothing."""
    before = {path.name: path.read_bytes() for path in directory.iterdir()}
    with pytest.raises(AlreadyExists):
        Keyring.create(directory, "inst")
    assert before == {path.name: path.read_bytes() for path in directory.iterdir()}


def test_of_many_creations_at_once_one_wins(directory):
    """Nobody's first KEK is replaced by a competitor's."""
    start, made = threading.Barrier(8), []

    def create():
        start.wait()
        with suppress(AlreadyExists):
            made.append(Keyring.create(directory, "inst"))

    threads = [threading.Thread(target=create) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(made) == 1 and len(made[0].ids()) == 1


def test_wrapped_opens_in_its_place_only(ring, directory):
    """Another owner, id, kind or instance does not unwrap it."""
    wrapped, kek_id = ring.wrap(b"secret", PLACE)
    assert ring.unwrap(wrapped, PLACE) == b"secret" and wrapped_by(wrapped) == kek_id == ring.current()
    for elsewhere in (Aad("dek", "other", "id"), Aad("dek", "owner", "di"), Aad("log-secret", "owner", "id")):
        with pytest.raises(CannotUnwrap):
            ring.unwrap(wrapped, elsewhere)
    with pytest.raises(CannotUnwrap):
        Keyring(directory, "another instance").unwrap(wrapped, PLACE)


def test_a_damaged_wrapped_key_is_refused(ring):
    """Damage of any kind raises CannotUnwrap or its KekMissing, never CannotOpen: nothing was erased."""
    wrapped, _ = ring.wrap(b"secret", PLACE)
    for index in range(len(wrapped)):
        with pytest.raises(CannotUnwrap):
            ring.unwrap(wrapped[:index] + bytes([wrapped[index] ^ 1]) + wrapped[index + 1 :], PLACE)
        with pytest.raises(CannotUnwrap):
            ring.unwrap(wrapped[:index], PLACE)


def test_a_rotation_elsewhere_is_followed(ring, directory):
    """Another instance wraps by the new KEK at once, and unwraps what it never saw wrapped."""
    other = Keyring(directory, "inst")
    old = other.wrap(b"old", PLACE)[0]
    new_id = ring.rotate()
    assert other.wrap(b"x", PLACE)[1] == new_id
    assert other.unwrap(ring.wrap(b"new", PLACE)[0], PLACE) == b"new"
    assert other.unwrap(old, PLACE) == b"old"


def test_a_lost_kek_is_named_and_found_again(ring, directory):
    """The error names the KEK to restore; once its file is back, no restart is needed."""
    wrapped, kek_id = ring.wrap(b"secret", PLACE)
    fresh, path = Keyring(directory, "inst"), directory / f"{kek_id}.kek"
    path.rename(path.with_suffix(".away"))
    with pytest.raises(KekMissing, match=kek_id):
        fresh.unwrap(wrapped, PLACE)
    path.with_suffix(".away").rename(path)
    assert fresh.unwrap(wrapped, PLACE) == b"secret"


def test_a_kek_file_cut_short_is_refused(ring, directory):
    """A KEK of another length is damage, and no key is made of it."""
    wrapped, kek_id = ring.wrap(b"secret", PLACE)
    write_private(directory / f"{kek_id}.kek", b"short")
    with pytest.raises(CannotUnwrap, match="damaged"):
        Keyring(directory, "inst").unwrap(wrapped, PLACE)


def test_a_crash_while_rotating_leaves_the_old_kek_current(ring, directory, monkeypatch):
    """Whichever write or rename is the last before the crash, the directory stays usable and whole."""
    wrapped, kek_id = ring.wrap(b"secret", PLACE)

    def crash(*_args):
        raise KeyboardInterrupt

    for target in ("keys.files.os.fsync", "keys.files.Path.rename"):
        with monkeypatch.context() as broken:
            broken.setattr(target, crash)
            with pytest.raises(KeyboardInterrupt):
                ring.rotate()
        after = Keyring(directory, "inst")
        assert after.current() == kek_id and after.unwrap(wrapped, PLACE) == b"secret"
    assert ring.rotate() == Keyring(directory, "inst").current() != kek_id
    assert not (directory / "unfinished").exists()


def test_a_kek_to_remove_is_named_by_its_id_alone(ring, directory, tmp_path):
    """No path leads out of the directory."""
    outside = tmp_path / "outside.kek"
    outside.touch()
    for name in ("../outside", str(uuid.uuid4())):
        with pytest.raises(KekMissing):
            ring.remove(name)
    assert outside.exists()


def test_the_lock_excludes_other_threads(ring, directory):
    """One writer at a time, also within one process and over two keyrings."""
    inside, most = [], []

    def work(keyring):
        for _ in range(20):
            with keyring.lock():
                inside.append(1)
                most.append(len(inside))
                inside.pop()

    threads = [threading.Thread(target=work, args=(Keyring(directory, "inst"),)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert max(most) == 1
