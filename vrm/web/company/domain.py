"""Proving the web domain of an organisation, and moving to another one."""

from flask import Blueprint, Response
from flask_babel import get_locale
from marshmallow import Schema
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as BaseResponse

from vrm import clock, companies, journeys
from vrm.companies import Company
from vrm.errors import Invalid
from vrm.web import pages, problems, session
from vrm.web.audiences import audience
from vrm.web.company import stating, words
from vrm.web.company.organisation import OWNER, PAGE, overview, own_company
from vrm.web.forms import BLANK, Form, filled
from vrm.web.language import told
from vrm.web.onward import onward
from vrm.web.rooms import house
from vrm.web.site import site
from vrm.web.typed import N_, REFUSED, needed

PLACE = f"{PAGE}#domain"


class _Domain(Schema):
    domain = needed(N_("Type the web domain of your organisation."))


def add_routes(blueprint: Blueprint) -> None:
    """``/company/organisation/domain``, and ``/check`` and ``/token`` under it."""
    blueprint.get("/organisation/domain")(show_domain)
    blueprint.post("/organisation/domain")(change_domain)
    blueprint.post("/organisation/domain/check")(check_domain)
    blueprint.post("/organisation/domain/token")(new_token)


@audience("company", roles=OWNER)
def check_domain() -> BaseResponse:
    """Read the file at the domain now. What was found instead of the line stands on the page that follows."""
    here, company, now = house(), own_company(), clock.now()
    if company.domain_proved_at is not None:
        return onward(PLACE)
    issuer, language = site().issuer, get_locale().language

    def tell(db: Session, proved: Company) -> None:
        journeys.tell_of_proof(db, here.keys, company=proved, issuer=issuer, now=now, language=language)

    try:
        # It waits for a stranger's server: no transaction is open.
        company = companies.look_for_proof(
            here.database,
            here.fetcher,
            company_id=company.id,
            actor="company",
            by=session.present().account_id,
            now=now,
            proved=tell,
        )
    except companies.CheckedJustNow as fault:
        response = overview(told(fault), problems.row(fault).status)
        response.headers["Retry-After"] = str(fault.retry_after)
        return response
    return onward(PLACE, "domain-proved" if company.domain_proved_at else "")


@audience("company", roles=OWNER)
def new_token() -> BaseResponse:
    """Another line to publish, where the one before got into wrong hands."""
    company_id, account_id = session.company_id(), session.present().account_id
    house().database.write(
        lambda db: companies.new_domain_token(
            db, company_id=company_id, actor="company", by=account_id, now=clock.now()
        )
    )
    return onward(PLACE, "saved")


@audience("company", roles=OWNER)
def show_domain() -> Response:
    return _page(BLANK)


@audience("company", roles=OWNER)
def change_domain() -> BaseResponse:
    """Move to another domain: it is to be proved, and the organisation approved again."""
    company_id, account_id = session.company_id(), session.present().account_id
    form = stating.checked(filled(_Domain()), domain=stating.PARSERS["domain"])
    if form.errors:
        return _page(form, REFUSED)
    try:
        house().database.write(
            lambda db: companies.change_domain(
                db,
                company_id=company_id,
                domain=form.data["domain"],
                actor="company",
                by=account_id,
                now=clock.now(),
            )
        )
    except Invalid as fault:
        return _page(form.with_fault(fault), problems.row(fault).status)
    return onward(PLACE, "saved")


def _page(form: Form, status: int = 200) -> Response:
    company = own_company()
    return pages.render(
        "company_domain.html",
        status,
        company=company,
        finding=words.finding(company),
        form=form,
        free=stating.free_domains(house()),
    )
