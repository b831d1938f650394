"""What a person changes of one consent by themselves: hold it back, take lines out, let it end on another day."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from flask import Blueprint, request
from flask_babel import format_date, get_timezone
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as BaseResponse

from vrm import clock, companies, consents, profiles
from vrm.errors import Conflict, Invalid, Stale, VrmError
from vrm.house import House
from vrm.web import pages, problems, session
from vrm.web.audiences import audience
from vrm.web.language import gettext
from vrm.web.onward import onward
from vrm.web.portal import consent_rows, unread, words
from vrm.web.rooms import house

DAYS = (7, 30, 90, 180, 365)
ON_A_DAY = "day"
"""Sent as ``ends`` with a day of the person's own choice in ``until``; else it is one of ``DAYS``, or nothing."""


@dataclass(frozen=True)
class Line:
    """A line to keep or to take out. ``place`` goes with the form; ``texts`` are the very values now."""

    place: str
    label: str
    purpose: str
    required: bool
    sensitivity: str
    texts: list[str]


@dataclass(frozen=True)
class End:
    """A day on which it could end. ``later``: than it ends now; ``asked``: as long as the company asked."""

    days: int
    until: datetime
    later: bool
    asked: bool


@dataclass(frozen=True)
class Picked:
    """What was chosen on the page, as it was sent: None of ``lines``: all are ticked.

    ``trim``: the button that trims was pressed, on a page that looked back so many days.
    """

    lines: frozenset[str] | None = None
    ends: str = ""
    until: str = ""
    trim: int | None = None


def add_routes(blueprint: Blueprint) -> None:
    """``/consents/<id>/pause``, ``/resume``, ``/change``."""
    blueprint.post("/consents/<uuid:consent_id>/pause")(pause)
    blueprint.post("/consents/<uuid:consent_id>/resume")(resume)
    blueprint.get("/consents/<uuid:consent_id>/change")(show_change)
    blueprint.post("/consents/<uuid:consent_id>/change")(change)


@audience("consumer")
def pause(consent_id: object) -> BaseResponse:
    """Hold it back. A second press finds it paused, and says so."""
    return _held(str(consent_id), consents.pause, "paused")


@audience("consumer")
def resume(consent_id: object) -> BaseResponse:
    return _held(str(consent_id), consents.resume, "resumed")


@audience("consumer")
def show_change(consent_id: object) -> BaseResponse:
    return _page(str(consent_id))


@audience("consumer")
def change(consent_id: object) -> BaseResponse:
    """Take out what is not among the lines sent and move the end, both or neither: the button that trims sends it too."""
    here, consumer_id, now, id = house(), session.consumer_id(), clock.now(), str(consent_id)
    sent = request.form
    spans = {str(days): days for days in unread.SPANS}
    picked = Picked(
        frozenset(sent.getlist("line")),
        sent.get("ends", ""),
        sent.get("until", "").strip(),
        spans.get(sent.get("trim", "")),
    )
    seen = sent.get("revision", "")
    try:
        changed = here.database.write(lambda db: _change(db, here, consumer_id, id, picked, seen, now))
    except Invalid as fault:
        # Who typed a day meant it: it is ticked on the page that says so, and goes with the next press.
        return _page(
            id, fault, replace(picked, ends=ON_A_DAY) if picked.until and not picked.ends else picked
        )
    except (Stale, Conflict) as fault:
        return _page(id, fault)
    return onward(f"/consents/{id}", "changed" if changed else "")


def ends(consent: consents.Consent, terms: consents.Terms, *, may_extend: bool, now: datetime) -> list[End]:
    """The days to choose among: never longer than was asked for, and later only where that is allowed."""
    most = (consents.latest_end(terms, now) - now).days
    found = [
        End(days, now + timedelta(days=days), now + timedelta(days=days) > consent.expires_at, days == most)
        for days in sorted({*(days for days in DAYS if days < most), most})
    ]
    # A day that it ends on anyway is no choice.
    return [
        each
        for each in found
        if abs(each.until - consent.expires_at) >= timedelta(days=1) and (may_extend or not each.later)
    ]


def _change(
    db: Session, here: House, consumer_id: str, id: str, picked: Picked, seen: str, now: datetime
) -> bool:
    consent, newest = _standing(db, consumer_id, id, seen, now)
    notice_version = _notice_version(db, consent)
    keep = {_place(given) for given in picked.lines or ()}
    if picked.trim is not None:  # what was read since the page was drawn stays
        revisions = consents.list_revisions(db, consumer_id=consumer_id, consent_id=id)
        keep |= {line.place for line in unread.find(db, consent, revisions, days=picked.trim, now=now).read}
    after = consents.change(
        db,
        here.keys,
        consumer_id=consumer_id,
        consent_id=id,
        keep=keep if newest.lines else None,
        ends=_chosen_end(consent, newest.terms, picked, consent.notice_version == notice_version, now),
        notice_version=notice_version,
        now=now,
    )
    return after.revision > consent.revision


