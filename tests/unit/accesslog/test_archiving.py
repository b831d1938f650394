"""An archive is the log as files; old entries may live there alone, and nobody who reads them can tell."""

import io
import shutil

import pytest
from sqlalchemy import text

from tests.tamper.served import Files
from tests.tamper.small_log import (
    CLIENT,
    COMPANY,
    CONSENTS,
    CONSUMERS,
    ORIGIN,
    Signer,
    event,
    exported,
    fill,
    write,
)  # fmt: skip
from vrm.accesslog import (
    ARCHIVE,
    Selection,
    append,
    entries,
    find_for_client,
    get_resource,
    latest_checkpoint,
    list_for_company,
    list_for_consumer,
    prepare,
    publish,
    sequence,
    verify_export,
)  # fmt: skip
from vrm.accesslog.archiving import archive, move
from vrm.accesslog.errors import Inconsistent
from vrm.config import write_private
from vrm.db import Database
from vrm.errors import Conflict, NotFound, Unavailable
from vrm.tlog.following import follow
from vrm.tlog.resources import Resource
from vrm.tlog.sources import Folder

KEYS = [Signer().verifier]


def bring_up(database, path, put=write_private):
    """Archive what there is."""
    return archive(database, path, KEYS, put=put)


def grow(database, numbers):
    """More events, in the tree and signed for."""
    write(database, numbers)
    while sequence(database):
        pass
    publish(database, Signer(), ORIGIN)


def files(path):
    """Every file of the archive, by name."""
    found = [path / "checkpoint", *(each for each in (path / "tile").rglob("*") if each.is_file())]
    return {str(each.relative_to(path)): each.read_bytes() for each in found}


def raw(database):
    """Every entry, by the reader that the index is made from."""
    return [entry for _, _, entry in database.read(lambda db: entries(db.connection(), 0, 10_000))]


def test_the_files_of_a_log(database, tmp_path):
    """Name by name and byte by byte what the standard makes of these entries; again: nothing is written."""
    with pytest.raises(NotFound):
        bring_up(database, tmp_path)
    fill(database, 600)
    done = bring_up(database, tmp_path)
    assert (done.size, done.before, done.files) == (600, 0, 8)
    assert files(tmp_path) == Files(raw(database)).files
    assert follow(Folder(tmp_path), KEYS).kept.entries == 600
    assert bring_up(database, tmp_path).files == 0


def test_it_goes_on_where_it_was(database, tmp_path):
    """A disk that fails at any file leaves the older archive in force; the next run completes it."""
    fill(database, 300)
    bring_up(database, tmp_path)
    grow(database, range(300, 600))
    for most in range(20):
        left = most

        def failing(path, content):
            nonlocal left
            left -= 1
            if left < 0:
                raise OSError(28, "No space left on device")
            write_private(path, content)

        try:
            done = bring_up(database, tmp_path, failing)
            break
        except OSError:
            assert follow(Folder(tmp_path), KEYS).size == 300
    assert done.size == follow(Folder(tmp_path), KEYS).size == 600
    assert Files(raw(database)).files.items() <= files(tmp_path).items()


def test_an_archive_of_another_history_is_left_alone(database, tmp_path):
    """Of another log, of a newer state, or of a tree that this one does not continue: refused, and nothing changes."""
    fill(database, 10)
    for lie in (Files([*raw(database), b"{}"]), Files([b"{}"] * 10), Files([b"{}"] * 5)):
        path = tmp_path / "other"
        for name, data in lie.files.items():
            (path / name).parent.mkdir(parents=True, exist_ok=True)
            (path / name).write_bytes(data)
        with pytest.raises(Inconsistent):
            bring_up(database, path)
        assert files(path) == lie.files
        shutil.rmtree(path)


def test_a_damaged_file_does_not_come_into_force(database, tmp_path):
    """A file that is there already is checked with the rest before the checkpoint covers it."""
    fill(database, 300)
    path = tmp_path / "tile" / "entries" / "000"
    path.parent.mkdir(parents=True)
    path.write_bytes(b"\0\1x" * 256)
    with pytest.raises(Inconsistent, match="leaf 0"):
        bring_up(database, tmp_path)
    assert not (tmp_path / "checkpoint").exists()


