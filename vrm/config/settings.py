"""Reading the settings: every variable parsed (``values``), every fault gathered, the result frozen."""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Self, TypeVar
from urllib.parse import urlsplit

from vrm.config import values
from vrm.config.faults import ConfigError
from vrm.config.instance import Instance, check_private
from vrm.config.table import SETTINGS

if TYPE_CHECKING:
    from vrm.tlog.policy import Policy

T = TypeVar("T")


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
    reply_address: str | None
    smtp_listen: tuple[str, int] | None
    fetch_allow: Mapping[str, str]
    log_pin: Path
    log_policy: "Policy | None"
    log_archive: Path | None
    catalogue: tuple[Path, ...]
    trusted_proxies: int
    dpop_nonce: bool
    worker: bool
    log_level: str
    argon2: values.Argon2

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
            database_url=read("VRM_DATABASE_URL", f"sqlite:///{home}/vrm.db", values.database_url, ""),
            keystore_url=read("VRM_KEYSTORE_URL", f"sqlite:///{home}/keystore.db", values.database_url, ""),
            keys_dir=Path(os.path.abspath(environ.get("VRM_KEYS_DIR", "").strip() or home / "keys")),
            smtp_url=read("VRM_SMTP_URL", "", values.smtp_url, None),
            mail_from=read("VRM_MAIL_FROM", f"vrm@{host}", values.mail_address, ""),
            reply_address=read("VRM_REPLY_ADDRESS", "", values.reply_address, None),
            smtp_listen=read("VRM_SMTP_LISTEN", "", values.listening_at, None),
            fetch_allow=read("VRM_FETCH_ALLOW", "", values.fetch_allow, {}),
            log_pin=read("VRM_LOG_PIN", "", values.pin, None) or home / "log-checkpoint",
            log_policy=read("VRM_LOG_POLICY", "", values.policy, None),
            log_archive=read("VRM_LOG_ARCHIVE", "", values.folder, None),
            catalogue=read("VRM_CATALOGUE", "", values.files, ()),
            trusted_proxies=read("VRM_TRUSTED_PROXIES", "0", values.proxies, 0),
            dpop_nonce=read("VRM_DPOP_NONCE", "no", values.switch, False),
            worker=read("VRM_WORKER", "yes", values.switch, True),
            log_level=read("VRM_LOG_LEVEL", "info", values.level, "info"),
            argon2=read("VRM_ARGON2", "m=65536,t=3,p=4", values.argon2, values.Argon2()),
        )
        if settings.database_url and settings.database_url == settings.keystore_url:
            faults.append("VRM_KEYSTORE_URL: must be another database than VRM_DATABASE_URL")
        if settings.argon2.is_weak() and not settings.sandbox:
            faults.append("VRM_ARGON2: below the floor m=19456,t=2,p=1, which only a sandbox may do")
        if settings.smtp_listen and not settings.reply_address:
            faults.append(
                "VRM_SMTP_LISTEN: takes answers, so say in VRM_REPLY_ADDRESS where they are sent to"
            )
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
