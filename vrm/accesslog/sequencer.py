"""Giving events their leaves, and telling the world.

Two steps, each one transaction, each safe to run in any number of processes at once:

1. ``sequence`` takes visible events that have no leaf, grows the tree, and stores leaves, tiles and the tree row
   together. The tree row is compared on (size, root, epoch); whoever lost writes nothing, and begins anew.
2. ``publish`` signs the committed tree. A crash between the two leaves a tree without a checkpoint, which the
   next ``publish`` gives; a checkpoint without its tree cannot come about.

Both use ``Database.write_group``: that they are safe rests on the tree row, which each locks first, and not on
SERIALIZABLE, under which reading the queue of events would keep making other people's transactions start over.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import partial

from sqlalchemy import Connection, Dialect, bindparam, delete, insert, select, text, tuple_, update

from vrm import clock
from vrm.accesslog.errors import Inconsistent, RolledBack
from vrm.accesslog.models import LogCheckpoint, LogEvent, LogLeaf, LogPending, LogTile, LogTree, table
from vrm.accesslog.pin import Pin
from vrm.accesslog.tree import Head, Published, find_head, find_newest, stored_nodes
from vrm.accesslog.witnessed import WHAT_TO_DO, require_no_objection
from vrm.db import Database
from vrm.db.putting import Put, put
from vrm.tlog import merkle, tiles
from vrm.tlog.checkpoint import Checkpoint, sign
from vrm.tlog.note import Signer, Verifier

_PENDING, _LEAVES, _TILES = table(LogPending), table(LogLeaf), table(LogTile)
_TREE, _CHECKPOINTS = table(LogTree), table(LogCheckpoint)
_NO_TREE = Head(0, merkle.EMPTY, 0)


@dataclass(frozen=True)
class _Pass:
    """The next leaves on the tree as it was seen, and all that is to be written of them."""

    head: Head
    growth: tiles.Growth
    event_ids: Sequence[str]
    puts: Sequence[Put]


def sequence(database: Database, *, limit: int = 1000) -> int:
    """Give up to ``limit`` waiting events their leaves; gives how many. Durable on return.

    Takes what is visible, whenever it was written: a transaction that commits late is found by the next pass.
    Everything is worked out before the writing transaction, because on SQLite all other writers wait for that one: it
    rests on the tree alone, which only passes change, and so holds for as long as the tree row is the same.
    Raises ``Inconsistent``, and leaves everything as it was, if an entry or a tile is not what was stored.
    """
    dialect = database.engine.dialect
    while True:
        ready = database.read(lambda session: _prepare(session.connection(), dialect, limit))
        if ready is None:
            return 0
        if database.write_group(partial(_store, ready=ready)):
            return len(ready.event_ids)


def publish(
    database: Database,
    signer: Signer,
    origin: str,
    *,
    also: Sequence[Signer] = (),
    former: Sequence[bytes] = (),
    former_origins: Collection[str] = (),
    pin: Pin | None = None,
    witnessed: bool = False,
) -> Published:
    """Sign and store a checkpoint of the committed tree, or give the one there is for that size.

    ``also`` sign it other keys, while the log changes its key; ``former`` are public keys it signed with before.
    ``former_origins`` are those of the logs that this one follows: their checkpoints may be in the database.
    Raises ``RolledBack`` or ``Inconsistent``, and signs nothing, if the tree is not what its tiles say or does not
    continue what was seen: the newest checkpoint stored, that of ``pin``, and where it is ``witnessed`` what
    witnesses cosigned (C2SP tlog-checkpoint: a log must not sign inconsistent checkpoints).
    """
    signers = (signer, *also)
    keys = [Verifier(origin, public) for public in (*(one.public for one in signers), *former)]
    seen = pin.seen(keys, former_origins) if pin is not None else []

    def write(connection: Connection) -> Published:
        if witnessed:
            require_no_objection(connection)
        return _publish(connection, signers, origin, seen, former_origins)

    published = database.write_group(write)
    if pin is not None:
        pin.keep(Checkpoint(origin, published.size, published.root), published.note)
    return published


def _prepare(connection: Connection, dialect: Dialect, limit: int) -> _Pass | None:
    """A pass over the events that wait; None when there are none."""
    waiting = connection.execute(
        select(LogEvent.id, LogEvent.entry, LogEvent.leaf_hash)
        # Not a join: SQLite then goes through every event there is, to find the few that wait.
        .where(LogEvent.id.in_(select(LogPending.event_id)))
        .order_by(LogEvent.created_at, LogEvent.id)
        .limit(limit)
    ).all()
    if not waiting:
        return None
    for row in waiting:
        if merkle.leaf_hash(row.entry) != row.leaf_hash:  # what was acknowledged is what must be in the tree
            raise Inconsistent(f"The stored entry of event {row.id} was altered before it reached the tree.")
    head = find_head(connection)
    if head is None:
        _require_nothing(connection)
        head = _NO_TREE
    growth = _grow(connection, head, [row.leaf_hash for row in waiting])
    leaves = [{"leaf_index": head.size + at, "event_id": row.id} for at, row in enumerate(waiting)]
    grown = [
        {"level": level, "tile_index": index, "hashes": hashes}
        for (level, index), hashes in growth.tiles.items()
    ]
    puts = (
        put(dialect, _LEAVES, leaves),
        put(dialect, _TILES, grown, changes=lambda new: {"hashes": new.hashes}),
    )
    return _Pass(head, growth, [row.id for row in waiting], puts)


def _store(connection: Connection, *, ready: _Pass) -> bool:
    """Write it. False, and nothing is written, where the tree is another one: a pass of somebody else came between."""
    # The lock comes first: after it, no one else's leaf or tile can stand where ours will.
    if _locked_head(connection) != ready.head:
        return False
    connection.execute(
        update(_TREE)
        .where(_TREE.c.id == 1)
        .values(size=ready.growth.size, root=ready.growth.root, epoch=ready.head.epoch + 1)
    )
    for each in ready.puts:
        each.run(connection)
    connection.execute(
        delete(_PENDING).where(_PENDING.c.event_id == bindparam("taken")),
        [{"taken": event_id} for event_id in ready.event_ids],
    )
    return True


def _locked_head(connection: Connection) -> Head:
    head = find_head(connection, lock=True)
    if head is None:
        _require_nothing(connection)
        connection.execute(
            text(
                "INSERT INTO log_tree (id, size, root, epoch) VALUES (1, 0, :root, 0) ON CONFLICT DO NOTHING"
            ),
            {"root": merkle.EMPTY},
        )
        head = find_head(connection, lock=True)
    assert head is not None
    return head


def _require_nothing(connection: Connection) -> None:
    """Where there is no tree row there is nothing else."""
    begun = connection.execute(select(LogLeaf.leaf_index).limit(1)).first() or find_newest(connection)
    # Under a lock each look sees what is committed by then, and another process may just have begun the log.
    if begun and find_head(connection) is None:
        raise Inconsistent("The log has leaves or checkpoints but no tree: part of the database is missing.")


def _grow(connection: Connection, head: Head, leaves: list[bytes]) -> tiles.Growth:
    edge = tiles.edge(head.size)
    query = select(LogTile.level, LogTile.tile_index, LogTile.hashes).where(
        tuple_(LogTile.level, LogTile.tile_index).in_(list(edge))
    )
    partly = {(row.level, row.tile_index): row.hashes for row in connection.execute(query)} if edge else {}
    try:
        before = tiles.grow(head.size, partly, [])
        growth = tiles.grow(head.size, partly, leaves)
    except ValueError as fault:
        raise Inconsistent(f"The stored log is damaged: {fault}.") from None
    if before.root != head.root:
        raise Inconsistent("The tiles do not give the stored root: part of the database was altered.")
    return growth


def _publish(
    connection: Connection,
    signers: Sequence[Signer],
    origin: str,
    seen: Sequence[Checkpoint] = (),
    former_origins: Collection[str] = (),
) -> Published:
    head = find_head(connection, lock=True) or _locked_head(connection)
    newest = find_newest(connection)
    nodes = stored_nodes(connection)
    try:
        if newest is not None:
            if newest.size > head.size:
                raise RolledBack(
                    f"The log holds {head.size} leaves, but a checkpoint of {newest.size} was published: an old"
                    " copy of the database is in place. Restore the newest one before going on."
                )
            if newest.note.split("\n", 1)[0] not in (origin, *former_origins):
                raise Inconsistent(
                    "The log's origin differs from that of its checkpoints; it is fixed for life. If vrm log begin-anew"
                    " was cut off, run it again."
                )
            if merkle.subtree(nodes, 0, newest.size) != newest.root:
                raise Inconsistent("The tree does not continue the newest checkpoint: the log was rewritten.")
        if merkle.subtree(nodes, 0, head.size) != head.root:
            raise Inconsistent("The tiles do not give the stored root: part of the database was altered.")
        for checkpoint in seen:
            _require_continued(nodes, head, checkpoint)
    except LookupError as fault:
        raise Inconsistent(f"The stored log is damaged: {fault}.") from None
    if newest is not None and newest.size == head.size:
        return newest
    published = Published(
        size=head.size,
        root=head.root,
        note=sign(Checkpoint(origin, head.size, head.root), *signers),
        at=clock.now(),
    )
    connection.execute(
        insert(_CHECKPOINTS),
        {"size": published.size, "root": published.root, "note": published.note, "at": published.at},
    )
    return published


def _require_continued(nodes: merkle.Nodes, head: Head, seen: Checkpoint) -> None:
    """The tree begins with the one of a checkpoint that was signed and then kept outside the database."""
    what_to_do = WHAT_TO_DO.format(size=seen.size)
    if seen.size > head.size:
        raise RolledBack(
            f"The log holds {head.size} leaves, but one of {seen.size} was signed before: an old copy of the database"
            f" is in place. {what_to_do}"
        )
    if merkle.subtree(nodes, 0, seen.size) != seen.root:
        raise Inconsistent(
            f"The log does not continue the {seen.size} leaves that were signed before: another copy of the database"
            f" was in use. {what_to_do}"
        )
