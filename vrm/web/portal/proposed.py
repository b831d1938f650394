"""The inbox of what companies propose for the profile: who, why, what is kept now beside it. Only the person accepts."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import Blueprint, Response, request
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as BaseResponse

from vrm import clock, companies, consents, profiles
from vrm.catalogue import InvalidValue, Key
from vrm.companies import Company
from vrm.errors import Conflict, Invalid, NotFound, VrmError
from vrm.house import House
from vrm.web import pages, problems, session
from vrm.web.audiences import audience
from vrm.web.language import gettext, told
from vrm.web.onward import onward
from vrm.web.portal import values, words
from vrm.web.portal.reach import Reach, of
from vrm.web.portal.readers import readable, seen
from vrm.web.rooms import house

HERE = "/profile/proposed"
_INTO = re.compile(r"(new|[0-9a-f-]{36})/([0-9]{1,9})")


@dataclass(frozen=True)
class Spot:
    """Where the value would go: ``id`` and the version that stands there, for the form, and what is kept there."""

    into: str
    texts: list[str]
    same: bool


@dataclass(frozen=True)
class Waiting:
    """A proposal as the page shows it. ``spots``: what it could replace; ``vouched``: they issue such things."""

    id: str
    company: Company
    key: Key
    why: str
    texts: list[str]
    received_at: datetime
    expires_at: datetime
    spots: list[Spot]
    vouched: bool
    reach: Reach


def add_routes(blueprint: Blueprint) -> None:
    """``/profile/proposed``, ``/profile/proposed/<id>/accept``, ``/decline``."""
    blueprint.get(HERE)(show_proposed)
    blueprint.post(f"{HERE}/<uuid:proposal_id>/accept")(accept)
    blueprint.post(f"{HERE}/<uuid:proposal_id>/decline")(decline)


def count(db: Session, consumer_id: str, now: datetime) -> int:
    """For the link on other pages."""
    blocked = consents.list_blocked(db, consumer_id=consumer_id)
    return profiles.count_proposals(db, consumer_id=consumer_id, blocked=blocked, now=now)


@audience("consumer")
def show_proposed() -> Response:
    return _page()


@audience("consumer")
def accept(proposal_id: object) -> BaseResponse:
    """Take the value over, into the place that was chosen, as it stood on the page."""
    here, consumer_id, now = house(), session.consumer_id(), clock.now()
    chosen = _INTO.fullmatch(request.form.get("into", ""))
    if chosen is None:
        return _page(Invalid(gettext("Choose where it goes, then accept it.")))

    seen_version = int(chosen[2])

    def take(db: Session) -> profiles.Item:
        place: dict[str, Any] = {"consumer_id": consumer_id, "now": now}
        proposal = profiles.get_proposal(db, here.keys, proposal_id=str(proposal_id), **place)
        return profiles.accept(
            db,
            here.keys,
            here.catalogue,
            proposal_id=proposal.id,
            proposer_name=_name(companies.get_company(db, company_id=proposal.company_id)),
            item_id=chosen[1] if seen_version else None,
            seen_version=seen_version,
            **place,
        )

    try:
        item = here.database.write(take)
    except (Conflict, NotFound, InvalidValue) as fault:
        return _page(fault)
    return onward(values.Place(here.catalogue.get(item.field), item.item_id).after(item), "saved")


@audience("consumer")
def decline(proposal_id: object) -> BaseResponse:
    """Let it go. Nobody hears of it."""
    consumer_id, now = session.consumer_id(), clock.now()
    try:
        house().database.write(
            lambda db: profiles.decline(db, consumer_id=consumer_id, proposal_id=str(proposal_id), now=now)
        )
    except NotFound as fault:
        return _page(fault)
    return onward(HERE, "declined")


def _name(company: Company) -> str:
    """Who proposed it, to be read for years: a name may change hands, the domain beside it was proved."""
    return f"{company.legal_name} ({company.domain})"


def _page(fault: VrmError | None = None) -> Response:
    here, consumer_id, now = house(), session.consumer_id(), clock.now()
    waiting = here.database.read(lambda db: _waiting(db, here, consumer_id, now))
    return pages.render(
        "proposed.html",
        problems.row(fault).status if fault else 200,
        proposals=waiting,
        fault="" if fault is None else told(fault),
    )


def _waiting(db: Session, here: House, consumer_id: str, now: datetime) -> list[Waiting]:
    blocked = consents.list_blocked(db, consumer_id=consumer_id)
    found = [
        each
        for each in profiles.list_proposals(db, here.keys, consumer_id=consumer_id, blocked=blocked, now=now)
        if each.field in here.catalogue.keys  # the operator may have taken one out since
    ]
    if not found:
        return []
    kept = profiles.list_items(db, here.keys, consumer_id=consumer_id, fields={each.field for each in found})
    names = words.company_names(db, (each.company_id for each in found))
    reads = seen(db, readable(db, consumer_id=consumer_id, now=now))
    return [
        Waiting(
            id=each.id,
            company=names[each.company_id],
            key=(key := here.catalogue.get(each.field)),
            why=each.why,
            texts=values.texts(key, each.value),
            received_at=each.received_at,
            expires_at=each.expires_at,
            spots=_spots(key, kept.get(key.name, ()), each.value),
            vouched=key.proposable == "issued",
            reach=of(here.catalogue, reads, key.name),
        )
        for each in found
    ]


def _spots(key: Key, kept: Sequence[profiles.Item], value: object) -> list[Spot]:
    return [
        Spot(f"{item.item_id}/{item.version}", values.texts(key, item.value), item.value == value)
        for item in kept
    ]
