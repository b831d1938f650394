"""Case files: what auditors mark in the log, and what they write about it.

A case is a history that only grows (``case_lines``). What is marked now follows from the lines, and is kept beside
them to be found at once. Every auditor may read and write every case; who wrote what is kept with each line. The
log hears of every line, but never its text.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Row, insert, select, tuple_, update
from sqlalchemy.orm import Session

from keys import KeyStore
from vrm import accesslog
from vrm.errors import Conflict, Invalid, NotFound
from vrm.ids import is_id, new_id
from vrm.oversight.case_lines import CaseLine, LineKind, case_aad, is_text, plain_note, write_line
from vrm.oversight.models import CaseMarkRow, CaseRow, table

MOST_MARKS = 10_000
MOST_LINES = 50_000
LONGEST_TITLE = 200
_CASES, _MARKS = table(CaseRow), table(CaseMarkRow)


@dataclass(frozen=True)
class Case:
    """A case file; open while ``closed_at`` is None. ``marks`` and ``lines`` say how many it has."""

    id: str
    title: str = field(repr=False)
    opened_at: datetime
    opened_by: str
    closed_at: datetime | None
    marks: int
    lines: int


def open_case(session: Session, keys: KeyStore, *, title: str, auditor_id: str, now: datetime) -> Case:
    """Begin a case. ``title`` is one line; raises ``Invalid``."""
    title = title.strip()
    if not is_text(title, LONGEST_TITLE, lines=False):
        raise Invalid(f"Give a title, at most {LONGEST_TITLE} letters on one line.", field="title")
    case_id = new_id()
    row = {
        "id": case_id,
        "sealed_title": keys.seal(keys.INSTANCE_OWNER, title.encode(), case_aad(case_id, "title")),
        "opened_at": now,
        "opened_by": auditor_id,
        "closed_at": None,
        "lines": 1,
        "marks": 0,
    }
    session.execute(insert(_CASES).values(row))
    write_line(session, keys, case_id, 1, "opened", auditor_id, now)
    accesslog.record(session, case_event("case.opened", case_id, 1, auditor_id, now))
    return Case(case_id, title, now, auditor_id, None, 0, 1)


def list_cases(
    session: Session,
    keys: KeyStore,
    *,
    before: str | None = None,
    limit: int = 50,
    open_only: bool = False,
    leaf_index: int | None = None,
) -> list[Case]:
    """Cases, the newest first; those still open, or those in which an entry is marked, if so wished.

    ``before`` is the id of the last case of the page before; an unknown one gives none.
    """
    query = select(_CASES).order_by(_CASES.c.opened_at.desc(), _CASES.c.id.desc()).limit(limit)
    if open_only:
        query = query.where(_CASES.c.closed_at.is_(None))
    if leaf_index is not None:
        query = query.where(
            _CASES.c.id.in_(select(_MARKS.c.case_id).where(_MARKS.c.leaf_index == leaf_index))
        )
    if before is not None:
        if not is_id(before):
            return []
        last = select(_CASES.c.opened_at, _CASES.c.id).where(_CASES.c.id == before)
        query = query.where(tuple_(_CASES.c.opened_at, _CASES.c.id) < last.scalar_subquery())
    return [_case(keys, row) for row in session.execute(query)]


def get_case(session: Session, keys: KeyStore, *, case_id: str) -> Case:
    """One case; raises ``NotFound``."""
    row = None
    if is_id(case_id):
        row = session.execute(select(_CASES).where(_CASES.c.id == case_id)).one_or_none()
    if row is None:
        raise NotFound("There is no such case.", code="no_such_case")
    return _case(keys, row)


def mark(
    session: Session,
    keys: KeyStore,
    *,
    case_id: str,
    leaf_index: int,
    auditor_id: str,
    now: datetime,
    note: str | None = None,
) -> CaseLine:
    """Mark an entry, perhaps with a note why.

    Raises ``Conflict`` where it is marked already (``marked``), the case is closed or full; ``NoSuchLeaf``,
    ``Invalid``, ``NotFound``.
    """
    check_covered(session, leaf_index)
    line = _add(session, keys, case_id, "marked", auditor_id, now, leaf_index, plain_note(note), marks=1)
    held = select(_MARKS.c.line).where(_MARKS.c.case_id == case_id, _MARKS.c.leaf_index == leaf_index)
    if session.execute(held).one_or_none() is not None:
        raise Conflict("This entry is marked in the case already.", code="marked")
    values = {"case_id": case_id, "leaf_index": leaf_index, "line": line.line}
    session.execute(insert(_MARKS).values(values))
    return line


def check_covered(session: Session, leaf_index: int) -> None:
    """Raises ``NoSuchLeaf`` for an entry that no signed checkpoint covers yet: until then it cannot be proved."""
    newest = accesslog.latest_checkpoint(session)
    if newest is None or not 0 <= leaf_index < newest.size:
        raise accesslog.NoSuchLeaf(
            "No signed checkpoint covers such an entry. A new one waits a second or so for it."
        )


def unmark(
    session: Session, keys: KeyStore, *, case_id: str, leaf_index: int, auditor_id: str, now: datetime
) -> CaseLine:
    """Take a mark away; the history keeps that it was there. Raises ``NotFound``, and ``Conflict`` when closed."""
    line = _add(session, keys, case_id, "unmarked", auditor_id, now, leaf_index, marks=-1)
    gone = _MARKS.delete().where(_MARKS.c.case_id == case_id, _MARKS.c.leaf_index == leaf_index)
    if session.execute(gone.returning(_MARKS.c.line)).one_or_none() is None:
        raise NotFound("This entry is not marked in the case.", code="not_marked")
    return line


def add_note(
    session: Session, keys: KeyStore, *, case_id: str, text: str, auditor_id: str, now: datetime
) -> CaseLine:
    """Write a note. It is never edited: write another. Raises ``Invalid``, ``NotFound``, ``Conflict``."""
    note = plain_note(text)
    if note is None:
        raise Invalid("Write something.", field="text")
    return _add(session, keys, case_id, "noted", auditor_id, now, text=note)


def close_case(session: Session, keys: KeyStore, *, case_id: str, auditor_id: str, now: datetime) -> CaseLine:
    """Close a case: nothing is added until it is reopened. Raises ``NotFound``, and ``Conflict`` when closed."""
    line = _add(session, keys, case_id, "closed", auditor_id, now)
    session.execute(update(_CASES).where(_CASES.c.id == case_id).values(closed_at=now))
    return line


def reopen_case(
    session: Session, keys: KeyStore, *, case_id: str, auditor_id: str, now: datetime
) -> CaseLine:
    """Open a closed case again. Raises ``NotFound``, and ``Conflict`` when it is open."""
    line = _add(session, keys, case_id, "reopened", auditor_id, now, closed=True)
    session.execute(update(_CASES).where(_CASES.c.id == case_id).values(closed_at=None))
    return line


def note_export(
    session: Session, keys: KeyStore, *, case_id: str, sha256: str, auditor_id: str, now: datetime
) -> None:
    """Keep in the case that it left as a bundle. The event is the bundle's own."""
    counted = update(_CASES).where(_CASES.c.id == case_id).values(lines=_CASES.c.lines + 1)
    line = session.execute(counted.returning(_CASES.c.lines)).scalar_one()
    write_line(session, keys, case_id, line, "exported", auditor_id, now, text=sha256)


