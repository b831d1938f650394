"""Connections that stay open between transactions, that cost one statement to begin and one to end.

A pool asks whether a connection lives, takes it back to a known state and counts who has how many; a ``Session`` adds
a map of what it read. Reads come by the thousand and need none of that.
"""

from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import SQLAlchemyError

from vrm.db.driver import end, run


class HeldConnections:
    """As many as there were ever transactions at the same time; safe for threads.

    ``engine`` begins nothing by itself: its connections are in autocommit, as far as SQLAlchemy knows.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._idle: deque[Connection] = deque()

    @contextmanager
    def transaction(self, begin: str, *, commit: bool) -> Iterator[Connection]:
        """Begun by this statement; rolled back unless it is to ``commit``, and when what is inside raises."""
        connection = self._begun(begin)
        try:
            yield connection
            end(connection, commit=commit)
        except BaseException:
            try:
                end(connection, commit=False)
            except SQLAlchemyError:  # the server is gone, or ended the transaction itself
                connection.close()
            else:
                self._keep(connection)
            raise
        self._keep(connection)

    def close(self) -> None:
        """Close those that nobody uses."""
        with suppress(IndexError):
            while True:
                self._idle.pop().close()

    def _keep(self, connection: Connection) -> None:
        if connection.in_transaction():  # as SQLAlchemy counts, where Core was used
            connection.rollback()
        self._idle.append(connection)

    def _begun(self, begin: str) -> Connection:
        with suppress(IndexError):
            while True:
                connection = self._idle.pop()
                try:
                    run(connection, begin)
                except SQLAlchemyError:  # the server ended it meanwhile, and the others perhaps
                    connection.close()
                else:
                    return connection
        connection = self._engine.connect()
        connection.detach()
        run(connection, begin)
        return connection
