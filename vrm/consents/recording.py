"""Records of decisions in the shape of ISO/IEC TS 27560:2023. Pure: what a row holds, and nothing of today.

The field names are the standard's, as the W3C guide *Consent Records and Receipts as per ISO/IEC TS 27560:2023 using
DPV* has them; ``docs/receipts.md`` names each, and what is ours beside them. One decision is one record, and no later
version of this program may write another record of it: the log holds the hash of the record that was made then.

A record holds no value, and not which value it was: of that it holds a salted hash (``Values``), since the id of an
address is the same for every company that was given it, and two of them could tell by it whom they share.
"""

import hmac
import json
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from hashlib import sha256
from typing import Any

from vrm import clock
from vrm.consents.terms import GrantedLine, Line, Terms
from vrm.tlog.canonical import dump

SCHEMA = "https://w3id.org/dpv/schema/dpv-27560#record"
DPV = "https://w3id.org/dpv#"
_PD = "https://w3id.org/dpv/pd#"
NOT_STATED = "not stated"
"""For what the standard wants and no company is asked for here."""

STATES: Mapping[str, str] = {
    "refused": "ConsentRefused",
    "revoked": "ConsentWithdrawn",  # by the person
    "returned": "ConsentRevoked",  # by somebody else: so DPV tells the two apart
    "expired": "ConsentExpired",
    "used": "ConsentExpired",
    "paused": "ConsentStatusInvalidForProcessing",
    "resumed": "ConsentStatusValidForProcessing",
}
"""DPV's word for what a change left a consent in; any other change leaves it given."""

Record = dict[str, Any]


@dataclass(frozen=True)
class Decision:
    """What a record is made of. ``number`` None and ``lines`` empty: a refusal, of the ask ``thread_id``.

    ``stored_terms`` as they are kept: later versions of this program may know more terms. ``subject`` is what the company knows the person by. ``until`` None: nothing was given.
    """

    thread_id: str
    number: int | None
    change: str
    subject: str
    company_id: str
    client_id: str
    stored_terms: Mapping[str, Any]
    lines: Sequence[GrantedLine]
    notice: Mapping[str, Any]
    at: datetime
    until: datetime | None

    @cached_property
    def terms(self) -> Terms:
        """What was asked."""
        return Terms.from_json(self.stored_terms)

    @property
    def record_id(self) -> str:
        """The same each time, and of use to nobody who does not know the consent."""
        return str(uuid.uuid5(uuid.UUID(self.thread_id), f"record {self.number or 0}"))


@dataclass(frozen=True)
class Values:
    """Which versions of which values a person saw when they decided, under a salt. No value is in it."""

    salt: bytes
    items: tuple[str | None, ...]
    versions: tuple[Mapping[str, Any], ...]

    def to_json(self) -> dict[str, Any]:
        """As it opens the hash in a record."""
        return {
            "salt": self.salt.hex(),
            "items": list(self.items),
            "versions": [dict(version) for version in self.versions],
        }

    @property
    def sha256(self) -> str:
        """What stands for it in a record."""
        return values_hash(self.to_json())


def values_hash(opened: Mapping[str, Any]) -> str:
    """The hash that these values, as ``Values.to_json`` gives them, have in a record."""
    return digest(dict(opened))


def salt_of(log_secret: bytes, record_id: str) -> bytes:
    """The salt of a person's record: nobody else can make it, and nobody at all once their keys are destroyed."""
    return hmac.digest(log_secret, f"values of {record_id}".encode(), "sha256")


def digest(document: object) -> str:
    """SHA-256 of canonical JSON (RFC 8785), in hexadecimal."""
    return sha256(dump(document)).hexdigest()


def write(decision: Decision, values: Values) -> Record:
    """The record of one decision, always the same."""
    notice = dict(decision.notice)
    purposes = dict.fromkeys(line.purpose for line in decision.terms.lines)
    if decision.terms.sign_in and not purposes:
        purposes["dpv:IdentityAuthentication"] = None
    record = {
        "schema_version": SCHEMA,
        "record_id": decision.record_id,
        "pii_principal_id": decision.subject,
        "pii_processing": [_processing(decision, notice, purpose) for purpose in purposes],
        "party_identification": [_controller(decision, notice)],
        "event": [
            event(
                decision.change,
                at=decision.at,
                until=decision.until,
                entity=decision.subject,
            )
        ],
        "consent_id": None if decision.number is None else decision.thread_id,
        "revision": decision.number,
        "client_id": decision.client_id,
        "valid_until": None if decision.until is None else clock.rfc3339(decision.until),
        "sign_in": decision.terms.sign_in and decision.number is not None,
        "notice": notice,
        "terms": dict(decision.stored_terms),
        "values_sha256": values.sha256,
    }
    # As its reader will have it: a tuple is a list there.
    plain: Record = json.loads(dump(record))
    return plain


