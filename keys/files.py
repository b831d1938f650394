"""Private files: refused when others may reach them, replaced whole or not at all."""

import os
from pathlib import Path

from keys.errors import Exposed, NotReady


def refuse_exposed(path: Path) -> None:
    """Raise Exposed when group or world has any right on ``path``, NotReady when it is missing."""
    try:
        _check(path, path.stat().st_mode)
    except FileNotFoundError:
        raise NotReady(f"{path} is missing. Initialise the key store, or restore it from a backup.") from None


def read_private(path: Path) -> bytes:
    """The whole file; FileNotFoundError, or Exposed when others may reach it."""
    with path.open("rb") as file:
        _check(path, os.fstat(file.fileno()).st_mode)  # of the file that was opened, not of its name
        return file.read()


def write_private(path: Path, content: bytes) -> None:
    """Create or replace; durable on return. A crash leaves the old file or the new one, never a part.

    Call it under the keyring's lock: the temporary name is always the same, so that a crash leaves at most
    one stray file and the next write takes it over.
    """
    temporary = path.with_name("unfinished")
    temporary.unlink(missing_ok=True)
    with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    temporary.rename(path)
    sync_directory(path.parent)


def sync_directory(path: Path) -> None:
    """Make names created, replaced or removed in a directory durable."""
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _check(path: Path, mode: int) -> None:
    if mode & 0o077:
        raise Exposed(f"{path} is open to others (mode {mode & 0o777:03o}). Run: chmod go= '{path}'")
