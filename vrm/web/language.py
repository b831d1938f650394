"""The languages of the pages: which one, and where its words come from.

Source text is English. ``locale/<language>/LC_MESSAGES/`` has the words of the pages in ``messages.po``, those of
the catalogue of keys and purposes in ``catalogue.po``, and what the rooms say of a fault in ``rooms.po``. They are
compiled in memory when first needed, so there is no build step and no compiled file that could be stale.
``pybabel extract -F vrm/web/babel.cfg vrm/web vrm/worker`` finds the messages; a test holds every catalogue to them.
"""

import io
from functools import cache
from pathlib import Path

import flask_babel
from babel import Locale
from babel.messages import mofile, pofile
from babel.support import NullTranslations, Translations
from flask import Flask, Response, g, request

from vrm.errors import VrmError
from vrm.web import zone
from vrm.web.site import site

FOLDER = Path(__file__).with_name("locale")
LANGUAGES = {"en": "English", "de": "Deutsch"}
"""Each by its own name, the source language first."""

_COOKIE = "vrm-lang"
# Dates in the source language are day first, "12 March 2026, 9:41 am"; plain "en" would be month first.
REGIONS = {"en": "en_AU"}


def gettext(text: str, **values: object) -> str:
    """The text in the language of this request, with ``%(name)s`` filled in."""
    return str(flask_babel.gettext(text, **values))


def ngettext(one: str, many: str, num: int, **values: object) -> str:
    """The form for this number, with ``%(num)d`` filled in."""
    return str(flask_babel.ngettext(one, many, num, **values))


def N_(text: str) -> str:  # the name gettext's extractors look for
    """Mark a text for translation where it is written; it is translated where it is shown."""
    return text


def told(fault: VrmError) -> str:
    """What a fault says, in the language of this request. A room may give the message and its places apart."""
    msgid = getattr(fault, "msgid", None)
    return gettext(msgid, **getattr(fault, "params", {})) if msgid else gettext(fault.message)


@cache
def catalogue(language: str) -> NullTranslations:
    """The compiled catalogue of a language; an empty one where there is none (the source language)."""
    found = NullTranslations()
    for path in sorted((FOLDER / language / "LC_MESSAGES").glob("*.po")):
        found.add_fallback(_compiled(path, language))
    return found


def _compiled(path: Path, language: str) -> Translations:
    with path.open("rb") as source:
        messages = pofile.read_po(source, locale=language)
    compiled = io.BytesIO()
    mofile.write_mo(compiled, messages)
    compiled.seek(0)
    return Translations(fp=compiled)


class _Words(flask_babel.Domain):  # type: ignore[misc]
    def get_translations(self) -> NullTranslations:
        locale = flask_babel.get_locale() or Locale("en")
        supply = site().translations
        return supply(locale) if supply else catalogue(locale.language)


class _Languages(flask_babel.Babel):  # type: ignore[misc]
    domain_instance = _Words()


def install(app: Flask) -> None:
    """Choose a language for each request: ``?lang=``, then the cookie it left, then what the browser asks for."""
    _Languages(app, default_locale=REGIONS["en"], locale_selector=_choose, timezone_selector=zone.chosen)
    app.after_request(_keep_choice)


def _choose() -> str:
    asked = request.args.get("lang") or request.cookies.get(_COOKIE)
    if asked not in LANGUAGES:
        asked = request.accept_languages.best_match(LANGUAGES) or "en"
    g.language = asked
    return REGIONS.get(asked, asked)


def _keep_choice(response: Response) -> Response:
    chosen = request.args.get("lang")
    if chosen in LANGUAGES:
        # Functional, not personal: it says "de" and nothing else.
        response.set_cookie(
            _COOKIE, chosen, max_age=31536000, path="/", secure=site().secure, httponly=True, samesite="Lax"
        )
    return response
