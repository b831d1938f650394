"""All a person keeps, by group, with who can read each line now and until when."""

from dataclasses import dataclass
from datetime import datetime

from flask import Blueprint, Response, request
from sqlalchemy.orm import Session

from vrm import clock, profiles
from vrm.catalogue import Group, Key
from vrm.house import House
from vrm.web import pages, session
from vrm.web.audiences import audience
from vrm.web.portal import proposed, reach, readers, versions, words
from vrm.web.rooms import house

USUAL = ("name", "email", "phone_number", "address", "birthdate")
"""What companies ask for most: offered first."""

SPARES = (
    *("name", "email", "address", "phone_number", "given_name", "family_name", "birthdate", "mobile_number"),
    *("locale", "payment_preference", "household_size", "top_size", "shoe_size", "invoice_delivery"),
)
"""What spares the most typing, in that order: of so many we say how far one is."""

MOST_NAMED = 2


@dataclass(frozen=True)
class Entry:
    """One item of a line."""

    id: str
    texts: list[str]
    changed_at: datetime
    verified_by: str | None


@dataclass(frozen=True)
class Line:
    """A field that holds something."""

    key: str
    label: str
    help: str
    plural: bool
    sensitivity: str
    usual: bool
    items: list[Entry]
    reach: reach.Reach
    undo: versions.Undo | None


@dataclass(frozen=True)
class WorkedOut:
    """An answer. ``text`` None: what is kept does not say."""

    key: str
    label: str
    text: str | None
    from_labels: list[str]
    reach: reach.Reach


@dataclass(frozen=True)
class Progress:
    """How much of what spares the most typing is filled in; ``next``: (key, label) of what to fill in first."""

    filled: int
    of: int
    next: list[tuple[str, str]]


@dataclass(frozen=True)
class Look:
    """What is kept, who can read it, the versions of what was just changed, and how much companies propose."""

    items: words.Items
    seen: reach.SeenBy
    changed: str
    versions: list[profiles.Item]
    proposed: int


@dataclass(frozen=True)
class Clause:
    """A group of the page."""

    id: str
    label: str
    help: str
    sensitivity: str
    filled: int
    lines: list[Line]
    empty: list[Line]
    answers: list[WorkedOut]

    @property
    def held(self) -> bool:
        """Whether something is kept here, or read through an answer, or would be were it not paused."""
        return bool(self.filled or any(answer.reach.whole or answer.reach.paused for answer in self.answers))


def add_routes(blueprint: Blueprint) -> None:
    """``/profile``."""
    blueprint.get("/profile")(profile)


@audience("consumer")
def profile() -> Response:
    here, consumer_id, now = house(), session.consumer_id(), clock.now()
    changed = request.args.get("changed", "")
    look = here.database.read(lambda db: _look(db, here, consumer_id, changed, now))
    clauses = [_clause(here, group, look) for group in here.catalogue.groups.values()]
    return pages.render(
        "profile.html",
        groups=clauses,
        filled=sum(clause.filled for clause in clauses),
        progress=_progress(here, look.items),
        proposed=look.proposed,
    )


def _look(db: Session, here: House, consumer_id: str, changed: str, now: datetime) -> Look:
    items = profiles.list_items(db, here.keys, consumer_id=consumer_id)
    seen = readers.seen(db, readers.readable_or_paused(db, consumer_id=consumer_id, now=now))
    field, _, item_id = changed.partition("/")
    item = next((each for each in items.get(field, []) if not item_id or each.item_id == item_id), None)
    kept = versions.listed(db, here.keys, consumer_id=consumer_id, item=item, now=now) if item else []
    return Look(items, seen, field, kept, proposed.count(db, consumer_id, now))


def _progress(here: House, items: words.Items) -> Progress:
    known = [name for name in SPARES if name in here.catalogue.keys]  # an operator may have taken some out
    missing = [name for name in known if not items.get(name)]
    return Progress(
        len(known) - len(missing),
        len(known),
        [(name, words.label(here.catalogue, name)) for name in missing[:MOST_NAMED]],
    )


def _clause(here: House, group: Group, look: Look) -> Clause:
    keys = [here.catalogue.get(name) for name in group.keys]
    lines = [_line(here, key, look) for key in keys if key.kind == "field"]
    kinds = {key.sensitivity for key in keys}
    return Clause(
        id=group.name,
        label=group.label,
        help=group.help,
        sensitivity=kinds.pop() if len(kinds) == 1 else "ordinary",
        filled=sum(bool(line.items) for line in lines),
        lines=[line for line in lines if line.items],
        empty=[line for line in lines if not line.items],
        answers=[_answer(here, key, look) for key in keys if key.kind == "answer"],
    )


def _line(here: House, key: Key, look: Look) -> Line:
    voice = words.voice()
    kept = [
        Entry(
            item.item_id,
            [here.catalogue.show(key.name, item.value, voice=voice)],
            item.created_at,
            item.verified_by,
        )
        for item in look.items.get(key.name, [])
    ]
    return Line(
        key=key.name,
        label=key.label,
        help=key.help,
        plural=key.plural,
        sensitivity=key.sensitivity,
        usual=key.name in USUAL,
        items=kept,
        reach=reach.of(here.catalogue, look.seen, key.name),
        undo=versions.undo(key, look.versions) if key.name == look.changed else None,
    )


def _answer(here: House, key: Key, look: Look) -> WorkedOut:
    return WorkedOut(
        key=key.name,
        label=key.label,
        text=words.answer(here.catalogue, key.name, look.items),
        from_labels=[words.label(here.catalogue, field) for field in key.answers_from],
        reach=reach.alone(look.seen, key.name),
    )
