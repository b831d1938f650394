"""The file of a receipt: one spelling of it, signed as a whole, so that no byte of it can change unseen."""

import base64
import binascii
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from keys import Es256Signer
from vrm.receipts.errors import BadReceipt
from vrm.tlog import canonical

SCHEMA = "https://w3id.org/dpv/schema/dpv-27560#receipt"
MEDIA_TYPE = "application/json"
ALGORITHM, TYPE = "ES256", "vrm-receipt+jws"
ENDS = ("revoked", "expired", "returned", "used")
"""What ends a consent."""
REPLACES = ("amended", "narrowed", "extended", "shortened")
"""What puts a later revision in the place of one."""

_MEMBERS = {"protected", "receipt", "signature"}


@dataclass(frozen=True)
class Receipt:
    """A signed receipt. ``body`` is what is signed; ``protected`` and ``signature`` as in a JWS (RFC 7515, section 7)."""

    body: Mapping[str, Any]
    protected: str
    signature: str

    @property
    def record(self) -> Mapping[str, Any]:
        """The record in it."""
        found: Mapping[str, Any] = self.body["record"]
        return found


def sign(body: Mapping[str, Any], signer: Es256Signer) -> Receipt:
    """Sign a receipt."""
    # A type of its own makes it good for nothing else (RFC 8725, section 3.11).
    header = {"alg": ALGORITHM, "kid": signer.kid, "typ": TYPE}
    protected = canonical.b64url(canonical.dump(header))
    return Receipt(body, protected, canonical.b64url(signer.sign(signed_bytes(protected, body))))


def signed_bytes(protected: str, body: Mapping[str, Any]) -> bytes:
    """What is signed (RFC 7515, section 5.1, step 5)."""
    return f"{protected}.{canonical.b64url(canonical.dump(dict(body)))}".encode()


def dump(receipt: Receipt) -> bytes:
    """The file."""
    members = {"protected": receipt.protected, "receipt": receipt.body, "signature": receipt.signature}
    return (json.dumps(members, ensure_ascii=False, indent=2, sort_keys=True) + "\n").encode()


def load(raw: bytes) -> Receipt:
    """Read a file. Raises ``BadReceipt`` for whatever ``dump`` would have written otherwise."""
    try:
        found = json.loads(raw.decode("utf-8"), parse_float=_no_fraction, parse_constant=_no_fraction)
    except (ValueError, RecursionError):
        raise BadReceipt("the file is not JSON") from None
    if not isinstance(found, dict) or found.keys() != _MEMBERS or not isinstance(found["receipt"], dict):
        raise BadReceipt("the file is not an object of protected, receipt and signature")
    if not isinstance(found["protected"], str) or not isinstance(found["signature"], str):
        raise BadReceipt("protected and signature are not text")
    receipt = Receipt(found["receipt"], found["protected"], found["signature"])
    try:
        canonical.dump(dict(receipt.body))
        same = dump(receipt) == raw
    except (ValueError, RecursionError):
        same = False
    if not same:
        raise BadReceipt("the file is not written as it was issued: keep receipts byte for byte")
    return receipt


def header_of(receipt: Receipt) -> Mapping[str, Any]:
    """Who says to have signed, and how. Raises ``BadReceipt`` unless it is as ``sign`` writes it."""
    try:
        header = canonical.load(unb64url(receipt.protected))
    except ValueError:
        raise BadReceipt("the protected header cannot be read") from None
    if (
        not isinstance(header, dict)
        or header.keys() != {"alg", "kid", "typ"}
        or not isinstance(header["kid"], str)
        or (header["alg"], header["typ"]) != (ALGORITHM, TYPE)
    ):
        raise BadReceipt("the protected header is not that of a receipt")
    return header


def unb64url(text: str) -> bytes:
    """Read base64url strictly: no padding, no stray signs, no spare bits. Raises ``ValueError``."""
    try:
        data = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except (binascii.Error, ValueError):
        raise ValueError("not base64url") from None
    if canonical.b64url(data) != text:
        raise ValueError("not canonical base64url")
    return data


def _no_fraction(text: str) -> None:
    """A receipt holds whole numbers alone: ``1`` and ``1.0`` would be signed alike."""
    raise ValueError(text)


def file_name(receipt: Receipt) -> str:
    """What the file is called where it is kept: it names nobody."""
    return f"receipt-{receipt.body['receipt_id'][:8]}.json"
