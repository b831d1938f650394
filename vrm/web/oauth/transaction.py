"""The session of the running request, where Authlib's hooks find it; an endpoint is one transaction, in one of two ways.

``in_transaction``: all of it in one durable transaction, which is simply run again where it lost a race. So a code is
spent in the same commit that writes its tokens.

``in_group``: answered on a snapshot, while what it writes waits for one commit shared with others who wait. That is for
endpoints whose answer rests on nothing but their client and on what may be shown once, which the commit looks at again.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TypeVar, cast

from flask import g
from sqlalchemy import Connection
from sqlalchemy.orm import Session

from vrm import companies, tokens
from vrm.companies import Asker
from vrm.db import CommitQueue, Database

T = TypeVar("T")


@dataclass
class Writes:
    """What a request that was answered on a snapshot leaves to be written.

    ``askers`` are the client as it was then, ``shown`` what it uses up, ``rest`` everything else.
    """

    askers: list[Asker] = field(default_factory=list)
    shown: list[tokens.Shown] = field(default_factory=list)
    rest: list[Callable[[Connection], object]] = field(default_factory=list)


Group = CommitQueue[Writes, bool]
"""What the requests of one process write together: whether each was written, or else its client is another by now."""


def new_group(database: Database) -> Group:
    """One for each process."""
    return CommitQueue(database, _write)


def in_transaction(database: Database, work: Callable[[], T]) -> T:
    """Run an endpoint in one durable transaction; its answer leaves after the commit."""

    def once(session: Session) -> T:
        g.oauth_session, g.oauth_writes = session, None
        return work()

    return database.write(once)


def in_group(database: Database, group: Group, work: Callable[[], T]) -> T | None:
    """Answer on a snapshot; the answer leaves after the commit. None, and nothing is written, where it must be asked again:
    its client is another by now, or something was shown elsewhere at the same moment.
    """

    def once(connection: Connection) -> T:
        with Session(connection) as g.oauth_session:
            g.oauth_writes = Writes()
            return work()

    answer, writes = database.glance(once), _waiting()
    if writes is None or not (writes.shown or writes.rest):
        return answer
    try:
        return answer if group.submit(writes) else None
    except tokens.ShownBefore:
        return None


def current_session() -> Session:
    """The session of the running request."""
    return cast(Session, g.oauth_session)


def see_once(shown: tokens.Shown) -> bool:
    """As ``tokens.see_once``, with whatever else the running request writes."""
    connection, writes = current_session().connection(), _waiting()
    if writes is None:
        return tokens.see_once(connection, shown)
    if tokens.is_used_up(connection, shown):
        return False
    writes.shown.append(shown)
    return True


def rest_on(asker: Asker) -> None:
    """What the running request writes is written only if this client is still the same."""
    writes = _waiting()
    if writes is not None:
        writes.askers.append(asker)


def write(work: Callable[[Connection], object]) -> None:
    """Write something, now or with whatever else the running request writes."""
    writes = _waiting()
    if writes is None:
        work(current_session().connection())
    else:
        writes.rest.append(work)


def _waiting() -> Writes | None:
    return cast(Writes | None, g.oauth_writes)


def _write(connection: Connection, several: Sequence[Writes]) -> list[bool]:
    """Raises ``tokens.ShownBefore`` where something among them was used up meanwhile, and then nothing may be committed."""
    ids = {asker.client.id for writes in several for asker in writes.askers}
    now = companies.lock_askers(connection, client_ids=ids)
    kept = [all(now.get(asker.client.id) == asker for asker in writes.askers) for writes in several]
    written = [writes for writes, keep in zip(several, kept, strict=True) if keep]
    tokens.use_up(connection, [shown for writes in written for shown in writes.shown])
    for writes in written:
        for work in writes.rest:
            work(connection)
    return kept
