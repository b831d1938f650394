"""Reading the stored tree: its size, its checkpoints, its proofs. Nothing here writes."""

from dataclasses import dataclass
from datetime import datetime
from functools import partial

from sqlalchemy import Connection, select
from sqlalchemy.orm import Session

from vrm.accesslog.errors import Inconsistent, NoSuchLeaf
from vrm.accesslog.models import LogCheckpoint, LogTile, LogTree
from vrm.tlog import merkle, tiles


@dataclass(frozen=True)
class Head:
    """The committed tree. ``epoch`` counts the passes that made it."""

    size: int
    root: bytes
    epoch: int


@dataclass(frozen=True)
class Published:
    """A checkpoint that was given to the world."""

    size: int
    root: bytes
    note: str
    at: datetime


def find_head(connection: Connection, *, lock: bool = False) -> Head | None:
    """The committed tree, None before the first pass; with ``lock``, nobody else changes it meanwhile."""
    query = select(LogTree.size, LogTree.root, LogTree.epoch).where(LogTree.id == 1)
    row = connection.execute(query.with_for_update() if lock else query).one_or_none()
    return None if row is None else Head(row.size, row.root, row.epoch)


def find_newest(connection: Connection) -> Published | None:
    """The checkpoint of the largest tree published."""
    query = select(LogCheckpoint.size, LogCheckpoint.root, LogCheckpoint.note, LogCheckpoint.at)
    row = connection.execute(query.order_by(LogCheckpoint.size.desc()).limit(1)).one_or_none()
    return None if row is None else Published(row.size, row.root, row.note, row.at)


def latest_checkpoint(session: Session) -> Published | None:
    """The newest published checkpoint; None before the first."""
    return find_newest(session.connection())


def read_tile(connection: Connection, level: int, index: int) -> bytes:
    """The stored hashes of a tile; ``LookupError`` where there is none."""
    query = select(LogTile.hashes).where(LogTile.level == level, LogTile.tile_index == index)
    hashes = connection.execute(query).scalar_one_or_none()
    if hashes is None:
        raise LookupError(f"{tiles.path(level, index)} is missing")
    return hashes


def stored_nodes(connection: Connection) -> merkle.Nodes:
    """Nodes read from the stored tiles, for as long as the connection's transaction lasts."""
    return tiles.nodes(partial(read_tile, connection))


def inclusion(session: Session, *, leaf_index: int, size: int) -> list[bytes]:
    """The proof that a leaf is in the tree of ``size`` leaves, from the leaf upwards."""
    connection = session.connection()
    _within(connection, size)
    if not 0 <= leaf_index < size:
        raise NoSuchLeaf("There is no such leaf in a tree of that size.")
    try:
        return merkle.inclusion(stored_nodes(connection), leaf_index, size)
    except LookupError as fault:
        raise Inconsistent(f"The stored log is damaged: {fault}.") from None


def consistency(session: Session, *, old: int, new: int) -> list[bytes]:
    """The proof that the tree of ``old`` leaves is a prefix of the tree of ``new`` leaves."""
    connection = session.connection()
    _within(connection, new)
    if not 0 <= old <= new:
        raise NoSuchLeaf("The older tree must be the smaller one.")
    try:
        return merkle.consistency(stored_nodes(connection), old, new)
    except LookupError as fault:
        raise Inconsistent(f"The stored log is damaged: {fault}.") from None


def _within(connection: Connection, size: int) -> None:
    head = find_head(connection)
    if size > (head.size if head else 0):
        raise NoSuchLeaf("The log has not grown to that size.")
