"""The lines of a case file: what was done in it, by whom, and what they wrote. Lines are only ever added. ::

    opened     by whom, when
    marked     an entry, perhaps with a note why
    unmarked   an entry that was marked; the line that marked it stays, with its note
    noted      a note
    closed     nothing can be added until it is
    reopened
    exported   as a signed bundle; the text is the file's SHA-256 in hex

Every auditor may read every case, so what they write is sealed under the instance's own key and not under anybody's.
"""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, get_args

from sqlalchemy import Row, insert, select
from sqlalchemy.orm import Session

from keys import Aad, KeyStore
from vrm.errors import Invalid
from vrm.oversight.models import CaseLineRow, CaseMarkRow, CaseRow, table

LineKind = Literal["opened", "marked", "unmarked", "noted", "closed", "reopened", "exported"]
LINE_KINDS: tuple[LineKind, ...] = get_args(LineKind)

LONGEST_NOTE = 4000

_CASES, _LINES, _MARKS = table(CaseRow), table(CaseLineRow), table(CaseMarkRow)


@dataclass(frozen=True)
class CaseLine:
    """One thing done in a case: ``leaf_index`` where it is about an entry, ``text`` where something was written."""

    line: int
    kind: LineKind
    at: datetime
    auditor_id: str
    leaf_index: int | None
    text: str | None = field(repr=False)


def list_lines(
    session: Session,
    keys: KeyStore,
    *,
    case_id: str,
    before: int | None = None,
    limit: int = 50,
    kinds: Collection[LineKind] = LINE_KINDS,
) -> list[CaseLine]:
    """What was done in a case, newest first, of lines below ``before``."""
    query = select(_LINES).where(_LINES.c.case_id == case_id, _LINES.c.kind.in_(kinds))
    if before is not None:
        query = query.where(_LINES.c.line < before)
    found = session.execute(query.order_by(_LINES.c.line.desc()).limit(limit))
    return [_line(keys, row) for row in found]


def read_lines(session: Session, keys: KeyStore, *, case_id: str, after: int, limit: int) -> list[CaseLine]:
    """What was done in a case, in order, of lines above ``after``. A line once read never changes."""
    query = select(_LINES).where(_LINES.c.case_id == case_id, _LINES.c.line > after)
    return [_line(keys, row) for row in session.execute(query.order_by(_LINES.c.line).limit(limit))]


def list_marks(
    session: Session, keys: KeyStore, *, case_id: str, after: int = -1, limit: int = 50
) -> list[CaseLine]:
    """The entries marked now, in the log's order, of leaves above ``after``: for each the line that marked it."""
    query = (
        select(_LINES)
        .join(_MARKS, (_MARKS.c.case_id == _LINES.c.case_id) & (_MARKS.c.line == _LINES.c.line))
        .where(_MARKS.c.case_id == case_id, _MARKS.c.leaf_index > after)
        .order_by(_MARKS.c.leaf_index)
        .limit(limit)
    )
    return [_line(keys, row) for row in session.execute(query)]


def marked_leaves(session: Session, *, case_id: str) -> tuple[int, ...]:
    """The leaf indexes marked now, ascending; at most ``MOST_MARKS``."""
    query = select(_MARKS.c.leaf_index).where(_MARKS.c.case_id == case_id).order_by(_MARKS.c.leaf_index)
    return tuple(session.execute(query).scalars())


def authors(session: Session, *, case_id: str) -> set[str]:
    """The auditors who did something in a case."""
    query = select(_LINES.c.auditor_id).where(_LINES.c.case_id == case_id).distinct()
    return set(session.execute(query).scalars())


def find_last_case(session: Session, *, auditor_id: str) -> str | None:
    """The open case in which this auditor did something last."""
    query = (
        select(_LINES.c.case_id)
        .join(_CASES, _CASES.c.id == _LINES.c.case_id)
        .where(_LINES.c.auditor_id == auditor_id, _CASES.c.closed_at.is_(None))
        .order_by(_LINES.c.at.desc(), _LINES.c.line.desc())
        .limit(1)
    )
    return session.execute(query).scalar_one_or_none()


def is_text(text: str, longest: int, *, lines: bool = True) -> bool:
    """Whether it may stand in a case: not empty, not too long, and nothing unprintable but, in ``lines``, newlines."""
    plain = text.replace("\n", "") if lines else text
    return 0 < len(text) <= longest and text == text.strip() and plain.isprintable()


def plain_note(text: str | None) -> str | None:
    """A note as it is kept: its lines as lines, None where there is nothing; raises ``Invalid``."""
    text = "\n".join((text or "").expandtabs(4).splitlines()).strip()
    if text and not is_text(text, LONGEST_NOTE):
        raise Invalid(f"A note is plain text of at most {LONGEST_NOTE} letters.", field="note")
    return text or None


def write_line(
    session: Session,
    keys: KeyStore,
    case_id: str,
    line: int,
    kind: LineKind,
    auditor_id: str,
    now: datetime,
    leaf_index: int | None = None,
    text: str | None = None,
) -> None:
    """Add a line; its number is the caller's to have counted."""
    place = case_aad(case_id, "line", line)
    row = {
        "case_id": case_id,
        "line": line,
        "kind": kind,
        "at": now,
        "auditor_id": auditor_id,
        "leaf_index": leaf_index,
        "sealed_text": None if text is None else keys.seal(keys.INSTANCE_OWNER, text.encode(), place),
    }
    session.execute(insert(_LINES).values(row))


def _line(keys: KeyStore, row: Row[Any]) -> CaseLine:
    text = None
    if row.sealed_text is not None:
        place = case_aad(row.case_id, "line", row.line)
        text = keys.open(keys.INSTANCE_OWNER, row.sealed_text, place).decode()
    return CaseLine(row.line, row.kind, row.at, row.auditor_id, row.leaf_index, text)


def case_aad(case_id: str, field: str, version: int = 0) -> Aad:
    """Where something that auditors wrote belongs."""
    return Aad("case", KeyStore.INSTANCE_OWNER, case_id, field, version)
