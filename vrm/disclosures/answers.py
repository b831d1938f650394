"""What a reader gets."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Omitted:
    """A key that is not in the answer. ``reason``: ``not_granted`` or ``no_value``."""

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
    """

    consent_id: str
    code: str
    event_id: str
    leaf_hash: bytes
    replaced: bool = False
