"""The second factor: setting it up, proving it at each sign-in, and removing it where it is a choice.

Auditors cannot do without; for everyone else it is theirs to switch on. The page shows what is due.
"""

from datetime import datetime

import segno
from flask import Blueprint, Response, request
from markupsafe import Markup
from marshmallow import Schema, fields
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as BaseResponse

from vrm import accounts, clock
from vrm.web import offices, pages, problems, session
from vrm.web.audiences import SIGNED_IN, audience
from vrm.web.forms import BLANK, Form, filled
from vrm.web.language import gettext
from vrm.web.offices import UNPROVED, office
from vrm.web.onward import onward
from vrm.web.rooms import house
from vrm.web.site import Visitor, site
from vrm.web.typed import N_, REFUSED, needed


class _Code(Schema):
    code = needed(N_("Type the code that your device shows."))
    next = fields.String(load_default="")


class _NewDevice(_Code):
    password = needed(N_("Type your password."))


def add_routes(blueprint: Blueprint) -> None:
    """``/second-factor``, ``/second-factor/remove``. Auditors have no choice, and so no way to remove it."""
    blueprint.get("/second-factor")(show_second_factor)
    blueprint.post("/second-factor")(second_factor)
    if blueprint.url_prefix != offices.AUDITORS.prefix:
        blueprint.post("/second-factor/remove")(remove_second_factor)


@audience("consumer", "company", "auditor", roles={*SIGNED_IN, UNPROVED})
def show_second_factor() -> BaseResponse:
    return _page(BLANK, session.safe_next(request.args.get("next")))


@audience("consumer", "company", "auditor", roles={*SIGNED_IN, UNPROVED})
def second_factor() -> BaseResponse:
    """Prove the factor in this session, or take a new one into use."""
    present, now = session.present(), clock.now()
    form = filled(_Code() if present.has_second_factor else _NewDevice())
    going = session.safe_next(form.values.get("next"))
    if form.errors:
        return _page(form, going, REFUSED)
    if present.has_second_factor:
        return _prove(present, form, going, now)
    return _confirm(present, form, going, now)


@audience("consumer", "company", roles=SIGNED_IN)
def remove_second_factor() -> BaseResponse:
    """Do without from now on. It takes a code: a browser left open must not be enough."""
    form = filled(_Code())
    if form.errors:
        return _page(form, "", REFUSED)
    here, present, now, token = house(), session.present(), clock.now(), session.token() or ""

    def work(db: Session) -> accounts.Started | None:
        started = accounts.prove_second_factor(
            db, here.keys, account_id=present.account_id, code=form.data["code"], token=token, now=now
        )
        if started is not None:
            accounts.end_second_factor(db, account_id=present.account_id)
        return started

    started = here.database.write(work)
    if started is None:
        return _wrong(form, "")
    response = onward(f"{office().prefix}/account", "factor-removed")
    session.remember(response, started.token)
    return response


def _prove(present: Visitor, form: Form, going: str, now: datetime) -> BaseResponse:
    here, token = house(), session.token() or ""

    def work(db: Session) -> accounts.Started | None:
        started = accounts.prove_second_factor(
            db, here.keys, account_id=present.account_id, code=form.data["code"], token=token, now=now
        )
        if started is not None:
            _record(db, present, now)
        return started

    started = here.database.write(work)
    if started is None:
        return _wrong(form, going)
    response = onward(going)
    session.remember(response, started.token)
    return response


def _confirm(present: Visitor, form: Form, going: str, now: datetime) -> BaseResponse:
    """It takes the password: a browser left open must not be enough to lock its person out."""
    here, token = house(), session.token() or ""

    def work(db: Session) -> tuple[accounts.Started, list[str]]:
        done = accounts.confirm_second_factor(
            db, here.keys, account_id=present.account_id, code=form.data["code"], token=token, now=now
        )
        _record(db, present, now)
        return done

    try:
        started, codes = accounts.prove_password(
            here.database,
            here.hasher,
            account_id=present.account_id,
            password=request.form["password"],
            now=now,
            then=work,
        )
    except accounts.WrongCredentials as fault:
        wrong = gettext("This is not your password. Nothing was changed.")
        return _page(Form(form.values, {}, {"password": wrong}), going, problems.row(fault).status)
    except accounts.WrongCode:
        return _wrong(form, going)
    # A page and no redirect: these codes are shown this once.
    response = pages.render("recovery_codes.html", codes=codes, going=going)
    session.remember(response, started.token)
    return response


def _record(db: Session, present: Visitor, now: datetime) -> None:
    if present.audience == "auditor":
        accounts.record_auditor_sign_in(db, auditor_id=present.person_id, now=now)


def _wrong(form: Form, going: str) -> Response:
    fault = accounts.WrongCode()
    return _page(Form(form.values, {}, {"code": fault.message}), going, problems.row(fault).status)


def _page(form: Form, going: str, status: int = 200) -> Response:
    here, present = house(), session.present()
    form = Form({}, form.data, form.errors)  # neither code nor password is ever shown again
    if not present.has_second_factor:
        enrolment = here.database.write(
            lambda db: accounts.begin_second_factor(
                db,
                here.keys,
                account_id=present.account_id,
                token=session.token() or "",
                issuer="VRM",
                label=site().host,
            )
        )
        # The library's drawing of a constant shape: attributes only, no style and no script.
        drawing = Markup(segno.make(enrolment.uri, micro=False).svg_inline(scale=5, border=4))  # noqa: S704
        secret = " ".join(enrolment.secret[at : at + 4] for at in range(0, len(enrolment.secret), 4))
        return pages.render(
            "second_factor_new.html",
            status,
            form=form,
            next=going,
            drawing=drawing,
            secret=secret,
            required=present.audience == "auditor",
        )
    if present.role == UNPROVED:
        return pages.render("second_factor.html", status, form=form, next=going)
    left = here.database.read(lambda db: accounts.count_recovery_codes(db, account_id=present.account_id))
    return pages.render(
        "second_factor_kept.html", status, form=form, left=left, removable=present.audience != "auditor"
    )
