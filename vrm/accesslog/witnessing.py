"""Gathering cosignatures: what witnesses are asked, what they answered, and which checkpoint is public.

All witnesses are asked for the same checkpoint, the *target*: were each asked for the newest, those that answer at
different speeds would never meet on one. The target moves on when its quorum is met, or when it has waited for
``PATIENCE``. What is public is the newest checkpoint that met the quorum (docs/decisions, 14).

Each exchange is two short transactions with the network between them: one claims the witness, so that one process asks
at a time, the other keeps the answer. A crash between them costs the claim's time and nothing else.

A witness that has seen more of this log than the database holds, or something else, *objects*; nothing is signed until
it does not any more (``witnessed.require_no_objection``), nor while they are *unheard* (``doubting``).
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, Row, Table, delete, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from vrm.accesslog.doubting import believe_quorum
from vrm.accesslog.errors import Inconsistent
from vrm.accesslog.models import LogCosignature, LogGathering, LogWitness, table
from vrm.accesslog.tree import Published, find_head, find_newest, stored_nodes
from vrm.accesslog.witnessed import AHEAD, DIFFERS, find_published
from vrm.db import Database
from vrm.tlog import merkle, note
from vrm.tlog.cosignature import Cosigner
from vrm.tlog.policy import Policy
from vrm.tlog.submission import Submission

PATIENCE = timedelta(seconds=20)
"""How long a checkpoint waits for its quorum before the next one is asked for; longer than an exchange."""

CLAIM = timedelta(seconds=15)
"""For how long a witness is asked by one process alone; longer than an exchange."""

_AGAIN, _LONGEST = timedelta(seconds=2), timedelta(minutes=2)  # after a fault, doubled each time

_COSIGNATURES, _WITNESSES, _GATHERING = table(LogCosignature), table(LogWitness), table(LogGathering)


@dataclass(frozen=True)
class Question:
    """What is sent to a witness: the checkpoint of ``size``, whose text is ``text``."""

    cosigner: Cosigner
    size: int
    text: str
    submission: Submission


@dataclass(frozen=True)
class Cosigned:
    """It cosigned, at this time; ``line`` was checked."""

    line: str
    at: datetime


@dataclass(frozen=True)
class Holds:
    """It cosigned another size last."""

    size: int


@dataclass(frozen=True)
class Differs:
    """It holds a tree that ours does not continue."""


@dataclass(frozen=True)
class Failed:
    """It could not be asked, or gave no answer that can be used; ``code`` says why."""

    code: str


Answer = Cosigned | Holds | Differs | Failed


def enrol(database: Database, policy: Policy | None, *, now: datetime) -> None:
    """Make the tables say what the policy says. A witness that left it is forgotten, with its objection."""
    asked = {one.cosigner.vkey for one in policy.witnesses.values() if one.url} if policy else set()

    def write(connection: Connection) -> None:
        known = set(connection.execute(select(_WITNESSES.c.vkey)).scalars())
        if gone := known - asked:
            connection.execute(delete(_WITNESSES).where(_WITNESSES.c.vkey.in_(gone)))
        for vkey in sorted(asked - known):
            fresh = {"vkey": vkey, "seen": 0, "due_at": now, "failures": 0}
            connection.execute(_insert(connection, _WITNESSES).values(fresh).on_conflict_do_nothing())
        if policy is None:
            connection.execute(delete(_GATHERING))
        elif (row := _gathering(connection)) is not None:
            met = policy.met_by(_cosigned_by(connection, row.public))
            connection.execute(update(_GATHERING).values(met=met))

    database.write_group(write)


def is_due(session: Session, *, cosigner: Cosigner, policy: Policy, now: datetime) -> bool:
    """Whether there is something to ask a witness now: a look that costs no lock."""
    connection = session.connection()
    witness, newest = _witness(connection, cosigner), find_newest(connection)
    if witness is None or newest is None or witness.due_at > now:
        return False
    if witness.objection is not None:
        return True
    row = connection.execute(select(_GATHERING)).one_or_none()
    if row is None or cosigner.vkey not in _cosigned_by(connection, row.target):
        return True
    return row.target < newest.size and _moves(connection, row, policy, now)


def claim(
    connection: Connection, *, cosigner: Cosigner, policy: Policy, now: datetime, anyway: bool = False
) -> Question | None:
    """What to ask a witness, which nobody else asks meanwhile; None where there is nothing to ask now.

    ``anyway``: ask it about the newest checkpoint even if it has cosigned that, to hear what it has seen.
    """
    target = _aim(connection, policy, now)
    witness = _witness(connection, cosigner)
    if target is None or witness is None:
        return None
    newest = find_newest(connection)
    if newest is not None and (anyway or witness.objection is not None or witness.seen > target.size):
        target = newest
    elif cosigner.vkey in _cosigned_by(connection, target.size):
        return None
    claimed = connection.execute(
        update(_WITNESSES)
        .where(_WITNESSES.c.vkey == cosigner.vkey, _WITNESSES.c.due_at <= now)
        .values(due_at=now + CLAIM)
    )
    if claimed.rowcount != 1 and not anyway:
        return None
    return question(connection, cosigner, target, old=witness.seen)


def question(connection: Connection, cosigner: Cosigner, target: Published, *, old: int) -> Question:
    """What to send to a witness that holds ``old`` leaves; where that is more than there is to send, it will say so."""
    old = min(old, target.size)
    try:
        proof = tuple(merkle.consistency(stored_nodes(connection), old, target.size))
    except LookupError as fault:
        raise Inconsistent(f"The stored log is damaged: {fault}.") from None
    submission = Submission(old, proof, target.note.encode())
    return Question(cosigner, target.size, note.parse(target.note.encode()).text, submission)


def settle(
    connection: Connection, asked: Question, answer: Answer, *, policy: Policy, now: datetime
) -> Question | None:
    """Keep an answer. What to ask the same witness at once, if its answer was that it holds another size."""
    witness = _witness(connection, asked.cosigner)
    if witness is None:
        return None  # it has left the policy meanwhile
    here = update(_WITNESSES).where(_WITNESSES.c.vkey == asked.cosigner.vkey)
    told = {"failures": 0, "fault": None, "answered_at": now}
    match answer:
        case Cosigned():
            row = {"size": asked.size, "vkey": asked.cosigner.vkey, "line": answer.line, "at": answer.at}
            connection.execute(_insert(connection, _COSIGNATURES).values(row).on_conflict_do_nothing())
            connection.execute(here.values(**told, seen=asked.size, due_at=now, objection=None))
            _release(connection, asked.size, policy)
            believe_quorum(connection, policy)
        case Holds():
            newest = find_newest(connection)
            if newest is not None and answer.size <= newest.size:
                connection.execute(here.values(**told, seen=answer.size))
                return question(connection, asked.cosigner, newest, old=answer.size)
            later = now + _AGAIN
            connection.execute(here.values(**told, seen=answer.size, due_at=later, objection=AHEAD))
        case Differs():
            # Soon again: nothing is signed meanwhile, and it may not have been the witness that answered.
            connection.execute(here.values(**told, due_at=now + _AGAIN, objection=DIFFERS))
        case Failed():
            wait = min(_AGAIN * 2 ** min(witness.failures, 10), _LONGEST)
            failed = {"failures": witness.failures + 1, "fault": answer.code, "due_at": now + wait}
            connection.execute(here.values(**failed))
    return None


def _aim(connection: Connection, policy: Policy, now: datetime) -> Published | None:
    """The checkpoint that all witnesses are asked for, moved on if it is time."""
    find_head(connection, lock=True)  # so that nothing is published meanwhile, and no second row made
    newest = find_newest(connection)
    if newest is None:
        return None
    row = _gathering(connection)
    if row is None:
        met = policy.met_by(_cosigned_by(connection, newest.size))
        first = {"id": 1, "target": newest.size, "since": now, "public": newest.size, "met": met}
        connection.execute(insert(_GATHERING).values(first))
        return newest
    if row.target < newest.size and _moves(connection, row, policy, now):
        moved = {"target": newest.size, "since": now}
        # Until a quorum was met for the first time, people are given what is being asked for.
        connection.execute(update(_GATHERING).values(moved if row.met else {**moved, "public": newest.size}))
        return newest
    return find_published(connection, row.target)


def _moves(connection: Connection, row: Row[*tuple[object, ...]], policy: Policy, now: datetime) -> bool:
    """Whether the target has got what it waited for, has waited long enough, or is past for one of the witnesses."""
    past = select(_WITNESSES.c.vkey).where(_WITNESSES.c.seen > row.target).limit(1)
    return (
        now >= row.since + PATIENCE
        or policy.met_by(_cosigned_by(connection, row.target))
        or connection.execute(past).first() is not None
    )


def _release(connection: Connection, size: int, policy: Policy) -> None:
    """Make a checkpoint public if it meets the quorum and is none that people have passed already."""
    row = _gathering(connection)
    if row is not None and size >= row.public and policy.met_by(_cosigned_by(connection, size)):
        connection.execute(update(_GATHERING).values(public=size, met=True))


def _gathering(connection: Connection) -> Row[*tuple[object, ...]] | None:
    return connection.execute(select(_GATHERING).with_for_update()).one_or_none()


def _witness(connection: Connection, cosigner: Cosigner) -> Row[*tuple[object, ...]] | None:
    return connection.execute(select(_WITNESSES).where(_WITNESSES.c.vkey == cosigner.vkey)).one_or_none()


def _cosigned_by(connection: Connection, size: int) -> set[str]:
    return set(connection.execute(select(_COSIGNATURES.c.vkey).where(_COSIGNATURES.c.size == size)).scalars())


def _insert(connection: Connection, into: Table) -> postgresql.Insert | sqlite.Insert:
    """Both engines say ON CONFLICT alike."""
    if connection.dialect.name == "postgresql":
        return postgresql.insert(into)
    return sqlite.insert(into)
