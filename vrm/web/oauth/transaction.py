"""The session of the running request: each OAuth endpoint is one transaction.

The endpoint opens it and Authlib's hooks find it here. So a code is spent in the same commit that writes its
tokens, and a request that lost a race is simply run again. One that only reads has a snapshot, and uses up what proves
its client in a commit of its own.
"""

from collections.abc import Callable
from typing import TypeVar, cast

from flask import g
from sqlalchemy.orm import Session

from vrm import tokens
from vrm.db import Database

T = TypeVar("T")


def in_transaction(database: Database, work: Callable[[], T]) -> T:
    """Run an endpoint in one durable transaction; its answer leaves after the commit."""
    return database.write(_found_here(work))


def in_snapshot(database: Database, work: Callable[[], T]) -> T:
    """Run an endpoint that writes nothing, but for ``see_once``."""
    g.oauth_snapshot_of = database
    return database.read(_found_here(work))


def current_session() -> Session:
    """The session of the running request."""
    return cast(Session, g.oauth_session)


def see_once(shown: tokens.Shown) -> bool:
    """As ``tokens.see_once``, in the running transaction; beside a snapshot it is durable on return."""
    if "oauth_snapshot_of" in g:
        database: Database = g.oauth_snapshot_of
        return database.write_group(lambda connection: tokens.see_once(connection, shown))
    return tokens.see_once(current_session().connection(), shown)


def _found_here(work: Callable[[], T]) -> Callable[[Session], T]:
    def once(session: Session) -> T:
        g.oauth_session = session
        return work()

    return once
