"""The keyring: key encryption keys (KEKs) in a directory of mode 0700, and what they wrap.

    <kek id>.kek        32 random bytes; one file for each KEK
    current             the id of the KEK that wraps from now on
    instance-secret     wrapped
    log-signing-key     wrapped
    log-signing-keys    wrapped; there once the log's key was changed, and then it alone counts
    token-signing-keys  wrapped; there once an ID token or our key set was asked for
    receipt-signing-keys  wrapped; there once a receipt, or the keys they verify with, was asked for
    destroyed           a line for each owner whose key was destroyed: a keyed hash of the id; lines are only added
    lock                held (flock) by whoever writes here or in the key store's database

A wrapped key has the format of all sealed bytes, the KEK's id standing as key id. Every process that uses a key
store must see this very directory: ``current`` is read anew for each wrapping and an unknown KEK is looked
for when it is met, so a rotation by another process is followed with no restart.
"""

import fcntl
import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from keys.envelope import KEY_BYTES, Aad, SealingKey, key_id
from keys.errors import AlreadyExists, CannotOpen, CannotUnwrap, KekMissing, NotReady
from keys.files import read_private, refuse_exposed, sync_directory, write_private


class Keyring:
    """The KEKs of one instance. Raises NotReady or Exposed when the directory is missing or not private."""

    def __init__(self, directory: Path, instance: str) -> None:
        self._directory = directory
        self._instance = instance
        self._keks: dict[str, SealingKey] = {}
        refuse_exposed(directory)
        for path in (directory / "lock", directory / "current", *directory.glob("*.kek")):
            refuse_exposed(path)

    @classmethod
    def create(cls, directory: Path, instance: str) -> "Keyring":
        """A keyring with its first KEK. AlreadyExists unless the directory is missing or empty."""
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        refuse_exposed(directory)
        taken = AlreadyExists(
            f"{directory} is not empty. A key store is initialised once. If it was never used (an initialise "
            "that was cut short), remove the directory and the key database, and initialise again."
        )
        if any(directory.iterdir()):
            raise taken
        try:  # of several that start at once, the one that makes this file goes on
            os.close(os.open(directory / "lock", os.O_CREAT | os.O_EXCL, 0o600))
        except FileExistsError:
            raise taken from None
        sync_directory(directory.parent)
        _add_kek(directory)
        return cls(directory, instance)

    @contextmanager
    def lock(self) -> Iterator[None]:
        """One writer at a time over all threads and processes; freed when a process dies. Does not nest."""
        descriptor = os.open(self._directory / "lock", os.O_RDWR | os.O_CLOEXEC)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)

    def current(self) -> str:
        """The id of the KEK that wraps now.

        Read from the file each time: that costs microseconds against the fsync that follows every wrapping,
        and a remembered (inode, mtime) can repeat within one tick of the file system's clock.
        """
        try:
            return read_private(self._directory / "current").decode().strip()
        except FileNotFoundError:
            raise NotReady(f"{self._directory / 'current'} is missing. Restore it from a backup.") from None

    def ids(self) -> list[str]:
        """The ids of all KEKs in the directory."""
        return sorted(path.stem for path in self._directory.glob("*.kek"))

    def rotate(self) -> str:
        """Make a new KEK current; its id. The file is durable before ``current`` names it. Needs the lock."""
        return _add_kek(self._directory)

    def remove(self, kek_id: str) -> None:
        """Delete a KEK for ever. Needs the lock; the caller made sure that it is not current and wraps nothing."""
        if kek_id not in self.ids():
            raise KekMissing("There is no KEK with this id.")
        (self._directory / f"{kek_id}.kek").unlink()
        sync_directory(self._directory)
        self._keks.pop(kek_id, None)

    def wrap(self, secret: bytes, aad: Aad) -> tuple[bytes, str]:
        """The wrapped secret and the id of the KEK that wrapped it. Needs the lock until it is stored,
        or the KEK might be retired in between.
        """
        kek_id = self.current()
        return self._kek(kek_id).seal(secret, aad.encode(self._instance)), kek_id

    def unwrap(self, wrapped: bytes, aad: Aad) -> bytes:
        """The secret; KekMissing or CannotUnwrap."""
        try:
            return self._kek(wrapped_by(wrapped)).open(wrapped, aad.encode(self._instance))
        except CannotOpen:
            raise CannotUnwrap(
                "A wrapped key is damaged or belongs to another place or instance. Restore it from a backup."
            ) from None

    def read(self, name: str) -> bytes:
        """A secret of the instance itself, kept wrapped in a file of this directory."""
        return self.unwrap(self._wrapped_file(name), Aad(name, ""))

    def write(self, name: str, secret: bytes) -> None:
        """Keep a secret of the instance in a file, wrapped by the current KEK. Needs the lock."""
        write_private(self._directory / name, self.wrap(secret, Aad(name, ""))[0])

    def has(self, name: str) -> bool:
        """Whether there is such a file."""
        return (self._directory / name).exists()

    def add_line(self, name: str, line: str) -> None:
        """Add a line to a file of the directory, unless it is there; durable on return. Needs the lock."""
        if line in self.lines(name):
            return
        path = self._directory / name
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "wb") as file:
            # The first break ends what a crash may have left of another line.
            file.write(f"\n{line}\n".encode())
            file.flush()
            os.fsync(file.fileno())
        sync_directory(self._directory)

    def lines(self, name: str) -> frozenset[str]:
        """The lines of such a file; none where there is no file yet."""
        try:
            return frozenset(read_private(self._directory / name).decode().split())
        except FileNotFoundError:
            return frozenset()

    def read_wrapped_by(self, name: str) -> str:
        """The id of the KEK that wraps a file."""
        return wrapped_by(self._wrapped_file(name))

    def _wrapped_file(self, name: str) -> bytes:
        try:
            return read_private(self._directory / name)
        except FileNotFoundError:
            raise NotReady(f"{self._directory / name} is missing. Restore it from a backup.") from None

    def _kek(self, kek_id: str) -> SealingKey:
        kek = self._keks.get(kek_id)
        if kek is None:
            try:
                key = read_private(self._directory / f"{kek_id}.kek")
            except FileNotFoundError:
                raise KekMissing(f"KEK {kek_id} is not in {self._directory}. Restore its file.") from None
            if len(key) != KEY_BYTES:
                raise CannotUnwrap(f"The file of KEK {kek_id} is damaged. Restore it from a backup.")
            kek = self._keks[kek_id] = SealingKey(uuid.UUID(kek_id).bytes, key)
        return kek


def wrapped_by(wrapped: bytes) -> str:
    """The id of the KEK that wrapped a key; CannotOpen when it is no wrapped key."""
    return str(uuid.UUID(bytes=key_id(wrapped)))


def _add_kek(directory: Path) -> str:
    kek_id = str(uuid.uuid4())
    write_private(directory / f"{kek_id}.kek", os.urandom(KEY_BYTES))
    write_private(directory / "current", f"{kek_id}\n".encode())
    return kek_id
