"""Receipts: what was decided, signed, for both sides to keep; and checking one with nothing but the file.

A receipt carries the record of one decision (``consents``, in the shape of ISO/IEC TS 27560:2023), what became of it
since, and the log's own proof that both were written down then. ``issue_*`` make one of what is kept, in a read;
``verify`` needs no instance and no network, and tells what it proved and what it did not.

Called by the portal, the API, the worker and the command line. It keeps nothing, and must never know a value, nor tell
a company which of a person's values it was given: that opens for the person alone.

THE FORMAT, by example: JSON, indented by two, names in order, one line break at the end. ::

    {
      "protected": "eyJhbGciOiJFUzI1NiIsImtpZCI6Ii4uLiIsInR5cCI6InZybS1yZWNlaXB0K2p3cyJ9",
      "receipt": {
        "events": [{"change": "granted", "event_id": "...", "leaf_hash": "...", "proof": "c2sp.org/tlog-proof@v1..."}],
        "issued_at": "2026-03-12T09:41:00.000Z",
        "issuer": "https://vrm.example",
        "receipt_id": "...",
        "record": {"record_id": "...", "pii_processing": [...], ...},
        "schema_version": "https://w3id.org/dpv/schema/dpv-27560#receipt",
        "values": {"items": [...], "salt": "...", "versions": [...]}
      },
      "signature": "..."
    }

It is a JWS whose payload stands beside it (RFC 7515, appendix F): what is signed is ``protected``, a dot, and base64url of
``receipt`` in canonical JSON (RFC 8785). ``values`` is in the person's own alone.
"""

from vrm.receipts.document import ENDS, MEDIA_TYPE, REPLACES, Receipt, dump, file_name
from vrm.receipts.errors import BadReceipt
from vrm.receipts.issuing import issue_refusal, issue_to_client, issue_to_person
from vrm.receipts.verifying import MOST_BYTES, Checked, read_keys, verify

__all__ = [
    "ENDS",
    "MEDIA_TYPE",
    "MOST_BYTES",
    "REPLACES",
    "BadReceipt",
    "Checked",
    "Receipt",
    "dump",
    "file_name",
    "issue_refusal",
    "issue_to_client",
    "issue_to_person",
    "read_keys",
    "verify",
]
