"""The account: its password, and where it is signed in."""

from dataclasses import dataclass
from datetime import datetime

from flask import Blueprint, Response, request
from marshmallow import Schema
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as BaseResponse

from vrm import accounts, clock
from vrm.web import pages, problems, session
from vrm.web.audiences import audience
from vrm.web.forms import BLANK, Form, filled
from vrm.web.language import gettext
from vrm.web.portal import letters
from vrm.web.portal.onward import onward
from vrm.web.portal.typed import N_, REFUSED, needed, renamed
from vrm.web.rooms import house


class _Passwords(Schema):
    current_password = needed(N_("Type the password you have now."))
    new_password = needed(N_("Type a new password."))


@dataclass(frozen=True)
class Signed:
    """A browser that is signed in."""

    started_at: datetime
    seen_at: datetime
    current: bool


def add_routes(blueprint: Blueprint) -> None:
    """``/account``, ``/account/password``, ``/account/sign-out-elsewhere``, ``/account/sign-out-everywhere``."""
    blueprint.get("/account")(show_account)
    blueprint.post("/account/password")(change_password)
    blueprint.post("/account/sign-out-elsewhere")(sign_out_elsewhere)
    blueprint.post("/account/sign-out-everywhere")(sign_out_everywhere)


@audience("consumer")
def show_account() -> Response:
    return _page(BLANK)


@audience("consumer")
def change_password() -> BaseResponse:
    form = filled(_Passwords())
    if form.errors:
        return _page(form, REFUSED)
    here, account_id, token, now = house(), _account_id(), session.token(), clock.now()
    try:
        accounts.change_password(
            here.database,
            here.keys,
            here.hasher,
            account_id=account_id,
            current=request.form["current_password"],
            new=request.form["new_password"],
            token=token or "",
            now=now,
            also=lambda db, email: letters.tell_of_new_password(db, here.keys, to=email, now=now),
        )
    except accounts.WrongCredentials as fault:
        wrong = gettext("This is not your password now. Nothing was changed.")
        return _page(Form(errors={"current_password": wrong}), problems.row(fault).status)
    except accounts.BadPassword as fault:
        return _page(renamed(form.with_fault(fault), "password", "new_password"), problems.row(fault).status)
    return onward("/account", "password")


@audience("consumer")
def sign_out_elsewhere() -> BaseResponse:
    account_id, token = _account_id(), session.token()
    house().database.write(lambda db: accounts.end_sessions(db, account_id=account_id, but=token))
    return onward("/account", "elsewhere")


@audience("consumer")
def sign_out_everywhere() -> BaseResponse:
    account_id = _account_id()
    house().database.write(lambda db: accounts.end_sessions(db, account_id=account_id))
    response = onward("/", "everywhere")
    session.forget(response)
    return response


def _page(form: Form, status: int = 200) -> Response:
    here, consumer_id, now = house(), session.consumer_id(), clock.now()

    def look(db: Session) -> tuple[str, datetime, list[accounts.SignedIn]]:
        person = accounts.open_person(db, here.keys, consumer_id=consumer_id)
        account = accounts.get_account(db, consumer_id=consumer_id)
        return person.email, account.created_at, accounts.list_sessions(db, account_id=account.id, now=now)

    email, made_at, signed_in = here.database.read(look)
    this = session.visitor()
    return pages.render(
        "account.html",
        status,
        email=email,
        form=form,
        least=accounts.SHORTEST,
        most=accounts.LONGEST,
        made_at=made_at,
        sessions=[
            _signed(each, now, current=this is not None and each.session_id == this.session_id)
            for each in signed_in
        ],
    )


def _signed(found: accounts.SignedIn, now: datetime, *, current: bool) -> Signed:
    # The moment of this one is kept to a few minutes, and yet it is seen right now.
    return Signed(found.created_at, now if current else found.last_seen, current)


def _account_id() -> str:
    here = session.visitor()
    assert here is not None  # the guard of the route let nobody else in
    return here.account_id
