"""Closing the account: said what goes and what stays, asked for with the password, and then nobody is here any more."""

from datetime import datetime

from flask import Blueprint, Response, request
from marshmallow import Schema, fields
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as BaseResponse

from vrm import accounts, clock, consents, journeys
from vrm.web import letters, pages, problems, session
from vrm.web.audiences import audience
from vrm.web.forms import BLANK, Form, filled
from vrm.web.language import gettext
from vrm.web.rooms import house
from vrm.web.typed import N_, REFUSED, needed


class _Closing(Schema):
    password = needed(N_("Type your password."))
    understood = needed(N_("Tick this, if you want it."))
    code = fields.String(load_default="")


def add_routes(blueprint: Blueprint) -> None:
    """``/account/close``."""
    blueprint.get("/account/close")(show_closing)
    blueprint.post("/account/close")(close)


@audience("consumer")
def show_closing() -> Response:
    return _page(BLANK)


@audience("consumer")
def close() -> BaseResponse:
    """Close it. The password, and the second factor where there is one: a browser left open must not be enough."""
    form = filled(_Closing())
    if form.errors:
        return _page(form, REFUSED)
    here, present, now = house(), session.present(), clock.now()

    def work(db: Session) -> bool:
        if present.has_second_factor and not _proved(db, form.data["code"], now):
            return False
        email = journeys.close_account(db, here.keys, consumer_id=present.person_id, now=now)
        until = f"{journeys.unreadable_from(now):%Y-%m-%d}"
        letters.enqueue(db, here.keys, letter="account_closed", to=email, values={"until": until}, now=now)
        return True

    try:
        closed = accounts.prove_password(
            here.database,
            here.hasher,
            account_id=present.account_id,
            password=request.form["password"],
            now=now,
            then=work,
        )
    except accounts.WrongCredentials as fault:
        wrong = gettext("This is not your password. Nothing was changed.")
        return _page(Form(errors={"password": wrong}), problems.row(fault).status)
    if not closed:
        missing = accounts.WrongCode()
        return _page(Form(errors={"code": missing.message}), problems.row(missing).status)
    # A page and no redirect: there is nobody left whom another page could know.
    response = pages.render("account_closed.html", until=journeys.unreadable_from(now))
    session.forget(response)
    return response


def _proved(db: Session, code: str, now: datetime) -> bool:
    proved = accounts.prove_second_factor(
        db,
        house().keys,
        account_id=session.present().account_id,
        code=code,
        token=session.token() or "",
        now=now,
    )
    return proved is not None


def _page(form: Form, status: int = 200) -> Response:
    here, present, now = house(), session.present(), clock.now()
    listed = here.database.read(lambda db: consents.list_consents(db, consumer_id=present.person_id))
    return pages.render(
        "account_close.html",
        status,
        form=Form({}, form.data, form.errors),  # neither password nor code is ever shown again
        has_second_factor=present.has_second_factor,
        standing=sum(each.state == "active" and each.expires_at > now for each in listed),
        until=journeys.unreadable_from(now),
    )
