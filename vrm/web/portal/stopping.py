"""Stopping a consent from the link in a letter about it, without signing in.

Whoever has the link has the letter, and may not be its person alone: so the page tells when the consent was given and how it
stands, and neither to whom nor for what. Opening it changes nothing, as programs that look through mail open links.

No ``List-Unsubscribe-Post`` (RFC 8058): mail programs show that as a button for hearing less, and this ends a consent.
"""

from datetime import datetime
from typing import Literal, cast

from flask import Blueprint, Response, abort, redirect
from marshmallow import Schema, fields, validate
from werkzeug.wrappers import Response as BaseResponse

from vrm import clock, journeys
from vrm.consents import Consent
from vrm.errors import Invalid
from vrm.web import pages
from vrm.web.audiences import audience
from vrm.web.forms import filled
from vrm.web.rooms import house
from vrm.web.site import site
from vrm.web.typed import N_


class _Act(Schema):
    act = fields.String(required=True, validate=validate.OneOf(("stop", "pause")))


def add_routes(blueprint: Blueprint) -> None:
    """``/stop/<code>``."""
    blueprint.get("/stop/<code>")(show_stop)
    blueprint.post("/stop/<code>")(stop)


@audience("public")
def show_stop(code: str) -> Response:
    here, now = house(), clock.now()
    consent = here.database.read(lambda db: journeys.find_by_code(db, here.keys, code=code))
    if consent is None:
        abort(404)
    return pages.render("stop.html", code=code, consent=consent, state=_state(consent, now))


@audience("public")
def stop(code: str) -> BaseResponse:
    """Stop or pause it, as often as one likes; it is done once."""
    form = filled(_Act())
    if form.errors:
        raise Invalid(N_("Press one of the buttons on the page."), field="act")
    here, now = house(), clock.now()
    act = cast(Literal["stop", "pause"], form.data["act"])
    done = here.database.write(
        lambda db: journeys.stop_by_code(
            db,
            here.keys,
            here.catalogue,
            code=code,
            channel="link",
            act=act,
            issuer=site().issuer,
            now=now,
        )
    )
    if done is None:
        abort(404)
    said = {"stop": "revoked", "pause": "paused"}[act]
    return redirect(f"/stop/{code}" + (f"?done={said}" if done.changed else ""), code=303)


def _state(consent: Consent, now: datetime) -> str:
    if consent.is_active(now):
        return "active" if consent.paused is None else "paused"
    return "expired" if consent.state == "active" else consent.state
