"""The software of an organisation: a list, one in full, registering, changing, suspending. Keys are ``client_keys``.

Whoever of its people is signed in reads all of it; owners and developers change it.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import Blueprint, Response
from marshmallow import Schema, fields
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as BaseResponse

from vrm import clock, companies, oversight
from vrm.companies import Client, KeyWarning
from vrm.errors import Conflict, Denied, Invalid
from vrm.ids import new_secret
from vrm.web import pages, problems, programs, session
from vrm.web.audiences import audience
from vrm.web.company import console_client, key_sets, stating
from vrm.web.forms import BLANK, Form, filled
from vrm.web.language import told
from vrm.web.onward import onward
from vrm.web.rooms import house
from vrm.web.site import site
from vrm.web.typed import N_, REFUSED, needed

PAGE = "/company/clients"
DEVELOPS = ("owner", "developer")
"""Who may change an organisation's software."""


class _Facts(Schema):
    name = stating.text(N_("Give the client a name people will recognise."), 100)
    redirect_uris = needed(N_("Give at least one address that answers go to."))


class _New(_Facts):
    jwks = fields.String(load_default="")
    jwks_uri = fields.String(load_default="")
    secret = fields.String(load_default="")


@dataclass(frozen=True)
class Listed:
    """One client in the list. ``ends``: when its last good key ends, None where one has no end.

    The console's own (``of_console``) is active only while an ask runs, and nobody has to look after its keys.
    """

    client: Client
    warnings: list[KeyWarning]
    ends: datetime | None
    last_read_at: datetime | None
    of_console: bool


def add_routes(blueprint: Blueprint) -> None:
    """``/company/clients``, ``/new``, ``/<id>`` and under it ``/change``, ``/suspend`` (asks first), ``/resume``."""
    blueprint.get("/clients")(show_clients)
    blueprint.get("/clients/new")(show_new)
    blueprint.post("/clients/new")(new)
    blueprint.get("/clients/<uuid:client_id>")(show_client)
    blueprint.get("/clients/<uuid:client_id>/change")(show_change)
    blueprint.post("/clients/<uuid:client_id>/change")(change)
    blueprint.get("/clients/<uuid:client_id>/suspend")(show_suspend)
    blueprint.post("/clients/<uuid:client_id>/suspend")(suspend)
    blueprint.post("/clients/<uuid:client_id>/resume")(resume)


@audience("company")
def show_clients() -> Response:
    company_id, now = session.company_id(), clock.now()
    listed = house().database.read(
        lambda db: [_listed(db, each, now) for each in companies.list_clients(db, company_id=company_id)]
    )
    listed.sort(key=lambda each: each.of_console)
    return pages.render("company_clients.html", clients=listed, develops=develops())


@audience("company", roles=DEVELOPS)
def show_new() -> Response:
    return _new_page(BLANK)


@audience("company", roles=DEVELOPS)
def new() -> BaseResponse:
    """Register a client with its keys, or with the address of them, which is read at once; in a sandbox with a secret.

    A secret is a page and no redirect: it is shown this once.
    """
    here, form = house(), filled(_New())
    secret = new_secret("vrm_cs_") if site().sandbox and form.values.get("secret") == "yes" else ""
    given, errors = key_sets.given(form.values.get("jwks", ""), form.values.get("jwks_uri", ""), secret)
    form = Form(form.values, form.data, {**form.errors, **errors})
    if form.errors:
        return _new_page(form, REFUSED)
    facts = {
        "company_id": session.company_id(),
        "name": form.data["name"],
        "redirect_uris": form.data["redirect_uris"].split(),
        "loopback": site().sandbox,
        **given,
    }
    try:
        made = here.database.write(lambda db: companies.new_client(db, **facts, **by()))
    except Invalid as fault:
        return _new_page(form.with_fault(fault), problems.row(fault).status)
    if made.jwks_uri is not None:  # no transaction is open: it waits for a stranger's server
        companies.refresh_jwks(here.database, here.fetcher, client_id=made.id, now=clock.now())
    if secret:
        return pages.render("company_client_secret.html", client=made, secret=secret)
    # What hinders it stands on its page; otherwise its developer goes on as one with a secret does.
    works = own_client(made.id).good_keys(clock.now())
    return onward(f"{PAGE}/{made.id}" + ("/configuration" if works else ""), "saved")


@audience("company")
def show_client(client_id: object) -> Response:
    return client_page(str(client_id), BLANK)


