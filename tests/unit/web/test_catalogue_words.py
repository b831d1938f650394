"""The catalogue of keys and purposes speaks every language of the pages."""

import re
from pathlib import Path

import pytest
from babel.messages import extract, pofile

import vrm.catalogue
from vrm.catalogue import Catalogue
from vrm.web.language import FOLDER, LANGUAGES, catalogue

OTHERS = sorted(set(LANGUAGES) - {"en"})
PLACE = re.compile(r"%\(\w+\)[sd]")


def words():
    """Every text of the catalogue that a person reads, and what its shapes say of a value that is wrong."""
    kept = Catalogue.load()
    shapes = [key.shape for key in kept.keys.values()]
    members = [member for key in kept.keys.values() for member in key.members]
    for shape in shapes + [member.shape for member in members]:
        yield from (label for _, label in getattr(shape, "choices", ()))
        yield getattr(shape, "unit", "")
    for thing in [*kept.groups.values(), *kept.keys.values(), *members]:
        yield from (thing.label, thing.help)
    for purpose in kept.purposes.values():
        yield from (purpose.plain, *purpose.cautions)
    folder = Path(vrm.catalogue.__path__[0])
    yield from (message for _, _, message, _, _ in extract.extract_from_dir(folder, [("**.py", "python")]))


@pytest.mark.parametrize("language", OTHERS)
def test_every_word_is_translated(language):
    """Each text of the catalogue has its translation, with the same places for values; none is left over."""
    folder = FOLDER / language / "LC_MESSAGES"
    own, pages = (
        {m.id: m.string for m in pofile.read_po((folder / name).open("rb"), locale=language) if m.id}
        for name in ("catalogue.po", "messages.po")
    )
    wanted = {word for word in words() if word}
    assert wanted - own.keys() - pages.keys() == set()
    assert own.keys() - wanted == set()
    assert [text for text, said in own.items() if not said] == []
    assert [text for text, said in own.items() if PLACE.findall(text) != PLACE.findall(said)] == []


def test_the_pages_speak_first():
    """A word that both the pages and the catalogue use is said once; every other comes from where it is."""
    german = catalogue("de")
    assert german.gettext("Sign in") == "Anmelden"
    assert german.gettext("Date of birth") == "Geburtsdatum"