def event(change: str, *, at: datetime, until: datetime | None, entity: str) -> dict[str, Any]:
    """One event of a consent (clause 6.3.7). ``until`` None: from then on nothing is allowed."""
    return {
        "event_time": clock.rfc3339(at),
        "validity_duration": _duration(timedelta(0) if until is None else until - at),
        "entity_id": entity,
        "event_type": f"{DPV}ExplicitlyExpressedConsent",
        "event_state": DPV + STATES.get(change, "ConsentGiven"),
        "change": change,
    }


def _processing(decision: Decision, notice: Mapping[str, Any], purpose: str) -> dict[str, Any]:
    """What was decided about one purpose (clause 6.3.4): a refusal is one for each."""
    terms = decision.terms
    granted = [line for line in decision.lines if line.purpose == purpose]
    given = bool(granted) or (decision.number is not None and not terms.lines)
    kept = terms.retention_days
    return {
        "privacy_notice": {
            "url": notice.get("privacy_notice_url"),
            "version": notice.get("version"),
            "sha256": notice.get("sha256"),
        },
        "language": _shown(notice).get("language", NOT_STATED),
        "purpose": purpose.replace("dpv:", DPV, 1),
        "lawful_basis": f"{DPV}Consent",
        "given": given,
        "pii_information": [
            *(_granted(line, notice) for line in granted),
            *(_not_granted(line, notice) for line in _left_out(terms, granted, purpose)),
        ],
        "pii_controllers": [decision.company_id],
        "storage_locations": [NOT_STATED],
        "retention_period": "as long as it is allowed" if kept is None else _duration(timedelta(days=kept)),
        "jurisdiction": NOT_STATED,
        "recipient_third_parties": list(terms.recipients),
        "withdrawal_method": (
            [
                f"dashboard: /consents/{decision.thread_id}",
                "letter: as it says in the one that this receipt came with, without signing in",
            ]
            if given
            else []
        ),
    }


def _left_out(terms: Terms, granted: Sequence[GrantedLine], purpose: str) -> list[Line]:
    """The lines of a purpose that were asked for and not granted."""
    given = {(line.asked, line.purpose) for line in granted}
    return [line for line in terms.lines if line.purpose == purpose and (line.key, line.purpose) not in given]


def _granted(line: GrantedLine, notice: Mapping[str, Any]) -> dict[str, Any]:
    return _pii(line.key, line.required, notice) | {
        "given": True, "asked": line.asked, "why": line.why, "frequency": line.frequency
    }  # fmt: skip


def _not_granted(line: Line, notice: Mapping[str, Any]) -> dict[str, Any]:
    return _pii(line.key, line.required, notice) | {
        "given": False, "asked": line.key, "why": line.why, "frequency": line.frequency
    }  # fmt: skip


def _pii(key: str, required: bool, notice: Mapping[str, Any]) -> dict[str, Any]:
    """One key (clause 6.3.5), as the catalogue marked it when the page was shown."""
    mark = _shown(notice).get("keys", {}).get(key, {})
    category = mark.get("category", "")
    return {
        "pii_type": category.replace("pd:", _PD, 1) if category else key,
        "pii_attribute_id": key,
        "pii_optional": not required,
        "sensitive_pii_category": mark.get("sensitivity", "ordinary") != "ordinary",
        "special_pii_category": mark.get("special_category", ""),
    }


def _controller(decision: Decision, notice: Mapping[str, Any]) -> dict[str, Any]:
    """Who asked (clause 6.3.6), in the words that were shown."""
    return {
        "party_id": decision.company_id,
        "party_name": notice.get("company", NOT_STATED),
        "party_address": notice.get("address", NOT_STATED),
        "party_contact": notice.get("contact", NOT_STATED),
        "party_type": f"{DPV}DataController",
        "party_url": notice.get("domain", NOT_STATED),
    }


def _shown(notice: Mapping[str, Any]) -> Mapping[str, Any]:
    """What the page said beside the company's own words; nothing is kept of it for decisions of old."""
    shown: Mapping[str, Any] = notice.get("shown", {})
    return shown


def _duration(span: timedelta) -> str:
    """``P90D``, ``PT7200S`` (ISO 8601): days where it is whole days, and seconds else."""
    seconds = max(0, int(span.total_seconds()))
    return f"P{seconds // 86400}D" if seconds and seconds % 86400 == 0 else f"PT{seconds}S"
