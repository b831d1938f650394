"""What the rooms below the pages say to people is there in every language of the pages."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from babel.messages import extract, pofile

import vrm
from vrm.catalogue import Catalogue
from vrm.web.language import FOLDER, LANGUAGES, catalogue

OTHERS = sorted(set(LANGUAGES) - {"en"})
PLACE = re.compile(r"%\(\w+\)[sd]")
PACKAGE = Path(vrm.__path__[0])
ROOMS = ["accesslog/moved.py",
         "accounts/errors.py", "accounts/passwords.py", "accounts/service.py", "accounts/throttle.py",
         "companies/addresses.py", "companies/client_keys.py", "companies/clients.py",
         "companies/domain_checks.py", "companies/domain_proof.py", "companies/domains.py",
         "companies/errors.py", "companies/facts.py", "companies/invitations.py", "companies/jwks.py",
         "companies/people.py", "companies/remote_keys.py", "companies/service.py", "companies/standing.py",
         "consents/amending.py", "consents/asks.py", "consents/blocking.py", "consents/own.py",
         "consents/revising.py", "consents/service.py", "consents/withdrawing.py", "oversight/grammar.py", "oversight/vocabulary.py",
         "profiles/inbox.py", "profiles/service.py", "profiles/versions.py"]  # fmt: skip
"""Where a sentence is written that somebody may read on a page."""


def catalogue_words() -> Iterator[str]:
    """Every text of the catalogue that a person reads, and what its shapes say of a value that is wrong."""
    kept = Catalogue.load()
    members = [member for key in kept.keys.values() for member in key.members]
    described: list[Any] = [*kept.groups.values(), *kept.keys.values(), *members]
    for thing in described:
        yield from (thing.label, thing.help)
        shape = getattr(thing, "shape", None)
        yield from (label for _, label in getattr(shape, "choices", ()))
        yield getattr(shape, "unit", "")
    for purpose in kept.purposes.values():
        yield from (purpose.plain, *purpose.cautions)
    found = extract.extract_from_dir(PACKAGE / "catalogue", [("**.py", "python")])
    yield from (str(message) for _, _, message, _, _ in found)


def room_words() -> Iterator[str]:
    """Every sentence that one of the rooms raises, where it stands in full."""
    for name in ROOMS:
        for node in ast.walk(ast.parse((PACKAGE / name).read_text())):
            call = node.exc if isinstance(node, ast.Raise) else node
            raised = isinstance(node, ast.Raise) or (
                isinstance(call, ast.Call)
                and isinstance(call.func, ast.Attribute)
                and call.func.attr == "__init__"
            )
            if raised and isinstance(call, ast.Call) and call.args and isinstance(call.args[0], ast.Constant):
                yield str(call.args[0].value)


def translated(language: str, name: str) -> dict[str, str]:
    """What a file of translations says."""
    with (FOLDER / language / "LC_MESSAGES" / name).open("rb") as source:
        return {str(m.id): str(m.string) for m in pofile.read_po(source, locale=language) if m.id}


@pytest.mark.parametrize("words", [catalogue_words, room_words])
@pytest.mark.parametrize("language", OTHERS)
def test_every_word_is_translated(language, words):
    """Each text has its translation, with the same places for values; none is left over."""
    name = "catalogue.po" if words is catalogue_words else "rooms.po"
    own, pages = translated(language, name), translated(language, "messages.po")
    wanted = {word for word in words() if word}
    assert wanted - own.keys() - pages.keys() == set()
    assert own.keys() - wanted == set()
    assert [text for text, said in own.items() if not said] == []
    assert [text for text, said in own.items() if PLACE.findall(text) != PLACE.findall(said)] == []


def test_no_sentence_of_companies_is_put_together():
    """What a page may show is one text with places, which has a translation; no pieces, which have none."""
    for path in (PACKAGE / "companies").glob("*.py"):
        if path.name == "errors.py":
            continue  # what is missing for an approval is told to the operator, at the command line
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call) and node.exc.args:
                assert not isinstance(node.exc.args[0], ast.JoinedStr), f"{path.name}:{node.lineno}"


def test_all_files_are_read():
    """A word is found in whichever file it stands."""
    german = catalogue("de")
    assert german.gettext("Sign in") == "Anmelden"
    assert german.gettext("Date of birth") == "Geburtsdatum"
    assert german.gettext("There is no such consent.") == "Diese Freigabe gibt es nicht."
