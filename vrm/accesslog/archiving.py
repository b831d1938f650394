"""The log copied out as files (C2SP tlog-tiles), in a folder that any web server or object store can hold.

What is there is complete up to the checkpoint that lies beside it, at every moment: tiles and bundles are put in place
first, each whole and durable; then everything new is read back and checked as a stranger would; only then is the
checkpoint replaced. So a copy that was interrupted is still the older one, and the next goes on from there. Files of
full tiles are never written again.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import func, select, update
from sqlalchemy.engine import CursorResult
from sqlalchemy.orm import Session

from vrm.accesslog.errors import Inconsistent
from vrm.accesslog.models import LogEvent, LogLeaf
from vrm.accesslog.moved import ARCHIVE, MOVED
from vrm.accesslog.serving import get_resource
from vrm.accesslog.tree import read_tile, stored_nodes
from vrm.accesslog.witnessed import public_checkpoint
from vrm.db import Database
from vrm.errors import Conflict, NotFound
from vrm.tlog.breach import Breach
from vrm.tlog.checkpoint import Checkpoint, parse_body
from vrm.tlog.errors import BadCheckpoint, BadNote
from vrm.tlog.following import look, read_checkpoint
from vrm.tlog.merkle import leaf_hash, subtree
from vrm.tlog.note import Verifier, parse
from vrm.tlog.resources import CHECKPOINT, Resource, unpack
from vrm.tlog.sources import Folder, Missing
from vrm.tlog.tiles import HEIGHT, WIDTH, hashes_of
from vrm.tlog.trusted import SignedTree

Put = Callable[[Path, bytes], None]
"""Puts a file in place whole, durable on return."""


_OTHER = "The log does not continue what is archived: it was rewritten, or is another."


@dataclass(frozen=True)
class Archived:
    """What an archive holds now: the tree's size, the size it had before, and how many files were written."""

    size: int
    before: int
    files: int


