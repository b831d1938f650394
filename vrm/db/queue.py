"""The commit queue: many threads, one durable commit.

Whoever comes first leads: it commits for everybody who waits, then hands the lead to the next in line.
Nobody waits for a timer. One fsync serves the whole group, which matters on disks where it costs a
millisecond.
"""

import threading
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

from sqlalchemy import Connection
from sqlalchemy.exc import InterfaceError, OperationalError

from vrm.db.database import Database

T = TypeVar("T")
R = TypeVar("R")


class _Waiter(Generic[T, R]):
    def __init__(self, item: T) -> None:
        self.item = item
        self.wake = threading.Event()
        self.result: R | None = None
        self.fault: BaseException | None = None
        self.done = False

    def finish(self, result: R | None, fault: BaseException | None) -> None:
        self.result, self.fault, self.done = result, fault, True
        self.wake.set()


class CommitQueue(Generic[T, R]):
    """Applies items in groups, each group in one transaction.

    ``apply(connection, items)`` gives one result for each item, in order. It may be run again, and it is run
    item by item when a group fails, so that one bad item harms nobody else. What ``submit`` returns is
    durable. What it raises was not written, unless the store went away in the middle of the commit: then nobody
    can know, and the caller must take it as not done.
    """

    def __init__(
        self, database: Database, apply: Callable[[Connection, Sequence[T]], Sequence[R]], *, most: int = 100
    ) -> None:
        self._database = database
        self._apply = apply
        self._most = most
        self._mutex = threading.Lock()
        self._waiting: list[_Waiter[T, R]] = []
        self._led = False

    def submit(self, item: T) -> R:
        """Apply an item; durable on return."""
        waiter: _Waiter[T, R] = _Waiter(item)
        with self._mutex:
            self._waiting.append(waiter)
            lead, self._led = not self._led, True
        if not lead:
            waiter.wake.wait()  # for the result, or for the lead
        if not waiter.done:
            self._lead()
        if waiter.fault is not None:
            raise waiter.fault
        return waiter.result  # type: ignore[return-value]

    def _lead(self) -> None:
        with self._mutex:
            group, self._waiting = self._waiting[: self._most], self._waiting[self._most :]
        try:
            self._commit(group)
        finally:
            with self._mutex:
                if self._waiting:
                    self._waiting[0].wake.set()
                else:
                    self._led = False
            for waiter in group:
                if not waiter.done:  # the leader itself is being torn down
                    waiter.finish(None, RuntimeError("the commit was interrupted; nothing was written"))

    def _applied(self, connection: Connection, items: Sequence[T]) -> Sequence[R]:
        results = self._apply(connection, items)
        if len(results) != len(items):  # seen before the commit, so that nothing is written unanswered
            raise RuntimeError("apply gave another number of results than it had items")
        return results

    def _commit(self, group: list[_Waiter[T, R]]) -> None:
        items = [waiter.item for waiter in group]
        try:
            results = self._database.write_group(lambda connection: self._applied(connection, items))
        except Exception as fault:
            if len(group) == 1 or isinstance(fault, OperationalError | InterfaceError):
                for waiter in group:  # the store itself is in trouble: trying one by one would not help
                    waiter.finish(None, fault)
            else:
                for waiter in group:
                    self._commit([waiter])
            return
        for waiter, result in zip(group, results, strict=True):
            waiter.finish(result, None)
