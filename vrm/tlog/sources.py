"""Where somebody who checks a log reads it from: a folder, or any address that serves the same files.

A source is not believed: whatever it gives is held against a signature. It tells apart only what it must: that a file
is not there, which a log that signed for it has to explain, and that nothing could be read just now, which proves
nothing.
"""

from pathlib import Path
from typing import Protocol

from vrm.errors import Unavailable
from vrm.tlog.note import MOST_BYTES
from vrm.tlog.resources import CHECKPOINT, Resource


class Missing(Exception):
    """The source answered that it has no such file."""


class Unreachable(Unavailable):
    """Nothing could be read: no network, no access, or an answer that says nothing about the log."""

    code = "log_unreachable"


class Source(Protocol):
    """The files of one log. ``has_entries`` tells whether bundles can be had here, and not hashes alone."""

    has_entries: bool

    def checkpoint(self) -> bytes:
        """The newest checkpoint. Raises ``Missing`` or ``Unreachable``."""
        ...

    def read(self, named: Resource) -> bytes:
        """A tile or a bundle: never more than ``named.most_bytes``. Raises ``Missing`` or ``Unreachable``."""
        ...


class Folder:
    """A folder that holds the files under their names, as an archive does."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.has_entries = True

    def checkpoint(self) -> bytes:
        """The newest checkpoint."""
        return self._read(CHECKPOINT, MOST_BYTES)

    def read(self, named: Resource) -> bytes:
        """A tile or a bundle."""
        return self._read(named.path, named.most_bytes)

    def _read(self, name: str, most: int) -> bytes:
        try:
            with (self.path / name).open("rb") as file:
                return file.read(most + 1)
        except (FileNotFoundError, NotADirectoryError):
            raise Missing(name) from None
        except OSError as fault:
            raise Unreachable(f"{self.path / name} cannot be read: {fault.strerror}.") from None
