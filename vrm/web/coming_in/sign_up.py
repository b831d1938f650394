"""An address, a mailed link, a password. The same way leads back in when the password is lost.

Whoever types an address sees one and the same page and causes the same work: a row, and one letter to that
address. What they came for (``next``) travels in the link, because the mail may be opened in another browser.
"""

import secrets
from datetime import datetime, timedelta
from urllib.parse import urlencode

from flask import Blueprint, Response, request
from marshmallow import Schema, fields
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as BaseResponse

from vrm import accounts, clock
from vrm.errors import Invalid
from vrm.web import letters, offices, pages, problems, session
from vrm.web.audiences import audience
from vrm.web.coming_in import devices
from vrm.web.forms import BLANK, Form, filled
from vrm.web.language import gettext, told
from vrm.web.offices import office
from vrm.web.onward import carried, onward
from vrm.web.rooms import house
from vrm.web.site import site
from vrm.web.typed import N_, REFUSED, needed, network_address, renamed

MINUTES = accounts.LIFETIME // timedelta(minutes=1)


class _Address(Schema):
    email = needed(N_("Type your e-mail address."))
    next = fields.String(load_default="")


class _Choice(Schema):
    token = needed(N_("Open the link from the mail again."))
    new_password = needed(N_("Type a new password."))
    name = fields.String(load_default="")


def add_routes(blueprint: Blueprint) -> None:
    """``/sign-up``, ``/reset``, ``/choose-password``. Auditors are let in by the operator and have no sign-up."""
    if blueprint.url_prefix != offices.AUDITORS.prefix:
        blueprint.get("/sign-up")(show_sign_up)
        blueprint.post("/sign-up")(sign_up)
    blueprint.get("/reset")(show_reset)
    blueprint.post("/reset")(reset)
    blueprint.get("/choose-password")(show_choose_password)
    blueprint.post("/choose-password")(choose_password)


@audience("public")
def show_sign_up() -> Response:
    return _address_page("sign_up", BLANK, session.safe_next(request.args.get("next")))


@audience("public")
def sign_up() -> Response:
    return _invite("sign_up")


@audience("public")
def show_reset() -> Response:
    return _address_page("reset", BLANK, session.safe_next(request.args.get("next")))


@audience("public")
def reset() -> Response:
    return _invite("reset")


@audience("public")
def show_choose_password() -> Response:
    token = request.args.get("token", "")
    try:
        invitation = _invitation(token)
    except accounts.LinkExpired as fault:
        return _expired(fault)
    return _password_page(invitation, BLANK, session.safe_next(request.args.get("next")))


@audience("public")
def choose_password() -> BaseResponse:
    """Use the link up, and sign in: whoever holds the link and chose the password is the person."""
    form = filled(_Choice())
    going = session.safe_next(request.args.get("next"))
    try:
        invitation = _invitation(form.values.get("token", ""))
        if form.errors:
            return _password_page(invitation, form, going, REFUSED)
        if _needs_name(invitation) and not form.data["name"]:
            raise Invalid(N_("Type your name, as your colleagues know you."), field="name")
        started = _complete(invitation, request.form["new_password"], form.data["name"])
    except Invalid as fault:  # of the password or the name
        wrong = renamed(form.with_fault(fault), "password", "new_password")
        return _password_page(invitation, wrong, going, problems.row(fault).status)
    except accounts.LinkExpired as fault:
        return _expired(fault)
    device = devices.greet(house(), started, told=True)
    response = onward(going, "welcome" if invitation.purpose == "sign_up" else "password")
    session.remember(response, started.token)
    devices.remember(response, device)
    return response


def _invite(purpose: str) -> Response:
    """Mail a link. The answer is a page and not a redirect, because an address must not stand in a URL."""
    form = filled(_Address())
    going = session.safe_next(form.values.get("next"))
    if form.errors:
        return _address_page(purpose, form, going, REFUSED)
    here, now, client = house(), clock.now(), network_address()

    def invite(db: Session) -> None:
        kind = office().audience
        invitation = accounts.invite(
            db, here.keys, email=form.data["email"], client=client, now=now, kind=kind
        )
        letters.enqueue(
            db,
            here.keys,
            letter="company_sign_up"
            if (kind, invitation.purpose) == ("company", "sign_up")
            else invitation.purpose,
            to=invitation.email,
            values={"link": _link(invitation.token, going)},
            now=now,
        )

    try:
        here.database.write(invite)
    except Invalid as fault:
        wrong = Form(form.values, {}, {"email": fault.message})
        return _address_page(purpose, wrong, going, problems.row(fault).status)
    return pages.render(
        "check_mail.html", email=form.data["email"], purpose=purpose, minutes=MINUTES, carry=carried(going)
    )


def _needs_name(invitation: accounts.Invitation) -> bool:
    """Colleagues see each other's names. A consumer's is a value of the profile; an auditor's came before."""
    return invitation.kind == "company" and invitation.purpose == "sign_up"


def _complete(invitation: accounts.Invitation, password: str, name: str) -> accounts.Started:
    """Make the account, or set the password, and start a session. Slow steps come first, outside the transaction."""
    here, now, token = house(), clock.now(), session.token()
    if invitation.purpose == "sign_up":
        newcomer = accounts.prepare_newcomer(
            here.keys,
            here.hasher,
            email=invitation.email,
            password=password,
            name=name if _needs_name(invitation) else None,
            person_id=invitation.person_id,
        )
        return here.database.write(
            lambda db: _started(
                db,
                accounts.complete_sign_up(db, token=invitation.token, newcomer=newcomer, now=now),
                now,
                token,
            )
        )
    password_hash = accounts.prepare_password(here.hasher, email=invitation.email, password=password)

    def reset(db: Session) -> accounts.Started:
        account = accounts.reset_password(db, token=invitation.token, password_hash=password_hash, now=now)
        letters.tell_of_new_password(db, here.keys, person_id=account.person_id, to=invitation.email, now=now)
        return _started(db, account, now, token)

    return here.database.write(reset)


def _started(db: Session, account: accounts.Account, now: datetime, replaces: str | None) -> accounts.Started:
    return accounts.start_session(db, account_id=account.id, now=now, replaces=replaces)


def _invitation(token: str) -> accounts.Invitation:
    here = house()
    return here.database.read(
        lambda db: accounts.get_invitation(
            db, here.keys, token=token, now=clock.now(), kind=office().audience
        )
    )


def _link(token: str, going: str) -> str:
    query = {"token": token} | ({"next": going} if going != office().home else {})
    return f"{site().issuer}{office().prefix}/choose-password?{urlencode(query)}"


def _address_page(purpose: str, form: Form, going: str, status: int = 200) -> Response:
    return pages.render("sign_up.html", status, form=form, purpose=purpose, next=going, carry=carried(going))


def _password_page(invitation: accounts.Invitation, form: Form, going: str, status: int = 200) -> Response:
    return pages.render(
        "choose_password.html",
        status,
        form=form,
        purpose=invitation.purpose,
        token=invitation.token,
        action=f"{office().prefix}/choose-password{carried(going)}",
        email=invitation.email,
        asks_name=_needs_name(invitation),
        least=accounts.SHORTEST,
        most=accounts.LONGEST,
    )


def _expired(fault: accounts.LinkExpired) -> Response:
    return pages.error_page(
        problems.row(fault).status,
        title=gettext("This link has ended"),
        code=fault.code,
        sentence=told(fault),
        reference="r-" + secrets.token_hex(4),
        ways=(
            pages.Way(office().sign_in, gettext("Sign in")),
            pages.Way(f"{office().prefix}/reset", gettext("Choose a new password")),
        ),
    )
