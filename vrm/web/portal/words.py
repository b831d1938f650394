"""What things are called on the pages: companies, keys, purposes, values, refusals."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from flask_babel import get_locale
from sqlalchemy.orm import Session

from vrm import clock, companies
from vrm.catalogue import Catalogue, Voice
from vrm.consents import GrantedLine, Line
from vrm.profiles import Item
from vrm.web.language import gettext

Items = Mapping[str, Sequence[Item]]
"""Opened values of a person by field."""


def voice() -> Voice:
    """How values are said in the language of this request."""
    return Voice(str(get_locale()), gettext)


def company_names(db: Session, ids: Iterable[str]) -> dict[str, companies.Company]:
    """The companies of these ids, all looked up at once."""
    return companies.get_companies(db, ids)


def label(catalogue: Catalogue, key: str) -> str:
    """The plain label of a key; its name where the operator has taken it out of the catalogue since."""
    found = catalogue.keys.get(key)
    return found.label if found else key


def labels(catalogue: Catalogue, lines: Iterable[GrantedLine | Line]) -> list[str]:
    """The labels of what leaves, or would, each once."""
    return list(dict.fromkeys(label(catalogue, line.key) for line in lines))


def purpose(catalogue: Catalogue, id: str) -> str:
    """A purpose in plain words."""
    found = catalogue.purposes.get(id)
    return found.plain if found else id


def purposes(catalogue: Catalogue, lines: Iterable[GrantedLine | Line]) -> list[str]:
    """The purposes of lines in plain words, each once."""
    return [purpose(catalogue, id) for id in purpose_ids(lines)]


def purpose_ids(lines: Iterable[GrantedLine | Line]) -> list[str]:
    """The purposes of lines, each once, in the order of ``purposes``."""
    return list(dict.fromkeys(line.purpose for line in lines))


def fields_behind(catalogue: Catalogue, key: str) -> tuple[str, ...]:
    """The fields a key is made of: itself, or what an answer is worked out from."""
    found = catalogue.keys.get(key)
    if found is None:
        return ()
    return (key,) if found.kind == "field" else found.answers_from


def answer(catalogue: Catalogue, key: str, items: Items, today: date | None = None) -> str | None:
    """What is worked out from a person's values, in plain words; None where they do not say."""
    values = {field: [item.value for item in found] for field, found in items.items()}
    worked_out = catalogue.answer(key, values, today or clock.now().date())
    return None if worked_out is None else catalogue.show(key, worked_out, voice=voice())


def texts(catalogue: Catalogue, key: str, items: Items, item_id: str | None = None) -> list[str]:
    """The very values a line would send now, of one item or of all; empty where there is none."""
    found = catalogue.keys.get(key)
    if found is None:
        return []
    chosen = {
        field: [item for item in each if item_id in (None, item.item_id)] for field, each in items.items()
    }
    if found.kind == "answer":
        said = answer(catalogue, key, chosen)
        return [] if said is None else [said]
    return [catalogue.show(key, item.value, voice=voice()) for item in chosen.get(key, [])]


def reason(code: str | None, purpose: str = "") -> str:
    """Why a read was refused, to the person: what happened, not only what the company was told.

    ``purpose``: what the company said it was for, in plain words.
    """
    match code:
        case "client_suspended":
            return gettext("The company may not read anybody just now.")
        case "revoked":
            return gettext("You had revoked it.")
        case "returned":
            return gettext("They had given your consent back.")
        case "expired":
            return gettext("Your consent had ended.")
        case "used":
            return gettext("You had allowed it once, and they had read it.")
        case "paused":
            return gettext("You had paused it.")
        case "too_soon":
            return gettext("They had read it as often as you allow, and came again too soon.")
        case "notice_changed":
            return gettext("They changed who they are or what they promise, so they must ask you again.")
        case "superseded":
            return gettext("They came with an old key, from before you changed the consent.")
        case "purpose_required":
            return gettext("They did not say what for.")
        case "purpose_not_permitted" if purpose:
            return gettext("You did not allow it for: %(purpose)s.", purpose=gettext(purpose))
        case "keys_not_permitted":
            return gettext("You did not allow what they asked for.")
        case "unreadable":
            return gettext("We could not open it just now, so nothing left.")
        case _:
            return gettext("It was not permitted.")
