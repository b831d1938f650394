"""No gap, no double, no fork, whoever sequences and whenever."""

import threading

import pytest
from sqlalchemy import delete, select, text, update
from sqlalchemy.orm import Session

from tests.tamper.small_log import CONSUMERS, ORIGIN, Signer, event, fill, write
from vrm import accesslog
from vrm.accesslog import Inconsistent, NoSuchLeaf, RolledBack, sequence
from vrm.accesslog.models import LogCheckpoint, LogEvent, LogLeaf, LogTile, LogTree
from vrm.accesslog.sequencer import _prepare, _publish
from vrm.db import Database
from vrm.tlog import checkpoint, merkle


def leaf_hashes(database):
    """Hash by leaf index, from the entries themselves."""
    query = select(LogLeaf.leaf_index, LogEvent.entry).join(LogEvent, LogEvent.id == LogLeaf.event_id)
    rows = database.read(lambda session: session.execute(query.order_by(LogLeaf.leaf_index)).all())
    assert [index for index, _ in rows] == list(range(len(rows))), "leaf indexes have no gap and no double"
    return [merkle.leaf_hash(entry) for _, entry in rows]


def head(database):
    return database.read(lambda session: session.execute(select(LogTree.size, LogTree.root)).one())


def check_log(database, count):
    """The stored log is whole: every leaf, the root, the proofs, the newest checkpoint."""
    hashes = leaf_hashes(database)
    assert len(hashes) == count
    assert database.read(accesslog.count_pending) == 0
    size, root = head(database)
    assert (size, root) == (count, merkle.root_of(hashes))

    def proofs(session: Session) -> None:
        for index in range(0, count, 7):
            proof = accesslog.inclusion(session, leaf_index=index, size=count)
            assert merkle.included(proof, index, count, hashes[index], root)
            old = merkle.root_of(hashes[:index])
            assert merkle.consistent(
                accesslog.consistency(session, old=index, new=count), index, count, old, root
            )

    database.read(proofs)


def test_events_get_leaves_in_order(database):
    """What was written first comes first."""
    prepared = fill(database, 20)
    check_log(database, 20)
    for index, one in enumerate(prepared):
        leaf = select(LogLeaf.leaf_index).where(LogLeaf.event_id == one.event_id)
        assert database.read(lambda session, leaf=leaf: session.execute(leaf).scalar_one()) == index


def test_nothing_to_do_is_nothing(database):
    """A pass over nothing writes nothing, and an empty log has a checkpoint too."""
    assert sequence(database) == 0
    published = accesslog.publish(database, Signer(), ORIGIN)
    assert (published.size, published.root) == (0, merkle.EMPTY)
    assert checkpoint.verify(published.note.encode(), Signer().verifier).size == 0


def test_across_tiles(database):
    """Batches of any size across the edge of a tile give one whole log."""
    total = 0
    for count in (1, 254, 1, 1, 260, 3):
        write(database, range(count))
        assert sequence(database, limit=count) == count
        total += count
    check_log(database, total)


def test_a_pass_takes_no_more_than_its_limit(database):
    """What one pass leaves, the next takes."""
    write(database, range(10))
    assert [sequence(database, limit=4) for _ in range(4)] == [4, 4, 2, 0]
    check_log(database, 10)


def test_two_sequencers_and_writers_at_once(database):
    """With writers, two sequencers and a publisher running, every event gets one leaf and no size two roots."""
    faults, writing = [], threading.Event()

    def guarded(work):
        def run():
            try:
                work()
            except Exception as fault:
                faults.append(fault)

        return threading.Thread(target=run)

    def writer():
        for number in range(40):
            prepared = [accesslog.prepare(event(number))]
            if number % 2:
                database.write(lambda session, what=prepared: accesslog.append(session.connection(), what))
            else:
                database.write_group(lambda connection, what=prepared: accesslog.append(connection, what))

    def sequencer():
        mine = Database(database.url.render_as_string(hide_password=False))  # as another process would
        while not writing.is_set() or mine.read(accesslog.count_pending):
            sequence(mine, limit=5)
            accesslog.publish(mine, Signer(), ORIGIN)
        mine.close()

    writers, sequencers = [guarded(writer) for _ in range(3)], [guarded(sequencer) for _ in range(2)]
    for thread in writers + sequencers:
        thread.start()
    for thread in writers:
        thread.join()
    writing.set()
    for thread in sequencers:
        thread.join()
    assert faults == []
    check_log(database, 120)
    hashes = leaf_hashes(database)
    for size, root in database.read(
        lambda session: session.execute(select(LogCheckpoint.size, LogCheckpoint.root)).all()
    ):
        assert root == merkle.root_of(hashes[:size])