def archive(
    database: Database,
    path: Path,
    verifiers: Sequence[Verifier],
    *,
    put: Put,
    progress: Callable[[int, int], None] = lambda _done, _of: None,
) -> Archived:
    """Bring the archive at ``path`` up to the public checkpoint, which one of these keys must have signed.

    ``progress`` hears leaves done, and how many there are to do. Raises ``NotFound`` before the first checkpoint,
    ``Inconsistent`` where the archive is of another log or a newer one, or what is stored is not what was signed.
    """
    published = database.read(public_checkpoint)
    if published is None:
        raise NotFound("The log has no checkpoint yet. Run: vrm log sequence", code="no_checkpoint")
    note, folder = published.note.encode(), Folder(path)
    signed, older = _believed(note, verifiers), _find_archived(folder)
    before = older.size if older else 0
    if older is not None and older.origin != signed.origin:
        raise Inconsistent(f"The archive is of another log, {older.origin}.")
    if before > signed.size:
        raise Inconsistent(
            f"The archive holds {before} leaves and the log {signed.size}: an old copy of the database is in place, or"
            " this is the archive of another log."
        )
    if older is not None and not database.read(lambda session: _begins_with(session, older)):
        raise Inconsistent(_OTHER)  # before a file is written that would be in the way of the right one
    written = sum(_copy(database, path, named, put) for named in _new(before, signed.size, progress))
    try:
        tree = SignedTree(folder, signed, note)
        if older is not None and subtree(tree.nodes, 0, before) != older.root:
            raise Inconsistent(_OTHER)
        for index in range(before // WIDTH, -(-signed.size // WIDTH)):
            look(tree, index, with_entries=True)
    except Breach as breach:
        raise Inconsistent(f"What was archived does not verify, and is not in force: {breach}.") from None
    if older is None or folder.checkpoint() != note:  # of the same size, it may bear another cosignature now
        put(path / CHECKPOINT, note)
        written += 1
    return Archived(signed.size, before, written)


def _new(before: int, size: int, progress: Callable[[int, int], None]) -> Iterator[Resource]:
    """What a tree of ``size`` leaves has that one of ``before`` has not."""
    for index in range(before // WIDTH, -(-size // WIDTH)):
        width = min(WIDTH, size - index * WIDTH)
        yield Resource(None, index, width)
        yield Resource(0, index, width)
        if index % WIDTH == 0:
            progress(index * WIDTH - before // WIDTH * WIDTH, size - before)
    level = 1
    while rest := size >> HEIGHT * level:
        first = (before >> HEIGHT * level) // WIDTH
        yield from (
            Resource(level, at, min(WIDTH, rest - at * WIDTH)) for at in range(first, -(-rest // WIDTH))
        )
        level += 1
    progress(size - before, size - before)


def _begins_with(session: Session, older: Checkpoint) -> bool:
    return subtree(stored_nodes(session.connection()), 0, older.size) == older.root


def _copy(database: Database, path: Path, named: Resource, put: Put) -> bool:
    """Whether the file had to be written; one that is there was put there whole, and is checked with the rest."""
    target = path / named.path
    if target.exists():
        return False
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    put(target, database.read(lambda session: get_resource(session, named=named)))
    return True


def _find_archived(folder: Folder) -> Checkpoint | None:
    """What the archive holds. Whoever signed it then: the log must continue it, which says more than a signature."""
    try:
        return parse_body(parse(folder.checkpoint()).text)
    except Missing:
        return None
    except (BadNote, BadCheckpoint) as fault:
        raise Inconsistent(f"The archive's checkpoint cannot be read: {fault.message}.") from None


def _believed(raw: bytes, verifiers: Sequence[Verifier]) -> Checkpoint:
    try:
        return read_checkpoint(raw, verifiers)
    except (BadNote, BadCheckpoint) as fault:
        raise Inconsistent(f"The newest checkpoint does not verify: {fault.message}.") from None


def move(
    database: Database, path: Path, *, progress: Callable[[int, int], None] = lambda _done, _of: None
) -> int:
    """Take the bytes of entries that are in full bundles of this archive out of the database; gives how many.

    The archive must be the one the database was opened with (``check_named``). Each bundle is held against the tree
    before its rows are changed, and changed in one transaction; an interrupt between two of them leaves both as good as
    before. Nothing else is touched: hashes, leaves, openings and look-ups stay.
    """
    check_named(database, path)
    folder = Folder(path)
    held = _find_archived(folder)
    bundles = (held.size if held else 0) // WIDTH
    moved = 0
    for index in range(bundles):
        moved += _move(database, folder, index)
        progress(index + 1, bundles)
    return moved


def check_named(database: Database, path: Path) -> None:
    """Raise ``Conflict`` unless the database was opened with this archive: nobody could read what is moved there."""
    if database.engine.get_execution_options().get(ARCHIVE) != path:
        raise Conflict(
            f"Set VRM_LOG_ARCHIVE={path} for every process first, so that what is moved can be read."
        )


def count_moved(session: Session) -> int:
    """How many entries were moved: the first ones of the log, as whole bundles. Reads every row."""
    return session.scalar(select(func.count()).select_from(LogEvent).where(LogEvent.entry == MOVED)) or 0


def check_whole(path: Path | None, moved: int) -> None:
    """Raise ``Conflict`` unless the archive at ``path`` has a bundle for each of the log's first ``moved`` entries.

    Whether these are the right ones is not looked at: whoever reads them holds each against its hash.
    """
    needed = (Resource(None, index).path for index in range(-(-moved // WIDTH)))
    missing = next((name for name in needed if path is None or not (path / name).is_file()), None)
    if missing is not None:
        where = f"{path} has no {missing}" if path else "VRM_LOG_ARCHIVE is not set"
        raise Conflict(
            f"The first {moved} entries of the log are in its archive and nowhere else, and {where}. Put the whole"
            " folder, or your copy of it, in place and let VRM_LOG_ARCHIVE name it.",
            code="archive_missing",
        )


def _move(database: Database, folder: Folder, index: int) -> int:
    inside = LogLeaf.leaf_index.between(index * WIDTH, (index + 1) * WIDTH - 1)
    left = (LogEvent.id.in_(select(LogLeaf.event_id).where(inside)), LogEvent.entry != MOVED)
    if (
        database.read(lambda session: session.execute(select(LogEvent.id).where(*left).limit(1)).first())
        is None
    ):
        return 0
    try:
        hashes = [leaf_hash(entry) for entry in unpack(folder.read(Resource(None, index)), WIDTH)]
    except (Missing, ValueError) as fault:
        raise Inconsistent(f"The archive is damaged, and nothing more was moved: {fault}.") from None

    def work(session: Session) -> int:
        # Held against the tree's own hashes, and not against those beside the entries.
        if hashes_of(read_tile(session.connection(), 0, index)) != hashes:
            raise Inconsistent("The archive is not of this log, and nothing more was moved.")
        result = session.execute(
            update(LogEvent).where(*left).values(entry=MOVED).execution_options(synchronize_session=False)
        )
        assert isinstance(result, CursorResult)
        return result.rowcount

    return database.write(work)
