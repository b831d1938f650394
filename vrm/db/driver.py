"""SQL by the driver alone, in the transaction of a connection; its faults become SQLAlchemy's, with nothing of a row in
them, so that callers know one family of them.
"""

from typing import Any

from psycopg.pq import TransactionStatus
from sqlalchemy import Connection
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.exc import DBAPIError


def without_values(context: ExceptionContext) -> None:
    """Hold to ``_shorten`` whatever SQLAlchemy raises: a listener for ``handle_error``."""
    for fault in (context.original_exception, context.sqlalchemy_exception):
        if fault is not None:
            _shorten(fault, context.original_exception)


def run(connection: Connection, sql: str, *params: Any) -> Any:
    """The driver's cursor after this statement, run once for each of ``params``."""
    many = len(params) > 1
    try:
        cursor = connection.connection.cursor()
        # Whoever watches statements sees these as well.
        for listener in connection.dispatch.before_cursor_execute:
            listener(connection, cursor, sql, params if many else next(iter(params), ()), None, many)
        if many:
            cursor.executemany(sql, params)
        else:
            cursor.execute(sql, *params)
    except connection.dialect.loaded_dbapi.Error as fault:
        raise _translated(connection, fault, sql) from fault
    return cursor


def end(connection: Connection, *, commit: bool) -> None:
    """Commit or roll back what ``run`` began."""
    dialect, driver = connection.dialect, connection.connection
    try:
        if commit:
            _require_sound(driver.dbapi_connection)
            dialect.do_commit(driver)
        else:
            dialect.do_rollback(driver)
    except dialect.loaded_dbapi.Error as fault:
        raise _translated(connection, fault, "COMMIT" if commit else "ROLLBACK") from fault


def _require_sound(driver: Any) -> None:
    """PostgreSQL answers COMMIT of a transaction in which a statement failed by rolling it back, and with no error."""
    info = getattr(driver, "info", None)
    if info is not None and info.transaction_status == TransactionStatus.INERROR:
        raise RuntimeError("a statement of this transaction failed, so none of it can be committed")


def _translated(connection: Connection, fault: Exception, sql: str) -> BaseException:
    kinds, dialect = connection.dialect.loaded_dbapi.Error, connection.dialect
    found = DBAPIError.instance(sql, None, fault, kinds, hide_parameters=True, dialect=dialect)
    for each in (found, fault):
        _shorten(each, fault)
    return found


def _shorten(fault: BaseException, original: BaseException) -> None:
    """Keep the first line of a fault's message: on PostgreSQL the next ones quote the row, `Key (x)=(...)`.

    A fault in the data itself (SQLSTATE class 22) may quote a value in the first line too, so it keeps none.
    """
    state = getattr(original, "sqlstate", None) or ""
    if fault.args:
        told = f"SQLSTATE {state}" if state.startswith("22") else str(fault.args[0]).partition("\n")[0]
        fault.args = (told,)
