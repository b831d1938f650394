"""What of the log is given out as files: the tiles and bundles of the tree that the newest checkpoint signs.

Nothing above that checkpoint leaves: what no signature covers could still be taken back. Below it nothing ever
changes, so what was given once may be kept for ever, partial ones too: a width names the same hashes for good.
"""

from sqlalchemy.orm import Session

from vrm.accesslog.errors import Inconsistent, NoSuchLeaf
from vrm.accesslog.leaves import entries
from vrm.accesslog.tree import latest_checkpoint, read_tile
from vrm.tlog import merkle, tiles
from vrm.tlog.resources import Resource, pack
from vrm.tlog.tiles import HASH


def get_resource(session: Session, *, named: Resource) -> bytes:
    """A tile's hashes or a bundle's entries. Raises ``NoSuchLeaf`` for any that the newest checkpoint does not cover.

    Raises ``Inconsistent`` where what is stored is not what was signed: a wrong answer would be kept for ever.
    """
    published = latest_checkpoint(session)
    if published is None or named.end_leaf > published.size:
        raise NoSuchLeaf(
            "There is no such tile in the tree that the newest checkpoint signs.", code="no_such_tile"
        )
    return _bundle(session, named) if named.level is None else _hashes(session, named.level, named)


def _hashes(session: Session, level: int, named: Resource) -> bytes:
    try:
        hashes = read_tile(session.connection(), level, named.index)[: named.width * HASH]
    except LookupError as fault:
        raise Inconsistent(f"The stored log is damaged: {fault}.") from None
    if len(hashes) != named.width * HASH:
        raise Inconsistent(f"The stored log is damaged: {named.path} is short.")
    return hashes


def _bundle(session: Session, named: Resource) -> bytes:
    rows = entries(session.connection(), named.first_leaf, named.width)
    hashes = tiles.hashes_of(_hashes(session, 0, named))
    if [index for index, _, _ in rows] != list(range(named.first_leaf, named.end_leaf)):
        raise Inconsistent(f"The stored log is damaged: {named.path} has lost entries.")
    for (index, _, entry), hash_ in zip(rows, hashes, strict=True):
        if merkle.leaf_hash(entry) != hash_:
            raise Inconsistent(f"The stored entry of leaf {index} was altered: the tree holds another hash.")
    return pack(entry for _, _, entry in rows)
