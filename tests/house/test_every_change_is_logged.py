"""Whatever is done at a page or by a program is in the log: each route names the events it writes, or says why none.

Commands are in ``tests/unit/cli/test_every_command_is_logged.py``. Routes that only show something are driven here
too: one that writes into a table has to say what.
"""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import event, select

from tests.house.deeds import DEEDS, ELSEWHERE, PROGRAMS, SHOWN, SILENT, TAKEN_OUT
from tests.house.test_machine_doors import wanted
from tests.house.town import Town, town
from vrm import oversight
from vrm.accesslog.models import LogEvent
from vrm.web import audiences, offices
from vrm.web.audiences import PEOPLE, PUBLIC, Door
from vrm.web.offices import AUDITORS, COMPANIES, UNPROVED

__all__ = ["town"]

VISIT = {"sessions"}
"""When somebody was here last."""


@dataclass
class Written:
    """What was written since: events by type, with their codes, and names of tables."""

    events: set[str]
    codes: set[tuple[str, str]]
    tables: set[str]


@contextmanager
def _watching(town: Town) -> Iterator[Written]:
    """See what a request writes."""
    database, seen = town.house.database, Written(set(), set(), set())

    def ids() -> set[str]:
        return set(database.read(lambda db: db.scalars(select(LogEvent.id)).all()))

    def execute(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        seen.tables.update(re.findall(r"^\s*(?:INSERT INTO|UPDATE|DELETE FROM)\s+\"?(\w+)", statement))

    before = ids()
    event.listen(database.engine, "before_cursor_execute", execute)
    try:
        yield seen
    finally:
        event.remove(database.engine, "before_cursor_execute", execute)
    new = ids() - before
    for raw in database.read(lambda db: db.scalars(select(LogEvent.entry).where(LogEvent.id.in_(new))).all()):
        entry = json.loads(raw)
        seen.events.add(entry["type"])
        if "code" in entry:
            seen.codes.add((entry["type"], entry["code"]))


def _of_every_office(rule: str) -> str:
    for office in (COMPANIES, AUDITORS):
        short = rule.removeprefix(office.prefix)
        if short != rule and short in SILENT:
            return short
    return rule


def test_every_route_that_changes_something_says_what_of_it_is_logged(town: Town):
    """A new form, or a new door for programs that takes more than GET, has a row; no row is of a route that is gone."""
    rows = {*DEEDS, *SILENT, *ELSEWHERE, *(words.partition(" ")[2] for words in PROGRAMS)}
    rules = {
        door.rule if door.rule in DEEDS else _of_every_office(door.rule)
        for door in audiences.matrix(town.app)
        if door.methods - {"GET"}
    }
    shown = {"/oauth/authorize", *(words.partition(" ")[2] for words in PROGRAMS if words.startswith("GET"))}
    assert rules | shown == rows
    for type, place in ELSEWHERE.values():
        assert type in (Path(__file__).parents[1] / place).read_text(), place


def test_every_deed_of_people_is_logged(town: Town):
    """Each is done once: in the log stand just the events it names, in words that the explorer knows."""
    wrong: list[tuple[object, ...]] = []
    for rule, deed in DEEDS.items():
        path = town.places.path(deed.rule or rule)
        if deed.rule:
            path = re.sub(r"/reads/.*", "/reads/export", path)
        form = {**(deed.form or {}), **((deed.prepare and deed.prepare(town, path)) or {})}
        with _watching(town) as seen:
            response = town.request("POST", path, who=deed.who, form=form)
        if (seen.events, response.status_code < 400) != (set(deed.events.split()), True):
            wrong.append((rule, response.status_code, seen.events))
        wrong += [(rule, said) for said in seen.codes if said[1] not in oversight.CODES.get(said[0], ())]
    assert not wrong, "\n".join(map(str, wrong))


def test_every_deed_of_a_program_is_logged(town: Town):
    """Reads of programs, theirs who hold consents and theirs who watch: each request of those named."""
    wrong: list[tuple[object, ...]] = []
    for door, method in town.doors("token", "auditor_token"):
        looks = "audit.viewed" if door.rule.startswith("/v1/audit/") else ""
        path = town.places.path(door.rule)
        with _watching(town) as seen:
            response = town.bring(method, door, town.bearers[wanted(door)], path)
        if (seen.events, response.status_code < 400) != (
            set(PROGRAMS.get(f"{method} {door.rule}", looks).split()),
            True,
        ):
            wrong.append((method, door.rule, response.status_code, seen.events))
        wrong += [(door.rule, seen.tables)] if seen.tables and not seen.events else []
    assert not wrong, "\n".join(map(str, wrong))


def test_every_page_that_writes_is_known(town: Town):
    """Looking changes nothing, but for what is said here; each page for auditors alone is a look, and logged."""
    wrong: list[tuple[object, ...]] = []
    for door, method in town.doors(PUBLIC, *PEOPLE):
        if method != "GET":
            continue
        path = town.places.path(door.rule)
        who = _visitor(door)
        with _watching(town) as seen:
            town.visit(who, method, path)
        looks = door.audiences == {"auditor"} and "auditor" in door.roles
        if seen.events != ({"audit.viewed"} | TAKEN_OUT.get(door.rule, set()) if looks else set()):
            wrong.append((door.rule, who, seen.events))
        tables = {name for name in seen.tables - VISIT if not (looks and name.startswith("log_"))}
        if tables - SHOWN.get(_of_every_office(door.rule), set()):
            wrong.append((door.rule, who, tables))
    assert not wrong, "\n".join(map(str, wrong))


def _visitor(door: Door) -> str | None:
    """Whom a page lets in."""
    if PUBLIC in door.audiences:
        return None
    proved, unproved = {
        "consumer": ("mia", "a consumer, unproved"),
        "company": ("owner", "an owner, unproved"),
        "auditor": ("auditor", "an auditor, unproved"),
    }[offices.of(door.rule).audience]
    return unproved if door.roles == {UNPROVED} else proved
