"""*Check a receipt*: whoever was shown one, and has no program of ours, lets us look whether we signed it."""

from datetime import datetime
from typing import Any

from flask import Blueprint, Response, request

from vrm import clock, receipts
from vrm.catalogue import Catalogue
from vrm.receipts import MOST_BYTES, Receipt
from vrm.web import pages
from vrm.web.audiences import audience
from vrm.web.forms import BLANK, Form
from vrm.web.language import N_
from vrm.web.portal.receipts import purposes_of
from vrm.web.rooms import house
from vrm.web.typed import REFUSED

_NO_FILE = N_("Choose the file of a receipt first: its name ends in .json.")


def add_routes(blueprint: Blueprint) -> None:
    """``/receipts/check``."""
    blueprint.get("/receipts/check")(show_form)
    blueprint.post("/receipts/check")(check)


@audience("public")
def show_form() -> Response:
    return pages.render("receipt_check.html", form=BLANK, found=None)


@audience("public")
def check() -> Response:
    """What the file shows. It is kept nowhere, and what is said of it is in it: nothing is looked up."""
    here, sent = house(), request.files.get("receipt")
    raw = sent.read(MOST_BYTES + 1) if sent else b""
    if not raw:
        return pages.render(
            "receipt_check.html", REFUSED, form=Form(errors={"receipt": _NO_FILE}), found=None
        )
    keys = here.keys.receipt_keys.published(clock.now())
    found = receipts.verify(raw, keys=keys, vkeys=here.log_verifiers())
    said = {} if found.faults or found.receipt is None else _said(here.catalogue, found.receipt)
    return pages.render("receipt_check.html", form=BLANK, found=found, **said)


def _said(catalogue: Catalogue, receipt: Receipt) -> dict[str, Any]:
    record, made = receipt.record, receipt.record["event"][0]
    return {
        "party": record["party_identification"][0],
        "change": made["change"],
        "at": datetime.fromisoformat(made["event_time"]),
        "until": record["valid_until"] and datetime.fromisoformat(record["valid_until"]),
        "issued_at": datetime.fromisoformat(receipt.body["issued_at"]),
        "purposes": purposes_of(catalogue, receipt),
    }
