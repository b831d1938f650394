"""How a client signs people in (OpenID Connect): what its scopes are for, and where people go after signing out."""

from typing import Any

from flask import Blueprint, Response
from marshmallow import Schema, fields
from werkzeug.wrappers import Response as BaseResponse

from vrm import companies
from vrm.companies import Client
from vrm.errors import Invalid
from vrm.web import pages, problems, session
from vrm.web.audiences import audience
from vrm.web.company.clients import DEVELOPS, PAGE, by, own_client
from vrm.web.forms import BLANK, Form, filled
from vrm.web.language import gettext
from vrm.web.onward import onward
from vrm.web.rooms import house


class _SignIn(Schema):
    scope_purpose = fields.String(load_default="")
    post_logout_redirect_uris = fields.String(load_default="")


def add_routes(blueprint: Blueprint) -> None:
    """``/company/clients/<id>/sign-in``."""
    blueprint.get("/clients/<uuid:client_id>/sign-in")(show_sign_in_settings)
    blueprint.post("/clients/<uuid:client_id>/sign-in")(change_sign_in_settings)


@audience("company", roles=DEVELOPS)
def show_sign_in_settings(client_id: object) -> Response:
    return _page(own_client(client_id), BLANK)


@audience("company", roles=DEVELOPS)
def change_sign_in_settings(client_id: object) -> BaseResponse:
    client, form = own_client(client_id), filled(_SignIn())
    purpose = form.data["scope_purpose"]
    uris = form.data["post_logout_redirect_uris"].split()
    changed: dict[str, Any] = {"scope_purpose": purpose} if purpose != (client.scope_purpose or "") else {}
    if tuple(uris) != client.post_logout_redirect_uris:
        changed["post_logout_redirect_uris"] = uris
    try:
        if changed:
            house().database.write(
                lambda db: companies.change_client(db, client_id=client.id, **changed, **by())
            )
    except Invalid as fault:
        return _page(client, form.with_fault(fault), problems.row(fault).status)
    return onward(f"{PAGE}/{client.id}", "saved")


def _page(client: Client, form: Form, status: int = 200) -> Response:
    company_id, catalogue = session.company_id(), house().catalogue
    company = house().database.read(lambda db: companies.get_company(db, company_id=company_id))
    known = [(id, catalogue.purposes.get(id)) for id in company.purposes]
    return pages.render(
        "company_client_sign_in.html",
        status,
        client=client,
        form=form,
        purposes=[(id, gettext(purpose.plain) if purpose else id) for id, purpose in known],
    )
