"""What anybody can read of a company before deciding, and what the person here and the company have to do together."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import Blueprint, Response, abort
from sqlalchemy.orm import Session

from vrm import accesslog, clock, companies, consents
from vrm.companies import Company
from vrm.consents import Asked
from vrm.consents.quality import MIN_PEOPLE
from vrm.errors import NotFound
from vrm.house import House
from vrm.web import pages, session
from vrm.web.audiences import audience
from vrm.web.portal import asks, consent_rows, readers, words
from vrm.web.rooms import house

SHOWN = 20
"""So many of those that ended are shown with a company; the list has all."""


@dataclass(frozen=True)
class AskedFor:
    """A key that people were asked for; ``people``: how many, None where too few to say."""

    label: str
    people: int | None


@dataclass(frozen=True)
class Purpose:
    """What a company says it needs data for, and what it asked people for so far.

    ``cautions``: what a person should know of such a purpose. ``stated``: False where it asked for it before and says
    it no more.
    """

    label: str
    stated: bool
    why: str | None
    retention_days: int | None
    cautions: tuple[str, ...]
    asked: list[AskedFor]


@dataclass(frozen=True)
class Together:
    """The person and the company: their consents, those that run first, and how the company behaved."""

    consents: list[consent_rows.Row]
    running: int
    readable: int
    """Under so many of those that run something can be read now."""
    reads: int
    refusals: int
    last_read_at: datetime | None
    waiting: list[asks.Waiting]
    blocked_since: datetime | None


def add_routes(blueprint: Blueprint) -> None:
    """``/companies/<id>``."""
    blueprint.get("/companies/<uuid:company_id>")(show_company)


@audience("public")
def show_company(company_id: object) -> Response:
    here, now, visitor = house(), clock.now(), session.visitor()
    # Someone whose second factor is still to be proved is shown what anybody is.
    consumer_id = visitor.person_id if visitor is not None and visitor.role == "consumer" else None
    try:
        context = here.database.read(lambda db: _page(db, here, str(company_id), consumer_id, now))
    except NotFound:
        abort(404)
    return pages.render("company_public.html", **context)


def _page(
    db: Session, here: House, company_id: str, consumer_id: str | None, now: datetime
) -> dict[str, Any]:
    company = companies.get_company(db, company_id=company_id)
    asked = consents.asked_of(db, company_id=company_id)
    return {
        "company": company,
        "purposes": [
            _purpose(here, company, id, asked.get(id, []))
            for id in dict.fromkeys([*company.purposes, *asked])
        ],
        "least": MIN_PEOPLE,
        "clients": [
            client.name
            for client in companies.list_clients(db, company_id=company_id)
            if client.state == "active" and client.id != companies.console_client_id(company_id)
        ],
        "together": None if consumer_id is None else _together(db, here, company, consumer_id, now),
    }


def _purpose(here: House, company: Company, id: str, asked: list[Asked]) -> Purpose:
    known = here.catalogue.purposes.get(id)
    return Purpose(
        label=words.purpose(here.catalogue, id),
        stated=id in company.purposes,
        why=company.why_for(id),
        retention_days=company.retention_for(id),
        cautions=known.cautions if known else (),
        asked=[AskedFor(words.label(here.catalogue, each.key), each.people) for each in asked],
    )


def _together(db: Session, here: House, company: Company, consumer_id: str, now: datetime) -> Together:
    whose: dict[str, Any] = {"consumer_id": consumer_id, "now": now}
    running = consents.list_some(db, listed=consents.Listed(company_id=company.id), **whose)
    ended = consents.list_some(db, listed=consents.Listed(True, company.id), limit=SHOWN, **whose)
    tallies = [
        each
        for each in accesslog.tally_for_consumer(db, consumer_id=consumer_id)
        if each.company_id == company.id and each.consent_id is not None
    ]
    return Together(
        consents=consent_rows.rows(db, here.catalogue, [*running, *ended], now),
        running=len(running),
        readable=sum(
            each.company_id == company.id
            for each in readers.readable(db, consumer_id=consumer_id, now=now).values()
        ),
        reads=sum(each.reads for each in tallies),
        refusals=sum(each.refusals for each in tallies),
        last_read_at=max((each.last_read_at for each in tallies if each.last_read_at), default=None),
        # Whoever may ask has proved the domain, and no two companies have proved one.
        waiting=[
            each
            for each in asks.waiting(db, here, consumer_id=consumer_id, now=now)
            if each.domain == company.domain and company.domain_proved_at is not None
        ],
        blocked_since=consents.blocked_since(db, consumer_id=consumer_id, company_id=company.id),
    )
