"""Deeds over many consents: pausing everything, and taking back all of a company, of a purpose, or of one key."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import Blueprint, Response, request
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as BaseResponse

from vrm import clock, companies, consents, journeys, profiles
from vrm.errors import Invalid, Stale
from vrm.house import House
from vrm.ids import is_id
from vrm.web import pages, problems, session
from vrm.web.audiences import audience
from vrm.web.onward import onward
from vrm.web.portal import words
from vrm.web.portal.consents import known
from vrm.web.rooms import house


@dataclass(frozen=True)
class Line:
    """A line that would be taken back. ``texts`` are the very values now; empty where nothing is filled in."""

    label: str
    purpose: str
    sensitivity: str
    texts: list[str]


@dataclass(frozen=True)
class Taken:
    """What would become of one consent. ``seen`` goes with the form: which it is, in which revision.

    ``outcome``: ends; kept, with the labels ``kept``; or recognised, where they know the person and read nothing.
    """

    seen: str
    consent_id: str
    company: str
    domain: str
    lines: list[Line]
    outcome: str
    kept: list[str]
    paused: bool


def add_routes(blueprint: Blueprint) -> None:
    """``/consents/pause``, ``/consents/resume``, ``/consents/revoke``."""
    blueprint.get("/consents/pause")(show_pause_all)
    blueprint.post("/consents/pause")(pause_all)
    blueprint.post("/consents/resume")(resume_all)
    blueprint.get("/consents/revoke")(show_revoke_many)
    blueprint.post("/consents/revoke")(revoke_many)


@audience("consumer")
def show_pause_all() -> Response:
    """Say what it does, and leave it to one press."""
    consumer_id, now = session.consumer_id(), clock.now()
    numbers = house().database.read(lambda db: consents.count_some(db, consumer_id=consumer_id, now=now))
    return pages.render("pause_all.html", numbers=numbers)


@audience("consumer")
def pause_all() -> BaseResponse:
    here, consumer_id, now = house(), session.consumer_id(), clock.now()
    here.database.write(lambda db: consents.pause_all(db, here.keys, consumer_id=consumer_id, now=now))
    return onward("/home", "paused-all")


@audience("consumer")
def resume_all() -> BaseResponse:
    """Resume what was paused at once; what was paused for itself stays so."""
    here, consumer_id, now = house(), session.consumer_id(), clock.now()
    here.database.write(lambda db: consents.resume_all(db, here.keys, consumer_id=consumer_id, now=now))
    return onward(session.safe_next(request.form.get("next"), "/home"), "resumed-all")


@audience("consumer")
def show_revoke_many() -> BaseResponse:
    """Everything that would be taken back, to leave out what is to stay. Without a part named, the list."""
    part = _part(request.args.to_dict())
    return onward("/consents") if part is None else _page(part)


@audience("consumer")
def revoke_many() -> BaseResponse:
    """All that is ticked, or nothing: if something of it changed meanwhile, the page is shown anew."""
    here, consumer_id, now = house(), session.consumer_id(), clock.now()
    part = _part(request.form.to_dict())
    if part is None:
        return onward("/consents")
    blocking = part.company_id if request.form.get("block") else None
    try:
        chosen = seen(request.form.getlist("consent"))
        here.database.write(
            lambda db: withdraw(
                db, here, consumer_id=consumer_id, part=part, chosen=chosen, blocking=blocking, now=now
            )
        )
    except (Stale, Invalid) as fault:
        return _page(part, fault, request.form.getlist("consent"))
    if blocking is not None:
        return onward(f"/companies/{blocking}", "revoked-blocked")
    return onward("/consents", "revoked-many")


def seen(given: Collection[str]) -> dict[str, int]:
    """Which consents a form names, and in which revision the person saw each. Raises ``Stale`` for anything else."""
    found = {}
    for each in given:
        id, _, revision = each.partition(":")
        if not (is_id(id) and revision.isdecimal() and len(revision) < 9):
            raise Stale("Something changed meanwhile. Look at the list again: nothing was revoked.")
        found[id] = int(revision)
    return found


def withdraw(
    db: Session,
    here: House,
    *,
    consumer_id: str,
    part: consents.Part,
    chosen: dict[str, int],
    blocking: str | None,
    now: datetime,
) -> None:
    """Take back what was chosen and block the company, both or neither."""
    consents.withdraw(db, here.keys, consumer_id=consumer_id, part=part, chosen=chosen, now=now)
    if blocking is not None:
        journeys.proposing.block(db, here.keys, consumer_id=consumer_id, company_id=blocking, now=now)


def taken(db: Session, here: House, *, consumer_id: str, part: consents.Part, now: datetime) -> list[Taken]:
    """What taking back this part would do, consent by consent."""
    found = consents.list_withdrawals(db, consumer_id=consumer_id, part=part, now=now)
    names = words.company_names(db, (each.consent.company_id for each in found))
    lost = {line.key for each in found for line in each.lost}
    fields = {field for key in lost for field in words.fields_behind(here.catalogue, key)}
    items = profiles.list_items(db, here.keys, consumer_id=consumer_id, fields=fields)
    return [_taken(here, each, names[each.consent.company_id], items) for each in found]


def _taken(here: House, each: consents.Withdrawal, company: companies.Company, items: words.Items) -> Taken:
    return Taken(
        seen=f"{each.consent.id}:{each.consent.revision}",
        consent_id=each.consent.id,
        company=company.legal_name,
        domain=company.domain,
        lines=[_line(here, line, items) for line in each.lost],
        outcome="ends" if each.ends else "kept" if each.kept else "recognised",
        kept=words.labels(here.catalogue, each.kept),
        paused=each.consent.paused is not None,
    )


def _line(here: House, line: consents.GrantedLine, items: words.Items) -> Line:
    key = here.catalogue.keys.get(line.key)
    return Line(
        label=words.label(here.catalogue, line.key),
        purpose=words.purpose(here.catalogue, line.purpose),
        sensitivity=key.sensitivity if key else "ordinary",
        texts=words.texts(here.catalogue, line.key, items, line.item_id),
    )


def _part(given: dict[str, str]) -> consents.Part | None:
    """The part a query or a form names; None for none that there could be."""
    catalogue, company = house().catalogue, given.get("company", "")
    part = consents.Part(
        company_id=company if is_id(company) else None,
        purpose=known(given.get("purpose", ""), catalogue.purposes) or None,
        key=known(given.get("key", ""), catalogue.keys) or None,
    )
    return None if part == consents.Part() else part


def _page(
    part: consents.Part, fault: Stale | Invalid | None = None, ticked: Collection[str] | None = None
) -> Response:
    """The page of a part; after a fault it is what holds now, with what was ticked and is still the same."""
    here, consumer_id, now = house(), session.consumer_id(), clock.now()
    context = here.database.read(lambda db: _context(db, here, consumer_id, part, now))
    return pages.render(
        "revoke_many.html",
        problems.row(fault).status if fault else 200,
        part=part,
        fault=fault,
        ticked=[each.seen for each in context["taken"]] if ticked is None else list(ticked),
        **context,
    )


def _context(
    db: Session, here: House, consumer_id: str, part: consents.Part, now: datetime
) -> dict[str, Any]:
    company = companies.get_company(db, company_id=part.company_id) if part.company_id else None
    blocked = company and consents.blocked_since(db, consumer_id=consumer_id, company_id=company.id)
    return {
        "company": company,
        "purpose": words.purpose(here.catalogue, part.purpose) if part.purpose else None,
        "key": words.label(here.catalogue, part.key) if part.key else None,
        "blocked": blocked is not None,
        "taken": taken(db, here, consumer_id=consumer_id, part=part, now=now),
    }
