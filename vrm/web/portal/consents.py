"""What a person allows and has allowed: the list, and ending one of them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import Blueprint, Response, request
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as BaseResponse

from vrm import clock, consents
from vrm.errors import Conflict
from vrm.house import House
from vrm.web import pages, session
from vrm.web.audiences import audience
from vrm.web.onward import onward
from vrm.web.portal import asks, consent_rows, history
from vrm.web.rooms import house

STATES = {
    "current": ("active", "ending", "suspended", "changed"),
    "history": ("revoked", "returned", "expired", "refused", "closed"),
}
READABLE = ("active", "ending")


@dataclass(frozen=True)
class Filters:
    """How the list was narrowed; empty for all."""

    q: str
    state: str


def add_routes(blueprint: Blueprint) -> None:
    """``/consents``, ``/consents/<id>/revoke``."""
    blueprint.get("/consents")(show_consents)
    blueprint.get("/consents/<uuid:consent_id>/revoke")(show_revoke)
    blueprint.post("/consents/<uuid:consent_id>/revoke")(revoke)


@audience("consumer")
def show_consents() -> Response:
    here, consumer_id, now = house(), session.consumer_id(), clock.now()
    tab = "history" if request.args.get("show") == "history" else "current"
    state = request.args.get("state", "")
    filters = Filters(request.args.get("q", "").strip(), state if state in STATES[tab] else "")
    return pages.render(
        "consents.html",
        tab=tab,
        filters=filters,
        **here.database.read(lambda db: _list(db, here, consumer_id, tab, filters, now)),
    )


@audience("consumer")
def show_revoke(consent_id: object) -> BaseResponse:
    here, consumer_id, now = house(), session.consumer_id(), clock.now()
    row, _ = here.database.read(
        lambda db: consent_rows.one(
            db, here.catalogue, consumer_id=consumer_id, consent_id=str(consent_id), now=now
        )
    )
    if "revoke" not in row.doable:
        return onward(f"/consents/{consent_id}")
    return pages.render("revoke.html", consent=row)


@audience("consumer")
def revoke(consent_id: object) -> BaseResponse:
    """End it now. A second press finds it ended already, and shows it."""
    here, consumer_id, now = house(), session.consumer_id(), clock.now()
    try:
        here.database.write(
            lambda db: consents.revoke(
                db, here.keys, consumer_id=consumer_id, consent_id=str(consent_id), now=now
            )
        )
    except Conflict:
        return onward(f"/consents/{consent_id}")
    return onward(f"/consents/{consent_id}", "revoked")


def _list(
    db: Session, here: House, consumer_id: str, tab: str, filters: Filters, now: datetime
) -> dict[str, Any]:
    held = consents.list_consents(db, consumer_id=consumer_id)
    sums = history.by_consent(db, consumer_id=consumer_id)
    every = consent_rows.rows(db, here.catalogue, held, sums, now)
    current = [row for row in every if row.ended_at is None]
    past: list[consent_rows.Row | asks.Past] = [row for row in every if row.ended_at is not None]
    past += asks.past(db, here, consumer_id=consumer_id, now=now)
    past.sort(key=lambda row: row.ended_at or now, reverse=True)
    rows = current if tab == "current" else past
    return {
        "counts": {
            "current": len(current),
            "history": len(past),
            "open": sum(row.state in READABLE for row in current),
        },
        "waiting": asks.waiting(db, here, consumer_id=consumer_id, now=now) if tab == "current" else [],
        "consents": [
            row
            for row in rows
            if filters.q.casefold() in row.company.casefold() and filters.state in ("", row.state)
        ],
    }
