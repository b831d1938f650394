"""Mail: what is sent, and the two ways out.

A transport takes a rendered ``Mail`` and returns when somebody else is responsible for it, or raises
``MailNotSent``. Rendering happens right before that, from a sealed payload, so no letter lies about in clear.
Every attempt carries the same Message-ID, so that a mail delivered twice is shown once.
"""

import os
import re
import secrets
import smtplib
import ssl
from contextlib import suppress
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from ipaddress import ip_address
from pathlib import Path
from typing import Literal, Protocol
from urllib.parse import unquote, urlsplit

from vrm import clock
from vrm.errors import Invalid
from vrm.ids import new_id
from vrm.work.errors import MailNotSent

_MEDIA_TYPE = re.compile(
    r"(?!multipart/|message/)[a-z]+/[a-z0-9][a-z0-9.+-]*"
)  # parts of a letter are not files


@dataclass(frozen=True)
class Attachment:
    """A file that goes with a letter. ``media_type`` as in ``application/json``."""

    name: str
    media_type: str
    content: bytes = field(repr=False)


@dataclass(frozen=True)
class Mail:
    """A plain-text letter to one person. Only its Message-ID shows in a repr.

    ``reply_to``: where an answer goes, if that is not where the letter comes from.
    """

    to: str = field(repr=False)
    subject: str = field(repr=False)
    text: str = field(repr=False)
    message_id: str
    reply_to: str | None = field(default=None, repr=False)
    attachments: tuple[Attachment, ...] = field(default=(), repr=False)

    def __post_init__(self) -> None:
        headers = [self.to, self.subject, self.message_id, self.reply_to or ""]
        headers += [text for file in self.attachments for text in (file.name, file.media_type)]
        # A line break would start a header of the writer's choosing (RFC 5322, section 2.2).
        if any(ord(letter) < 32 or ord(letter) == 127 for letter in "".join(headers)):
            raise Invalid("A mail header holds a control character.", code="bad_mail")
        if not all(_MEDIA_TYPE.fullmatch(file.media_type) for file in self.attachments):
            raise Invalid("An attachment is of no media type.", code="bad_mail")

    def message(self, sender: str, *, encoding: Literal["8bit", "quoted-printable"]) -> EmailMessage:
        """The letter as RFC 5322 has it. ``Auto-Submitted`` keeps holiday replies away (RFC 3834, section 5)."""
        message = EmailMessage(policy=SMTP)
        message["From"] = _from(sender)
        message["To"] = self.to
        message["Subject"] = self.subject
        message["Date"] = format_datetime(clock.now())
        message["Message-ID"] = self.message_id
        message["Auto-Submitted"] = "auto-generated"
        if self.reply_to is not None:
            message["Reply-To"] = self.reply_to
        message.set_content(self.text, cte=encoding)
        for file in self.attachments:
            main, _, sub = file.media_type.partition("/")
            message.add_attachment(file.content, maintype=main, subtype=sub, filename=file.name)
        return message


class Transport(Protocol):
    """A way out for mail."""

    def send(self, mail: Mail) -> None:
        """Hand the mail on, or raise ``MailNotSent``."""


def _from(sender: str) -> str:
    """Who writes, as a list of letters shows it: ``"VRM (vrm.example)" <vrm@vrm.example>`` (RFC 5322, section 3.4)."""
    # The setting lets no quotation mark in, so the name needs none escaped.
    return f'"VRM ({sender.rpartition("@")[2]})" <{sender}>'


def new_message_id(host: str) -> str:
    """A Message-ID for a new letter: ``<f81d4fae-…@vrm.example>``. Keep it with the job."""
    return f"<{new_id()}@{host}>"


