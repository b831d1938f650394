"""Entries that were moved out of the database into an archive, found again for whoever reads them.

A row whose entry was moved holds no bytes for it; its hash and its place in the tree stay. The bytes are in the bundle
of its leaf, in the folder that the database was opened with (``Database(url, options={ARCHIVE: folder})``). What is read
there is held against the hash in the row, so the archive need not be believed.
"""

from functools import lru_cache
from pathlib import Path

from sqlalchemy import Connection

from vrm.accesslog.errors import Inconsistent
from vrm.errors import Unavailable
from vrm.tlog import merkle
from vrm.tlog.resources import Resource, unpack
from vrm.tlog.sources import Folder, Missing
from vrm.tlog.tiles import WIDTH

ARCHIVE = "log_archive"
"""The option of a database that names the folder, a ``Path``."""
MOVED = b""
"""What stands for an entry that was moved: no entry is empty."""


def whole(connection: Connection, entry: bytes, leaf_index: int | None, leaf_hash: bytes) -> bytes:
    """The entry of a row: its own bytes, or those in the archive. ``leaf_index`` is None while it waits for its leaf.

    Raises ``Unavailable`` where the archive cannot be read, ``Inconsistent`` where it holds something else.
    """
    if entry != MOVED:
        return entry
    folder = connection.get_execution_options().get(ARCHIVE)
    try:
        if leaf_index is None or not isinstance(folder, Path):
            raise Missing
        index, place = divmod(leaf_index, WIDTH)
        found = _bundle(folder, index)[place]
    except Missing:
        raise Unavailable(
            "Older entries of the log cannot be read just now, because its archive is away. Try again later.",
            code="no_log_archive",
        ) from None
    except ValueError as fault:
        raise Inconsistent(f"The archive is damaged: {fault}.") from None
    if merkle.leaf_hash(found) != leaf_hash:
        _bundle.cache_clear()  # the file may be put right while this process goes on
        raise Inconsistent(f"The archived entry of leaf {leaf_index} was altered.")
    return found


@lru_cache(maxsize=64)  # a full bundle never changes, and readers go through them in order
def _bundle(folder: Path, index: int) -> list[bytes]:
    return unpack(Folder(folder).read(Resource(None, index)), WIDTH)
