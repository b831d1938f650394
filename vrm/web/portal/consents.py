"""What a person allows and has allowed: the list, and ending one of them."""

from collections.abc import Container

from flask import Blueprint, Response, request
from werkzeug.wrappers import Response as BaseResponse

from vrm import clock, consents
from vrm.errors import Conflict
from vrm.ids import is_id
from vrm.web import pages, session
from vrm.web.audiences import audience
from vrm.web.onward import onward
from vrm.web.portal import consent_rows, listing
from vrm.web.rooms import house


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
    filters = listing.Filters(
        company=_id("company"),
        state=state if state in listing.STATES[tab] else "",
        purpose=known(request.args.get("purpose", ""), here.catalogue.purposes),
        key=known(request.args.get("key", ""), here.catalogue.keys),
    )
    before, show = _id("before"), listing.past if tab == "history" else listing.current
    shown = here.database.read(
        lambda db: show(db, here, consumer_id=consumer_id, filters=filters, before=before, now=now)
    )
    return pages.render("consents.html", tab=tab, filters=filters, shown=shown, compact_from=listing.COMPACT)


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


def known(given: str, catalogue: Container[str]) -> str:
    """A code of the catalogue; anything else counts as not given."""
    return given if given in catalogue else ""


def _id(name: str) -> str:
    """An id from the query; anything else counts as not given."""
    given = request.args.get(name, "")
    return given if is_id(given) else ""