def client_page(client_id: str, form: Form, status: int = 200) -> Response:
    """A client in full; ``form`` is the one about its keys that was sent."""
    company_id, now = session.company_id(), clock.now()
    found = house().database.read(
        lambda db: _listed(db, companies.get_client(db, client_id=client_id, company_id=company_id), now)
    )
    client = found.client
    return pages.render(
        "company_client.html",
        status,
        client=client,
        warnings=found.warnings,
        of_console=found.of_console,
        last_read_at=found.last_read_at,
        good=[key for key in client.keys if key.is_good(now)],
        over=[key for key in client.keys if not key.is_good(now)],
        last_day=(now + companies.MOST_OVERLAP).date(),
        usual_day=(now + key_sets.USUAL_OVERLAP).date(),
        tomorrow=(now + key_sets.SHORTEST_OVERLAP).date(),
        make_pair=programs.MAKE_PAIR,
        scopes_for=house().catalogue.purposes.get(client.scope_purpose or ""),
        develops=develops(),
        form=key_sets.shown_again(form),
    )


@audience("company", roles=DEVELOPS)
def show_change(client_id: object) -> Response:
    return _change_page(own_client(client_id), BLANK)


@audience("company", roles=DEVELOPS)
def change(client_id: object) -> BaseResponse:
    client, form = own_client(client_id), filled(_Facts())
    if form.errors:
        return _change_page(client, form, REFUSED)
    name, uris = form.data["name"], form.data["redirect_uris"].split()
    changed: dict[str, Any] = {"name": name} if name != client.name else {}
    if tuple(uris) != client.redirect_uris:
        changed["redirect_uris"] = uris
    try:
        if changed:
            house().database.write(
                lambda db: companies.change_client(db, client_id=client.id, **changed, **by())
            )
    except Invalid as fault:
        return _change_page(client, form.with_fault(fault), problems.row(fault).status)
    return onward(f"{PAGE}/{client.id}", "saved")


@audience("company", roles=DEVELOPS)
def show_suspend(client_id: object) -> Response:
    """What suspending means, before it is done."""
    return pages.render("company_client_suspend.html", client=own_client(client_id))


@audience("company", roles=DEVELOPS)
def suspend(client_id: object) -> BaseResponse:
    """Stop it at once: it can neither ask nor read."""
    client = own_client(client_id)
    house().database.write(lambda db: companies.suspend_client(db, client_id=client.id, **by()))
    return onward(f"{PAGE}/{client.id}", "client-suspended")


@audience("company", roles=DEVELOPS)
def resume(client_id: object) -> BaseResponse:
    """Lift the company's own suspension. The operator's stays, and the page says so."""
    client = own_client(client_id)
    try:
        house().database.write(lambda db: companies.resume_client(db, client_id=client.id, **by()))
    except (Conflict, Denied) as fault:
        return client_page(client.id, Form().with_fault(Invalid(told(fault))), problems.row(fault).status)
    return onward(f"{PAGE}/{client.id}", "client-resumed")


def own_client(client_id: object) -> Client:
    """A client of the company whose person is here. Raises ``NotFound`` for any other."""
    company_id = session.company_id()
    return house().database.read(
        lambda db: companies.get_client(db, client_id=str(client_id), company_id=company_id)
    )


def by() -> dict[str, Any]:
    """Whose hand a change is, and when."""
    return {"actor": "company", "by": session.present().account_id, "now": clock.now()}


def develops() -> bool:
    """Whether whoever is here may change the software."""
    return session.present().role in DEVELOPS


def _listed(db: Session, client: Client, now: datetime) -> Listed:
    good = client.good_keys(now)
    ends = [key.until for key in good if key.source == "value"]
    known = [each for each in ends if each is not None]
    reads = oversight.search(db, oversight.Filters(client=client.id, type="disclosure"), limit=1)
    of_console = console_client.is_ours(client)
    return Listed(
        client,
        [] if of_console else companies.key_warnings(client, now),
        max(known) if known and len(known) == len(good) else None,
        reads.rows[0].at if reads.rows else None,
        of_console,
    )


def _new_page(form: Form, status: int = 200) -> Response:
    company_id = session.company_id()
    company = house().database.read(lambda db: companies.get_company(db, company_id=company_id))
    return pages.render(
        "company_client_new.html",
        status,
        company=company,
        form=key_sets.shown_again(form),
        make_pair=programs.MAKE_PAIR,
        sandbox=site().sandbox,
    )


def _change_page(client: Client, form: Form, status: int = 200) -> Response:
    return pages.render("company_client_change.html", status, client=client, form=form)
