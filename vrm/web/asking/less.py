"""What tells least: which of several keys comes first, and what a company could have asked for instead. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from vrm import consents
from vrm.catalogue import SENSITIVITIES, Catalogue
from vrm.web.asking import shown
from vrm.web.asking.shown import Values

MOST_NAMED = 3
"""So many answers are named where a field is asked for: they are examples of what would have been less."""

_WIDTHS = {"yes_no": 0, "choice": 1}


@dataclass(frozen=True)
class Instead:
    """An answer that would have told less: what it is called, and what it would say of the person ("": not known)."""

    label: str
    text: str


def least_first(catalogue: Catalogue, keys: Sequence[str]) -> list[str]:
    """Keys that would do equally well, the one that tells least first; among equals, as the company named them.

    A more sensitive key never comes before a less sensitive one, whatever its kind: an answer about somebody's health
    tells more than their name.
    """

    def told(key: str) -> tuple[int, bool, int]:
        found = catalogue.get(key)
        width = _WIDTHS.get(found.type, 2) if found.kind == "answer" else 0
        return SENSITIVITIES.index(found.sensitivity), found.kind != "answer", width

    return sorted(keys, key=told)


def could_have(catalogue: Catalogue, line: consents.Line, values: Values) -> list[Instead]:
    """The answers this line could have asked for in place of its field, the least first; none where it takes one."""
    if any(catalogue.get(key).kind == "answer" for key in line.options):
        return []
    answers = [answer.name for answer in catalogue.replacements(line.key)]
    return [_instead(catalogue, key, values) for key in least_first(catalogue, answers)[:MOST_NAMED]]


def _instead(catalogue: Catalogue, key: str, values: Values) -> Instead:
    # From what is on the page already: nothing else is opened for an example, and then it is not known.
    known = shown.texts(catalogue, key, values)
    return Instead(catalogue.get(key).label, known[0] if known else "")
