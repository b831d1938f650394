"""The console: build an ask, see the letter a person would get, run it against an invented person.

Everything is in the form and nothing is kept: what is on the page is the ask. Whoever of the company's people is
signed in builds and looks; owners and developers run, because a run acts in the company's name.
"""

import json
from typing import Any

from flask import Blueprint, Response
from flask import render_template as render_text
from markupsafe import Markup

from vrm import clock, companies, consents
from vrm.companies import Client, Company
from vrm.errors import Conflict, Denied, TooMany
from vrm.web import pages, problems, session
from vrm.web.asking import InvalidAuthorizationDetails, check_ask, choices, letter
from vrm.web.audiences import audience
from vrm.web.company import console_form, console_steps, console_words, invented
from vrm.web.company.clients import DEVELOPS, develops
from vrm.web.company.configuration import written
from vrm.web.company.console_form import Draft
from vrm.web.company.console_run import Run, begin
from vrm.web.company.organisation import own_company
from vrm.web.forms import BLANK, Form
from vrm.web.language import gettext, told
from vrm.web.rooms import house
from vrm.web.site import site
from vrm.web.typed import REFUSED

PAGE = "/company/console"


def add_routes(blueprint: Blueprint) -> None:
    """``/company/console`` and ``/company/console/run``."""
    blueprint.get("/console")(show_console)
    blueprint.post("/console")(build)
    # Where links on the page of a run lead, such as that to another language.
    blueprint.get("/console/run")(show_console)
    blueprint.post("/console/run")(run)


@audience("company")
def show_console() -> Response:
    return _page(console_form.first(own_company()), BLANK)


@audience("company")
def build() -> Response:
    """The form with a line more or fewer, or with its picture."""
    return _checked(console_form.read(house().catalogue))


@audience("company", roles=DEVELOPS)
def run() -> Response:
    """Run what is in the form, where that is possible; each step is shown below it."""
    here, draft, company = house(), console_form.read(house().catalogue), own_company()
    terms, form = _terms(draft, company)
    if draft.decision == "needed" and not any(row.required for row in draft.rows):
        form = Form(
            {}, {}, {**form.errors, "decision": gettext("No line is needed, so nothing would be allowed.")}
        )
    if terms is None or form.errors or not site().sandbox or company.state != "approved":
        return _page(draft, form, REFUSED)
    try:
        done = begin(
            here,
            company=company,
            by=session.present().account_id,
            details=draft.details(),
            terms=terms,
            decision=draft.decision,
        )
    except (Conflict, Denied, TooMany) as fault:
        return _page(draft, Form({}, {}, {"": told(fault)}), problems.row(fault).status)
    return _page(draft, form, run=done)


def _checked(draft: Draft) -> Response:
    _, form = _terms(draft, own_company())
    return _page(draft, form, REFUSED if form.errors else 200)


def _terms(draft: Draft, company: Company) -> tuple[consents.Terms | None, Form]:
    """What the authorization server would make of the form, and what is wrong, by name of field."""
    if draft.errors:
        return None, Form({}, {}, draft.errors)
    try:
        return check_ask(house().catalogue, company, json.dumps(draft.details())), BLANK
    except InvalidAuthorizationDetails as fault:
        field = console_form.place(fault.description or "")
        told = console_words.fault(house().catalogue, draft, field, fault.description or "")
        return None, Form({}, {}, {field: told})


def _page(draft: Draft, form: Form, status: int = 200, run: Run | None = None) -> Response:
    here, company_id = house(), session.company_id()
    company = own_company()
    terms = None
    if draft.rows and not form.errors:
        terms, form = _terms(draft, company)
    clients, received = here.database.read(
        lambda db: (
            companies.list_clients(db, company_id=company_id),
            consents.quality.lines(db, company_id=company_id),
        )
    )
    shown = console_words.own(clients)
    context: dict[str, Any] = {
        "draft": draft,
        "form": form,
        "company": company,
        "offered": console_words.offered(here.catalogue, company),
        "frequencies": console_words.frequencies(),
        "least": console_words.asking_less(here.catalogue, draft),
        "reception": console_words.reception(received, draft),
        "details": json.dumps(draft.details(), indent=2, ensure_ascii=False) if terms else "",
        "picture": _picture(company, shown, terms) if terms else "",
        "programs": written(shown, draft.details()) if terms and shown else None,
        "develops": develops(),
        "sandbox": site().sandbox,
        "run": run,
        "told": console_steps.told(),
        "halted": status >= 400 and "" in form.errors,
        "min_people": consents.quality.MIN_PEOPLE,
        "most_others": console_form.MOST_OTHERS,
    }
    return pages.render("company_console.html", status, **context)


def _picture(company: Company, client: Client | None, terms: consents.Terms) -> Markup:
    """The letter itself, as an invented person would read it."""
    here, now = house(), clock.now()
    ask = consents.Ask(
        id="",
        client_id=client.id if client else "",
        company_id=company.id,
        terms=terms,
        request={},
        state="open",
        created_at=now,
        expires_at=now + console_words.WAITS,
        decided_at=None,
    )
    composed = letter.compose(
        here.catalogue,
        ask=ask,
        asker=console_words.asker(company, client, now),
        values=invented.items(here.catalogue, letter.fields_behind(here.catalogue, terms), now),
        person=invented.EMAIL,
        picked=choices.Picked(),
    )
    return Markup(render_text("_letter.html", **composed.context, form=BLANK))  # noqa: S704  # a template of ours
