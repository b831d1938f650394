"""The account: its password, and where it is signed in."""

from dataclasses import dataclass
from datetime import datetime

from flask import Blueprint, Response, request
from marshmallow import Schema
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as BaseResponse

from vrm import accounts, clock
from vrm.web import letters, pages, problems, session
from vrm.web.audiences import SIGNED_IN, audience
from vrm.web.forms import BLANK, Form, filled
from vrm.web.language import gettext
from vrm.web.offices import office
from vrm.web.onward import onward
from vrm.web.rooms import house
from vrm.web.typed import N_, REFUSED, needed, renamed


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


@audience("consumer", "company", "auditor", roles=SIGNED_IN)
def show_account() -> Response:
    return _page(BLANK)


@audience("consumer", "company", "auditor", roles=SIGNED_IN)
def change_password() -> BaseResponse:
    form = filled(_Passwords())
    if form.errors:
        return _page(form, REFUSED)
    here, me, token, now = house(), session.present(), session.token(), clock.now()
    try:
        accounts.change_password(
            here.database,
            here.keys,
            here.hasher,
            account_id=me.account_id,
            current=request.form["current_password"],
            new=request.form["new_password"],
            token=token or "",
            now=now,
            also=lambda db, email: letters.tell_of_new_password(
                db, here.keys, person_id=me.person_id, to=email, now=now
            ),
        )
    except accounts.WrongCredentials as fault:
        wrong = gettext("This is not your password now. Nothing was changed.")
        return _page(Form(errors={"current_password": wrong}), problems.row(fault).status)
    except accounts.BadPassword as fault:
        return _page(renamed(form.with_fault(fault), "password", "new_password"), problems.row(fault).status)
    return onward(f"{office().prefix}/account", "password")


@audience("consumer", "company", "auditor", roles=SIGNED_IN)
def sign_out_elsewhere() -> BaseResponse:
    account_id, token = session.present().account_id, session.token()
    house().database.write(lambda db: accounts.end_sessions(db, account_id=account_id, but=token))
    return onward(f"{office().prefix}/account", "elsewhere")


@audience("consumer", "company", "auditor", roles=SIGNED_IN)
def sign_out_everywhere() -> BaseResponse:
    account_id = session.present().account_id
    house().database.write(lambda db: accounts.end_sessions(db, account_id=account_id))
    response = onward(office().start, "everywhere")
    session.forget(response)
    return response


def _page(form: Form, status: int = 200) -> Response:
    here, present, now = house(), session.present(), clock.now()

    def look(db: Session) -> tuple[str, datetime, list[accounts.SignedIn]]:
        person = accounts.open_person(db, here.keys, person_id=present.person_id)
        account = accounts.get_account(db, person_id=present.person_id)
        return person.email, account.created_at, accounts.list_sessions(db, account_id=account.id, now=now)

    email, made_at, signed_in = here.database.read(look)
    return pages.render(
        "account.html",
        status,
        email=email,
        form=form,
        least=accounts.SHORTEST,
        most=accounts.LONGEST,
        made_at=made_at,
        has_second_factor=present.has_second_factor,
        sessions=[_signed(each, now, current=each.session_id == present.session_id) for each in signed_in],
    )


def _signed(found: accounts.SignedIn, now: datetime, *, current: bool) -> Signed:
    # The moment of this one is kept to a few minutes, and yet it is seen right now.
    return Signed(found.created_at, now if current else found.last_seen, current)
