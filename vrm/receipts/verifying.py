"""Checking a receipt with nothing but the file and the keys one knows.

Three things are told apart, as each can fail alone: that the issuer signed it (``keys``), that the log holds what it says
(``vkeys``), and that its parts belong together, which needs no key.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from joserfc.errors import JoseError
from joserfc.jwk import ECKey
from joserfc.jws import JWSRegistry, deserialize_compact

from vrm.accesslog.proving import Proved, verify_proof
from vrm.consents import recording
from vrm.receipts.document import (
    ALGORITHM,
    ENDS,
    REPLACES,
    Receipt,
    header_of,
    load,
    signed_bytes,
    unb64url,
)
from vrm.receipts.errors import BadReceipt
from vrm.receipts.shape import EVENT, check_shape
from vrm.tlog import Verifier, merkle
from vrm.tlog.canonical import b64

MOST_BYTES = 4 << 20

Logged = Literal["not_in_it", "in_a_log", "in_the_log"]
"""What the file shows of the log: no proof; proofs that belong together; proofs signed by a key one knows."""


@dataclass(frozen=True)
class Checked:
    """What a file shows. ``faults`` are sentences without their full stop; with none, all that was looked at holds.

    ``signed_by`` is the kid of the caller's key that signed it, None where none was given. ``committed``: the log holds
    the hash of the very record. ``pending``: events that the file has no proof of. ``replaced`` and ``ended``: what the
    file tells of a later revision in the place of this one, and of the consent's end, by the ``change`` it was.
    """

    faults: tuple[str, ...]
    receipt: Receipt | None = None
    signed_by: str | None = None
    logged: Logged = "not_in_it"
    committed: bool = False
    origin: str | None = None
    pending: tuple[str, ...] = ()
    replaced: str | None = None
    ended: str | None = None


class _Registry(JWSRegistry):
    """The library takes shorter texts than a receipt with its proofs."""

    max_payload_length = MOST_BYTES * 2


_REGISTRY = _Registry(algorithms=[ALGORITHM])


def read_keys(raw: bytes) -> list[Mapping[str, Any]]:
    """The keys of an issuer, as it publishes them (RFC 7517, section 5). Raises ``BadReceipt`` for anything else."""
    try:
        found = json.loads(raw)["keys"]
        keys = [key for key in found if key["kty"] == "EC" and isinstance(key["kid"], str)]
        if not all(isinstance(key.get(name, 0), int) for key in keys for name in ("iat", "exp")):
            raise ValueError
    except (ValueError, KeyError, TypeError, RecursionError):
        raise BadReceipt("the file of keys is not a JWK set, as the issuer publishes it") from None
    if not keys:
        raise BadReceipt("the file of keys holds no key that could sign a receipt")
    return keys


def verify(raw: bytes, *, keys: Sequence[Mapping[str, Any]] = (), vkeys: Sequence[Verifier] = ()) -> Checked:
    """Check a receipt. ``keys`` are the issuer's, ``vkeys`` the log's, as the caller was given them. Never raises."""
    if len(raw) > MOST_BYTES:
        return Checked(("the file is longer than any receipt",))
    try:
        receipt = load(raw)
        kid = header_of(receipt)["kid"]
        check_shape(receipt.body)
    except BadReceipt as fault:
        return Checked((fault.message,))
    faults: list[str] = []
    signed_by = _signed_by(receipt, kid, keys, faults) if keys else None
    _check_hashes(receipt.body, faults)
    proofs = _proofs(receipt.body, vkeys, faults)
    shown = [proof for proof in proofs if proof is not None]
    first = proofs[0] if proofs else None
    committed = first is not None and _commits(receipt.record, first, faults)
    _check_threads(shown, faults)
    logged: Logged = "not_in_it"
    if shown and not faults:
        logged = "in_the_log" if all(proof.signed_by for proof in shown) else "in_a_log"
    return Checked(
        faults=tuple(faults),
        receipt=receipt,
        signed_by=signed_by,
        logged=logged,
        committed=committed and not faults,
        origin=next((proof.checkpoint.origin for proof in shown if proof.checkpoint), None),
        pending=tuple(
            event["change"]
            for event, proof in zip(receipt.body["events"], proofs, strict=True)
            if proof is None
        ),
        replaced=_change_since(receipt.body, REPLACES),
        ended=_change_since(receipt.body, ENDS),
    )


def _change_since(body: Mapping[str, Any], changes: Sequence[str]) -> str | None:
    """Which of these came after what was decided."""
    return next((event["change"] for event in body["events"][1:] if event["change"] in changes), None)


def _signed_by(
    receipt: Receipt, kid: str, keys: Sequence[Mapping[str, Any]], faults: list[str]
) -> str | None:
    """The kid of the key that signed, in its time."""
    key = next((key for key in keys if key["kid"] == kid), None)
    if key is None:
        faults.append("it is signed by none of the keys you gave")
        return None
    try:
        unb64url(receipt.signature)  # one spelling of it
        public = ECKey.import_key({name: str(key[name]) for name in ("kty", "crv", "x", "y")})
        text = signed_bytes(receipt.protected, receipt.body) + b"." + receipt.signature.encode()
        deserialize_compact(text, public, registry=_REGISTRY)
    except (JoseError, ValueError, KeyError, TypeError):
        faults.append("the signature is not that of the issuer's key over this receipt")
        return None
    at = _seconds(receipt.body["issued_at"])
    begun, ended = key.get("iat", 0), key.get("exp", float("inf"))
    if at is None or not begun <= at <= ended:
        faults.append("it is dated to a time in which its key did not sign")
        return None
    return kid


def _seconds(moment: str) -> int | None:
    try:
        return int(datetime.fromisoformat(moment).timestamp())
    except (ValueError, OverflowError):
        return None


def _check_hashes(body: Mapping[str, Any], faults: list[str]) -> None:
    """The notice and the values are those whose hashes the record holds."""
    record = body["record"]
    notice = record["notice"]
    said = notice.get("sha256")
    if "shown" in notice and said != recording.digest(
        {name: each for name, each in notice.items() if name != "sha256"}
    ):
        faults.append("the notice in it is not the one its hash stands for")
    told = [one["privacy_notice"] for one in record["pii_processing"]]
    if not all(isinstance(one, dict) and one.get("sha256") == said for one in told):
        faults.append("the record names another notice than it holds")
    if "values" in body and recording.digest(body["values"]) != record["values_sha256"]:
        faults.append("the versions of values in it are not those the record's hash stands for")


def _proofs(body: Mapping[str, Any], vkeys: Sequence[Verifier], faults: list[str]) -> list[Proved | None]:
    """What the log shows of each event, in their order."""
    found: list[Proved | None] = []
    for place, event in enumerate(body["events"]):
        if place == 0 and {name: event[name] for name in EVENT} != body["record"]["event"][0]:
            faults.append("its first event is not the one of the record")
        if event["proof"] is None:
            found.append(None)
            continue
        proved = verify_proof(event["proof"].encode(), keys=vkeys)
        found.append(proved)
        faults += [f"the log’s proof of “{event['change']}”: {fault}" for fault in proved.faults]
        if not proved.faults:
            _check_entry(event, body["record"], proved, faults, first=place == 0)
    return found


def _check_entry(
    event: Mapping[str, Any], record: Mapping[str, Any], proved: Proved, faults: list[str], *, first: bool
) -> None:
    """The entry that is proved says what the receipt says."""
    said, opened, proof = proved.said or {}, proved.opened, proved.proof
    assert proof is not None
    # A refusal at a desk is written down when the request is over, and says in its opening when it was made.
    at = (opened or {}).get("decided_at", said.get("time"))
    controller = record["party_identification"][0]["party_id"]
    if (
        said.get("type") != f"consent.{event['change']}"
        or at != event["event_time"]
        or said.get("company") != controller
        or said.get("client") != record.get("client_id")
        or not _may_fall_into(event["change"], said.get("revision"), record.get("revision"), first=first)
        or b64(merkle.leaf_hash(proof.entry)) != event["leaf_hash"]
        or (opened is not None and opened.get("event") != event["event_id"])
        or (said.get("revision") == record.get("revision") and not _is_of(record, opened))
    ):
        faults.append(f"the log’s entry does not say what the receipt says of “{event['change']}”")


def _may_fall_into(change: str, revision: object, own: object, *, first: bool) -> bool:
    """Whether an event of this revision belongs into the receipt of its ``own``: the next, or an end of a later one."""
    if first or change not in (*REPLACES, *ENDS):
        return revision == own
    if not isinstance(revision, int) or not isinstance(own, int):
        return False
    return revision == own + 1 if change in REPLACES else revision >= own


def _is_of(record: Mapping[str, Any], opened: Mapping[str, Any] | None) -> bool:
    """Whether the log's opening, if it is there and holds a record's hash, holds this one's."""
    digest = recording.digest(dict(record))
    return opened is None or opened.get("record", digest) == digest


def _commits(record: Mapping[str, Any], first: Proved, faults: list[str]) -> bool:
    """Whether the log holds this record's hash. One made before the log did so is in no entry."""
    held = (first.opened or {}).get("record")
    if held is None:
        return False
    if held != recording.digest(dict(record)):
        faults.append("the record is not the one whose hash the log holds")
        return False
    return True


def _check_threads(proofs: Sequence[Proved], faults: list[str]) -> None:
    """All of them are events of one consent."""
    if len({str((proof.said or {}).get("thread")) for proof in proofs}) > 1:
        faults.append("its events are of different consents")
