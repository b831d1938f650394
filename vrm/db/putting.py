"""Rows made ready to be written, down to what the driver takes, so that a transaction does nothing but write them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from operator import itemgetter
from typing import Any

from sqlalchemy import JSON, Connection, Dialect, Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.sql.compiler import SQLCompiler

Changes = Callable[[Any], Mapping[str, Any]]
"""What is set where a row is there already; is given the columns of the row that was to be inserted."""


@dataclass(frozen=True)
class Put:
    """One statement, and the lines it is run with."""

    statement: str
    lines: list[Any]

    def run(self, connection: Connection) -> None:
        """Write them."""
        connection.exec_driver_sql(self.statement, self.lines)


def put(
    dialect: Dialect, table: Table, rows: Sequence[Mapping[str, Any]], *, changes: Changes | None = None
) -> Put:
    """Insert rows, at least one, all of the same columns; with ``changes``, or change those that are there."""
    insert = sqlite.insert(table) if dialect.name == "sqlite" else postgresql.insert(table)
    if changes is not None:
        insert = insert.on_conflict_do_update(
            index_elements=list(table.primary_key), set_=changes(insert.excluded)
        )
    compiled = insert.compile(dialect=dialect, column_keys=list(rows[0]))
    assert isinstance(compiled, SQLCompiler)
    lines: list[Any] = [dict(row) for row in rows]
    for name in rows[0]:
        kind = table.c[name].type.dialect_impl(dialect)
        to_driver = kind.bind_processor(dialect)
        if to_driver is not None:
            if not isinstance(kind, JSON):  # what it spells has no hash
                to_driver = cache(to_driver)  # most lines are of the same day
            for line in lines:
                line[name] = to_driver(line[name])
    if compiled.positional:
        lines = list(map(itemgetter(*compiled.positiontup or ()), lines))
    return Put(str(compiled), lines)
