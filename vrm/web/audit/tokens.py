"""Tokens for an auditor's own programs: made here, shown once, ended here."""

from flask import Blueprint, Response
from marshmallow import Schema, fields, validate
from werkzeug.wrappers import Response as BaseResponse

from vrm import accounts, clock
from vrm.errors import Conflict, Invalid
from vrm.web import pages, problems, session
from vrm.web.audiences import audience
from vrm.web.forms import BLANK, Form, filled
from vrm.web.language import told
from vrm.web.onward import onward
from vrm.web.rooms import house
from vrm.web.site import site
from vrm.web.typed import N_, REFUSED, needed

SPANS = (7, 30, 90)  # days


class _Token(Schema):
    name = needed(N_("Say what the token is for, in at most 60 letters."))
    days = fields.Integer(
        required=True,
        validate=validate.OneOf(SPANS, error=N_("Choose how long the token is good.")),
        error_messages={
            "required": N_("Choose how long the token is good."),
            "invalid": N_("Choose how long the token is good."),
        },
    )


def add_routes(blueprint: Blueprint) -> None:
    """``/tokens``, ``/tokens/<id>/end``."""
    blueprint.get("/tokens")(show_tokens)
    blueprint.post("/tokens")(make_token)
    blueprint.post("/tokens/<uuid:token_id>/end")(end_token)


@audience("auditor")
def show_tokens() -> Response:
    return _page(BLANK)


@audience("auditor")
def make_token() -> Response:
    """A page and no redirect: the token is shown this once."""
    form = filled(_Token())
    if form.errors:
        return _page(form, status=REFUSED)
    here, auditor_id, now = house(), session.auditor_id(), clock.now()
    try:
        token = here.database.write(
            lambda db: accounts.issue_auditor_token(
                db, here.keys, auditor_id=auditor_id, name=form.data["name"], days=form.data["days"], now=now
            )
        )
    except Invalid as fault:
        return _page(form.with_fault(fault), status=REFUSED)
    except Conflict as fault:
        return _page(Form(form.values, {}, {"": told(fault)}), status=problems.row(fault).status)
    return _page(BLANK, token=token)


@audience("auditor")
def end_token(token_id: object) -> BaseResponse:
    auditor_id, now = session.auditor_id(), clock.now()
    house().database.write(
        lambda db: accounts.end_auditor_token(db, auditor_id=auditor_id, token_id=str(token_id), now=now)
    )
    return onward("/audit/tokens", "deleted")


def _page(form: Form, *, token: str = "", status: int = 200) -> Response:
    here, auditor_id, now = house(), session.auditor_id(), clock.now()
    found = here.database.read(
        lambda db: accounts.list_auditor_tokens(db, here.keys, auditor_id=auditor_id, now=now)
    )
    return pages.render(
        "audit_tokens.html",
        status,
        form=form,
        tokens=found,
        token=token,
        spans=SPANS,
        issuer=site().issuer,
    )
