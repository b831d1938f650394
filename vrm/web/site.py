"""What the edge needs to know of this instance and of the rooms below, given once at start."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import cast
from urllib.parse import urlsplit

from babel import Locale
from babel.support import NullTranslations
from flask import current_app

_LONG_AGO = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Visitor:
    """A person whose session is open. ``audience`` is the one they belong to: consumer, company, auditor.

    ``role`` is what they are there (``vrm.web.offices``). ``person_id`` is of a consumer the consumer, of an
    auditor the auditor's mandate; ``company_id`` is set for people of a company. ``signed_in_at`` is when the session
    began.
    """

    audience: str
    account_id: str
    session_id: str
    person_id: str
    role: str
    has_second_factor: bool = False
    company_id: str | None = None
    signed_in_at: datetime = _LONG_AGO


@dataclass(frozen=True)
class Site:
    """Frozen facts of the instance, and the questions the edge asks of others.

    ``find_session(token)`` answers who holds a session token, or None when it is unknown, ended or too old; it
    is asked at most once in a request. ``ready()`` raises when a part the instance needs does not answer.
    ``count_unread(consumer_id)`` is how many notices came since that person last looked.
    """

    issuer: str
    find_session: Callable[[str], Visitor | None]
    ready: Callable[[], None] = lambda: None
    count_unread: Callable[[str], int] = lambda consumer_id: 0
    sandbox: bool = False
    mail_folder: str | None = None
    translations: Callable[[Locale], NullTranslations] | None = None

    @property
    def secure(self) -> bool:
        """Whether browsers reach us over https, so that Secure cookies and HSTS make sense."""
        return urlsplit(self.issuer).scheme == "https"

    @property
    def host(self) -> str:
        """Our name and port, as people read them in the address bar."""
        return urlsplit(self.issuer).netloc

    @property
    def origin(self) -> str:
        """The origin browsers put into the Origin header (RFC 6454, section 6.2): no path, no final slash."""
        parts = urlsplit(self.issuer)
        return f"{parts.scheme}://{parts.netloc}"


def site() -> Site:
    """The site of the running app."""
    return cast(Site, current_app.extensions["vrm"])
