"""What a backup says of itself, so that a restore touches nothing before it has checked everything.

``manifest.json``::

    {"format": 1, "created": "2026-11-21T22:14:25.123Z", "instance_id": "9f1c…", "schema": "0001",
     "checkpoint": "vrm.example/log\\n1042\\n…", "archived": 768,
     "keystore_keep_until": "2026-12-21T22:14:25.123Z",
     "files": {"data/vrm.db": {"sha256": "…", "size": 184320, "engine": "sqlite"}, …}}

The hashes find damage, not an attacker: whoever can write the backup can write the manifest. What finds an
attacker is the log, checked against a checkpoint that somebody else holds.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Self

from vrm.config import write_private
from vrm.errors import Invalid

NAME = "manifest.json"
FORMAT = 1


@dataclass(frozen=True)
class Manifest:
    """A backup's table of contents. ``files`` maps a path below the backup to sha256, size and engine.

    ``archived``: so many entries of the log are not in it but in the log's archive (0 in backups that do not say).
    """

    created: str
    instance_id: str
    schema: str
    checkpoint: str | None
    keystore_keep_until: str
    files: Mapping[str, Mapping[str, object]]
    archived: int = 0
    format: int = FORMAT

    @classmethod
    def read(cls, folder: Path) -> Self:
        """The manifest of a backup."""
        try:
            found = json.loads((folder / NAME).read_bytes())
            manifest = cls(**found)
            if not isinstance(manifest.files, dict):
                raise TypeError("files")
            if type(manifest.archived) is not int:
                raise TypeError("archived")
        except FileNotFoundError:
            raise Invalid(f"{folder} is no backup: it has no {NAME}", code="no_backup") from None
        except (ValueError, TypeError):
            raise Invalid(f"{folder / NAME} is damaged", code="backup_damaged") from None
        if manifest.format != FORMAT:
            raise Invalid(
                f"this backup has format {manifest.format}; restore it with the version that made it"
            )
        return manifest

    def write(self, folder: Path) -> None:
        """Keep it; the last file written, so a backup without one is unfinished."""
        write_private(folder / NAME, (json.dumps(asdict(self), indent=1, sort_keys=True) + "\n").encode())

    def faults(self, folder: Path) -> Iterator[str]:
        """What differs from the files in ``folder``, one sentence each."""
        for name, said in sorted(self.files.items()):
            path = folder / name
            if Path(name).is_absolute() or ".." in Path(name).parts:
                yield f"{name} leads out of the backup"
            elif not path.is_file():
                yield f"{name} is missing"
            elif path.stat().st_size != said.get("size") or sha256(path) != said.get("sha256"):
                yield f"{name} is not what was backed up"


def described(path: Path, engine: str) -> Mapping[str, object]:
    """A file's entry."""
    return {"sha256": sha256(path), "size": path.stat().st_size, "engine": engine}


def sha256(path: Path) -> str:
    """SHA-256 of a file, in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
