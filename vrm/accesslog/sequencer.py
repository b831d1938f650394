"""Giving events their leaves, and telling the world.

Two steps, each one transaction, each safe to run in any number of processes at once:

1. ``sequence`` takes visible events that have no leaf, grows the tree, and stores leaves, tiles and the tree row
   together. The tree row is compared and swapped on (size, root, epoch); whoever lost writes nothing.
2. ``publish`` signs the committed tree. A crash between the two leaves a tree without a checkpoint, which the
   next ``publish`` gives; a checkpoint without its tree cannot come about.

Both use ``Database.write_group``: that they are safe rests on the tree row, which each locks first, and not on
SERIALIZABLE, under which reading the queue of events would keep making other people's transactions start over.
"""

from collections.abc import Collection, Sequence

from sqlalchemy import Connection, bindparam, delete, insert, select, text, tuple_, update

from vrm import clock
from vrm.accesslog.errors import Inconsistent, RolledBack
from vrm.accesslog.models import LogCheckpoint, LogEvent, LogLeaf, LogPending, LogTile, LogTree, table
from vrm.accesslog.pin import Pin
from vrm.accesslog.tree import Head, Published, find_head, find_newest, stored_nodes
from vrm.accesslog.witnessed import WHAT_TO_DO, require_no_objection
from vrm.db import Database
from vrm.tlog import merkle, tiles
from vrm.tlog.checkpoint import Checkpoint, sign
from vrm.tlog.note import Signer, Verifier

_PENDING, _LEAVES, _TILES = table(LogPending), table(LogLeaf), table(LogTile)
_TREE, _CHECKPOINTS = table(LogTree), table(LogCheckpoint)


def sequence(database: Database, *, limit: int = 1000) -> int:
    """Give up to ``limit`` waiting events their leaves; gives how many. Durable on return.

    Takes what is visible, whenever it was written: a transaction that commits late is found by the next pass.
    Raises ``Inconsistent``, and leaves everything as it was, if an entry or a tile is not what was stored.
    """
    waiting = select(LogPending.event_id).limit(1)
    if not database.read(lambda session: session.execute(waiting).first()):
        return 0  # seen without a lock: several workers look every half second, and writers need not wait for that
    return database.write_group(lambda connection: _pass(connection, limit))


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


def _pass(connection: Connection, limit: int) -> int:
    head = _locked_head(connection)
    waiting = connection.execute(
        select(LogEvent.id, LogEvent.entry, LogEvent.leaf_hash)
        # Not a join: SQLite then goes through every event there is, to find the few that wait.
        .where(LogEvent.id.in_(select(LogPending.event_id)))
        .order_by(LogEvent.created_at, LogEvent.id)
        .limit(limit)
    ).all()
    if not waiting:
        return 0
    for row in waiting:
        if merkle.leaf_hash(row.entry) != row.leaf_hash:  # what was acknowledged is what must be in the tree
            raise Inconsistent(f"The stored entry of event {row.id} was altered before it reached the tree.")
    growth = _grow(connection, head, [row.leaf_hash for row in waiting])

    # The swap comes first: after it, no one else's leaf or tile can stand where ours will.
    swapped = connection.execute(
        update(_TREE)
        .where(_TREE.c.id == 1, _TREE.c.size == head.size)
        .where(_TREE.c.root == head.root, _TREE.c.epoch == head.epoch)
        .values(size=growth.size, root=growth.root, epoch=head.epoch + 1)
    )
    if swapped.rowcount != 1:
        raise Inconsistent("Another process changed the tree meanwhile; nothing was written.")
    events = [{"leaf_index": head.size + at, "event_id": row.id} for at, row in enumerate(waiting)]
    connection.execute(insert(_LEAVES), events)
    _store(connection, growth, tiles.edge(head.size))
    connection.execute(
        delete(_PENDING).where(_PENDING.c.event_id == bindparam("taken")),
        [{"taken": row.id} for row in waiting],
    )
    return len(waiting)


def _locked_head(connection: Connection) -> Head:
    head = find_head(connection, lock=True)
    if head is None:
        begun = connection.execute(select(LogLeaf.leaf_index).limit(1)).first() or find_newest(connection)
        # Each look sees what is committed by then: another process may have begun the log between the first two.
        if begun and find_head(connection, lock=True) is None:
            raise Inconsistent(
                "The log has leaves or checkpoints but no tree: part of the database is missing."
            )
        connection.execute(
            text(
                "INSERT INTO log_tree (id, size, root, epoch) VALUES (1, 0, :root, 0) ON CONFLICT DO NOTHING"
            ),
            {"root": merkle.EMPTY},
        )
        head = find_head(connection, lock=True)
    assert head is not None
    return head


def _grow(connection: Connection, head: Head, leaves: list[bytes]) -> tiles.Growth:
    edge = tiles.edge(head.size)
    query = select(LogTile.level, LogTile.tile_index, LogTile.hashes).where(
        tuple_(LogTile.level, LogTile.tile_index).in_(list(edge))
    )
    partial = {(row.level, row.tile_index): row.hashes for row in connection.execute(query)} if edge else {}
    try:
        before = tiles.grow(head.size, partial, [])
        growth = tiles.grow(head.size, partial, leaves)
    except ValueError as fault:
        raise Inconsistent(f"The stored log is damaged: {fault}.") from None
    if before.root != head.root:
        raise Inconsistent("The tiles do not give the stored root: part of the database was altered.")
    return growth


def _store(connection: Connection, growth: tiles.Growth, existing: dict[tiles.Tile, int]) -> None:
    longer, new = [], []
    for (level, index), hashes in growth.tiles.items():
        row = {"at_level": level, "at_index": index, "hashes": hashes}
        if (level, index) in existing:
            longer.append(row)
        else:
            new.append({"level": level, "tile_index": index, "hashes": hashes})
    if longer:
        here = (_TILES.c.level == bindparam("at_level")) & (_TILES.c.tile_index == bindparam("at_index"))
        connection.execute(update(_TILES).where(here), longer)
    if new:
        connection.execute(insert(_TILES), new)


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
