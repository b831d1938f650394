"""Pages for people: templates, the words around dates, and the page for a fault.

Every page is rendered here, so that what all of them need is given once. Templates are strict: a name that the
view forgot is an error in the first test, not an empty place before a person's eyes.
"""

import logging
import re
from datetime import date, datetime, timedelta
from typing import NamedTuple
from urllib.parse import urlencode

from babel.dates import format_date, format_time, format_timedelta
from babel.numbers import format_decimal
from flask import Flask, Response, g, json, request
from flask import render_template as render_text
from flask_babel import get_locale, get_timezone
from jinja2 import StrictUndefined
from markupsafe import Markup, escape

from vrm import clock
from vrm.web.drawings import guilloche, icon
from vrm.web.language import LANGUAGES, gettext, ngettext
from vrm.web.offices import office
from vrm.web.site import site

log = logging.getLogger("vrm.web")


class Way(NamedTuple):
    """Something a person can do on the page of a fault."""

    href: str
    words: str


def render(template: str, status: int = 200, **context: object) -> Response:
    """A page. ``context`` is what the comment at the top of the template names."""
    return Response(render_text(template, **context), status, mimetype="text/html")


def error_page(
    status: int, *, code: str, sentence: str, reference: str, ways: tuple[Way, ...] = (), title: str = ""
) -> Response:
    """The page of a fault: what happened, what to do, then its code. Its title goes by the status if not given."""
    if status >= 500:
        g.setdefault("visitor", None)  # what failed may be the store that knows who is here
    try:
        page = render(
            "error.html",
            status,
            title=title or _title(status),
            sentence=sentence,
            ways=ways
            or (
                Way(office().home, gettext("Go to your home page")),
                Way(office().start, gettext("Start again")),
            ),
            code=code,
            reference=reference,
            at=clock.now(),
        )
    except Exception as fault:  # the page of last resort must not need what just failed
        log.error("the error page failed: %s", type(fault).__name__)
        page = Response(f"{sentence}\n{reference}\n", status, mimetype="text/plain")
    return page


def install(app: Flask) -> None:
    """Set up the templates of an app."""
    jinja = app.jinja_env
    jinja.undefined = StrictUndefined
    jinja.trim_blocks = jinja.lstrip_blocks = True
    jinja.policies["ext.i18n.trimmed"] = True
    jinja.globals.update(
        icon=icon, guilloche=guilloche, languages=LANGUAGES, site=site, language_link=_language_link
    )
    jinja.filters.update(
        day=day,
        moment=moment,
        ahead=ahead,
        isolate=isolate,
        tr=translated,
        number=number,
        pretty=pretty,
        listed=listed,
        joints=joints,
    )
    app.context_processor(_every_page)


def _every_page() -> dict[str, object]:
    locale = get_locale()
    return {
        "language": g.get("language", locale.language),
        "direction": locale.text_direction,
        "here": request.path,
        "done": request.args.get("done"),
    }


def _language_link(language: str) -> str:
    """This page in another language: the same address and the same query, with ``lang`` put in."""
    query = [(name, value) for name, value in request.args.items(multi=True) if name != "lang"]
    return "?" + urlencode([*query, ("lang", language)])


def _title(status: int) -> str:
    match status:
        case 404:
            return gettext("Nothing here")
        case 403:
            return gettext("That did not go through")
        case 409:
            return gettext("Something changed meanwhile")
        case 429:
            return gettext("Too many tries")
        case 503:
            return gettext("Not just now")
        case status if status >= 500:
            return gettext("That was our mistake")
        case _:
            return gettext("We could not read that")


def day(when: date | datetime) -> Markup:
    """``12 March 2026`` as a time element."""
    local = when.astimezone(get_timezone()) if isinstance(when, datetime) else when
    return _time(when, format_date(local, format="long", locale=get_locale()))


def moment(when: datetime, *, seconds: bool = False, within: bool = False) -> Markup:
    """``12 March 2026, 9:41 am UTC``; ``Today`` and ``Yesterday`` where that is shorter to read.

    With ``seconds``, and always with its date, where it is evidence. ``within`` a sentence it is ``today``.
    """
    zone = get_timezone()
    local = when.astimezone(zone)
    days = (clock.now().astimezone(zone).date() - local.date()).days
    near = (gettext("today"), gettext("yesterday")) if within else (gettext("Today"), gettext("Yesterday"))
    name = None if seconds else dict(enumerate(near)).get(days)
    words = name or format_date(local.date(), format="long", locale=get_locale())
    clock_time = format_time(local, format="medium" if seconds else "short", locale=get_locale())
    return _time(when, f"{words}, {clock_time} {clock.zone_name(local)}")


def ahead(when: date | datetime) -> Markup:
    """How far off: ``in 6 days``, ``3 weeks ago``, ``today``."""
    zone = get_timezone()
    local = when.astimezone(zone).date() if isinstance(when, datetime) else when
    days = (local - clock.now().astimezone(zone).date()).days
    if days == 0:
        return _time(when, gettext("today"))
    words = format_timedelta(timedelta(days=days), add_direction=True, threshold=1.6, locale=get_locale())
    return _time(when, words)


def _time(when: date | datetime, words: str) -> Markup:
    machine = clock.rfc3339(when) if isinstance(when, datetime) else when.isoformat()
    return Markup('<time datetime="{}">{}</time>').format(machine, words)


def isolate(text: object) -> str:
    """A value inside an attribute or a drawing, where ``<bdi>`` cannot stand: FSI … PDI (UAX #9)."""
    return f"\u2068{text}\u2069"


def joints(text: str) -> Markup:
    """A long address, with leave to break a line where its parts meet: ``…@`` ``work.`` ``example``."""
    return Markup("<wbr>").join(re.split(r"(?<=[@./?&=_-])(?=\w)", text))


def translated(text: str) -> str:
    """Words that come from data, such as a label of the catalogue, in the language of the page if known."""
    return gettext(text) if text else ""


def number(value: float) -> str:
    """``41,208,094`` as the language writes it."""
    return format_decimal(value, locale=get_locale())


def pretty(value: object) -> str:
    """JSON for reading."""
    return json.dumps(value, indent=2, sort_keys=False, ensure_ascii=False)


def listed(words: list[str] | tuple[str, ...], most: int = 3) -> Markup:
    """Labels in one line: ``Name, address, and 2 more``. Each is translated and isolated."""
    shown = Markup(", ").join(Markup("<bdi>{}</bdi>").format(translated(word)) for word in words[:most])
    rest = len(words) - most
    if rest <= 0:
        return shown
    return shown + escape(ngettext(", and %(num)d more", ", and %(num)d more", rest))
