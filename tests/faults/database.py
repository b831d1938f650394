"""A database that fails where it is told to: before a statement, at a commit that it refuses, or after one it made."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Literal

from sqlalchemy import event

from vrm.db import Database

How = Literal["refused", "kept"]
"""Whether a commit that fails was made all the same, and only its answer lost."""


@dataclass
class Faults:
    """The database's own faults: counts what it is asked, and fails at one of them."""

    database: Database
    at: tuple[str, int] | None = None
    how: How = "refused"
    counts: dict[str, int] = field(default_factory=dict)

    def comes(self, what: str) -> bool:
        """Whether this one, the next of its kind, is to fail."""
        number = self.counts[what] = self.counts.get(what, 0) + 1
        return (what, number) == self.at

    @contextmanager
    def __call__(self) -> Iterator[None]:
        dialect: Any = self.database.engine.dialect
        lost = dialect.dbapi.OperationalError("the connection is lost")
        commit: Callable[[Any], None] = dialect.do_commit

        def do_commit(connection: Any) -> None:
            fails = self.comes("commit")
            if fails and self.how == "refused":
                raise lost
            commit(connection)
            if fails:
                raise lost

        def execute(connection: object, cursor: object, statement: str, *rest: object) -> None:
            # What is lost before a transaction has begun is replaced, and nobody hears of it.
            if not statement.startswith("BEGIN") and self.comes("statement"):
                raise lost

        event.listen(self.database.engine, "before_cursor_execute", execute)
        dialect.do_commit = do_commit
        try:
            yield
        finally:
            dialect.do_commit = commit
            event.remove(self.database.engine, "before_cursor_execute", execute)
