"""Reading the settings: every variable parsed, every fault gathered, the result frozen."""

import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address
from pathlib import Path
from typing import TYPE_CHECKING, Self, TypeVar
from urllib.parse import urlsplit

from vrm.config.faults import ConfigError
from vrm.config.instance import Instance, check_private
from vrm.config.table import SETTINGS

if TYPE_CHECKING:
    from vrm.tlog.policy import Policy

T = TypeVar("T")

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


@dataclass(frozen=True)
class Settings:
    """What holds for the life of a process. URLs may hold passwords, so the repr leaves them out."""

    home: Path
    instance: Instance
    database_url: str = field(repr=False)
    keystore_url: str = field(repr=False)
    keys_dir: Path
    smtp_url: str | None = field(repr=False)
    mail_from: str
    fetch_allow: Mapping[str, str]
    log_pin: Path
    log_policy: "Policy | None"
    log_archive: Path | None
    catalogue: tuple[Path, ...]
    trusted_proxies: int
    dpop_nonce: bool
    worker: bool
    log_level: str
    argon2: Argon2

    @property
    def instance_id(self) -> str:
        return self.instance.instance_id

    @property
    def issuer(self) -> str:
        return self.instance.issuer

    @property
    def log_origin(self) -> str:
        return self.instance.log_origin

    @property
    def sandbox(self) -> bool:
        return self.instance.sandbox

    @property
    def mail_dir(self) -> Path:
        """Where mail is written when there is no mail server."""
        return self.home / "mail"

    @classmethod
    def load(cls, environ: Mapping[str, str] | None = None, *, instance: Instance | None = None) -> Self:
        """Read everything, or raise ``ConfigError`` with every fault.

        ``instance`` is given by ``vrm init`` and ``vrm restore`` alone, which have no home to read it from yet.
        """
        environ = os.environ if environ is None else environ
        faults = _unknown(environ)

        def read(name: str, default: str, parse: Callable[[str], T], instead: T) -> T:
            try:
                return parse(environ.get(name, "").strip() or default)
            except ValueError as fault:
                faults.append(f"{name}: {fault}")
                return instead

        home = Path(os.path.abspath(environ.get("VRM_HOME", "").strip() or "./var"))
        try:
            found = instance or Instance.read(home)
        except ConfigError as fault:
            faults.extend(fault.faults)
            found = Instance("", "http://localhost", "", True, "")  # only to find the faults of the rest
        host = urlsplit(found.issuer).hostname or ""
        settings = cls(
            home=home,
            instance=found,
            database_url=read("VRM_DATABASE_URL", f"sqlite:///{home}/vrm.db", _database, ""),
            keystore_url=read("VRM_KEYSTORE_URL", f"sqlite:///{home}/keystore.db", _database, ""),
            keys_dir=Path(os.path.abspath(environ.get("VRM_KEYS_DIR", "").strip() or home / "keys")),
            smtp_url=read("VRM_SMTP_URL", "", _smtp, None),
            mail_from=read("VRM_MAIL_FROM", f"vrm@{host}", _address, ""),
            fetch_allow=read("VRM_FETCH_ALLOW", "", _fetch_allow, {}),
            log_pin=read("VRM_LOG_PIN", "", _pin, None) or home / "log-checkpoint",
            log_policy=read("VRM_LOG_POLICY", "", _policy, None),
            log_archive=read("VRM_LOG_ARCHIVE", "", _folder, None),
            catalogue=read("VRM_CATALOGUE", "", _files, ()),
            trusted_proxies=read("VRM_TRUSTED_PROXIES", "0", _proxies, 0),
            dpop_nonce=read("VRM_DPOP_NONCE", "no", _switch, False),
            worker=read("VRM_WORKER", "yes", _switch, True),
            log_level=read("VRM_LOG_LEVEL", "info", _level, "info"),
            argon2=read("VRM_ARGON2", "m=65536,t=3,p=4", _argon2, Argon2()),
        )
        if settings.database_url and settings.database_url == settings.keystore_url:
            faults.append("VRM_KEYSTORE_URL: must be another database than VRM_DATABASE_URL")
        if settings.argon2.is_weak() and not settings.sandbox:
            faults.append("VRM_ARGON2: below the floor m=19456,t=2,p=1, which only a sandbox may do")
        issuer = environ.get("VRM_ISSUER", "").strip().rstrip("/")
        if issuer and found.instance_id and issuer != found.issuer:
            faults.append(f"VRM_ISSUER: this instance is {found.issuer} for good; unset it, or set that")
        if instance is None:
            faults.extend(check_private(home, settings.keys_dir))
        if faults:
            raise ConfigError(faults)
        return settings


