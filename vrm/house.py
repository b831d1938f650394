"""Everything one process needs, built once from the settings, and the manners of a process of ours.

Edges (web, command line, worker) open a ``House`` and hand services the parts they need. A house must not
cross a fork: each process opens its own.
"""

import logging
import os
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from keys import KeyStore
from vrm import accesslog
from vrm.accesslog import Pin, Published
from vrm.accesslog.hearing import Hearing
from vrm.accounts import Cost, Hasher
from vrm.catalogue import Catalogue
from vrm.config import Instance, Settings
from vrm.config.instance import LOOPBACK
from vrm.db import Database
from vrm.fetch import Fetcher
from vrm.tlog import Verifier
from vrm.work import FolderTransport, SmtpTransport, Transport

_log = logging.getLogger("vrm")


@dataclass(frozen=True)
class House:
    """The parts of a running instance."""

    settings: Settings
    database: Database
    keys: KeyStore
    catalogue: Catalogue
    fetcher: Fetcher
    mail: Transport
    hasher: Hasher
    log_pin: Pin
    hearing: Hearing

    @classmethod
    def open(cls, settings: Settings) -> Self:
        """Build every part; raises the first part's own fault. Connects to nothing before it is used."""
        catalogue = Catalogue.load(settings.catalogue)
        keys = KeyStore(settings.keystore_url, settings.keys_dir, settings.instance_id)
        return cls(
            settings=settings,
            database=Database(settings.database_url, options={accesslog.ARCHIVE: settings.log_archive}),
            keys=keys,
            catalogue=catalogue,
            fetcher=Fetcher(settings.fetch_allow),
            mail=_transport(settings),
            hasher=Hasher(Cost(settings.argon2.memory, settings.argon2.passes, settings.argon2.lanes)),
            log_pin=Pin(settings.log_pin),
            hearing=Hearing(settings.log_policy),
        )

    def publish_log(self) -> Published:
        """Sign the log as it stands with every key that signs now, or raise why it must not be signed.

        Each process hears the log's witnesses before its first signature.
        """
        self.hear_witnesses()
        # Also where this process was given no policy: what a witness objects to was told to another that has one.
        return self._publish(self.settings.instance, witnessed=True, pin=self.log_pin)

    def hear_witnesses(self, *, restored: bool = False) -> None:
        """Ask what they have seen, once in a process; ``restored``: and sign nothing before a quorum has said so."""
        self.hearing.hold(self.database, self.fetcher, self.log_pin, restored=restored)

    def begin_log(self, instance: Instance) -> Published:
        """Sign the log as it stands as another log, of the origin that ``instance`` has and that none ever had.

        What witnesses object to, and what is pinned, is of the log before, and stays in force for that one.
        """
        return self._publish(instance, witnessed=False, pin=None)

    def _publish(self, instance: Instance, *, witnessed: bool, pin: Pin | None) -> Published:
        first, *others = (key.signer for key in self.keys.log_keys.signing())
        return accesslog.publish(
            self.database,
            first,
            instance.log_origin,
            also=others,
            former=self.keys.log_keys.former(),
            former_origins=instance.former_origins,
            pin=pin,
            witnessed=witnessed,
        )

    def log_verifiers(self) -> list[Verifier]:
        """Every key of the log: those that sign now, the elder first, then those that did once, latest first."""
        publics = [key.signer.public for key in self.keys.log_keys.signing()]
        publics += reversed(self.keys.log_keys.former())
        return [Verifier(self.settings.log_origin, public) for public in publics]

    def close(self) -> None:
        """Let go of every connection."""
        self.database.close()
        self.keys.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def start_process(settings: Settings) -> None:
    """Make this process one of ours: private files, plain log lines on standard error.

    Lines hold no personal data and no query strings. Other people's libraries may log URLs and parameters at
    levels below warning, so they are held at warning whatever ``VRM_LOG_LEVEL`` says.
    """
    os.umask(0o077)
    handler = logging.StreamHandler()
    handler.setFormatter(_Lines(full=settings.log_level == "debug"))
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)
    for name in ("vrm", "keys"):
        logging.getLogger(name).setLevel(settings.log_level.upper())
    sys.excepthook = lambda kind, fault, trace: _log.critical("unexpected end", exc_info=(kind, fault, trace))
    threading.excepthook = lambda what: _log.error("unexpected end of a thread", exc_info=what.exc_value)


def warnings(settings: Settings) -> list[str]:
    """What an operator should hear at every start."""
    found = []
    if settings.sandbox:
        found.append("this is a sandbox: simpler rules for clients; invented people only")
    if settings.smtp_url is None:
        found.append(f"no mail server (VRM_SMTP_URL): mail is written in clear to {settings.mail_dir}")
    if settings.fetch_allow:
        found.append("VRM_FETCH_ALLOW is set: whoever answers on this machine can prove those domains")
    if settings.smtp_listen and settings.smtp_listen[0] not in LOOPBACK:
        found.append("VRM_SMTP_LISTEN is open to other machines: keep it behind your mail server")
    if settings.log_level == "debug":
        found.append("VRM_LOG_LEVEL is debug: tracebacks may hold what people typed")
    return found


class _Lines(logging.Formatter):
    """One line for each event. A fault is told by type and place: its message may hold what a person typed."""

    converter = staticmethod(time.gmtime)

    def __init__(self, *, full: bool) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s[%(process)d] %(message)s", "%Y-%m-%dT%H:%M:%SZ")
        self._full = full

    def format(self, record: logging.LogRecord) -> str:
        if self._full or not record.exc_info:
            return super().format(record)
        told = logging.makeLogRecord({**record.__dict__, "exc_info": None, "exc_text": None})
        return f"{super().format(told)}: {_place(record.exc_info[1])}"


def _place(fault: BaseException | None) -> str:
    """``OperationalError at database.py:98``: the innermost line of ours."""
    trace, place = fault.__traceback__ if fault else None, ""
    root = str(Path(__file__).parent)
    while trace is not None:
        code = trace.tb_frame.f_code
        if code.co_filename.startswith(root):
            place = f" at {Path(code.co_filename).name}:{trace.tb_lineno}"
        trace = trace.tb_next
    return f"{type(fault).__name__}{place}"


def _transport(settings: Settings) -> Transport:
    if settings.smtp_url is None:
        return FolderTransport(settings.mail_dir, settings.mail_from)
    return SmtpTransport(settings.smtp_url, settings.mail_from)
