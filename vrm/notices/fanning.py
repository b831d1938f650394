"""A company that changed, while everybody who had allowed it something is told, some at a time."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from vrm.clock import rfc3339
from vrm.notices.models import NoticeChange


@dataclass(frozen=True)
class Change:
    """``what`` changed: notice or owner. ``after``: the consent that was come to last, by its moment and id."""

    company_id: str
    what: str
    after: tuple[datetime, str] | None


def note_change(session: Session, *, company_id: str, what: str) -> None:
    """Begin, or begin anew where it had changed a moment ago: nobody is told of one change twice."""
    row = session.get(NoticeChange, company_id)
    if row is None:
        row = NoticeChange(company_id=company_id)
        session.add(row)
    row.what, row.after = what, None
    session.flush()


def walks(session: Session, *, limit: int) -> Sequence[Change]:
    """The companies of which people are still to be told."""
    rows = session.scalars(select(NoticeChange).order_by(NoticeChange.company_id).limit(limit))
    return [
        Change(
            row.company_id,
            row.what,
            (datetime.fromisoformat(row.after[0]), row.after[1]) if row.after else None,
        )
        for row in rows
    ]


def walk_on(session: Session, change: Change, after: tuple[datetime, str] | None) -> None:
    """They were told up to this consent; None: everybody was."""
    if after is None:
        session.execute(delete(NoticeChange).where(NoticeChange.company_id == change.company_id))
    else:
        row = session.get_one(NoticeChange, change.company_id)
        row.after = [rfc3339(after[0]), after[1]]
        session.flush()
