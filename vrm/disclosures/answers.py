"""What a reader gets."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Omitted:
    """A key that is not in the answer. ``reason``: ``not_granted``, ``no_value`` or ``too_soon``."""

    key: str
    reason: str


@dataclass(frozen=True)
class Answer:
    """The permitted values. ``event_id`` and ``leaf_hash`` name the log entry that says so.

    ``purpose`` is None where nothing was read but whom the ``subject`` stands for.
    """

    consent_id: str
    subject: str
    revision: int
    purpose: str | None
    profile: dict[str, object]
    omitted: tuple[Omitted, ...]
    event_id: str
    leaf_hash: bytes


@dataclass(frozen=True)
class Refusal:
    """Nothing. ``code`` is what the company may know; the person and the log see what happened.

    ``replaced``: the consent stands, and the token is from before a later decision, whose code its client has redeemed.
    ``again``: when something of it may be read again that was read as often as was allowed; None where nothing will be.
    """

    consent_id: str
    code: str
    event_id: str
    leaf_hash: bytes
    replaced: bool = False
    again: datetime | None = None
