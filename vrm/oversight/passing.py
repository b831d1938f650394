"""Passing over a bundle once: its lines, their hash, and the export of entries inside."""

from collections.abc import Callable
from hashlib import sha256

from vrm.accesslog.exported import MOST_LINE
from vrm.accesslog.verify import Lines
from vrm.oversight.bundled import ENTRY


class File:
    """The file line by line, with what came before the line that was read last: its hash and how many bytes."""

    def __init__(self, file: Lines, progress: Callable[[int], None] | None) -> None:
        self._file, self._progress = file, progress
        self._again = self._last = b""
        self.before, self.whole = sha256(), sha256()
        self.number = self.done = self.count_before = 0

    def readline(self) -> bytes:
        """The next line; nothing at the end."""
        if self._again:
            raw, self._again = self._again, b""
            return raw
        self.before.update(self._last)
        self.count_before += len(self._last)
        self._last = raw = self._file.readline(MOST_LINE + 1)
        if raw:
            self.number += 1
            self.whole.update(raw)
            self.done += len(raw)
            if self._progress is not None and self.number % 256 == 0:
                self._progress(self.done)
        return raw

    def put_back(self, raw: bytes) -> None:
        """Let the line read last be read again."""
        self._again = raw


class InnerExport:
    """The export inside: the second line and all entries after it."""

    def __init__(self, file: File) -> None:
        self._file, self._begun = file, False

    def readline(self, size: int = -1, /) -> bytes:
        """The next line of the export; nothing where it ends."""
        raw = self._file.readline()
        if self._begun and not raw.startswith(ENTRY):
            self._file.put_back(raw)
            return b""
        self._begun = True
        return raw
