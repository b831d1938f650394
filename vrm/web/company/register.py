"""Signing an organisation up: who it is, and what it needs data for. Whoever does it is its first owner."""

from flask import Blueprint, Response, request
from marshmallow import Schema
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as BaseResponse

from vrm import clock, companies
from vrm.companies import Company, Member
from vrm.errors import Conflict, Invalid
from vrm.web import pages, problems, session
from vrm.web.audiences import audience
from vrm.web.company import stating
from vrm.web.forms import BLANK, Form, filled
from vrm.web.offices import NEWCOMER, ROLES
from vrm.web.onward import onward
from vrm.web.rooms import house
from vrm.web.typed import N_, REFUSED


class _Organisation(Schema):
    legal_name = stating.text(N_("Type the legal name of your organisation."), 200)
    address = stating.text(N_("Type the address where post reaches your organisation."), 500, lines=True)
    contact = stating.text(N_("Type an e-mail address for questions."), 254)
    domain = stating.text(N_("Type the web domain of your organisation."), 253)
    privacy_notice_url = stating.optional_text(2000)
    owner = stating.optional_text(200)


def add_routes(blueprint: Blueprint) -> None:
    """``/company/register``."""
    blueprint.get("/register")(show_register)
    blueprint.post("/register")(register)


@audience("company", roles=(NEWCOMER, *ROLES))
def show_register() -> BaseResponse:
    """The form; for somebody who was off-boarded or left, first what happened, from where the form is a step on."""
    here, present = house(), session.present()
    if present.company_id is not None:
        return onward("/company")
    former = here.database.read(lambda db: _former(db, present.account_id))
    if former is not None and "another" not in request.args:
        member, company = former
        return pages.render("company_ended.html", company=company, ended_at=member.ended_at)
    return _page(BLANK, stating.with_room([], stating.ROWS))


@audience("company", roles=(NEWCOMER, *ROLES))
def register() -> BaseResponse:
    """Take the organisation in and make this person its owner, or show the form again with all that was typed."""
    here, account_id, now = house(), session.present().account_id, clock.now()
    if session.present().company_id is not None:
        return onward("/company")  # the form was sent twice
    form = stating.checked(filled(_Organisation()), **stating.PARSERS)
    purposes = stating.read_purposes(here.catalogue)
    if request.form.get("do") == "more":
        return _page(Form(form.values), stating.with_room(purposes.rows))
    errors = {**form.errors, **purposes.errors}
    if errors:
        return _page(Form(form.values, {}, errors), purposes.rows, REFUSED)

    def write(db: Session) -> None:
        made = companies.register(
            db,
            **{**form.data, "privacy_notice_url": form.data["privacy_notice_url"] or None},
            purposes=purposes.stated,
            known_purposes=here.catalogue.purposes,
            actor="company",
            by=account_id,
            now=now,
        )
        companies.add_owner(db, company_id=made.id, account_id=account_id, now=now)

    try:
        here.database.write(write)
    except Invalid as fault:
        return _page(form.with_fault(fault), purposes.rows, problems.row(fault).status)
    except Conflict as fault:
        if fault.code == "belongs_elsewhere":
            return onward("/company")
        raise
    return onward("/company", "registered")


def _former(db: Session, account_id: str) -> tuple[Member, Company] | None:
    """Where somebody belonged last, if they belong nowhere now."""
    member = companies.find_former(db, account_id=account_id)
    if member is None:
        return None
    return member, companies.get_company(db, company_id=member.company_id)


def _page(form: Form, rows: list[stating.Row], status: int = 200) -> Response:
    here = house()
    return pages.render(
        "company_register.html",
        status,
        form=form,
        rows=rows,
        offered=stating.offered(here.catalogue),
        free=stating.free_domains(here),
    )