def _chosen_end(
    consent: consents.Consent, terms: consents.Terms, picked: Picked, may_extend: bool, now: datetime
) -> datetime | None:
    """When it is to end; None: as it stands. A day is over where the person is when it is over for them."""
    if picked.until and not picked.ends:
        raise Invalid(
            gettext(
                "You chose a day, and that it ends as it stands. Now the day is ticked: look, and press again."
            ),
            field="ends",
        )
    if not picked.ends:
        return None
    if picked.ends != ON_A_DAY:
        days = int(picked.ends) if picked.ends.isdecimal() and len(picked.ends) < 5 else 0
        return now + timedelta(days=days)
    first, last = days_to_choose(consent, terms, may_extend=may_extend, now=now)
    try:
        day = date.fromisoformat(picked.until)
    except ValueError:
        raise Invalid(
            gettext("Write the day on which it should end like this: %(example)s.") % {"example": last},
            field="until",
        ) from None
    if not first <= day <= last:
        raise Invalid(
            gettext("Choose a day from %(first)s to %(last)s.")
            % {"first": format_date(first), "last": format_date(last)},
            field="until",
        )
    if day == _local(consent.expires_at):
        return None
    over = datetime.combine(day, time(23, 59, 59), get_timezone()).astimezone(UTC)
    return min(over, consents.latest_end(terms, now))


def days_to_choose(
    consent: consents.Consent, terms: consents.Terms, *, may_extend: bool, now: datetime
) -> tuple[date, date]:
    """The first and the last day on which the person may let it end; no day at all where the first is the later one."""
    last = max(consents.latest_end(terms, now), consent.expires_at) if may_extend else consent.expires_at
    return _local(now) + timedelta(days=1), _local(last)


def _local(moment: datetime) -> date:
    return moment.astimezone(get_timezone()).date()


def _standing(
    db: Session, consumer_id: str, id: str, seen: str, now: datetime
) -> tuple[consents.Consent, consents.Revision]:
    """The consent in the revision that the person saw. Raises ``Stale`` for another, ``Conflict`` where it ended."""
    consent = consents.get_consent(db, consumer_id=consumer_id, consent_id=id)
    if not consent.is_active(now):
        raise Conflict("It has ended. Nothing of it can be changed.", code="consent_ended")
    if seen != str(consent.revision):
        raise Stale("Something changed meanwhile. Look at the page again: nothing was changed.")
    return consent, consents.get_newest_revision(db, consumer_id=consumer_id, consent_id=id)


def _held(id: str, verb: Callable[..., consents.Consent], done: str) -> BaseResponse:
    here, consumer_id, now = house(), session.consumer_id(), clock.now()
    try:
        here.database.write(lambda db: verb(db, here.keys, consumer_id=consumer_id, consent_id=id, now=now))
    except Conflict:  # it has ended meanwhile, and its page says so
        return onward(f"/consents/{id}")
    return onward(f"/consents/{id}", done)


def _page(id: str, fault: VrmError | None = None, picked: Picked | None = None) -> BaseResponse:
    here, consumer_id, now = house(), session.consumer_id(), clock.now()
    context = here.database.read(lambda db: _context(db, here, consumer_id, id, now))
    if "revoke" not in context["consent"].doable:
        return onward(f"/consents/{id}")
    context |= {"fault": fault, "picked": picked or Picked()}
    return pages.render("change.html", problems.row(fault).status if fault else 200, **context)


def _context(db: Session, here: House, consumer_id: str, id: str, now: datetime) -> dict[str, Any]:
    row, revisions = consent_rows.one(db, here.catalogue, consumer_id=consumer_id, consent_id=id, now=now)
    consent = consents.get_consent(db, consumer_id=consumer_id, consent_id=id)
    terms, lines = revisions[-1].terms, revisions[-1].lines
    fields = {field for line in lines for field in words.fields_behind(here.catalogue, line.key)}
    items = profiles.list_items(db, here.keys, consumer_id=consumer_id, fields=fields)
    may_extend = _notice_version(db, consent) == consent.notice_version
    return {
        "consent": row,
        "lines": [_line(here, line, items) for line in lines],
        "ends": ends(consent, terms, may_extend=may_extend, now=now),
        "days": days_to_choose(consent, terms, may_extend=may_extend, now=now),
        "may_extend": may_extend,
    }


def _line(here: House, line: consents.GrantedLine, items: words.Items) -> Line:
    key = here.catalogue.keys.get(line.key)
    return Line(
        place=" ".join(line.place),
        label=words.label(here.catalogue, line.key),
        purpose=words.purpose(here.catalogue, line.purpose),
        required=line.required,
        sensitivity=key.sensitivity if key else "ordinary",
        texts=words.texts(here.catalogue, line.key, items, line.item_id),
    )


def _notice_version(db: Session, consent: consents.Consent) -> int:
    return companies.get_company(db, company_id=consent.company_id).notice_version


def _place(given: str) -> tuple[str, str]:
    key, _, purpose = given.partition(" ")
    return key, purpose
