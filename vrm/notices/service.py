"""What else there is to do with notices: show them, know what is new, sweep and forget."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import ColumnElement, delete, func, or_, select
from sqlalchemy.orm import Session

from keys import KeyStore
from vrm.notices.kinds import KINDS, Kind
from vrm.notices.models import NoticeDevice, NoticeDue, NoticePattern, NoticePerson, NoticeRow
from vrm.notices.preferences import person_row
from vrm.notices.telling import notice_aad

KEPT = timedelta(days=365)
MOST_SWEPT = 500


@dataclass(frozen=True)
class Notice:
    """Something a person was told. ``values`` fill its words; ``is_new``: they have not looked since."""

    id: str
    kind: Kind
    at: datetime
    values: Mapping[str, Any]
    is_new: bool


def list_notices(
    session: Session, keys: KeyStore, *, consumer_id: str, limit: int, before: str | None = None
) -> list[Notice]:
    """What a person was told, newest first; ``before``: older than the notice of this id."""
    person = session.get(NoticePerson, consumer_id)
    read_at = person.read_at if person else None
    query = select(NoticeRow).where(*told_to(consumer_id))
    if before is not None:
        last = session.get(NoticeRow, (consumer_id, _place(before)))
        if last is None:
            return []
        query = query.where(
            or_(NoticeRow.at < last.at, (NoticeRow.at == last.at) & (NoticeRow.told < last.told))
        )
    query = query.order_by(NoticeRow.at.desc(), NoticeRow.told.desc()).limit(limit)
    return [opened(keys, row, read_at) for row in session.scalars(query)]


def count_unread(session: Session, *, consumer_id: str) -> int:
    """How much they were told since they last looked."""
    person = session.get(NoticePerson, consumer_id)
    query = select(func.count()).select_from(NoticeRow).where(*told_to(consumer_id))
    if person is not None and person.read_at is not None:
        query = query.where(NoticeRow.at > person.read_at)
    return session.execute(query).scalar_one()


def mark_read(session: Session, *, consumer_id: str, now: datetime) -> None:
    """They have looked."""
    person_row(session, consumer_id).read_at = now
    session.flush()


def sweep(session: Session, *, now: datetime) -> int:
    """Delete notices that are older than a year, some at a time; how many."""
    old = session.execute(
        select(NoticeRow.consumer_id, NoticeRow.told).where(NoticeRow.at < now - KEPT).limit(MOST_SWEPT)
    ).all()
    for consumer_id, place in old:
        session.execute(
            delete(NoticeRow).where(NoticeRow.consumer_id == consumer_id, NoticeRow.told == place)
        )
    return len(old)


def forget(session: Session, *, consumer_id: str) -> None:
    """Delete everything this room keeps about a person."""
    for table in (NoticeRow, NoticePerson, NoticeDevice, NoticeDue, NoticePattern):
        session.execute(delete(table).where(table.consumer_id == consumer_id))


def told_to(consumer_id: str) -> tuple[ColumnElement[bool], ...]:
    """The rows of what a person was told, but for kinds that are gone: nobody has words for those. Within the room."""
    return (NoticeRow.consumer_id == consumer_id, NoticeRow.kind.in_(KINDS))


def opened(keys: KeyStore, row: NoticeRow, read_at: datetime | None = None) -> Notice:
    """A copy of a row, its values opened. Within the room."""
    sealed = keys.open(row.consumer_id, row.sealed, notice_aad(row.consumer_id, row.told))
    is_new = read_at is None or row.at > read_at
    return Notice(row.told.hex(), cast(Kind, row.kind), row.at, json.loads(sealed), is_new)


def _place(id: str) -> bytes:
    try:
        return bytes.fromhex(id)
    except ValueError:
        return b""
