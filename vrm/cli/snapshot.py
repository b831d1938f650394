"""One database copied whole, while the service runs, and put back: SQLite by its own backup, PostgreSQL by dump."""

import os
import shutil
import sqlite3
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path

from sqlalchemy import create_engine, inspect
from sqlalchemy.engine import URL, make_url
from sqlalchemy.pool import NullPool

from vrm.errors import Conflict, Unavailable

Progress = Callable[[int, int], None]

_PAGES = 1024  # a step of the copy; between steps writers may write


def engine_of(url: str) -> str:
    """``sqlite`` or ``postgresql``: what a copy can be put back into."""
    return make_url(url).get_backend_name()


def copy_out(url: str, target: Path, progress: Progress) -> None:
    """Write a consistent copy, as of one moment, to a new file that only this account can read."""
    target.touch(mode=0o600, exist_ok=False)
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        _copy_sqlite(Path(parsed.database or ""), target, progress)
    else:
        progress(0, 1)
        _run("pg_dump", parsed, ["--format=custom", "--no-owner", "--no-privileges", f"--file={target}"])
        progress(1, 1)


def put_back(source: Path, url: str) -> None:
    """Make the copy the database at ``url``, which must be empty."""
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        target = Path(parsed.database or "")
        shutil.copyfile(source, target)
        target.chmod(0o600)
    else:
        options = ["--exit-on-error", "--single-transaction", "--no-owner", "--no-privileges"]
        _run("pg_restore", parsed, [*options, f"--dbname={parsed.database}", str(source)])


def require_empty(url: str) -> None:
    """Refuse a database that holds anything: nothing is ever overwritten."""
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        if Path(parsed.database or "").exists():
            raise Conflict(f"{parsed.database} exists; move it away first", code="not_empty")
        return
    engine = create_engine(url, poolclass=NullPool)
    try:
        tables = inspect(engine).get_table_names()
    finally:
        engine.dispose()
    if tables:
        raise Conflict(f"the database {parsed.database} is not empty; create a new one", code="not_empty")


def _copy_sqlite(source: Path, target: Path, progress: Progress) -> None:
    if not source.exists():
        raise Unavailable(f"there is no database {source}")
    opened = sqlite3.connect(f"{source.as_uri()}?mode=ro", uri=True)
    try:
        copied = sqlite3.connect(target)
        try:
            # One read transaction holds the moment; without it, a busy writer restarts the copy for ever.
            opened.isolation_level = None
            opened.execute("BEGIN")
            opened.execute("SELECT count(*) FROM sqlite_master").fetchone()
            opened.backup(copied, pages=_PAGES, progress=lambda _, left, total: progress(total - left, total))
            # The copy inherits WAL mode; a file that is to be hashed and moved must be all there is.
            copied.execute("PRAGMA journal_mode=DELETE")
        finally:
            copied.close()
    finally:
        opened.close()
    with target.open("rb") as file:
        os.fsync(file.fileno())


def _run(program: str, url: URL, arguments: list[str]) -> None:
    """Run a PostgreSQL program. The password goes by environment: arguments are visible to every account."""
    found = shutil.which(program)
    if found is None:
        raise Unavailable(f"{program} is not installed; it comes with PostgreSQL's client programs")
    done = subprocess.run(  # noqa: S603  # a fixed program, no shell
        [found, "--no-password", *arguments],
        env=_environment(url),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        # Other lines may repeat a row that could not be read.
        reasons = [line for line in done.stderr.splitlines() if line.startswith(f"{program}: error:")]
        raise Unavailable(reasons[0] if reasons else f"{program} failed with status {done.returncode}")


def _environment(url: URL) -> Mapping[str, str]:
    parts = {
        "PGHOST": url.host or url.query.get("host"),
        "PGPORT": str(url.port) if url.port else url.query.get("port"),
        "PGUSER": url.username,
        "PGPASSWORD": url.password,
        "PGDATABASE": url.database,
        "PGSSLMODE": url.query.get("sslmode"),
    }
    given = {name: str(text) for name, text in parts.items() if text}
    return {name: text for name, text in os.environ.items() if not name.startswith("VRM_")} | given