def _unknown(environ: Mapping[str, str]) -> list[str]:
    """A misspelt setting must not be a silent default."""
    known = {setting.name for setting in SETTINGS}
    return [
        f"{name}: there is no such setting; see: vrm settings"
        for name in sorted(environ)
        if name.startswith("VRM_") and name not in known
    ]


def _database(text: str) -> str:
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


def _smtp(text: str) -> str | None:
    if not text:
        return None
    url = urlsplit(text)
    if url.scheme not in ("smtp", "smtps") or not url.hostname:
        raise ValueError("give smtps://USER:PASSWORD@HOST:465 or smtp://HOST:587")
    _ = url.port  # raises when it is no port
    return text


def _address(text: str) -> str:
    if not re.fullmatch(r"[^@\s<>\",;:]+@[^@\s<>\",;]+", text):
        raise ValueError("not an e-mail address")
    return text


def _fetch_allow(text: str) -> Mapping[str, str]:
    allowed = {}
    for part in filter(None, (part.strip() for part in text.split(","))):
        found = re.fullmatch(r"([A-Za-z0-9.-]+(?::\d{1,5})?)=(\[[0-9A-Fa-f:]+\]|[0-9.]+):(\d{1,5})", part)
        if found is None or not 0 < int(found[3]) < 65536:
            raise ValueError(f"{part} is not HOST=ADDRESS:PORT")
        if not ip_address(found[2].strip("[]")).is_loopback:
            raise ValueError(f"{part} must lead to this machine, as in {found[1]}=127.0.0.1:{found[3]}")
        allowed[found[1].lower()] = f"{found[2]}:{found[3]}"
    return allowed


def _files(text: str) -> tuple[Path, ...]:
    paths = tuple(Path(os.path.abspath(part)) for part in text.split(":") if part)
    for path in paths:
        if not path.is_file():
            raise ValueError(f"there is no file {path}")
    return paths


def _pin(text: str) -> Path | None:
    if text and not Path(text).absolute().parent.is_dir():
        raise ValueError(f"there is no folder {Path(text).absolute().parent}")
    return Path(os.path.abspath(text)) if text else None


def _policy(text: str) -> "Policy | None":
    if not text:
        return None
    from vrm.tlog import policy
    from vrm.tlog.errors import BadPolicy

    try:
        return policy.parse(Path(text).read_bytes())
    except OSError as fault:
        raise ValueError(f"cannot read {text}: {fault.strerror}") from None
    except BadPolicy as fault:
        raise ValueError(f"{text}, {fault.message}") from None


def _folder(text: str) -> Path | None:
    if text and not Path(text).is_dir():
        raise ValueError(f"there is no folder {text}")
    return Path(os.path.abspath(text)) if text else None


def _proxies(text: str) -> int:
    if not re.fullmatch(r"\d{1,2}", text):
        raise ValueError("give the number of proxies, 0 when there is none")
    return int(text)


def _switch(text: str) -> bool:
    if text not in ("yes", "no"):
        raise ValueError("give yes or no")
    return text == "yes"


def _level(text: str) -> str:
    if text.lower() not in LOG_LEVELS:
        raise ValueError("give one of " + ", ".join(LOG_LEVELS))
    return text.lower()


def _argon2(text: str) -> Argon2:
    found = re.fullmatch(r"m=(\d{1,7}),t=(\d{1,3}),p=(\d{1,2})", text)
    if found is None:
        raise ValueError("give m=KIBIBYTES,t=PASSES,p=LANES, like m=65536,t=3,p=4")
    cost = Argon2(int(found[1]), int(found[2]), int(found[3]))
    if cost.passes < 1 or cost.lanes < 1 or cost.memory < 8 * cost.lanes:
        raise ValueError("t and p are at least 1, and m at least 8 for each lane (RFC 9106, section 3.1)")
    return cost
