"""What needs the person now, and their week at a glance."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from babel.dates import get_day_names
from flask import Blueprint, Response
from flask_babel import get_locale, get_timezone
from sqlalchemy.orm import Session

from vrm import accesslog, clock, consents, notices, profiles
from vrm.house import House
from vrm.web import pages, session
from vrm.web.audiences import audience
from vrm.web.portal import asks, happened, proposed, readers, words
from vrm.web.rooms import house

SOON = timedelta(days=14)
"""Never said longer before the end than this."""

ALLOWED = 10
"""So many are listed with the way to end each; who allows more finds them all in the list."""

NAMES = ("nickname", "given_name", "name")
"""What people are called by, the friendlier one first."""


@dataclass(frozen=True)
class Ending:
    """A consent that ends soon."""

    consent_id: str
    company: str
    labels: list[str]
    expires_at: datetime
    last_read_at: datetime | None


@dataclass(frozen=True)
class Allowed:
    """A consent under which something can be read now, or could if it were not ``paused``."""

    consent_id: str
    company: str
    purposes: list[str]
    purpose_ids: list[str]
    labels: list[str]
    granted_at: datetime
    expires_at: datetime
    paused: bool


@dataclass(frozen=True)
class Company:
    """A company with what it is allowed."""

    id: str
    name: str
    allowed: list[Allowed]


@dataclass(frozen=True)
class Changed:
    """A consent that is worth nothing until its company asks anew: its notice or its owner is another."""

    consent_id: str
    company: str


@dataclass(frozen=True)
class Day:
    """A day of the week's drawing."""

    label: str
    reads: int
    refusals: int


@dataclass(frozen=True)
class Totals:
    """The figures: of this week, and of now."""

    reads: int
    refusals: int
    active: int
    companies: int
    paused: int
    with_all: int
    filled: int


def ends_soon(granted_at: datetime, expires_at: datetime, now: datetime) -> bool:
    """Whether the last quarter of the granted time has begun: a week that was granted today does not end soon."""
    return expires_at - now <= min(SOON, (expires_at - granted_at) / 4)


def add_routes(blueprint: Blueprint) -> None:
    """``/home``."""
    blueprint.get("/home")(home)


@audience("consumer")
def home() -> Response:
    here, consumer_id, now = house(), session.consumer_id(), clock.now()
    return pages.render("home.html", **here.database.read(lambda db: _home(db, here, consumer_id, now)))


def _home(db: Session, here: House, consumer_id: str, now: datetime) -> dict[str, Any]:
    days = _days(now)
    midnights = [
        datetime.combine(day, time(), get_timezone()) for day in [*days, days[-1] + timedelta(days=1)]
    ]
    held = readers.readable_or_paused(db, consumer_id=consumer_id, now=now)
    readable = {id: standing for id, standing in held.items() if not standing.paused}
    fields = [key.name for key in here.catalogue.fields()]
    sealed = profiles.sealed_values(db.connection(), consumer_ids=[consumer_id], fields=fields).get(
        consumer_id, []
    )
    running = consents.list_some(db, consumer_id=consumer_id, listed=consents.Listed(), now=now)
    numbers = consents.count_some(db, consumer_id=consumer_id, now=now)
    first, rest = happened.foremost(happened.lately(db, here, consumer_id=consumer_id, now=now))
    week = _week(days, accesslog.count_in_spans(db, consumer_id=consumer_id, moments=midnights))
    return {
        "name": _name(here, consumer_id, sealed),
        "asks": asks.waiting(db, here, consumer_id=consumer_id, now=now),
        "ending": _ending(db, here, consumer_id, running, readable, now),
        "changed": _changed(db, running),
        "proposed": proposed.count(db, consumer_id, now),
        "companies": _companies(db, here, running, held),
        "more_allowed": max(0, len(held) - ALLOWED),
        "unread": notices.count_unread(db, consumer_id=consumer_id),
        "week": week,
        "totals": Totals(
            reads=sum(day.reads for day in week),
            refusals=sum(day.refusals for day in week),
            active=len(readable),
            companies=len({standing.company_id for standing in readable.values()}),
            paused=numbers.paused,
            with_all=numbers.with_all,
            filled=len({value.field for value in sealed}),
        ),
        "happened": first,
        "happened_too": rest,
    }


def _companies(
    db: Session, here: House, running: list[consents.Consent], held: readers.Standings
) -> list[Company]:
    """From here a consent can be ended without looking for it: that must be as easy as giving it.

    Open ones come before those that are paused, and what ends last comes first; a company stands where its first does.
    """
    granted = {each.id: each.granted_at for each in running}
    last_first = sorted(held.values(), key=lambda standing: standing.expires_at, reverse=True)
    first = sorted(last_first, key=lambda standing: standing.paused)[:ALLOWED]
    names = words.company_names(db, (standing.company_id for standing in first))
    found: dict[str, Company] = {}
    for standing in first:
        id = standing.company_id
        found.setdefault(id, Company(id, names[id].legal_name, [])).allowed.append(
            Allowed(
                consent_id=standing.consent_id,
                company=names[id].legal_name,
                purposes=words.purposes(here.catalogue, standing.lines),
                purpose_ids=words.purpose_ids(standing.lines),
                labels=words.labels(here.catalogue, standing.lines),
                granted_at=granted[standing.consent_id],
                expires_at=standing.expires_at,
                paused=standing.paused,
            )
        )
    return list(found.values())


def _days(now: datetime) -> list[date]:
    """The last seven days of the reader's calendar, today last."""
    today = now.astimezone(get_timezone()).date()
    return [today - timedelta(days=back) for back in range(6, -1, -1)]


def _week(days: list[date], counts: list[accesslog.Counts]) -> list[Day]:
    names = get_day_names("abbreviated", locale=get_locale())
    return [
        Day(names[day.weekday()], counted.reads, counted.refusals)
        for day, counted in zip(days, counts, strict=True)
    ]


def _ending(
    db: Session,
    here: House,
    consumer_id: str,
    running: list[consents.Consent],
    readable: readers.Standings,
    now: datetime,
) -> list[Ending]:
    granted = {each.id: each.granted_at for each in running}
    soon = [standing for id, standing in readable.items() if ends_soon(granted[id], standing.expires_at, now)]
    names = words.company_names(db, (standing.company_id for standing in soon))
    read = accesslog.last_reads(
        db, consumer_id=consumer_id, consent_ids=[standing.consent_id for standing in soon]
    )
    return [
        Ending(
            consent_id=standing.consent_id,
            company=names[standing.company_id].legal_name,
            labels=words.labels(here.catalogue, standing.lines),
            expires_at=standing.expires_at,
            last_read_at=read.get(standing.consent_id),
        )
        for standing in sorted(soon, key=lambda standing: standing.expires_at)
    ]


def _changed(db: Session, running: list[consents.Consent]) -> list[Changed]:
    """What nothing can be read under because the company is not what the person decided on."""
    names = words.company_names(db, (each.company_id for each in running))
    return [
        Changed(each.id, names[each.company_id].legal_name)
        for each in running
        if names[each.company_id].notice_version != each.notice_version
    ]


def _name(here: House, consumer_id: str, sealed: list[profiles.Sealed]) -> str | None:
    """What the person is called; the only value that this page opens."""
    kept = {value.field: value for value in sealed}
    first = next((kept[field] for field in NAMES if field in kept), None)
    return None if first is None else str(profiles.open_value(here.keys, consumer_id, first))
