"""The newest checkpoint that this place has seen, kept outside the database.

A database that is put back to yesterday does not know of today. So the newest checkpoint also stands in a file, and
nothing is signed that does not continue it. Whoever kept a newer checkpoint can put it there: it is believed if the
log's key signed it. A process remembers what it signed itself as well, so a database that is put back under its feet is
noticed at once, though the file is written only every few seconds.

The file never goes back: between looking at it and replacing it a process holds a lock (``flock`` on a file beside it).
Whoever finds it held leaves the file as it is, and writes with a later checkpoint: one that stands still delays nobody.
"""

import contextlib
import fcntl
import os
import tempfile
import threading
import time
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path

from vrm.accesslog.errors import Inconsistent
from vrm.tlog import note as notes
from vrm.tlog.checkpoint import Checkpoint, parse_body
from vrm.tlog.errors import BadCheckpoint, BadNote
from vrm.tlog.note import Verifier

EVERY = 10.0  # seconds between writes: an fsync for every checkpoint would double what signing costs
_MOST = 128 * 1024


class Pin:
    """The file and the memory. For any number of threads and processes."""

    def __init__(self, path: Path, *, every: float = EVERY) -> None:
        self._path = path
        self._every = every
        self._lock = threading.Lock()
        self._signed: Checkpoint | None = None
        self._written = -every

    @property
    def lock(self) -> Path:
        """The file that is locked by whoever replaces the other."""
        return self._path.with_name(f"{self._path.name}.lock")

    def exists(self) -> bool:
        """Whether this place has seen a checkpoint, as far as it can tell: none was, or the file is gone."""
        return self._signed is not None or self._path.exists()

    def seen(self, keys: Sequence[Verifier], former_origins: Collection[str] = ()) -> list[Checkpoint]:
        """What a tree must continue to be signed: the file's checkpoint and this process's last one.

        ``keys`` are all that the log has ever signed with; a checkpoint of an origin that the log had before it began
        anew binds it no more. Raises ``Inconsistent`` for a file that none of them signed.
        """
        found = [self._signed] if self._signed is not None else []
        try:
            with self._path.open("rb") as file:
                raw = file.read(_MOST)
        except FileNotFoundError:
            return found
        try:
            note = notes.parse(raw.replace(b"\r\n", b"\n").strip() + b"\n")
            checkpoint = parse_body(note.text)
            if checkpoint.origin in former_origins:
                return found
            if not any(_signed_by(key, note) for key in keys if key.name == checkpoint.origin):
                raise BadNote("no key of this log signed it")
        except (BadNote, BadCheckpoint) as fault:
            raise Inconsistent(
                f"{self._path} is not a checkpoint of this log ({fault.message}), so nothing is signed. Put the newest"
                " checkpoint you have there, or move the file away if you know that nobody holds a newer one."
            ) from None
        return [*found, checkpoint]

    def keep(self, signed: Checkpoint, note: str) -> None:
        """Remember a checkpoint that is stored and signed. The file follows at most every few seconds."""
        with self._lock:
            if self._signed is not None and self._signed.size > signed.size:
                return
            self._signed = signed
            if time.monotonic() < self._written + self._every:
                return
            with self._alone() as alone:
                if not alone or self._is_behind(signed):
                    return
                self._write(note.encode())
            self._written = time.monotonic()

    @contextlib.contextmanager
    def _alone(self) -> Iterator[bool]:
        """Whether no other process is replacing the file, nor begins to until the block ends."""
        descriptor = os.open(self.lock, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
        try:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                yield False
            else:
                yield True
        finally:
            os.close(descriptor)

    def _is_behind(self, signed: Checkpoint) -> bool:
        """Whether the file is as far or farther: another process may have been faster while this one stood still."""
        try:
            there = parse_body(notes.parse(self._path.read_bytes()[:_MOST]).text)
        except (OSError, BadNote, BadCheckpoint):
            return False
        return there.origin == signed.origin and there.size >= signed.size

    def _write(self, content: bytes) -> None:
        """Replace the file whole; durable on return."""
        descriptor, name = tempfile.mkstemp(dir=self._path.parent, prefix=f".{self._path.name}.")  # made 0600
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            Path(name).replace(self._path)
        except BaseException:
            with contextlib.suppress(FileNotFoundError):
                Path(name).unlink()
            raise
        folder = os.open(self._path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def _signed_by(key: Verifier, note: notes.Note) -> bool:
    try:
        key.verify(note)
    except BadNote:
        return False
    return True