def _add(
    session: Session,
    keys: KeyStore,
    case_id: str,
    kind: LineKind,
    auditor_id: str,
    now: datetime,
    leaf_index: int | None = None,
    text: str | None = None,
    *,
    marks: int = 0,
    closed: bool = False,
) -> CaseLine:
    """The next line of a case that is open, or ``closed``, and its event."""
    line = count_lines(session, keys, case_id, kind, marks=marks, closed=closed)
    write_line(session, keys, case_id, line, kind, auditor_id, now, leaf_index, text)
    accesslog.record(session, case_event("case.changed", case_id, line, auditor_id, now, kind, leaf_index))
    return CaseLine(line, kind, now, auditor_id, leaf_index, text)


def count_lines(
    session: Session,
    keys: KeyStore,
    case_id: str,
    kind: LineKind,
    *,
    lines: int = 1,
    marks: int = 0,
    closed: bool = False,
) -> int:
    """Take the numbers of so many lines in a case that is open, or ``closed``; gives the last of them."""
    state = _CASES.c.closed_at.is_not(None) if closed else _CASES.c.closed_at.is_(None)
    counted = (
        update(_CASES)
        .where(_CASES.c.id == case_id, state)
        .values(lines=_CASES.c.lines + lines, marks=_CASES.c.marks + marks)
        .returning(_CASES.c.lines, _CASES.c.marks)
    )
    row = session.execute(counted).one_or_none() if is_id(case_id) else None
    if row is None:
        get_case(session, keys, case_id=case_id)
        if closed:
            raise Conflict("This case is open.", code="case_open")
        raise Conflict("This case is closed. Reopen it to add to it.", code="case_closed")
    # Closing and reopening always find room: a full case must not stay open for ever.
    if row.marks > MOST_MARKS or (row.lines > MOST_LINES and kind not in ("closed", "reopened")):
        raise Conflict("This case is full. Open another one.", code="case_full")
    return int(row.lines)


def case_event(
    type: str,
    case_id: str,
    line: int,
    auditor_id: str,
    now: datetime,
    code: str | None = None,
    leaf_index: int | None = None,
) -> accesslog.Event:
    """What the log hears of a line: everything but its text."""
    detail: dict[str, object] = {"auditor": auditor_id, "case": case_id, "line": line}
    if leaf_index is not None:
        detail["leaf"] = leaf_index
    return accesslog.Event(type, now, "auditor", code=code, detail=detail)


def _case(keys: KeyStore, row: Row[Any]) -> Case:
    title = keys.open(keys.INSTANCE_OWNER, row.sealed_title, case_aad(row.id, "title")).decode()
    return Case(row.id, title, row.opened_at, row.opened_by, row.closed_at, row.marks, row.lines)
