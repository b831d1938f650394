"""What an organisation states of itself, and changing it. Its web domain is ``domain``.

Whoever of its people is signed in reads all of it. Owners change all of it; privacy officers the notice, the purposes
and how long data is kept.
"""

from typing import Any

from flask import Blueprint, Response, request
from marshmallow import Schema
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as BaseResponse

from vrm import clock, companies, consents
from vrm.companies import Company
from vrm.errors import Conflict, Invalid
from vrm.house import House
from vrm.web import pages, problems, session
from vrm.web.audiences import audience
from vrm.web.company import stating, words
from vrm.web.forms import BLANK, Form, filled
from vrm.web.language import told
from vrm.web.onward import onward
from vrm.web.rooms import house
from vrm.web.typed import N_, REFUSED, needed

OWNER = ("owner",)
STATES = ("owner", "privacy_officer")
"""Who may change what people are told of data: purposes, retention, notice."""
PAGE = "/company/organisation"


class _Facts(Schema):
    legal_name = stating.text(N_("Type the legal name of your organisation."), 200)
    address = stating.text(N_("Type the address where post reaches your organisation."), 500, lines=True)
    contact = stating.text(N_("Type an e-mail address for questions."), 254)


class _Notice(Schema):
    privacy_notice_url = needed(N_("Type the address of your privacy notice."))


class _Owner(Schema):
    owner = stating.optional_text(200)


def add_routes(blueprint: Blueprint) -> None:
    """``/company/organisation`` and its forms ``/facts``, ``/notice``, ``/owner``, ``/purposes``."""
    blueprint.get("/organisation")(show_organisation)
    blueprint.get("/organisation/facts")(show_facts)
    blueprint.post("/organisation/facts")(change_facts)
    blueprint.get("/organisation/notice")(show_notice)
    blueprint.post("/organisation/notice")(change_notice)
    blueprint.get("/organisation/owner")(show_owner)
    blueprint.post("/organisation/owner")(change_owner)
    blueprint.get("/organisation/purposes")(show_purposes)
    blueprint.post("/organisation/purposes")(change_purposes)


@audience("company")
def show_organisation() -> Response:
    return overview()


def overview(refused: str = "", status: int = 200) -> Response:
    """The page of the organisation; ``refused`` says why its domain was not checked just now."""
    here, company = house(), own_company()
    return pages.render(
        "company_organisation.html",
        status,
        company=company,
        role=session.present().role,
        proof_url=companies.proof_url(company.domain),
        refused=refused,
        finding=words.finding(company),
        watched=clock.now() < company.watched_until,
        free=stating.free_domains(here),
        purposes=[
            (purpose.plain if (purpose := here.catalogue.purposes.get(id)) else id, stated)
            for id, stated in company.purposes.items()
        ],
    )


@audience("company", roles=OWNER)
def show_facts() -> Response:
    return _facts_page(BLANK)


@audience("company", roles=OWNER)
def change_facts() -> BaseResponse:
    form = stating.checked(filled(_Facts()), contact=stating.PARSERS["contact"])
    if form.errors:
        return _facts_page(form, REFUSED)
    try:
        house().database.write(lambda db: companies.change_facts(db, **form.data, **_by()))
    except Invalid as fault:
        return _facts_page(form.with_fault(fault), problems.row(fault).status)
    return onward(PAGE, "saved")


@audience("company", roles=STATES)
def show_notice() -> Response:
    return _asking_anew("company_notice.html", BLANK)


@audience("company", roles=STATES)
def change_notice() -> BaseResponse:
    """Another address, or the same again where the notice behind it is another: people are asked anew."""
    form = stating.checked(filled(_Notice()), privacy_notice_url=stating.PARSERS["privacy_notice_url"])
    if form.errors:
        return _asking_anew("company_notice.html", form, REFUSED)
    try:
        house().database.write(lambda db: companies.change_notice(db, **form.data, **_by()))
    except Invalid as fault:
        return _asking_anew("company_notice.html", form.with_fault(fault), problems.row(fault).status)
    return onward(PAGE, "saved")


@audience("company", roles=OWNER)
def show_owner() -> Response:
    return _asking_anew("company_owner.html", BLANK)


@audience("company", roles=OWNER)
def change_owner() -> BaseResponse:
    form = filled(_Owner())
    if form.errors:
        return _asking_anew("company_owner.html", form, REFUSED)
    try:
        house().database.write(
            lambda db: companies.change_owner(db, owner=form.data["owner"] or None, **_by())
        )
    except Invalid as fault:
        return _asking_anew("company_owner.html", form.with_fault(fault), problems.row(fault).status)
    return onward(PAGE, "saved")


@audience("company", roles=STATES)
def show_purposes() -> Response:
    return _purposes_page(BLANK, stating.rows_of(own_company()))


@audience("company", roles=STATES)
def change_purposes() -> BaseResponse:
    """Replace what is stated by the rows of the form; a row left empty is a purpose no longer stated."""
    here = house()
    purposes = stating.read_purposes(here.catalogue)
    values = {name: value.strip() for name, value in request.form.items() if name != "csrf"}
    if request.form.get("do") == "more":
        return _purposes_page(Form(values), stating.with_room(purposes.rows))
    if purposes.errors:
        return _purposes_page(Form(values, {}, purposes.errors), purposes.rows, REFUSED)
    known = here.catalogue.purposes
    try:
        here.database.write(
            lambda db: companies.set_purposes(db, purposes=purposes.stated, known_purposes=known, **_by())
        )
    except Invalid as fault:
        return _purposes_page(
            Form(values).with_fault(fault), stating.with_room(purposes.rows), problems.row(fault).status
        )
    except Conflict as fault:
        wrong = Form(values, {}, {"": told(fault)})
        return _purposes_page(wrong, stating.with_room(purposes.rows), problems.row(fault).status)
    return onward(f"{PAGE}#purposes", "saved")


def own_company() -> Company:
    """The organisation of whoever is here."""
    company_id = session.company_id()
    return house().database.read(lambda db: companies.get_company(db, company_id=company_id))


def _by() -> dict[str, Any]:
    """Whose hand it is, as every verb on a company is told."""
    here = session.present()
    return {
        "company_id": session.company_id(),
        "now": clock.now(),
        "actor": "company",
        "by": here.account_id,
    }


def _facts_page(form: Form, status: int = 200) -> Response:
    return pages.render("company_facts.html", status, company=own_company(), form=form)


def _asking_anew(template: str, form: Form, status: int = 200) -> Response:
    """A form whose change has everybody asked anew; it says before how many that are."""
    here, company_id, now = house(), session.company_id(), clock.now()

    def look(db: Session) -> tuple[Company, int]:
        active = consents.holdings.counts(db, company_id=company_id, now=now).active
        return companies.get_company(db, company_id=company_id), active

    company, active = here.database.read(look)
    return pages.render(template, status, company=company, form=form, active=active)


def _purposes_page(form: Form, rows: list[stating.Row], status: int = 200) -> Response:
    here: House = house()
    offered = stating.offered(here.catalogue)
    return pages.render("company_purposes.html", status, form=form, rows=rows, offered=offered)
