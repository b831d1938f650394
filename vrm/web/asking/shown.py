"""The very values that a key would send, as the letter shows them."""

from typing import Any

from flask_babel import get_locale

from vrm import clock, profiles
from vrm.catalogue import Catalogue, Key, Voice
from vrm.web.language import gettext

Values = dict[str, list[profiles.Item]]
"""Opened values of a person by field."""


def items(catalogue: Catalogue, key: Key, values: Values) -> list[dict[str, Any]]:
    """The items of a plural field, to choose among: the first one unless the person says otherwise."""
    if key.kind != "field" or not key.plural:
        return []
    return [
        {
            "id": item.item_id,
            "text": catalogue.show(key.name, item.value, voice=_voice()),
            "chosen": place == 0,
        }
        for place, item in enumerate(values.get(key.name, []))
    ]


def texts(catalogue: Catalogue, key: str, values: Values) -> list[str]:
    """The very values a key would send, in plain words; empty where there is none."""
    found = catalogue.get(key)
    if found.kind == "field":
        return [catalogue.show(key, item.value, voice=_voice()) for item in values.get(key, [])]
    said = answer(catalogue, key, values)
    return [] if said is None else [catalogue.show(key, said, voice=_voice())]


def _voice() -> Voice:
    """How values are said in the language of the page."""
    return Voice(str(get_locale()), gettext)


def answer(catalogue: Catalogue, key: str, values: Values) -> object | None:
    """What is worked out from the values for an answer; None where they do not say."""
    plain = {field: [item.value for item in items] for field, items in values.items()}
    return catalogue.answer(key, plain, clock.now().date())


def behind(catalogue: Catalogue, key: str) -> tuple[str, ...]:
    """The fields a key is made of: itself, or what an answer is worked out from."""
    found = catalogue.get(key)
    return (key,) if found.kind == "field" else found.answers_from
