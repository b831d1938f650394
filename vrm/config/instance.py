"""What ``vrm init`` fixes for good, and the file permissions that keep it private.

``instance.json`` holds no secret, but whoever can write it can make this service speak in another's name::

    {"created": "2026-11-21T22:14:25.123Z",
     "instance_id": "9f1c…",
     "issuer": "https://vrm.example",
     "log_origin": "vrm.example/log",
     "sandbox": false}

Where the newest tree of the log was lost, it has begun anew under another origin, and ``former_origins`` lists those before.
"""

import json
import os
import shlex
import tempfile
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit

from vrm import clock, ids
from vrm.config.faults import ConfigError

FILE = "instance.json"
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


@dataclass(frozen=True)
class Instance:
    """Who this service is. Every sealed value, token and log entry is bound to it, so it never changes.

    The one exception is the log's origin: a log whose newest tree is lost ends, and the next has another name.
    """

    instance_id: str
    issuer: str
    log_origin: str
    sandbox: bool
    created: str
    former_origins: tuple[str, ...] = ()

    @property
    def log_place(self) -> str:
        """Where the log is served: ``/log``, and for one that began anew ``/log/2``, ``/log/3``.

        Tiles are kept for ever by whoever reads them, so no address may ever stand for those of another log.
        """
        return f"/log/{len(self.former_origins) + 1}" if self.former_origins else "/log"

    def with_origin(self, origin: str) -> Self:
        """The same service with a log that begins anew."""
        return replace(self, log_origin=origin, former_origins=(*self.former_origins, self.log_origin))

    @classmethod
    def new(cls, issuer: str, *, sandbox: bool) -> Self:
        """A new identity under an issuer URL (RFC 8414, section 2: https, no query, no fragment)."""
        issuer = issuer.rstrip("/")
        if fault := issuer_fault(issuer):
            raise ConfigError([fault])
        return cls(
            instance_id=ids.new_id(),
            issuer=issuer,
            log_origin=urlsplit(issuer).netloc + "/log",
            sandbox=sandbox,
            created=clock.rfc3339(clock.now()),
        )

    @classmethod
    def read(cls, home: Path) -> Self:
        """The identity kept in a home."""
        path = home / FILE
        try:
            found = json.loads(path.read_bytes())
            former = tuple(found.pop("former_origins", ()))
            instance = cls(**found, former_origins=former)
        except FileNotFoundError:
            raise ConfigError([f"there is no instance in {home}; run: vrm init"]) from None
        except PermissionError:
            raise ConfigError(
                [f"{path} cannot be read by this account; run vrm as the owner of {home}"]
            ) from None
        except (ValueError, TypeError, AttributeError):
            raise ConfigError([f"{path} is damaged; put it back from a backup (data/{FILE})"]) from None
        texts = (instance.instance_id, instance.issuer, instance.log_origin, instance.created, *former)
        typed = all(isinstance(text, str) for text in texts)
        if not typed or not isinstance(instance.sandbox, bool) or not ids.is_id(instance.instance_id):
            raise ConfigError([f"{path} is damaged; put it back from a backup (data/{FILE})"])
        if fault := issuer_fault(instance.issuer):
            raise ConfigError([f"{path}: {fault}"])
        return instance

    def _said(self) -> dict[str, object]:
        said = asdict(self)
        return (
            said if self.former_origins else {name: said[name] for name in said if name != "former_origins"}
        )

    def write(self, home: Path) -> None:
        """Keep it in a home. The last step of ``vrm init``: a home without this file is not yet one."""
        write_private(home / FILE, (json.dumps(self._said(), indent=1, sort_keys=True) + "\n").encode())


def issuer_fault(issuer: str) -> str | None:
    """What is wrong with an issuer URL, or None. Plain http is for this machine alone."""
    try:
        url = urlsplit(issuer)
        host, _ = url.hostname or "", url.port
    except ValueError:
        return "the issuer is no URL; give one like https://vrm.example"
    if not host or url.username is not None or url.path or url.query or url.fragment:
        return "the issuer is scheme, host and port alone, like https://vrm.example"
    if url.scheme == "https" or (url.scheme == "http" and host in LOOPBACK):
        return None
    return "the issuer must be https; plain http is for localhost only"


def write_private(path: Path, content: bytes) -> None:
    """Put a file in place at once, readable by this account alone; durable on return."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")  # mkstemp makes it 0600
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def make_private(folder: Path) -> None:
    """Make a folder, and its parents, that only this account can enter."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder.chmod(0o700)


def check_private(home: Path, keys_dir: Path) -> list[str]:
    """Faults: what in a home others can read, each with the command that closes it."""
    faults = []
    for path in _guarded(home, keys_dir):
        try:
            mode = path.stat().st_mode & 0o777
        except OSError:
            continue  # reading it will say so, with a better message
        if mode & 0o077:
            closed = "700" if path.is_dir() else "600"
            faults.append(
                f"{path} is open to other accounts ({mode:03o}); run: chmod {closed} {shlex.quote(str(path))}"
            )
    return faults


def _guarded(home: Path, keys_dir: Path) -> Iterable[Path]:
    yield home
    yield home / FILE
    yield keys_dir
    try:
        yield from sorted(path for path in keys_dir.rglob("*") if not path.is_symlink())
    except OSError:
        return
