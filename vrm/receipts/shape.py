"""What stands in every receipt: the members that must be there before anything of it is checked."""

from collections.abc import Mapping
from typing import Any

from vrm.consents import recording
from vrm.receipts.document import SCHEMA
from vrm.receipts.errors import BadReceipt

_BODY = {"schema_version", "receipt_id", "issuer", "issued_at", "record", "events"}
_RECORD: Mapping[str, type | tuple[type, ...]] = {
    "schema_version": str, "record_id": str, "pii_principal_id": str, "pii_processing": list,
    "party_identification": list, "event": list, "notice": dict, "terms": dict, "values_sha256": str,
}  # fmt: skip
_PROCESSING = {
    "privacy_notice", "language", "purpose", "pii_information", "pii_controllers", "storage_locations",
    "retention_period", "jurisdiction", "recipient_third_parties", "withdrawal_method", "given",
}  # fmt: skip
_PARTY = {"party_id", "party_name", "party_address", "party_contact", "party_type"}
EVENT = {"event_time", "validity_duration", "entity_id", "event_type", "event_state", "change"}
"""The members that ISO/IEC TS 27560:2023 makes mandatory, and those of ours that are needed to check it."""


def check_shape(body: Mapping[str, Any]) -> None:
    """Raises ``BadReceipt`` where a member that must be there is missing, or is something else."""
    record = body.get("record")
    if body.keys() - {"values"} != _BODY or body["schema_version"] != SCHEMA or not isinstance(record, dict):
        raise BadReceipt("the receipt has not the members of one")
    if not all(isinstance(body[name], str) for name in ("receipt_id", "issuer", "issued_at")):
        raise BadReceipt("the receipt does not say who issued it, and when")
    missing = [name for name, kind in _RECORD.items() if not isinstance(record.get(name), kind)]
    if missing:
        raise BadReceipt(f"the record lacks {missing[0]}")
    if record["schema_version"] != recording.SCHEMA:
        raise BadReceipt("the record is of another schema than we know")
    for name, needed in (
        ("pii_processing", _PROCESSING), ("party_identification", _PARTY), ("event", EVENT)
    ):  # fmt: skip
        if not record[name] or not all(
            isinstance(one, dict) and needed <= one.keys() for one in record[name]
        ):
            raise BadReceipt(f"the record's {name} lacks a mandatory field")
    for one in record["pii_processing"]:
        pii = one["pii_information"]
        if not isinstance(pii, list) or not all(
            isinstance(each, dict) and "pii_type" in each for each in pii
        ):
            raise BadReceipt("the record's pii_information lacks pii_type")
    events = body["events"]
    if not isinstance(events, list) or not all(
        isinstance(one, dict)
        and one.keys() == EVENT | {"event_id", "leaf_hash", "proof"}
        and all(isinstance(said, str) for name, said in one.items() if name != "proof")
        and isinstance(one["proof"], str | None)
        for one in events
    ):
        raise BadReceipt("the receipt's events are not written as events are")
