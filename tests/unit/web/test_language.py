"""Translations keep up with the templates."""

import re
from collections import Counter

import pytest
from babel.messages import extract, pofile

from vrm.web.language import FOLDER, LANGUAGES, catalogue

WEB = FOLDER.parent
OTHERS = sorted(set(LANGUAGES) - {"en"})


def messages():
    """Every message of the templates, of the edge's own modules and of the letters: (singular, plural or None)."""
    methods = [("templates/**.html", "jinja2"), ("**.py", "python")]
    options = {"templates/**.html": {"trimmed": "true"}}
    found = list(extract.extract_from_dir(WEB, methods, options))
    files = sorted((WEB.parent / "worker").glob("*letters.py"))
    letters = [each for path in files for each in extract.extract_from_file("python", path)]
    every = [message for _, _, message, _, _ in found] + [message for _, message, _, _ in letters]
    return {m if isinstance(m, tuple) else (m, None) for m in every}


def kept_messages(language):
    """What the catalogues of pages hold; those of the rooms and of the catalogue of keys have tests of their own."""
    for path in sorted((FOLDER / language / "LC_MESSAGES").glob("*.po")):
        if path.name not in {"catalogue.po", "rooms.po"}:
            with path.open("rb") as source:
                yield from (m for m in pofile.read_po(source, locale=language) if m.id)


@pytest.mark.parametrize("language", OTHERS)
def test_every_message_is_translated(language):
    """The catalogues hold each message once, none is doubtful or empty, and none is left over."""
    kept = list(kept_messages(language))
    ids = {tuple(m.id) if isinstance(m.id, (list, tuple)) else (m.id, None) for m in kept}
    twice = Counter((m.context, m.id if isinstance(m.id, str) else m.id[0]) for m in kept)
    assert [each for each, times in twice.items() if times > 1] == []
    assert messages() - ids == set()
    assert ids - messages() == set()
    empty = [
        m.id for m in kept if not m.string or m.fuzzy or (isinstance(m.string, tuple) and not all(m.string))
    ]
    assert empty == []


def marks(text):
    return sorted(re.findall(r"%\(\w+\)[sd]|<[^>]+>", text))


@pytest.mark.parametrize("language", OTHERS)
def test_places_and_tags_survive(language):
    """A translation has the same places for values and the same tags as its source."""
    for message in kept_messages(language):
        ids = message.id if isinstance(message.id, (list, tuple)) else [message.id]
        strings = message.string if isinstance(message.string, (list, tuple)) else [message.string]
        for text in strings:
            # "One company" may drop its number; nothing else may go, and nothing may come.
            assert marks(text) in [marks(source) for source in ids], text


def test_rooms_fit_under_a_thumb():
    """The five room names have ten letters or fewer in every language."""
    for language in OTHERS:
        words = catalogue(language)
        assert len(str(words.pgettext("the room", "Home"))) <= 10
        for room in (
            "Consents",
            "Reads",
            "Profile",
            "Account",
            "Clients",
            "Console",
            "People",
            "Log",
            "Alarms",
            "Cases",
            "Proofs",
        ):
            assert len(words.gettext(room)) <= 10


def test_the_room_and_the_address_have_words_of_their_own():
    """The page "Home" and the address "Home" are one word in the source language alone."""
    german = catalogue("de")
    assert (german.pgettext("the room", "Home"), german.gettext("Home")) == ("Übersicht", "Zuhause")
