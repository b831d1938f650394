"""What an ask would change of a consent that is there, line by line, and what the person had chosen in it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from werkzeug.datastructures import MultiDict

from vrm import clock
from vrm.catalogue import Catalogue
from vrm.consents import Basis, GrantedLine, Line, Revision, Terms, days_left
from vrm.web.asking.choices import Option
from vrm.web.language import gettext

_RARE = ("once", "monthly", "weekly", "daily", "when_needed")
"""Frequencies, the rarest first."""


@dataclass(frozen=True)
class News:
    """How a line differs from what was granted of it: ``why`` and ``frequency`` as they were, None where they still are."""

    required: bool = False
    why: str | None = None
    frequency: str | None = None
    more_options: bool = False


@dataclass(frozen=True)
class Changes:
    """``before``: by number of a line, what was granted of it, for the same purpose; ``news``: what such a line says that
    is new. ``stays``: the numbers of those that are asked for again just as they were granted, on terms that reach no
    further. ``dropped`` is what was granted and is in no line any more. ``left``: the days until it ends as it stands.
    """

    before: dict[int, GrantedLine]
    news: dict[int, News | None]
    stays: frozenset[int]
    dropped: tuple[GrantedLine, ...]
    basis: Basis
    terms: Terms
    left: int


def compare(terms: Terms, basis: Basis) -> Changes:
    """Hold an ask against the consent that it would change."""
    granted = basis.revision
    left = list(granted.lines)
    before = {}
    for number, line in enumerate(terms.lines):
        was = next((one for one in left if one.purpose == line.purpose and one.key in line.options), None)
        if was is not None:
            before[number] = was
            left.remove(was)
    news = {number: _news(terms.lines[number], was, granted) for number, was in before.items()}
    same = frozenset(number for number, told in news.items() if told is None)
    days = days_left(basis.consent.expires_at, clock.now())
    stays = frozenset[int]() if _reaches_further(terms, granted.terms, days) else same
    return Changes(before, news, stays, tuple(left), basis, terms, days)


def chosen_before(changes: Changes, terms: Terms) -> MultiDict[str, str]:
    """The form of the page as the person left it when they last decided: see ``ask.html``.

    A line that is now to be read more often is more than they had chosen, and is chosen anew.
    """
    picked = MultiDict[str, str]()
    for number, was in changes.before.items():
        line = terms.lines[number]
        if not line.required and _RARE.index(line.frequency) <= _RARE.index(was.frequency):
            picked.add("take", str(number))
        picked.add(f"key-{number}", was.key)
        for name in (f"item-{number}", f"item-{number}-{was.key}"):
            picked.add(name, was.item_id or "all")
    return picked


def elsewhere(line: Line, changes: Changes) -> str | None:
    """The purpose for which a key of this line was granted, where that ends and the line is for another one."""
    return next((was.purpose for was in changes.dropped if was.key in line.options), None)


def is_there(was: GrantedLine, options: Sequence[Option]) -> bool:
    """Whether what was granted can still be sent: its value is there, and of a plural key the very item."""
    granted = next(option for option in options if option.key == was.key)
    items = {each["id"] for each in granted.items}
    return bool(granted.texts) and (was.item_id is None or was.item_id in items)


def label(line: GrantedLine, changes: Changes, catalogue: Catalogue) -> str:
    """What a granted line is called; with its purpose where the same key is, or was, for another one as well."""
    key, purpose = catalogue.keys.get(line.key), catalogue.purposes.get(line.purpose)
    name = key.label if key else line.key
    uses = {other.purpose for other in changes.terms.lines if line.key in other.options}
    uses |= {other.purpose for other in changes.basis.revision.lines if other.key == line.key}
    if len(uses) < 2:
        return name
    return f"{gettext(name)} ({gettext(purpose.plain) if purpose else line.purpose})"


def purposes(revision: Revision, catalogue: Catalogue) -> list[str]:
    """What a consent is for, each purpose once, in plain words."""
    found = [
        (id, catalogue.purposes.get(id)) for id in dict.fromkeys(line.purpose for line in revision.lines)
    ]
    return [purpose.plain if purpose else id for id, purpose in found]


def told(changes: Changes, terms: Terms, catalogue: Catalogue) -> dict[str, Any]:
    """What the page says of the consent: see ``replaces`` in ``ask.html``."""
    consent, then = changes.basis.consent, changes.basis.revision.terms
    return {
        "id": consent.id,
        "granted_at": consent.granted_at,
        "expires_at": consent.expires_at,
        "dropped": list(dict.fromkeys(label(line, changes, catalogue) for line in changes.dropped)),
        "recognised": then.sign_in,
        "new_end": not terms.keeps_end and terms.duration_days != changes.left,
        "kept": None
        if then.retention_days == terms.retention_days
        else {"retention_days": then.retention_days},
        "passed_on": [name for name in terms.recipients if name not in then.recipients],
        "not_passed_on": [name for name in then.recipients if name not in terms.recipients],
    }


def _reaches_further(terms: Terms, then: Terms, days: int) -> bool:
    """Whether more would get to see what is read, or keep it longer, or it may be read for longer than the ``days``
    that are left: then no line is the one that was allowed.
    """
    longer = terms.retention_days != then.retention_days and (
        terms.retention_days is None
        or then.retention_days is None
        or terms.retention_days > then.retention_days
    )
    later = not terms.keeps_end and terms.duration_days > days
    return longer or later or not set(terms.recipients) <= set(then.recipients)


def _news(line: Line, was: GrantedLine, granted: Revision) -> News | None:
    """What a line says that is new to who granted it; None where that is nothing."""
    offered = {option for other in _asked_then(granted.terms.lines, was) for option in other.options}
    news = News(
        required=line.required != was.required,
        why=None if line.why == was.why else was.why,
        frequency=None if line.frequency == was.frequency else was.frequency,
        more_options=not set(line.options) <= offered | {was.key},
    )
    return None if news == News() else news


def _asked_then(lines: Sequence[Line], was: GrantedLine) -> list[Line]:
    return [line for line in lines if was.key in line.options and line.purpose == was.purpose]
