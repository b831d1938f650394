"""What we told the person without being asked, and how they want to hear of such things."""

from dataclasses import dataclass, replace
from datetime import datetime, time
from functools import partial
from typing import Any, cast

from babel.dates import format_time
from flask import Blueprint, Response, request
from flask_babel import get_locale, get_timezone
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as BaseResponse

from vrm import clock, consents, notices
from vrm.errors import Invalid
from vrm.notices import CHOOSABLE, KINDS, Kind, Preferences
from vrm.web import pages, session, zone
from vrm.web.audiences import audience
from vrm.web.forms import BLANK, Form
from vrm.web.language import N_, gettext
from vrm.web.notice_words import Said, said
from vrm.web.onward import onward
from vrm.web.portal import proposed
from vrm.web.rooms import house
from vrm.web.tongue import Tongue
from vrm.web.typed import REFUSED

PAGE = 30

NAMES: dict[Kind, tuple[str, str]] = {
    "reminder": (N_("What you still allow"), N_("Every 90 days, of each company")),
    "ending": (N_("What ends soon"), N_("Two weeks before, and the day before")),
    "unusual": (
        N_("Reads that look unusual"),
        N_("Far more than usual, after long silence, something new, or refused again and again"),
    ),
    "changed": (
        N_("A company changed"),
        N_("When it promises something else, or has a new owner; it must ask you again then"),
    ),
    "proposed": (N_("What companies propose"), N_("A value for your profile, which only you take over")),
    "receipt": (N_("Receipts"), N_("After each of your decisions, and at the end; this letter always comes")),
}
_WHILE_IT_RUNS = frozenset({"reminder", "ending", "unusual", "changed"})
WORDS = {"at_once": N_("At once"), "digest": N_("In one letter"), "off": N_("No letter")}


@dataclass(frozen=True)
class Row:
    """A notice in words, with what there is to do about it now, which may be nothing any more (``act`` is "")."""

    id: str
    at: datetime
    is_new: bool
    said: Said


@dataclass(frozen=True)
class Choice:
    """A kind of notice, and the ways open to it; its words are translated where they are shown."""

    kind: str
    name: str
    hint: str
    ways: list[tuple[str, str]]
    chosen: str


def add_routes(blueprint: Blueprint) -> None:
    """``/notices``, ``/notices/settings``."""
    blueprint.get("/notices")(show_notices)
    blueprint.get("/notices/settings")(show_settings)
    blueprint.post("/notices/settings")(keep_settings)


@audience("consumer")
def show_notices() -> Response:
    """The list. Whoever opens its first page has looked."""
    here, consumer_id, before = house(), session.consumer_id(), request.args.get("before")

    now, tongue = clock.now(), Tongue(gettext, get_locale(), get_timezone())

    def look(db: Session) -> tuple[list[Row], bool, int]:
        found = notices.list_notices(db, here.keys, consumer_id=consumer_id, limit=PAGE + 1, before=before)
        running = consents.list_some(db, consumer_id=consumer_id, listed=consents.Listed(), now=now)
        of_today = partial(_of_today, {each.id for each in running}, proposed.count(db, consumer_id, now))
        rows = [
            Row(each.id, each.at, each.is_new, of_today(each, said(each.kind, each.values, tongue)))
            for each in found[:PAGE]
        ]
        return rows, len(found) > PAGE, notices.count_unread(db, consumer_id=consumer_id)

    rows, more, unread = here.database.read(look)
    if unread and before is None:
        here.database.write(lambda db: notices.mark_read(db, consumer_id=consumer_id, now=now))
    return pages.render(
        "notices.html", notices=rows, older=rows[-1].id if more else None, first=before is None
    )


def _of_today(running: set[str], proposals: int, notice: notices.Notice, told: Said) -> Said:
    """What a letter offered may be over: a consent that ended is not changed, what was taken over waits no more."""
    if notice.kind == "proposed":
        return told if proposals else replace(told, act="", advice="")
    over = notice.kind in _WHILE_IT_RUNS and notice.values["consent_id"] not in running
    return replace(told, act=gettext("See what became of it"), advice="") if over else told


@audience("consumer")
def show_settings() -> Response:
    here, consumer_id = house(), session.consumer_id()
    kept = here.database.read(lambda db: notices.preferences_of(db, here.keys, consumer_id=consumer_id))
    return _page(kept, BLANK)


@audience("consumer")
def keep_settings() -> BaseResponse:
    """Everything on the page at once. A select that is missing from the form leaves its kind as it is."""
    here, consumer_id, now = house(), session.consumer_id(), clock.now()
    typed = request.form
    kept = here.database.read(lambda db: notices.preferences_of(db, here.keys, consumer_id=consumer_id))
    hour = typed.get("hour", "")
    how: dict[Kind, Any] = {kind: typed.get(f"how-{kind}", kept.way(kind)) for kind in CHOOSABLE}
    chosen = replace(
        kept,
        how=how,
        every=cast(Any, typed.get("every", kept.every)),
        hour=int(hour) if hour.isascii() and hour.isdigit() and len(hour) <= 2 else -1,
        discreet="discreet" in typed,
        language=get_locale().language,
        zone=zone.name(),
    )
    try:
        here.database.write(
            lambda db: notices.keep_preferences(db, here.keys, chosen, consumer_id=consumer_id, now=now)
        )
    except Invalid as fault:
        return _page(kept, BLANK.with_fault(fault), REFUSED)
    return onward("/notices/settings", "saved")


def _page(chosen: Preferences, form: Form, status: int = 200) -> Response:
    return pages.render(
        "notices_settings.html",
        status,
        form=form,
        choices=[_choice(kind, chosen) for kind in CHOOSABLE],
        every=chosen.every,
        hour=chosen.hour,
        hours=[(hour, format_time(time(hour), format="short", locale=get_locale())) for hour in range(24)],
        told_in=chosen.language,
        zone=chosen.zone.replace("_", " "),
        discreet=chosen.discreet,
    )


def _choice(kind: Kind, chosen: Preferences) -> Choice:
    name, hint = NAMES[kind]
    ways: list[tuple[str, str]] = [(way, WORDS[way]) for way in KINDS[kind].ways]
    return Choice(kind, name, hint, ways, chosen.way(kind))
