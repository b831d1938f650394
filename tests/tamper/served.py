"""A log as files in memory, for whoever checks one from outside: made from nothing but entries and a key.

It is written apart from what serves and archives the real one, so that both can be held against it.
"""

from collections.abc import Sequence
from hashlib import sha256

from tests.tamper.small_log import ORIGIN, Signer
from vrm.tlog.checkpoint import Checkpoint, sign
from vrm.tlog.resources import Resource
from vrm.tlog.sources import Missing


def entries_of(count: int, word: str = "entry") -> list[bytes]:
    """So many entries, each another."""
    return [f'{{"{word}":{number}}}'.encode() for number in range(count)]


def root(leaves: Sequence[bytes]) -> bytes:
    """RFC 6962, section 2.1, word for word."""
    if len(leaves) < 2:
        return leaves[0] if leaves else sha256(b"").digest()
    split = 1 << (len(leaves) - 1).bit_length() - 1
    return sha256(b"\x01" + root(leaves[:split]) + root(leaves[split:])).digest()


class Files:
    """The files of a log, by name, and how often each was read. Change ``files`` to lie."""

    def __init__(
        self, entries: Sequence[bytes], signer: Signer | None = None, *, has_entries: bool = True
    ) -> None:
        self.has_entries = has_entries
        self.reads: list[str] = []
        self.files: dict[str, bytes] = {}
        row = [sha256(b"\0" + entry).digest() for entry in entries]
        self.files["checkpoint"] = sign(Checkpoint(ORIGIN, len(row), root(row)), signer or Signer()).encode()
        bundles = [len(entry).to_bytes(2, "big") + entry for entry in entries]
        self._put("entries", bundles)
        level = 0
        while row:
            self._put(str(level), row)
            row = [root(row[at : at + 256]) for at in range(0, len(row) - 255, 256)]
            level += 1

    def _put(self, level: str, row: Sequence[bytes]) -> None:
        for at in range(0, len(row), 256):
            part = row[at : at + 256]
            width = "" if len(part) == 256 else f".p/{len(part)}"
            self.files[f"tile/{level}/{at // 256:03d}{width}"] = b"".join(part)

    def checkpoint(self) -> bytes:
        return self._get("checkpoint")

    def read(self, named: Resource) -> bytes:
        return self._get(named.path)

    def _get(self, name: str) -> bytes:
        self.reads.append(name)
        if name not in self.files:
            raise Missing(name)
        return self.files[name]
