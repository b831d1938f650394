"""What needs the person now, and their week at a glance."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from babel.dates import format_skeleton
from flask import Blueprint, Response
from flask_babel import get_locale, get_timezone
from sqlalchemy.orm import Session

from vrm import accesslog, clock, companies, consents, profiles
from vrm.house import House
from vrm.web import pages, session
from vrm.web.audiences import audience
from vrm.web.portal import history, readers, words
from vrm.web.rooms import house

SOON = timedelta(days=14)
RECENT = 5
NAMES = ("nickname", "given_name")
"""What people are called by, the friendlier one first."""


@dataclass(frozen=True)
class Waiting:
    """An ask that waits for a decision."""

    href: str
    company: str
    domain: str
    labels: list[str]
    asked_at: datetime
    closes_at: datetime


@dataclass(frozen=True)
class Ending:
    """A permission that ends soon."""

    consent_id: str
    company: str
    labels: list[str]
    expires_at: datetime
    last_read_at: datetime | None


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
    filled: int
    total: int


def add_routes(blueprint: Blueprint) -> None:
    """``/home``."""
    blueprint.get("/home")(home)


@audience("consumer")
def home() -> Response:
    here, consumer_id, now = house(), session.consumer_id(), clock.now()
    return pages.render("home.html", **here.database.read(lambda db: _home(db, here, consumer_id, now)))


def waiting(db: Session, here: House, *, consumer_id: str, now: datetime) -> list[Waiting]:
    """The asks a person can decide now. One whose client may not ask any more is not shown."""
    asks = consents.list_asks(db, consumer_id=consumer_id, now=now)
    clients = companies.client_standings(db.connection(), client_ids={ask.client_id for ask in asks})
    asks = [ask for ask in asks if clients[ask.client_id].may_read]
    names = words.company_names(db, (ask.company_id for ask in asks))
    return [
        Waiting(
            href=f"/asks/{ask.id}",
            company=names[ask.company_id].legal_name,
            domain=names[ask.company_id].domain,
            labels=list(dict.fromkeys(words.label(here.catalogue, line.key) for line in ask.terms.lines)),
            asked_at=ask.created_at,
            closes_at=ask.expires_at,
        )
        for ask in asks
    ]


def _home(db: Session, here: House, consumer_id: str, now: datetime) -> dict[str, Any]:
    days = _days(now)
    since = datetime.combine(days[0], time(), get_timezone())
    events = list(history.walk(db, consumer_id=consumer_id, wanted=history.Wanted(since=since)))
    readable = readers.readable(db, consumer_id=consumer_id, now=now)
    total = here.catalogue.fields()
    sealed = profiles.sealed_values(
        db.connection(), consumer_ids=[consumer_id], fields=[key.name for key in total]
    ).get(consumer_id, [])
    week = _week(days, events)
    return {
        "name": _name(here, consumer_id, sealed),
        "asks": waiting(db, here, consumer_id=consumer_id, now=now),
        "ending": _ending(db, here, consumer_id, readable, now),
        "week": week,
        "totals": Totals(
            reads=sum(day.reads for day in week),
            refusals=sum(day.refusals for day in week),
            active=len(readable),
            companies=len({standing.company_id for standing in readable.values()}),
            paused=0,
            filled=len({value.field for value in sealed}),
            total=len(total),
        ),
        "recent": history.rows(db, here.catalogue, events[:RECENT]),
    }


def _days(now: datetime) -> list[date]:
    """The last seven days of the reader's calendar, today last."""
    today = now.astimezone(get_timezone()).date()
    return [today - timedelta(days=back) for back in range(6, -1, -1)]


def _week(days: list[date], events: Iterable[accesslog.LoggedEvent]) -> list[Day]:
    reads, refusals = dict.fromkeys(days, 0), dict.fromkeys(days, 0)
    for event in events:
        day = event.at.astimezone(get_timezone()).date()
        counted = refusals if event.outcome == "refused" else reads
        counted[day] = counted.get(day, 0) + 1
    return [Day(format_skeleton("Ed", day, locale=get_locale()), reads[day], refusals[day]) for day in days]


def _ending(
    db: Session, here: House, consumer_id: str, readable: readers.Standings, now: datetime
) -> list[Ending]:
    soon = [standing for standing in readable.values() if standing.expires_at <= now + SOON]
    names = words.company_names(db, (standing.company_id for standing in soon))
    return [
        Ending(
            consent_id=standing.consent_id,
            company=names[standing.company_id].legal_name,
            labels=words.labels(here.catalogue, standing.lines),
            expires_at=standing.expires_at,
            last_read_at=_last_read(db, consumer_id, standing.consent_id),
        )
        for standing in sorted(soon, key=lambda standing: standing.expires_at)
    ]


def _last_read(db: Session, consumer_id: str, consent_id: str) -> datetime | None:
    events = history.walk(db, consumer_id=consumer_id, wanted=history.Wanted(consent_id=consent_id))
    return next((event.at for event in events if event.outcome != "refused"), None)


def _name(here: House, consumer_id: str, sealed: list[profiles.Sealed]) -> str | None:
    """What the person is called; the only value that this page opens."""
    kept = {value.field: value for value in sealed}
    first = next((kept[field] for field in NAMES if field in kept), None)
    return None if first is None else str(profiles.open_value(here.keys, consumer_id, first))
