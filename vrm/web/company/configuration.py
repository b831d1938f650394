"""What a client is configured with, ready to copy: values, and a whole first ask with each of three stock tools."""

from flask import Blueprint, Response

from vrm import companies
from vrm.web import pages, programs
from vrm.web.audiences import audience
from vrm.web.company.clients import own_client
from vrm.web.company.organisation import own_company
from vrm.web.rooms import house
from vrm.web.site import site


def add_routes(blueprint: Blueprint) -> None:
    """``/company/clients/<id>/configuration``."""
    blueprint.get("/clients/<uuid:client_id>/configuration")(show_configuration)


@audience("company")
def show_configuration(client_id: object) -> Response:
    client, company = own_client(client_id), own_company()
    usual = next((id for id in company.purposes if id in house().catalogue.purposes), "dpv:ServiceProvision")
    return pages.render(
        "company_client_configuration.html",
        client=client,
        hindered=_hindrance(client, company),
        states=bool(company.purposes),
        make_pair=programs.MAKE_PAIR,
        environment=programs.environment(configured(client)),
        programs=written(client, programs.first_ask(usual)),
    )


def _hindrance(client: companies.Client, company: companies.Company) -> str:
    """Why the client may not ask now: the company is "pending" or "suspended", or who suspended the client; or ""."""
    if company.state != "approved":
        return company.state
    return "" if client.state == "active" else client.suspended_by or "operator"


def configured(client: companies.Client) -> programs.Client:
    """A client as a program knows it."""
    return programs.Client(site().issuer, client.id, client.redirect_uris[0], with_secret=client.has_secret)


def written(client: companies.Client, ask: programs.Ask) -> dict[str, str]:
    """The same ask with each tool."""
    asker = configured(client)
    if asker.with_secret:
        return {"secret": programs.with_secret(asker, ask)}
    return {
        "authlib": programs.authlib(asker, ask),
        "node": programs.openid_client(asker, ask),
        "curl": programs.curl(asker, ask),
    }
