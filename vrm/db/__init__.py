"""Storage: engines, transactions, the commit queue. Any room may use it; it knows no room.

* ``Base`` is what every table hangs on; ``Id`` and ``Moment`` are its column types.
* ``Database.read(work)`` and ``Database.write(work)`` run ``work(session)`` in one transaction. ``work`` may be
  run more than once (another transaction came first), so it has no side effects outside the session.
* ``Database.glance(work)`` reads by ``Statement``s, on a connection without a session: for hot paths.
* ``Database.write_derived(work)`` is a ``write`` that the disk is not waited for, of what would be made the same again.
* ``CommitQueue`` lets many threads share one durable commit.

Nothing below an edge commits otherwise: a change and its event stand or fall together.
"""

from vrm.db.columns import Base, Id, Json, Moment
from vrm.db.database import Database
from vrm.db.queue import CommitQueue
from vrm.db.statement import Statement

__all__ = ["Base", "CommitQueue", "Database", "Id", "Json", "Moment", "Statement"]
