"""Signing in and out. Where a second factor is in use, it is asked for on the page after."""

from flask import Blueprint, Response, request
from marshmallow import Schema, fields
from werkzeug.wrappers import Response as BaseResponse

from vrm import accounts, clock
from vrm.web import pages, problems, session
from vrm.web.audiences import audience
from vrm.web.coming_in import devices
from vrm.web.forms import BLANK, Form, filled
from vrm.web.offices import office
from vrm.web.onward import carried, onward
from vrm.web.rooms import house
from vrm.web.typed import N_, REFUSED, needed, network_address


class _SignIn(Schema):
    email = needed(N_("Type your e-mail address."))
    password = needed(N_("Type your password."))
    next = fields.String(load_default="")
    again = fields.String(load_default="")


def add_routes(blueprint: Blueprint) -> None:
    """``/sign-in``, ``/sign-out``."""
    blueprint.get("/sign-in")(show_sign_in)
    blueprint.post("/sign-in")(sign_in)
    blueprint.post("/sign-out")(sign_out)


@audience("public")
def show_sign_in() -> BaseResponse:
    going = session.safe_next(request.args.get("next"))
    # Whoever asks a person to sign in again (OpenID Connect, prompt=login) has them do so over their session.
    if session.visitor() is not None and "again" not in request.args:
        return onward(going)
    return _page(BLANK, going)


@audience("public")
def sign_in() -> BaseResponse:
    form = filled(_SignIn())
    going = session.safe_next(form.values.get("next"))
    if form.errors:
        return _page(form, going, REFUSED)
    here = house()
    try:
        started = accounts.sign_in(
            here.database,
            here.keys,
            here.hasher,
            email=form.data["email"],
            password=form.data["password"],
            client=network_address(),
            now=clock.now(),
            kind=office().audience,
            replaces=session.token(),
        )
    except accounts.WrongCredentials as fault:
        # Said of the whole form: which of the two was wrong would tell who has an account.
        return _page(Form(form.values, {}, {"": fault.message}), going, problems.row(fault).status)
    device = devices.greet(here, started)
    response = onward(going)  # where a second factor is due, the guard of that page leads to it first
    session.remember(response, started.token)
    devices.remember(response, device)
    return response


@audience("public")
def sign_out() -> BaseResponse:
    token = session.token()
    if token is not None:
        house().database.write(lambda db: accounts.end_session(db, token=token))
    response = onward(office().start, "signed-out")
    session.forget(response)
    return response


def _page(form: Form, going: str, status: int = 200) -> Response:
    asked_again = "again" in request.args or bool(form.values.get("again"))
    return pages.render(
        "sign_in.html",
        status,
        form=form,
        next=going,
        carry=carried(going),
        again=asked_again and office().audience == "consumer" and session.visitor() is not None,
    )