@pytest.fixture
def kept(database, tmp_path):
    """A log of 600 and its archive; a database that knows where the archive is."""
    path = tmp_path / "archive"
    path.mkdir()
    url = database.url.render_as_string(hide_password=False)
    database = Database(url, options={ARCHIVE: path})
    prepared = fill(database, 600)
    bring_up(database, path)
    yield database, path, prepared
    database.close()


def stored(database):
    """How many rows still hold their entry."""
    with database.engine.connect() as connection:
        return connection.execute(text("SELECT count(*) FROM log_events WHERE length(entry) > 0")).scalar()


def test_moved_entries_are_read_as_before(kept):
    """Everybody who reads entries reads the same bytes, and exports verify; a tail that is not full stays where it is."""
    database, path, prepared = kept
    own = next(each for each in prepared[:200] if each.event.client and each.event.about)

    def seen():
        read = database.read
        whose = {"consumer_id": CONSUMERS[0], "company_id": COMPANY, "consent_id": CONSENTS[0]}
        return (
            raw(database),
            read(lambda db: list_for_consumer(db, consumer_id=CONSUMERS[0], limit=1000)),
            read(lambda db: list_for_company(db, **whose, limit=1000, told=str)),
            read(lambda db: find_for_client(db, client_id=CLIENT, event_id=own.event_id)),
            exported(database),
            exported(database, Selection(type="company.approved")),
            read(lambda db: get_resource(db, named=Resource(None, 1))),
        )

    before = seen()
    assert move(database, path) == 512
    assert stored(database) == 88
    assert seen() == before
    assert move(database, path) == 0
    for export in before[4:6]:
        assert verify_export(io.BytesIO(export), vkey=KEYS[0].vkey).ok
    grow(database, range(600, 800))
    assert bring_up(database, path).size == 800
    assert move(database, path) == 256
    assert follow(Folder(path), KEYS).kept.entries == 800


def test_nothing_is_moved_that_could_not_be_read(kept, tmp_path):
    """Without the archive named, with a damaged one, or one of another log, every row keeps its entry."""
    database, path, _ = kept
    unnamed = Database(database.url.render_as_string(hide_password=False))
    with pytest.raises(Conflict, match="VRM_LOG_ARCHIVE"):
        move(unnamed, path)
    with pytest.raises(Conflict):
        move(database, tmp_path)
    bundle = path / "tile" / "entries" / "000"
    good = bundle.read_bytes()
    for lie in (
        good[:-1],
        good.replace(b"operator", b"operatoR", 1),
        good.replace(b"consumer", b"consumeR", 1),
    ):
        bundle.write_bytes(lie)
        with pytest.raises(Inconsistent):
            move(database, path)
    assert stored(database) == 600
    bundle.write_bytes(good)
    move(database, path)
    # What was moved is gone for whoever has no archive: told so, and never shown as something else.
    with pytest.raises(Unavailable, match="archive is away"):
        raw(unnamed)
    unnamed.close()


def test_an_archive_that_was_altered_is_found(kept):
    """What comes back from the archive is held against the hash in the row."""
    database, path, _ = kept
    move(database, path)
    bundle = path / "tile" / "entries" / "001"
    bundle.write_bytes(bundle.read_bytes().replace(b"operator", b"operatoR", 1))
    with pytest.raises(Inconsistent, match="was altered"):
        raw(database)
    bundle.unlink()
    assert latest_one(database).size == 600


def latest_one(database):
    """The newest checkpoint needs no archive."""
    return database.read(latest_checkpoint)


def test_new_events_wait_beside_moved_ones(kept):
    """Moving disturbs neither what waits for its leaf nor the sequencer."""
    database, path, _ = kept
    late = prepare(event(3))
    database.write(lambda session: append(session.connection(), [late]))
    move(database, path)
    assert sequence(database) == 1
    assert raw(database)[-1] == late.entry
