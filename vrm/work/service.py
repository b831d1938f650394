"""Verbs on jobs. Each is one or two statements, and part of the caller's transaction."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import cast

from sqlalchemy import ColumnElement, Connection, Table, and_, case, delete, func, insert, or_, select, update
from sqlalchemy.orm import Session

from vrm import clock
from vrm.ids import new_id
from vrm.work.backoff import PATIENCE, Patience
from vrm.work.models import JobRow

jobs = cast(Table, JobRow.__table__)

# A worker does best to claim through ``Database.write_group``: at READ COMMITTED, workers that meet skip each
# other's rows instead of losing a race and starting again. That gives a connection; everyone else has a session.
Transaction = Session | Connection


@dataclass(frozen=True)
class Job:
    """A claimed job. It is ours until ``claimed_until``; ``attempts`` tells this claim from every later one."""

    id: str
    kind: str
    owner_id: str | None
    payload: bytes = field(repr=False)
    attempts: int
    created_at: datetime
    claimed_until: datetime


@dataclass(frozen=True)
class Count:
    """Jobs of one kind: ``ready`` may be claimed now, ``later`` are not due, ``running`` are claimed."""

    kind: str
    ready: int
    later: int
    running: int
    dead: int


def enqueue(
    session: Transaction,
    *,
    kind: str,
    payload: bytes,
    now: datetime,
    owner_id: str | None = None,
    due: datetime | None = None,
    job_id: str | None = None,
) -> str:
    """Ask for a job; it exists if and only if the transaction commits. Gives its id.

    ``payload`` is sealed by the caller, under the owner's key or the instance's. Choose ``job_id`` beforehand
    where the sealing binds it. A job with an ``owner_id`` vanishes with its owner.
    """
    job_id = job_id or new_id()
    row = {"id": job_id, "kind": kind, "owner_id": owner_id, "payload": payload, "due": due or now}
    session.execute(insert(jobs).values(**row, claimed_until=None, attempts=0, dead=False, created_at=now))
    return job_id


def claim(
    session: Transaction,
    *,
    kinds: Collection[str],
    limit: int,
    lease: timedelta,
    now: datetime | None = None,
    patience: Patience = PATIENCE,
) -> list[Job]:
    """Take up to ``limit`` due jobs, the longest due first; no one else gets them until the lease is over.

    A job whose worker died comes back when its lease ends, and is dead once it has cost ``patience`` that many
    workers, so a job that kills whoever runs it cannot do so for ever. Without ``now`` the database says what
    time it is, so that workers on machines with different clocks agree.
    """
    now = now or database_time(session)
    # The rows are picked in a common table expression and not in a plain subquery, because PostgreSQL may run a
    # subquery with LIMIT more than once, and would then claim more rows than asked.
    picked = (
        select(jobs.c.id)
        .where(
            jobs.c.dead.is_(False),
            jobs.c.due <= now,
            jobs.c.kind.in_(list(kinds)),
            or_(jobs.c.claimed_until.is_(None), jobs.c.claimed_until <= now),
        )
        .order_by(jobs.c.due, jobs.c.id)
        .limit(limit)
        .with_for_update(skip_locked=True)  # SQLite has one writer anyway, and leaves this out
        .cte("picked")
    )
    rows = session.execute(
        update(jobs)
        .where(jobs.c.id.in_(select(picked.c.id)))
        .values(claimed_until=now + lease, attempts=jobs.c.attempts + 1)
        .returning(
            jobs.c.id,
            jobs.c.kind,
            jobs.c.owner_id,
            jobs.c.payload,
            jobs.c.attempts,
            jobs.c.created_at,
            jobs.c.claimed_until,
            jobs.c.due,
        )
    ).all()
    spent = [row.id for row in rows if row.attempts > patience.attempts]
    if spent:
        session.execute(update(jobs).where(jobs.c.id.in_(spent)).values(dead=True, claimed_until=None))
    return [
        Job(row.id, row.kind, row.owner_id, row.payload, row.attempts, row.created_at, row.claimed_until)
        for row in sorted(rows, key=lambda row: (row.due, row.id))
        if row.attempts <= patience.attempts
    ]


def finish(session: Transaction, job: Job) -> bool:
    """Done: the job and its payload are gone. False when the lease was lost and someone else has it now.

    Where the job's effect is in the same transaction, roll back on False, and the effect happens once.
    """
    gone = session.execute(delete(jobs).where(_ours(job)).returning(jobs.c.id)).all()
    return bool(gone)


def retry(session: Transaction, job: Job, *, now: datetime, patience: Patience = PATIENCE) -> bool:
    """It failed: wait, then let it be claimed again. False when it is dead, or no longer ours."""
    if patience.is_over(job.attempts):
        bury(session, job)
        return False
    due = now + patience.wait(job.attempts)
    again = update(jobs).where(_ours(job)).values(due=due, claimed_until=None).returning(jobs.c.id)
    return bool(session.execute(again).all())


def bury(session: Transaction, job: Job) -> None:
    """It can never work: keep it as dead, for the operator to see."""
    session.execute(update(jobs).where(_ours(job)).values(dead=True, claimed_until=None))


def discard_dead(session: Transaction, *, before: datetime) -> int:
    """Delete dead jobs that were due before a moment. Their sealed payloads are not kept for ever."""
    gone = session.execute(
        delete(jobs).where(jobs.c.dead.is_(True), jobs.c.due < before).returning(jobs.c.id)
    ).all()
    return len(gone)


def counts(session: Transaction, *, now: datetime) -> list[Count]:
    """How many jobs there are of each kind, by name of kind."""
    running = jobs.c.claimed_until > now
    alive = jobs.c.dead.is_(False)
    idle = or_(jobs.c.claimed_until.is_(None), jobs.c.claimed_until <= now)
    rows = session.execute(
        select(
            jobs.c.kind,
            func.sum(case((alive & idle & (jobs.c.due <= now), 1), else_=0)),
            func.sum(case((alive & idle & (jobs.c.due > now), 1), else_=0)),
            func.sum(case((alive & running, 1), else_=0)),
            func.sum(case((jobs.c.dead.is_(True), 1), else_=0)),
        )
        .group_by(jobs.c.kind)
        .order_by(jobs.c.kind)
    )
    return [Count(kind, *map(int, numbers)) for kind, *numbers in rows]


def forget(session: Transaction, *, owner_id: str) -> None:
    """Delete every job of an owner. What must outlive the owner (destroying the key) is enqueued without one."""
    session.execute(delete(jobs).where(jobs.c.owner_id == owner_id))


def database_time(session: Transaction) -> datetime:
    """The time all workers agree on: the server's. An SQLite file is on this machine, and so is its time."""
    if (
        session.get_bind().dialect.name == "sqlite"
        if isinstance(session, Session)
        else session.dialect.name == "sqlite"
    ):
        return clock.now()
    return clock.trim(session.execute(select(func.clock_timestamp())).scalar_one())


def _ours(job: Job) -> ColumnElement[bool]:
    return and_(jobs.c.id == job.id, jobs.c.attempts == job.attempts, jobs.c.dead.is_(False))
