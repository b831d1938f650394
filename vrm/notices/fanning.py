"""A company that changed, while everybody who had allowed it something is told, some at a time."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from vrm.clock import rfc3339
from vrm.notices.models import NoticeChange


@dataclass(frozen=True)
class Change:
    """``what`` changed: notice or owner, and with which version of the notice, as ``owner:2``, in order.

    ``after``: the consent that was come to last, by its moment and id.
    """

    company_id: str
    what: tuple[str, ...]
    after: tuple[datetime, str] | None


def note_change(session: Session, *, company_id: str, what: str, version: int) -> None:
    """Have everybody told that ``what`` changed, with this version of the notice.

    Where people are still being told of another change, it is told beside that, and begun anew: who was told of the
    other is known to have been, since it keeps its version.
    """
    row = session.get(NoticeChange, company_id, with_for_update=True)
    if row is None:
        row = NoticeChange(company_id=company_id, what="")
        session.add(row)
    known = {
        name: number for name, _, number in (each.partition(":") for each in row.what.split(",") if each)
    }
    if known.get(what) != str(version):
        known[what] = str(version)
        row.what, row.after = ",".join(f"{name}:{known[name]}" for name in sorted(known)), None
    session.flush()


def walks(session: Session, *, limit: int) -> Sequence[Change]:
    """The companies of which people are still to be told."""
    rows = session.scalars(select(NoticeChange).order_by(NoticeChange.company_id).limit(limit))
    return [
        Change(
            row.company_id,
            tuple(row.what.split(",")),
            (datetime.fromisoformat(row.after[0]), row.after[1]) if row.after else None,
        )
        for row in rows
    ]


def walk_on(session: Session, change: Change, after: tuple[datetime, str] | None) -> None:
    """They were told up to this consent; None: everybody was. Nothing where it changed again meanwhile."""
    here = (NoticeChange.company_id == change.company_id, NoticeChange.what == ",".join(change.what))
    if after is None:
        session.execute(delete(NoticeChange).where(*here))
    else:
        session.execute(update(NoticeChange).where(*here).values(after=[rfc3339(after[0]), after[1]]))
