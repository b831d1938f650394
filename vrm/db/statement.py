"""Statements of hot paths: compiled once, run on the driver's own cursor.

SQLAlchemy looks a query up in its cache, and wraps cursor and rows, at every execution; on the read path that costs
more than the database does. A ``Statement`` keeps what came of compiling, and of the rest only what the types need.
Its SQL runs in whatever transaction the connection is in, so reads of the ORM and of the hot path can share it.
"""

from collections import namedtuple
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, Insert, Select
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeEngine

from vrm.db.driver import run

_Processor = Callable[[Any], Any] | None


class _Param(NamedTuple):
    """Where a placeholder's value comes from: a parameter, or one place in a parameter that is a list."""

    placeholder: str
    name: str
    place: int | None
    process: _Processor


class _Compiled(NamedTuple):
    """The SQL for one engine and so many values in each list."""

    sql: str
    positional: bool
    params: tuple[_Param, ...]
    constants: Mapping[str, Any]
    columns: tuple[tuple[int, Callable[[Any], Any]], ...]
    row: Callable[[Iterable[Any]], Any]

    def bind(self, given: Mapping[str, Any]) -> Any:
        """What the driver takes, placeholder by placeholder."""
        if self.constants:
            given = {**self.constants, **given}
        values = []
        for _, name, place, process in self.params:
            value = given[name] if place is None else given[name][place]
            values.append(value if process is None else process(value))
        if self.positional:
            return tuple(values)
        return {param.placeholder: value for param, value in zip(self.params, values, strict=True)}

    def read(self, found: Sequence[Any]) -> Any:
        """A row, its columns by their names and as their types have them."""
        values = list(found)
        for at, process in self.columns:
            values[at] = process(values[at])
        return self.row(values)


class Statement:
    """A select whose ``bindparam`` are given by name, or an insert of rows that name every column.

    One that is left out is a ``KeyError``. A parameter of ``IN`` is a list. Its last value is repeated up to the next power of two, which means the same, so a
    statement has few forms; ``IN`` nothing finds nothing, and so does a statement given an empty list.
    """

    def __init__(self, query: Select[Any] | Insert) -> None:
        self._query = query
        self._compiled: dict[tuple[object, ...], _Compiled] = {}

    def each(self, connection: Connection, **given: Any) -> list[Any]:
        """Every row, with its columns as attributes."""
        lengths: list[tuple[str, int]] = []
        for name, value in given.items():
            if isinstance(value, tuple | set | frozenset):
                raise TypeError(f"{name}: a parameter of IN is a list")
            if isinstance(value, list):
                if not value:
                    return []
                full = 1 << (len(value) - 1).bit_length()
                lengths.append((name, full))
                given[name] = value + value[-1:] * (full - len(value))
        compiled = self._for(connection.dialect, given, lengths)
        read = compiled.read
        return [read(found) for found in run(connection, compiled.sql, compiled.bind(given)).fetchall()]

    def one(self, connection: Connection, **given: Any) -> Any:
        """The first row; None where there is none."""
        found = self.each(connection, **given)
        return found[0] if found else None

    def write(self, connection: Connection, rows: Sequence[Mapping[str, Any]]) -> int:
        """Insert these rows; how many were, where the statement leaves some out (``ON CONFLICT``)."""
        if not rows:
            return 0
        compiled = self._for(connection.dialect, rows[0], ())
        return int(run(connection, compiled.sql, *[compiled.bind(row) for row in rows]).rowcount)

    def _for(
        self, dialect: Dialect, given: Mapping[str, Any], lengths: Sequence[tuple[str, int]]
    ) -> _Compiled:
        form = (dialect.name, *lengths)
        compiled = self._compiled.get(form)
        if compiled is None:
            compiled = self._compiled[form] = _compile(self._query, dialect, given)
        return compiled


def _compile(query: Select[Any] | Insert, dialect: Dialect, given: Mapping[str, Any]) -> _Compiled:
    compiled = query.compile(dialect=dialect)
    expanded = compiled.construct_expanded_state({**compiled.params, **given})
    sources: dict[str, tuple[str, int | None]] = {
        placeholder: (name, place)
        for name, placeholders in expanded.parameter_expansion.items()
        for place, placeholder in enumerate(placeholders)
    }
    params = []
    for placeholder in expanded.positiontup or expanded.parameters:
        name, place = sources.get(placeholder, (placeholder, None))
        kind = compiled.binds[name].type.dialect_impl(dialect)
        params.append(_Param(placeholder, name, place, kind.bind_processor(dialect)))
    columns = list(query.selected_columns) if isinstance(query, Select) else []
    processors = [_result_processor(column.type, dialect) for column in columns]
    row = namedtuple("Row", [column.name for column in columns])  # type: ignore[misc]
    return _Compiled(
        expanded.statement,
        compiled.positional,
        tuple(params),
        {name: compiled.params[name] for bind, name in compiled.bind_names.items() if not bind.required},
        tuple((at, process) for at, process in enumerate(processors) if process is not None),
        row._make,
    )


def _result_processor(kind: TypeEngine[Any], dialect: Dialect) -> _Processor:
    return kind.dialect_impl(dialect).result_processor(dialect, None)
