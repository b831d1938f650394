"""The session of the running request: each OAuth endpoint is one transaction.

The endpoint opens it and Authlib's hooks find it here. So a code is spent in the same commit that writes its
tokens, and a request that lost a race is simply run again.
"""

from collections.abc import Callable
from typing import TypeVar, cast

from flask import g
from sqlalchemy.orm import Session

from vrm.db import Database

T = TypeVar("T")


def in_transaction(database: Database, work: Callable[[], T]) -> T:
    """Run an endpoint in one durable transaction; its answer leaves after the commit."""

    def once(session: Session) -> T:
        g.oauth_session = session
        return work()

    return database.write(once)


def current_session() -> Session:
    """The session of the running request."""
    return cast(Session, g.oauth_session)
