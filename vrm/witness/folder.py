"""Where a witness lives: a folder that only its account may enter.

    key          its name, and the seed of its key; mode 0600
    witness.db   the logs it knows and what it cosigned last (``book``)

KNOWN GAP: who puts an old copy of ``witness.db`` back makes the witness forget what it cosigned. So it is never
restored from a backup: a witness that has lost its folder starts anew under a new key.
"""

import json
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PrivateKey

from vrm.errors import Conflict, Invalid, NotFound
from vrm.tlog.cosignature import ED25519, ML_DSA_44, Cosigner
from vrm.tlog.errors import BadNote
from vrm.tlog.note import checked_name
from vrm.witness.book import Book

KEY, BOOK = "key", "witness.db"
KINDS = {"ed25519": ED25519, "ml-dsa-44": ML_DSA_44}
"""The kinds of key by the name the key's file has for them."""


class Key:
    """A private key that cosigns; never shows itself. ``public`` is what verifiers need."""

    __slots__ = ("_private", "public")

    def __init__(self, kind: int, seed: bytes) -> None:
        self._private: Ed25519PrivateKey | MLDSA44PrivateKey = (
            Ed25519PrivateKey.from_private_bytes(seed)
            if kind == ED25519
            else MLDSA44PrivateKey.from_seed_bytes(seed)
        )
        self.public = self._private.public_key().public_bytes_raw()

    def __repr__(self) -> str:
        return f"Key(public={self.public[:8].hex()}…)"

    def sign(self, message: bytes) -> bytes:
        """The signature over a message."""
        return self._private.sign(message)


@dataclass(frozen=True)
class Folder:
    """A witness, opened. Safe for threads and processes: every call of ``book`` opens the file anew."""

    path: Path
    name: str
    key: Key = field(repr=False)

    @property
    def cosigner(self) -> Cosigner:
        """What is told to others."""
        return Cosigner(self.name, self.key.public)

    @property
    def book(self) -> Book:
        """What it has cosigned."""
        return Book(self.path / BOOK)

    @classmethod
    def make(cls, path: Path, name: str, kind: str = "ed25519") -> Self:
        """A new witness with a new key, in a folder that is missing or empty; durable on return."""
        try:
            checked_name(name)
        except BadNote:
            raise Invalid(
                "The name is like an address without https://: witness.example/w1", field="name"
            ) from None
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        if any(path.iterdir()):
            raise Conflict(f"{path} is not empty; give a new folder for each witness", code="not_empty")
        path.chmod(0o700)
        Book(path / BOOK).create()
        said = {"name": name, "kind": kind, "seed": os.urandom(32).hex()}
        # Last, and only if it is not there: a folder with a key is a whole one.
        descriptor = os.open(path / KEY, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(json.dumps(said) + "\n")
            file.flush()
            os.fsync(file.fileno())
        folder = os.open(path, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
        return cls.open(path)

    @classmethod
    def open(cls, path: Path) -> Self:
        """The witness in a folder; ``NotFound`` where there is none, ``Invalid`` where others may read its key."""
        try:
            with (path / KEY).open() as file:
                if os.fstat(file.fileno()).st_mode & 0o077:
                    raise Invalid(f"{path / KEY} is open to other accounts; run: chmod 600 '{path / KEY}'")
                said = json.load(file)
            kind, seed, name = KINDS[said["kind"]], bytes.fromhex(said["seed"]), str(said["name"])
            found = cls(path, name, Key(kind, seed))
        except FileNotFoundError:
            raise NotFound(
                f"There is no witness in {path}. Make one: vrm witness init", code="no_witness"
            ) from None
        except (ValueError, KeyError, TypeError):
            raise Invalid(f"{path / KEY} is damaged; a witness that has lost its key starts anew") from None
        if not (path / BOOK).is_file():
            raise Invalid(
                f"{path / BOOK} is missing: the witness cannot know what it cosigned, and starts anew"
            )
        return found
