"""What of the log is given out as files: the tiles and bundles of the tree that the newest checkpoint signs.

Nothing above that checkpoint leaves: what no signature covers could still be taken back. Below it nothing ever
changes, so what was given once may be kept for ever, partial ones too: a width names the same hashes for good.

What is stored is believed no more here than by whoever checks it from outside: hashes leave if they lead to the signed root.
"""

from sqlalchemy import Connection
from sqlalchemy.orm import Session

from vrm.accesslog.errors import Inconsistent, NoSuchLeaf
from vrm.accesslog.leaves import entries
from vrm.accesslog.tree import Published, latest_checkpoint, read_tile
from vrm.tlog import merkle, tiles
from vrm.tlog.breach import Breach
from vrm.tlog.checkpoint import Checkpoint
from vrm.tlog.resources import Resource, pack
from vrm.tlog.sources import Missing
from vrm.tlog.tiles import HASH
from vrm.tlog.trusted import SignedTree


def get_resource(session: Session, *, named: Resource) -> bytes:
    """A tile's hashes or a bundle's entries. Raises ``NoSuchLeaf`` for any that the newest checkpoint does not cover.

    Raises ``Inconsistent`` where what is stored is not what was signed: a wrong answer would be kept for ever.
    """
    published = latest_checkpoint(session)
    if published is None or named.end_leaf > published.size:
        raise NoSuchLeaf(
            "There is no such tile in the tree that the newest checkpoint signs.", code="no_such_tile"
        )
    if named.level is not None:
        return _hashes(session, published, named.level, named)
    return _bundle(session, published, named)


class _Stored:
    """The stored tiles, as a source that is not believed."""

    has_entries = False

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def checkpoint(self) -> bytes:
        raise Missing  # it is at hand already

    def read(self, named: Resource) -> bytes:
        try:
            return read_tile(self._connection, named.level or 0, named.index)[: named.width * HASH]
        except LookupError:
            raise Missing(named.path) from None


def _hashes(session: Session, published: Published, level: int, named: Resource) -> bytes:
    signed = Checkpoint("", published.size, published.root)
    try:
        tree = SignedTree(_Stored(session.connection()), signed, published.note.encode())
        return tree.tile(level, named.index)[: named.width * HASH]
    except Breach as breach:
        raise Inconsistent(f"The stored log is damaged: {breach.problem}.") from None


def _bundle(session: Session, published: Published, named: Resource) -> bytes:
    rows = entries(session.connection(), named.first_leaf, named.width)
    hashes = tiles.hashes_of(_hashes(session, published, 0, named))
    if [index for index, _, _ in rows] != list(range(named.first_leaf, named.end_leaf)):
        raise Inconsistent(f"The stored log is damaged: {named.path} has lost entries.")
    for (index, _, entry), hash_ in zip(rows, hashes, strict=True):
        if merkle.leaf_hash(entry) != hash_:
            raise Inconsistent(f"The stored entry of leaf {index} was altered: the tree holds another hash.")
    return pack(entry for _, _, entry in rows)
