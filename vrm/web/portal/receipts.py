"""Receipts: what the person decided, as a page to read or print and as the signed file to keep."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import Blueprint, Response
from sqlalchemy.orm import Session

from vrm import clock, receipts
from vrm.catalogue import Catalogue
from vrm.consents.recording import DPV, digest
from vrm.house import House
from vrm.receipts import Receipt
from vrm.web import pages, proofs, session
from vrm.web.audiences import audience
from vrm.web.portal import words
from vrm.web.rooms import house


@dataclass(frozen=True)
class Line:
    """One key that was asked for one purpose. ``given`` False: it was left out, or all was refused."""

    label: str
    sensitivity: str
    why: str
    frequency: str
    given: bool


@dataclass(frozen=True)
class For:
    """What was decided about one purpose; ``said`` are the company's own words for it, "" where it gave none."""

    purpose: str
    said: str
    given: bool
    lines: list[Line]


@dataclass(frozen=True)
class Event:
    """Something that happened: ``change`` as in the log, without ``consent.``."""

    change: str
    at: datetime


def add_routes(blueprint: Blueprint) -> None:
    """``/consents/<id>/receipts/<n>``, ``/asks/<id>/receipt``, and the file of each."""
    blueprint.get("/consents/<uuid:consent_id>/receipts/<int:number>")(show_receipt)
    blueprint.get("/consents/<uuid:consent_id>/receipts/<int:number>/file")(download_receipt)
    blueprint.get("/asks/<uuid:ask_id>/receipt")(show_refusal)
    blueprint.get("/asks/<uuid:ask_id>/receipt/file")(download_refusal)


@audience("consumer")
def show_receipt(consent_id: object, number: int) -> Response:
    return _page(_of_consent(str(consent_id), number), f"/consents/{consent_id}/receipts/{number}/file")


@audience("consumer")
def download_receipt(consent_id: object, number: int) -> Response:
    return _file(_of_consent(str(consent_id), number))


@audience("consumer")
def show_refusal(ask_id: object) -> Response:
    return _page(_of_refusal(str(ask_id)), f"/asks/{ask_id}/receipt/file")


@audience("consumer")
def download_refusal(ask_id: object) -> Response:
    return _file(_of_refusal(str(ask_id)))


def _of_consent(consent_id: str, number: int) -> Receipt:
    consumer_id = session.consumer_id()
    return _issued(
        lambda db, here, now: receipts.issue_to_person(
            db,
            here.keys,
            consumer_id=consumer_id,
            consent_id=consent_id,
            number=number,
            issuer=here.settings.issuer,
            now=now,
        )
    )


def _of_refusal(ask_id: str) -> Receipt:
    consumer_id = session.consumer_id()
    return _issued(
        lambda db, here, now: receipts.issue_refusal(
            db, here.keys, consumer_id=consumer_id, ask_id=ask_id, issuer=here.settings.issuer, now=now
        )
    )


def _issued(issue: Callable[[Session, House, datetime], Receipt]) -> Receipt:
    here, now = house(), clock.now()
    return here.database.read(lambda db: issue(db, here, now))


def _file(receipt: Receipt) -> Response:
    response = Response(receipts.dump(receipt), mimetype=receipts.MEDIA_TYPE)
    name = receipts.file_name(receipt)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _page(receipt: Receipt, file: str) -> Response:
    here = house()
    record, made = receipt.record, receipt.record["event"][0]
    notice = record["notice"]
    proof = next((event["proof"] for event in receipt.body["events"]), None)
    return pages.render(
        "receipt.html",
        consent_id=record["consent_id"],
        number=record["revision"],
        change=made["change"],
        at=datetime.fromisoformat(made["event_time"]),
        until=None if record["valid_until"] is None else datetime.fromisoformat(record["valid_until"]),
        party=record["party_identification"][0],
        purposes=purposes_of(here.catalogue, receipt),
        sign_in=record["sign_in"],
        retention_days=record["terms"]["retention_days"],
        recipients=record["terms"]["recipients"],
        since=[
            Event(event["change"], datetime.fromisoformat(event["event_time"]))
            for event in receipt.body["events"][1:]
        ],
        ended=any(event["change"] in receipts.ENDS for event in receipt.body["events"][1:]),
        replaced=any(event["change"] in receipts.REPLACES for event in receipt.body["events"][1:]),
        notice={
            "url": notice.get("privacy_notice_url"),
            "version": notice.get("version"),
            "sha256": notice.get("sha256"),
        },
        sha256=digest(dict(record)),
        record_id=record["record_id"],
        file=file,
        file_name=receipts.file_name(receipt),
        logged=proof is not None,
        signed_by=_signed_by(here, proof),
    )


def _signed_by(here: House, proof: str | None) -> list[str]:
    """The keys of the log that signed the proof in it."""
    if proof is None:
        return []
    checkpoint = proof.partition("\n\n")[2]
    return proofs.signed_by(checkpoint, here.log_verifiers())


def purposes_of(catalogue: Catalogue, receipt: Receipt) -> list[For]:
    """What was decided, purpose by purpose, in the words that were shown."""
    notice = receipt.record["notice"]
    return [_for(catalogue, one, notice) for one in receipt.record["pii_processing"]]


def _for(catalogue: Catalogue, processing: Mapping[str, Any], notice: Mapping[str, Any]) -> For:
    id = processing["purpose"].replace(DPV, "dpv:", 1)
    return For(
        purpose=words.purpose(catalogue, id),
        said=notice.get("purposes", {}).get(id, ""),
        given=processing["given"],
        lines=[_line(catalogue, one, notice) for one in processing["pii_information"]],
    )


def _line(catalogue: Catalogue, pii: Mapping[str, Any], notice: Mapping[str, Any]) -> Line:
    key = pii["pii_attribute_id"]
    shown = notice.get("shown", {}).get("keys", {}).get(key, {})
    known = catalogue.keys.get(key)
    return Line(
        label=shown.get("label") or words.label(catalogue, key),
        sensitivity=shown.get("sensitivity") or (known.sensitivity if known else "ordinary"),
        why=pii["why"],
        frequency=pii["frequency"],
        given=pii["given"],
    )