class SmtpTransport:
    """Mail through a server: ``smtps://USER:PASSWORD@HOST:465`` or ``smtp://HOST:587`` with STARTTLS.

    A server that offers no STARTTLS is used only on this very machine, and never with a password: an attacker
    in between could take the offer out of the server's answer.
    """

    def __init__(
        self, url: str, sender: str, *, timeout: float = 20, tls: ssl.SSLContext | None = None
    ) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("smtp", "smtps") or not parts.hostname:
            raise ValueError("a mail server is smtps://HOST:465 or smtp://HOST:587")
        self._implicit = parts.scheme == "smtps"
        self._host = parts.hostname
        self._port = parts.port or (465 if self._implicit else 587)
        self._login = (unquote(parts.username), unquote(parts.password or "")) if parts.username else None
        self._sender = sender
        self._timeout = timeout
        self._tls = tls or ssl.create_default_context()

    def __repr__(self) -> str:
        return f"SmtpTransport({'smtps' if self._implicit else 'smtp'}://{self._host}:{self._port})"

    def send(self, mail: Mail) -> None:
        """Send, and return when the server has taken responsibility."""
        # Raised here, outside the handlers, so that no traceback drags the library's exception along: it holds
        # the recipient.
        failure = self._try(mail)
        if failure is not None:
            raise failure

    def _try(self, mail: Mail) -> MailNotSent | None:
        try:
            client = self._connect()
        except smtplib.SMTPResponseException as refusal:
            return MailNotSent(
                reply=refusal.smtp_code
            )  # of us, not of the letter: another day it may be taken
        except (smtplib.SMTPException, OSError):
            return MailNotSent()
        message = mail.message(self._sender, encoding="quoted-printable")
        try:
            client.send_message(message, self._sender, [mail.to])
        except smtplib.SMTPRecipientsRefused as refusal:
            reply = next(iter(refusal.recipients.values()))[0]
            # RFC 5321, section 4.2.1: replies of 500 and above are for good, others may pass.
            return MailNotSent(reply=reply, permanent=reply >= 500)
        except smtplib.SMTPResponseException as refusal:
            # Of the sender or of what was sent (a quota, a block list): the address is good, so it is tried again.
            return MailNotSent(reply=refusal.smtp_code)
        except (smtplib.SMTPNotSupportedError, UnicodeError):
            return MailNotSent(permanent=True)  # the server cannot take this address, ever
        except (smtplib.SMTPException, OSError):
            return MailNotSent()
        finally:
            with suppress(smtplib.SMTPException, OSError):
                client.quit()  # a bad good-bye does not undo what was taken
        return None

    def _connect(self) -> smtplib.SMTP:
        if self._implicit:
            client: smtplib.SMTP = smtplib.SMTP_SSL(
                self._host, self._port, timeout=self._timeout, context=self._tls
            )
        else:
            client = smtplib.SMTP(self._host, self._port, timeout=self._timeout)
        try:
            client.ehlo_or_helo_if_needed()
            if not self._implicit and (
                client.has_extn("starttls") or self._login or not _is_here(self._host)
            ):
                client.starttls(context=self._tls)  # raises when it is not offered
            if self._login:
                client.login(*self._login)
        except BaseException:
            client.close()
            raise
        return client


class FolderTransport:
    """Mail as files, for development only: one ``.eml`` each, readable by this account alone.

    KNOWN GAP: these letters are in clear on disk, links included. The instance warns of it at start.
    """

    def __init__(self, path: Path, sender: str = "vrm@localhost") -> None:
        self._path = path
        self._sender = sender

    def send(self, mail: Mail) -> None:
        """Write the letter. It appears whole or not at all; a second attempt replaces the first."""
        target = self._path / (re.sub(r"[^A-Za-z0-9.@-]", "_", mail.message_id.strip("<>"))[:200] + ".eml")
        draft = self._path / f".{secrets.token_hex(8)}.tmp"
        message = mail.message(self._sender, encoding="8bit")
        raw = message.as_bytes(policy=message.policy.clone(linesep="\n"))  # as files on this machine are
        try:
            self._path.mkdir(mode=0o700, parents=True, exist_ok=True)
            with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                file.write(raw)
            draft.replace(target)
        except OSError:
            with suppress(OSError):
                draft.unlink()
            raise MailNotSent from None


def _is_here(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
