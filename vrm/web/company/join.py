"""Accepting an invitation: the mailed link proves the address, so account and membership are made in one step.

Whoever is signed in already, with the invited address, presses one button; any other account is told to sign in with
that one, so that a link passed on, or taken from somebody's desk, opens nothing. The link is shown to nobody but its holder, and only to its holder
is it told that the invited address has an account.
"""

import secrets
from urllib.parse import urlencode

from flask import Blueprint, Response, request
from marshmallow import Schema, fields
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as BaseResponse

from vrm import accounts, clock, companies
from vrm.companies import Company, InvitationOver, PersonInvitation
from vrm.errors import Conflict, Invalid
from vrm.web import pages, problems, session
from vrm.web.audiences import audience
from vrm.web.company import words
from vrm.web.forms import BLANK, Form, filled
from vrm.web.language import gettext, told
from vrm.web.offices import COMPANIES, UNPROVED
from vrm.web.onward import onward
from vrm.web.rooms import house
from vrm.web.site import Visitor
from vrm.web.typed import N_, REFUSED, needed, network_address, renamed


class _Coming(Schema):
    token = fields.String(load_default="")
    name = needed(N_("Type your name, as your colleagues know you."))
    new_password = needed(N_("Type a new password."))


def add_routes(blueprint: Blueprint) -> None:
    """``/company/join``."""
    blueprint.get("/join")(show_join)
    blueprint.post("/join")(join)


@audience("public")
def show_join() -> BaseResponse:
    token = request.args.get("token", "")
    here = session.visitor()
    if here is not None and here.role == UNPROVED:
        return onward(f"{COMPANIES.steps[UNPROVED]}?{urlencode({'next': _path(token)})}")
    try:
        return _page(token, BLANK)
    except InvitationOver as fault:
        return _over(fault)


@audience("public")
def join() -> BaseResponse:
    """Belong to the company from now on: with the account that is signed in, or with a new one."""
    token, here = request.form.get("token", ""), session.visitor()
    if here is not None and here.role == UNPROVED:
        return show_join()
    try:
        if here is None:
            return _come(token)
        _join_as(here, token)
    except InvitationOver as fault:
        return _over(fault)
    except Conflict as fault:  # it belongs to an organisation already, or has another address
        return _page(token, Form({}, {}, {"": told(fault)}), problems.row(fault).status)
    return onward(COMPANIES.home, "joined")


def _join_as(visitor: Visitor, token: str) -> None:
    here, now = house(), clock.now()

    def write(db: Session) -> None:
        invitation = companies.get_invitation(db, here.keys, token=token, now=now)
        person = accounts.open_person(db, here.keys, person_id=visitor.person_id)
        if not invitation.is_to(person.email):
            raise Conflict(
                N_("Sign out, then open the link again and sign in with the address it was sent to."),
                code="other_address",
            )
        companies.accept_invitation(db, token=token, account_id=visitor.account_id, now=now)

    here.database.write(write)


def _come(token: str) -> BaseResponse:
    """Make an account for the invited address, take it in, and sign it in: all of it or nothing."""
    form, here, now = filled(_Coming()), house(), clock.now()
    invitation, _ = _invitation(token)
    if form.errors:
        return _page(token, form, REFUSED)
    held, client = session.token(), network_address()
    try:
        # The password is hashed, and the person's key is made, with no transaction open.
        newcomer = accounts.prepare_newcomer(
            here.keys,
            here.hasher,
            email=invitation.email,
            password=request.form["new_password"],
            name=form.data["name"],
        )

        def write(db: Session) -> accounts.Started:
            link = accounts.invite(
                db, here.keys, email=invitation.email, client=client, now=now, kind="company"
            )
            if link.purpose != "sign_up":
                raise accounts.AccountExists
            account = accounts.complete_sign_up(db, token=link.token, newcomer=newcomer, now=now)
            companies.accept_invitation(db, token=token, account_id=account.id, now=now)
            return accounts.start_session(db, account_id=account.id, now=now, replaces=held)

        started = here.database.write(write)
    except Invalid as fault:  # of the password or the name
        wrong = renamed(form.with_fault(fault), "password", "new_password")
        return _page(token, wrong, problems.row(fault).status)
    except accounts.AccountExists as fault:
        return _page(token, Form(form.values, {}, {"": told(fault)}), problems.row(fault).status, exists=True)
    response = onward(COMPANIES.home, "joined")
    session.remember(response, started.token)
    return response


def _invitation(token: str) -> tuple[PersonInvitation, Company]:
    here = house()

    def look(db: Session) -> tuple[PersonInvitation, Company]:
        found = companies.get_invitation(db, here.keys, token=token, now=clock.now())
        return found, companies.get_company(db, company_id=found.company_id)

    return here.database.read(look)


def _page(token: str, form: Form, status: int = 200, *, exists: bool = False) -> Response:
    """The page of an invitation. ``exists``: the address turned out to have an account. Raises ``InvitationOver``."""
    here = session.visitor()
    invitation, company = _invitation(token)
    signed_in = None
    if here is not None:
        signed_in = house().database.read(
            lambda db: accounts.open_person(db, house().keys, person_id=here.person_id)
        )
    return pages.render(
        "company_join.html",
        status,
        form=form,
        token=token,
        company=company,
        role=words.role(invitation.role),
        opens=gettext(words.OPENS[invitation.role]),
        email=invitation.email,
        until=invitation.expires_at,
        signed_in=signed_in.email if signed_in else None,
        theirs=signed_in is None or invitation.is_to(signed_in.email),
        belongs=None if here is None or here.company_id is None else here.company_id == company.id,
        exists=exists,
        sign_in=f"{COMPANIES.sign_in}?{urlencode({'next': _path(token)})}",
        least=accounts.SHORTEST,
        most=accounts.LONGEST,
    )


def _path(token: str) -> str:
    return f"{COMPANIES.prefix}/join?{urlencode({'token': token})}"


def _over(fault: InvitationOver) -> Response:
    return pages.error_page(
        problems.row(fault).status,
        title=gettext("This link has ended"),
        code=fault.code,
        sentence=told(fault),
        reference="r-" + secrets.token_hex(4),
        ways=(pages.Way(COMPANIES.sign_in, gettext("Sign in")),),
    )
