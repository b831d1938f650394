"""Consents we hold: how many and how they change, which fields nobody reads, and each of them in a list."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast
from urllib.parse import urlencode

from flask import Blueprint, Response, request
from sqlalchemy.orm import Session

from vrm import clock, companies, consents
from vrm.companies import Client
from vrm.consents.holdings import STATES, Holding, HoldingState
from vrm.consents.quality import MIN_PEOPLE
from vrm.house import House
from vrm.ids import is_id
from vrm.web import pages, session
from vrm.web.audiences import audience
from vrm.web.company import console_client, figures, words
from vrm.web.rooms import house

PAGE = 25
PATH = "/company/consents"
WITHIN = (7, 30, 90)  # days
EXPORTS = ("owner", "privacy_officer")
"""Who takes out everything that is held."""


@dataclass(frozen=True)
class Narrowed:
    """How the page was narrowed; "" and 0 for not at all. ``client`` narrows the figures too, the rest the list."""

    client: str = ""
    state: str = ""
    key: str = ""
    ends: int = 0

    @property
    def listed(self) -> bool:
        """Whether the list shows less than the figures are of."""
        return bool(self.state or self.key or self.ends)

    def href(self, **more: str) -> str:
        """The page narrowed in this way."""
        query = {name: value for name, value in {**self.__dict__, **more}.items() if value}
        return f"{PATH}?{urlencode(query)}" if query else PATH


@dataclass(frozen=True)
class Row:
    """One consent of the list."""

    held: Holding
    client: str
    labels: Sequence[str]


def add_routes(blueprint: Blueprint) -> None:
    """``/consents``."""
    blueprint.get("/consents")(show_consents)


@audience("company")
def show_consents() -> Response:
    here, company_id, now = house(), session.company_id(), clock.now()
    context = here.database.read(lambda db: _consents(db, here, company_id, now))
    return pages.render(
        "company_consents.html",
        **context,
        may_export=session.present().role in EXPORTS,
        least=MIN_PEOPLE,
        within=WITHIN,
        weeks=figures.WEEKS,
        days=figures.DAYS,
    )


def names(clients: Sequence[Client]) -> dict[str, str]:
    """What the company calls its clients, by id; its console's is none that consents are held through."""
    return {client.id: client.name for client in clients if not console_client.is_ours(client)}


def chosen(clients: Mapping[str, str]) -> str:
    """The client in the query; "" where it is none of the company's."""
    given = request.args.get("client", "")
    return given if given in clients else ""


def _narrowed(here: House, clients: Mapping[str, str]) -> Narrowed:
    """What the query says; what it cannot say counts as not said."""
    state, key = request.args.get("state", ""), request.args.get("key", "")
    ends = request.args.get("ends", 0, type=int)
    return Narrowed(
        client=chosen(clients),
        state=state if state in STATES else "",
        key=key if key in here.catalogue.keys else "",
        ends=ends if ends in WITHIN else 0,
    )


def _consents(db: Session, here: House, company_id: str, now: datetime) -> dict[str, Any]:
    clients = names(companies.list_clients(db, company_id=company_id))
    narrowed = _narrowed(here, clients)
    client_id = narrowed.client or None
    lines = consents.quality.lines(db, company_id=company_id, client_id=client_id)
    return {
        "clients": clients,
        "narrowed": narrowed,
        "counts": consents.holdings.counts(db, company_id=company_id, now=now, client_id=client_id),
        "trend": figures.trend(db, company_id, client_id, now),
        "ends": figures.ends(db, company_id, client_id, now),
        "reads": figures.reads(db, company_id, client_id, now),
        "fields": figures.fields(db, here.catalogue, company_id, client_id, now),
        "refused": figures.refused(here.catalogue, lines),
        "enough": any(line.reception for line in lines),
        "keys": words.keys(here.catalogue),
        **_list(db, here, company_id, clients, narrowed, now),
    }


def _list(
    db: Session, here: House, company_id: str, clients: Mapping[str, str], narrowed: Narrowed, now: datetime
) -> dict[str, Any]:
    before = request.args.get("before", "")
    before = before if is_id(before) else ""
    found = consents.holdings.list_held(
        db,
        company_id=company_id,
        now=now,
        limit=PAGE + 1,
        before=before or None,
        client_id=narrowed.client or None,
        state=cast(HoldingState, narrowed.state) if narrowed.state else None,
        key=narrowed.key or None,
        ends_before=now + timedelta(days=narrowed.ends) if narrowed.ends else None,
    )
    shown = found[:PAGE]
    return {
        "rows": [
            Row(held, clients.get(held.client_id, ""), words.labels(here.catalogue, held.lines))
            for held in shown
        ],
        "newest": narrowed.href() + "#each" if before else None,
        "older": narrowed.href(before=shown[-1].id) + "#each" if len(found) > PAGE else None,
    }
