"""Marking many entries at once: the same lines, marks and events as one by one, written together."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from keys import KeyStore
from vrm import accesslog
from vrm.oversight.case_lines import marked_leaves
from vrm.oversight.cases import MOST_MARKS, case_event, check_covered, count_lines, get_case
from vrm.oversight.members import Filters
from vrm.oversight.models import CaseLineRow, CaseMarkRow, CaseRow, table
from vrm.oversight.searching import MOST_ROWS, search

_CASES, _LINES, _MARKS = table(CaseRow), table(CaseLineRow), table(CaseMarkRow)


def mark_all(
    session: Session, keys: KeyStore, *, case_id: str, leaves: Iterable[int], auditor_id: str, now: datetime
) -> int:
    """Mark entries, in the log's order; gives how many are new.

    What is marked already stays as it is. Raises ``Conflict`` where the case is closed or has no room for all of
    them, ``NoSuchLeaf`` where no signed checkpoint covers one of them, ``NotFound``; then none is marked.
    """
    get_case(session, keys, case_id=case_id)
    # What is held must not change until the marks are in.
    session.execute(select(_CASES.c.id).where(_CASES.c.id == case_id).with_for_update())
    new = sorted(set(leaves).difference(marked_leaves(session, case_id=case_id)))
    if not new:
        return 0
    check_covered(session, new[0])
    check_covered(session, new[-1])
    last = count_lines(session, keys, case_id, "marked", lines=len(new), marks=len(new))
    numbered = list(enumerate(new, last - len(new) + 1))
    who = {"case_id": case_id, "kind": "marked", "at": now, "auditor_id": auditor_id, "sealed_text": None}
    session.execute(insert(_LINES), [{**who, "line": line, "leaf_index": leaf} for line, leaf in numbered])
    marks = [{"case_id": case_id, "leaf_index": leaf, "line": line} for line, leaf in numbered]
    session.execute(insert(_MARKS), marks)
    events = [
        case_event("case.changed", case_id, line, auditor_id, now, "marked", leaf) for line, leaf in numbered
    ]
    accesslog.append(session.connection(), [accesslog.prepare(event) for event in events])
    return len(new)


def leaves_found(session: Session, filters: Filters, *, most: int = MOST_MARKS) -> list[int]:
    """The leaf indexes of the newest ``most`` entries that meet the conditions, the newest first."""
    leaves: list[int] = []
    before: int | None = None
    while len(leaves) < most:
        found = search(session, filters, before=before, limit=min(MOST_ROWS, most - len(leaves)))
        leaves += [row.leaf_index for row in found.rows]
        before = found.older
        if before is None:
            break
    return leaves
