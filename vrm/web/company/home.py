"""Where an organisation stands, what to do next, and what whoever is here may do in their role."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from flask import Blueprint, Response
from sqlalchemy.orm import Session

from vrm import clock, companies, consents
from vrm.companies import Client, Company, KeyWarning
from vrm.house import House
from vrm.web import pages, session
from vrm.web.audiences import audience
from vrm.web.company import figures, words
from vrm.web.company.clients import DEVELOPS
from vrm.web.company.organisation import OWNER, STATES
from vrm.web.rooms import house


@dataclass(frozen=True)
class Step:
    """One thing that must be so before people can be asked. ``by``: the roles that see to it; none: the operator."""

    name: str
    done: bool
    by: tuple[str, ...] = ()


@dataclass(frozen=True)
class Figures:
    """How many consents are active, and today's reads and refusals (UTC) as far as the log's index has got."""

    active: int
    reads: int
    refusals: int


@dataclass(frozen=True)
class Pressing:
    """A client whose keys need somebody."""

    client: Client
    warning: KeyWarning


OPEN = ("organisation", "public", "quality", "people", "account")
"""What everybody looks at."""
WORKS = {
    "owner": ("organisation", "people", "clients", "console", "consents"),
    "developer": ("clients", "console"),
    "agent": ("consents",),
    "privacy_officer": ("organisation", "consents"),
}
"""Where each role does what only it, and a few others, may do."""


def add_routes(blueprint: Blueprint) -> None:
    """``/company``."""
    blueprint.get("")(home)


@audience("company")
def home() -> Response:
    here, company_id, now = house(), session.company_id(), clock.now()
    role = session.present().role
    context = here.database.read(lambda db: _home(db, here, company_id, now))
    return pages.render(
        "company_home.html",
        role=role,
        role_name=words.role(role),
        opens=words.OPENS[role],
        works=WORKS[role],
        looks=[each for each in OPEN if each not in WORKS[role]],
        **context,
    )


def _home(db: Session, here: House, company_id: str, now: datetime) -> dict[str, Any]:
    company = companies.get_company(db, company_id=company_id)
    clients = companies.list_clients(db, company_id=company_id)
    steps = _steps(company, clients)
    return {
        "company": company,
        "finding": words.finding(company),
        "steps": steps,
        # The operator's yes is not among what the company's own people can still do.
        "left": sum(not step.done for step in steps if step.name not in ("approved", "client")),
        "figures": _figures(db, company_id, now)
        if company.approved_at or company.state != "pending"
        else None,
        "pressing": [
            Pressing(client, warning)
            for client in clients
            if client.state == "active"
            for warning in companies.key_warnings(client, now)
        ],
    }


def _steps(company: Company, clients: list[Client]) -> list[Step]:
    return [
        Step("domain", company.domain_proved_at is not None, OWNER),
        Step("notice", company.privacy_notice_url is not None, STATES),
        Step("purposes", bool(company.purposes), STATES),
        Step("approved", company.approved_at is not None),
        Step("client", any(client.state == "active" for client in clients), DEVELOPS),
    ]


def _figures(db: Session, company_id: str, now: datetime) -> Figures:
    today = now.replace(hour=0, minute=0, second=0, microsecond=0)
    days = figures.read_counts(db, company_id, None, today, today + timedelta(days=1))
    return Figures(
        active=consents.holdings.counts(db, company_id=company_id, now=now).active,
        reads=sum(day.above for day in days),
        refusals=sum(day.below for day in days),
    )
