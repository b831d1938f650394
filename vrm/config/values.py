"""What one setting may hold: from its text to its value. Each raises ``ValueError``, which says what to give."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from vrm.tlog.policy import Policy

ENGINES = ("sqlite", "postgresql+psycopg")
LOG_LEVELS = ("error", "warning", "info", "debug")


@dataclass(frozen=True)
class Argon2:
    """Argon2id cost (RFC 9106): kibibytes of memory, passes over it, lanes."""

    memory: int = 65536
    passes: int = 3
    lanes: int = 4

    def is_weak(self) -> bool:
        """Whether one guess costs less than the least of m=19456,t=2,p=1."""
        return self.memory < 19456 or self.passes < 2 or self.lanes < 1


def database_url(text: str) -> str:
    """A database URL of an engine we take, with an absolute path where it is a file."""
    # Imported here: the table of settings is read by programs that open no database, and this costs half a second.
    from sqlalchemy.engine import make_url
    from sqlalchemy.exc import ArgumentError

    try:
        url = make_url(text)
    except ArgumentError:
        raise ValueError("not a database URL; give sqlite:///PATH or postgresql+psycopg://…") from None
    if url.drivername == "postgresql":
        url = url.set(drivername="postgresql+psycopg")
    if url.drivername not in ENGINES:
        raise ValueError("the engine must be sqlite or postgresql+psycopg")
    if not url.database or url.database == ":memory:":
        raise ValueError("names no database")
    if url.drivername == "sqlite":  # worker processes must not depend on the folder they start in
        url = url.set(database=os.path.abspath(url.database))
    return url.render_as_string(hide_password=False)


def smtp_url(text: str) -> str | None:
    """Where mail is handed over; None: it is written to a folder."""
    if not text:
        return None
    url = urlsplit(text)
    if url.scheme not in ("smtp", "smtps") or not url.hostname:
        raise ValueError("give smtps://USER:PASSWORD@HOST:465 or smtp://HOST:587")
    _ = url.port  # raises when it is no port
    return text


def mail_address(text: str) -> str:
    """An address that mail can come from."""
    if not re.fullmatch(r"[^@\s<>\",;:]+@[^@\s<>\",;]+", text):
        raise ValueError("not an e-mail address")
    return text


def reply_address(text: str) -> str | None:
    """Where answers to letters about consents arrive; None: nowhere."""
    if not text:
        return None
    # A code of 48 letters and a plus sign come between, and a local part has 64 (RFC 5321, section 4.5.3.1.1).
    if not re.fullmatch(r"[a-z0-9._-]{1,15}@[a-z0-9-]+(\.[a-z0-9-]+)*", text.lower()):
        raise ValueError("give an address like stop@vrm.example, with at most 15 letters before the @")
    return text.lower()


def listening_at(text: str) -> tuple[str, int] | None:
    """``HOST:PORT`` of this machine; None: nowhere."""
    if not text:
        return None
    found = re.fullmatch(r"([A-Za-z0-9.-]+|\[[0-9A-Fa-f:]+\]):(\d{1,5})", text)
    if found is None or not 0 < int(found[2]) < 65536:
        raise ValueError("give HOST:PORT, like 127.0.0.1:2525")
    return found[1].strip("[]"), int(found[2])


def fetch_allow(text: str) -> Mapping[str, str]:
    """``HOST=ADDRESS:PORT,…``: which hosts are asked on this machine instead."""
    allowed = {}
    for part in filter(None, (part.strip() for part in text.split(","))):
        found = re.fullmatch(r"([A-Za-z0-9.-]+(?::\d{1,5})?)=(\[[0-9A-Fa-f:]+\]|[0-9.]+):(\d{1,5})", part)
        if found is None or not 0 < int(found[3]) < 65536:
            raise ValueError(f"{part} is not HOST=ADDRESS:PORT")
        if not ip_address(found[2].strip("[]")).is_loopback:
            raise ValueError(f"{part} must lead to this machine, as in {found[1]}=127.0.0.1:{found[3]}")
        allowed[found[1].lower()] = f"{found[2]}:{found[3]}"
    return allowed


def files(text: str) -> tuple[Path, ...]:
    """``FILE:FILE``: files that are there."""
    paths = tuple(Path(os.path.abspath(part)) for part in text.split(":") if part)
    for path in paths:
        if not path.is_file():
            raise ValueError(f"there is no file {path}")
    return paths


def pin(text: str) -> Path | None:
    """A file in a folder that is there; it may be missing itself."""
    if text and not Path(text).absolute().parent.is_dir():
        raise ValueError(f"there is no folder {Path(text).absolute().parent}")
    return Path(os.path.abspath(text)) if text else None


def policy(text: str) -> "Policy | None":
    """The log policy in a file."""
    if not text:
        return None
    from vrm.tlog.errors import BadPolicy
    from vrm.tlog.policy import parse

    try:
        return parse(Path(text).read_bytes())
    except OSError as fault:
        raise ValueError(f"cannot read {text}: {fault.strerror}") from None
    except BadPolicy as fault:
        raise ValueError(f"{text}, {fault.message}") from None


def folder(text: str) -> Path | None:
    """A folder that is there."""
    if text and not Path(text).is_dir():
        raise ValueError(f"there is no folder {text}")
    return Path(os.path.abspath(text)) if text else None


def proxies(text: str) -> int:
    """How many proxies stand in front."""
    if not re.fullmatch(r"\d{1,2}", text):
        raise ValueError("give the number of proxies, 0 when there is none")
    return int(text)


def switch(text: str) -> bool:
    """``yes`` or ``no``."""
    if text not in ("yes", "no"):
        raise ValueError("give yes or no")
    return text == "yes"


def level(text: str) -> str:
    """How much is written to standard error."""
    if text.lower() not in LOG_LEVELS:
        raise ValueError("give one of " + ", ".join(LOG_LEVELS))
    return text.lower()


def argon2(text: str) -> Argon2:
    """``m=KIBIBYTES,t=PASSES,p=LANES``."""
    found = re.fullmatch(r"m=(\d{1,7}),t=(\d{1,3}),p=(\d{1,2})", text)
    if found is None:
        raise ValueError("give m=KIBIBYTES,t=PASSES,p=LANES, like m=65536,t=3,p=4")
    cost = Argon2(int(found[1]), int(found[2]), int(found[3]))
    if cost.passes < 1 or cost.lanes < 1 or cost.memory < 8 * cost.lanes:
        raise ValueError("t and p are at least 1, and m at least 8 for each lane (RFC 9106, section 3.1)")
    return cost