def test_a_late_commit_is_not_missed(database):
    """An event whose transaction was open during a pass gets its leaf with the next."""
    if database.sqlite:
        pytest.skip("one writer at a time: a pass waits for the open transaction")
    with Session(database.engine) as late:
        accesslog.record(late, event(0))
        write(database, [1, 2])
        assert sequence(database) == 2
        late.commit()
    assert sequence(database) == 1
    check_log(database, 3)


def test_publish_is_idempotent_and_catches_up(database):
    """After a crash between sequence and publish, the next publish gives the checkpoint; again, the same."""
    write(database, range(3))
    sequence(database)
    assert database.read(accesslog.latest_checkpoint) is None
    first = accesslog.publish(database, Signer(), ORIGIN)
    assert accesslog.publish(database, Signer(), ORIGIN) == first
    assert database.read(accesslog.latest_checkpoint) == first
    signed = checkpoint.verify(first.note.encode(), Signer().verifier)
    assert (signed.size, signed.root) == tuple(head(database))


def test_nothing_is_signed_below_what_was_published(database):
    """An old copy of the tree beside a newer checkpoint is refused, and says what to do."""
    fill(database, 5)
    note = database.read(accesslog.latest_checkpoint)
    database.write(
        lambda session: session.add(LogCheckpoint(size=9, root=b"r" * 32, note=note.note, at=note.at))
    )
    with pytest.raises(RolledBack, match="Restore"):
        accesslog.publish(database, Signer(), ORIGIN)


def test_a_rewritten_tree_is_not_signed(database):
    """Tiles, root or checkpoint changed in the store: nothing is signed any more, and nothing appended."""
    fill(database, 5)
    lie = b"\x00" * 32

    def tampered(statement, verb):
        with Session(database.engine) as session:  # never committed: each lie is told to a fresh log
            session.execute(statement)
            connection = session.connection()
            with pytest.raises(Inconsistent):
                verb(connection)

    write(database, [5])

    def publish(connection):
        _publish(connection, [Signer()], ORIGIN)

    def grow(connection):
        _prepare(connection, database.engine.dialect, 10)

    tampered(update(LogTree).values(root=lie), publish)
    tampered(update(LogTree).values(root=lie), grow)
    tampered(update(LogTile).values(hashes=lie * 5), publish)
    tampered(update(LogTile).values(hashes=lie * 5), grow)
    tampered(delete(LogTile), publish)
    tampered(delete(LogTile), grow)
    tampered(update(LogCheckpoint).values(root=lie), publish)
    tampered(delete(LogTree), publish)
    tampered(delete(LogTree), grow)
    tampered(update(LogEvent).values(entry=b"{}"), grow)


def test_the_origin_is_for_life(database):
    """A log that signed under one name signs under no other."""
    fill(database, 2)
    with pytest.raises(Inconsistent, match="origin"):
        accesslog.publish(database, Signer(), "log.example/other")


def test_proofs_only_of_what_there_is(database):
    """A leaf or a size that the log has not got has no proof."""
    fill(database, 3)

    def ask(verb, **what):
        with pytest.raises(NoSuchLeaf):
            database.read(lambda session: verb(session, **what))

    ask(accesslog.inclusion, leaf_index=3, size=3)
    ask(accesslog.inclusion, leaf_index=-1, size=3)
    ask(accesslog.inclusion, leaf_index=0, size=4)
    ask(accesslog.consistency, old=3, new=2)
    ask(accesslog.consistency, old=3, new=4)


def test_forgetting_a_person_does_not_touch_the_tree(database):
    """After forget, and with events still waiting, the log is whole."""
    fill(database, 10)
    write(database, range(10))
    for consumer in CONSUMERS:
        database.write(lambda session, id_=consumer: accesslog.forget(session, consumer_id=id_))
    sequence(database)
    check_log(database, 20)


def test_one_row_of_tree(database):
    """The tree can have no second row."""
    fill(database, 1)
    with pytest.raises(Exception, match=r"(?i)check"):
        database.write(
            lambda session: session.execute(
                text("INSERT INTO log_tree (id, size, root, epoch) VALUES (2, 0, :root, 0)"), {"root": b""}
            )
        )
