"""All a person keeps, by group, with who can read each line now and until when."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from flask import Blueprint, Response
from sqlalchemy.orm import Session

from vrm import clock, profiles
from vrm.catalogue import Group, Key
from vrm.house import House
from vrm.web import pages, session
from vrm.web.audiences import audience
from vrm.web.portal import readers, words
from vrm.web.rooms import house

USUAL = ("name", "email", "phone_number", "address", "birthdate")
"""What companies ask for most: offered first."""

SeenBy = Mapping[str, list[readers.Seen]]


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
    seen: list[readers.Seen]


@dataclass(frozen=True)
class WorkedOut:
    """An answer. ``text`` None: what is kept does not say."""

    key: str
    label: str
    text: str | None
    from_labels: list[str]
    seen: list[readers.Seen]


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


def add_routes(blueprint: Blueprint) -> None:
    """``/profile``."""
    blueprint.get("/profile")(profile)


@audience("consumer")
def profile() -> Response:
    here, consumer_id, now = house(), session.consumer_id(), clock.now()
    clauses = here.database.read(lambda db: _clauses(db, here, consumer_id, now))
    return pages.render(
        "profile.html",
        groups=clauses,
        filled=sum(clause.filled for clause in clauses),
    )


def _clauses(db: Session, here: House, consumer_id: str, now: datetime) -> list[Clause]:
    items = profiles.list_items(db, here.keys, consumer_id=consumer_id)
    seen = readers.seen(db, readers.readable(db, consumer_id=consumer_id, now=now))
    return [_clause(here, group, items, seen) for group in here.catalogue.groups.values()]


def _clause(here: House, group: Group, items: words.Items, seen: SeenBy) -> Clause:
    keys = [here.catalogue.get(name) for name in group.keys]
    lines = [_line(here, key, items, seen) for key in keys if key.kind == "field"]
    kinds = {key.sensitivity for key in keys}
    return Clause(
        id=group.name,
        label=group.label,
        help=group.help,
        sensitivity=kinds.pop() if len(kinds) == 1 else "ordinary",
        filled=sum(bool(line.items) for line in lines),
        lines=[line for line in lines if line.items],
        empty=[line for line in lines if not line.items],
        answers=[_answer(here, key, items, seen) for key in keys if key.kind == "answer"],
    )


def _line(here: House, key: Key, items: words.Items, seen: SeenBy) -> Line:
    voice = words.voice()
    kept = [
        Entry(
            item.item_id,
            [here.catalogue.show(key.name, item.value, voice=voice)],
            item.created_at,
            item.verified_by,
        )
        for item in items.get(key.name, [])
    ]
    return Line(
        key=key.name,
        label=key.label,
        help=key.help,
        plural=key.plural,
        sensitivity=key.sensitivity,
        usual=key.name in USUAL,
        items=kept,
        seen=list(seen.get(key.name, [])),
    )


def _answer(here: House, key: Key, items: words.Items, seen: SeenBy) -> WorkedOut:
    return WorkedOut(
        key=key.name,
        label=key.label,
        text=words.answer(here.catalogue, key.name, items),
        from_labels=[words.label(here.catalogue, field) for field in key.answers_from],
        seen=list(seen.get(key.name, [])),
    )
