"""What the room hands out: frozen copies, so that nobody changes a row by accident."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from vrm.consents.models import AskRow, ConsentRow, RevisionRow
from vrm.consents.terms import GrantedLine, Terms


@dataclass(frozen=True)
class Choice:
    """What the person ticked in one line: which of its keys, and which item (None: all)."""

    line: int
    key: str
    item_id: str | None = None


@dataclass(frozen=True)
class Amends:
    """The consent that an ask would change, in the revision it was made from."""

    consent_id: str
    revision: int


@dataclass(frozen=True)
class Ask:
    """What a client wants of a person. ``state``: open, granted or refused; see ``state_at``.

    ``amends`` None asks for a new consent. ``quiet``: its company hears a yes, and nothing else.
    """

    id: str
    client_id: str
    company_id: str
    terms: Terms
    request: Mapping[str, Any]
    state: str
    created_at: datetime
    expires_at: datetime
    decided_at: datetime | None
    amends: Amends | None = None
    quiet: bool = False

    def state_at(self, now: datetime) -> str:
        """As ``state``, or expired: nobody decided in time. That is worked out and never written down."""
        return "expired" if self.state == "open" and self.expires_at <= now else self.state

    @staticmethod
    def of(row: AskRow) -> "Ask":
        """A copy of a row."""
        return Ask(
            id=row.id,
            client_id=row.client_id,
            company_id=row.company_id,
            terms=Terms.from_json(row.terms),
            request=row.request,
            state=row.state,
            created_at=row.created_at,
            expires_at=row.expires_at,
            decided_at=row.decided_at,
            amends=_amends(row),
            quiet=row.quiet,
        )


@dataclass(frozen=True)
class Consent:
    """What was granted, and how it stands. ``state``: active, revoked, returned (by its client), expired or used.

    ``paused``: its person holds it back, ``alone`` or ``with_all`` others. Tokens of ``epoch`` are good; ``latest_epoch`` is what a code of the newest decision carries.
    """

    id: str
    consumer_id: str
    client_id: str
    company_id: str
    subject: str
    state: str
    epoch: int
    latest_epoch: int
    revision: int
    notice_version: int
    granted_at: datetime
    expires_at: datetime
    ended_at: datetime | None
    paused: str | None

    def is_active(self, now: datetime) -> bool:
        """Whether it was neither ended nor has run out."""
        return self.state == "active" and self.expires_at > now

    def is_good(self, *, now: datetime, epoch: int | None, notice_version: int) -> bool:
        """Whether a token of this epoch is worth anything, of a company whose notice is now in this version."""
        return self.is_active(now) and (self.epoch, self.notice_version) == (epoch, notice_version)

    @staticmethod
    def of(row: ConsentRow) -> "Consent":
        """A copy of a row."""
        return Consent(
            id=row.id,
            consumer_id=row.consumer_id,
            client_id=row.client_id,
            company_id=row.company_id,
            subject=row.subject,
            state=row.state,
            epoch=row.epoch,
            latest_epoch=row.latest_epoch,
            revision=row.revision,
            notice_version=row.notice_version,
            granted_at=row.granted_at,
            expires_at=row.expires_at,
            ended_at=row.ended_at,
            paused=row.paused,
        )


@dataclass(frozen=True)
class Revision:
    """What a consent allowed from ``created_at`` on. ``versions`` are the value versions the person saw."""

    number: int
    reason: str
    terms: Terms
    lines: tuple[GrantedLine, ...]
    versions: tuple[Mapping[str, Any], ...]
    notice: Mapping[str, Any]
    expires_at: datetime
    created_at: datetime

    @staticmethod
    def of(row: RevisionRow) -> "Revision":
        """A copy of a row."""
        return Revision(
            number=row.number,
            reason=row.reason,
            terms=Terms.from_json(row.terms),
            lines=tuple(GrantedLine(**line) for line in row.lines),
            versions=tuple(row.versions),
            notice=row.notice,
            expires_at=row.expires_at,
            created_at=row.created_at,
        )


def _amends(row: AskRow) -> Amends | None:
    if row.amends is None or row.amends_revision is None:
        return None
    return Amends(row.amends, row.amends_revision)
