"""How an outcome of the door looks on the wire, and how a read is asked for."""

import base64
import re
from collections.abc import Sequence
from typing import Any

from vrm.disclosures import Answer, Refusal, check_agent
from vrm.errors import Invalid
from vrm.web.refusals import detail, next_use

MOST_KEYS = 100
_KEY = re.compile("[a-z][a-z0-9_]{1,47}")


def answer_body(answer: Answer) -> dict[str, Any]:
    """What may leave, what does not and why, and the log entry that says so."""
    return {
        "consent_id": answer.consent_id,
        "subject": answer.subject,
        "revision": answer.revision,
        "purpose": answer.purpose,
        "profile": answer.profile,
        "omitted": [{"key": omitted.key, "reason": omitted.reason} for omitted in answer.omitted],
        "event_id": answer.event_id,
        "leaf_hash": encode(answer.leaf_hash),
    }


def refusal_body(refusal: Refusal) -> dict[str, Any]:
    """A refused line of a stream: the code the company may know, and no more."""
    return {
        "consent_id": refusal.consent_id,
        "refused": {"code": refusal.code, "detail": detail(refusal), **next_use(refusal)},
        "event_id": refusal.event_id,
        "leaf_hash": encode(refusal.leaf_hash),
    }


def encode(data: bytes) -> str:
    """Standard base64 (RFC 4648, section 4), as C2SP proofs write hashes."""
    return base64.b64encode(data).decode()


def wanted_purpose(header: str | None) -> str | None:
    """The ``VRM-Purpose`` header. Raises ``Invalid`` where it cannot be a purpose."""
    if header is None:
        return None
    purpose = header.strip()
    if not purpose or len(purpose) > 200 or not purpose.isprintable():
        raise Invalid("Name one purpose, such as dpv:ServiceProvision.", field="VRM-Purpose")
    return purpose


def named_agent(header: str | None) -> str | None:
    """The ``VRM-Agent`` header: who reads at the company. Raises ``Invalid`` where it cannot be a name."""
    return None if header is None else check_agent(header)


def wanted_keys(raw: str | None) -> tuple[str, ...] | None:
    """``name,email``: the keys to read; None reads every permitted one."""
    if raw is None:
        return None
    return check_keys(raw.split(","))


def check_keys(keys: Sequence[str]) -> tuple[str, ...]:
    """The keys to read. Raises ``Invalid`` for what cannot be one: each is repeated in every answer."""
    if not 1 <= len(keys) <= MOST_KEYS or not all(_KEY.fullmatch(key) for key in keys):
        raise Invalid(
            f"Give 1 to {MOST_KEYS} keys of the catalogue, such as name or age_over_18.", field="keys"
        )
    return tuple(keys)
