"""Passing over a bundle once: its lines, their hash, and the export of entries inside."""

from collections.abc import Callable
from hashlib import sha256

from vrm.accesslog.exported import MOST_LINE, Malformed, read_line
from vrm.accesslog.verify import Lines
from vrm.oversight.bundled import ENTRY
from vrm.oversight.contents import Contents


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
    """The export inside: the second line and all entries after it, shown to ``contents`` as they pass."""

    def __init__(self, file: File, contents: Contents | None) -> None:
        self._file, self._contents = file, contents
        self.header = b""

    def readline(self, size: int = -1, /) -> bytes:
        """The next line of the export; nothing where it ends."""
        raw = self._file.readline()
        if not self.header:
            self.header = raw
        elif not raw.startswith(ENTRY):
            self._file.put_back(raw)
            return b""
        elif self._contents is not None:
            try:
                line = read_line(raw, "selection")
            except Malformed:
                return raw  # whoever reads the export says so
            self._contents.entry(self._file.number, line.index, line.entry)
        return raw
