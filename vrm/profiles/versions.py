"""The versions of one item: each correction writes another, and the earlier ones are kept for a while.

An earlier version is for the person alone: to see what was kept when, and to take it back. Nothing of it leaves.
It is kept for ``KEPT`` after it was replaced, and never are there more than ``MOST_EARLIER``. Receipts and reads
name a version; once that is deleted, they still say which it was, and that it is no longer kept.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import cast

import rfc8785
from sqlalchemy import ColumnElement, delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from keys import KeyStore
from vrm.catalogue import Value
from vrm.errors import NotFound, Stale
from vrm.profiles.models import ValueRow
from vrm.profiles.values import OWN, Item, aad, find_head, opened

KEPT = timedelta(days=365)
MOST_EARLIER = 20
SITTING = timedelta(hours=1)
"""So long may somebody type at one value; what is older was meant."""

READING = timedelta(seconds=10)
"""A read is dated when it begins, and may take so long until it opens a value."""

MOST_SWEPT = 500

Place = tuple[str, str, str]
"""Whose, which field, which item."""


def list_versions(
    session: Session, keys: KeyStore, *, consumer_id: str, field: str, item_id: str, now: datetime
) -> list[Item]:
    """What is kept of an item, opened, newest first: the current version and those before it."""
    query = (
        select(ValueRow)
        .where(*_of((consumer_id, field, item_id)), ValueRow.sealed.is_not(None), _kept(now))
        .order_by(ValueRow.version.desc())
    )
    return [opened(keys, row) for row in session.scalars(query)]


def find_version(
    session: Session,
    keys: KeyStore,
    *,
    consumer_id: str,
    field: str,
    item_id: str,
    version: int,
    now: datetime,
) -> Item | None:
    """One version of an item, opened; None where it is no longer kept."""
    query = select(ValueRow).where(
        *_of((consumer_id, field, item_id)),
        ValueRow.version == version,
        ValueRow.sealed.is_not(None),
        _kept(now),
    )
    row = session.scalars(query).first()
    return None if row is None else opened(keys, row)


def restore(
    session: Session,
    keys: KeyStore,
    *,
    consumer_id: str,
    field: str,
    item_id: str,
    version: int,
    seen_version: int,
    now: datetime,
) -> Item:
    """Write an earlier version again, as the newest: nothing is rewound, and nothing after it is lost.

    It comes with where it came from and who verified it, since it is the very same value.
    """
    head = find_head(session, consumer_id, field, item_id)
    if head is None or head.sealed is None or head.version != seen_version:
        raise Stale("This was changed in another window. Look at it again first.")
    earlier = find_version(
        session, keys, consumer_id=consumer_id, field=field, item_id=item_id, version=version, now=now
    )
    if earlier is None:
        raise NotFound("This version is no longer kept.")
    if earlier.value == opened(keys, head).value:
        return opened(keys, head)
    place = (consumer_id, field, item_id)
    return write(
        session,
        keys,
        head,
        place,
        earlier.value,
        source=earlier.source,
        verified_by=earlier.verified_by,
        verified_at=earlier.verified_at,
        now=now,
    )


def forget_earlier(session: Session, *, consumer_id: str, field: str, item_id: str) -> None:
    """Delete every version of an item but the current one. Raises ``NotFound`` where there is no such item."""
    head = find_head(session, consumer_id, field, item_id)
    if head is None or head.sealed is None:
        raise NotFound("There is nothing here to delete.")
    session.execute(delete(ValueRow).where(*_of((consumer_id, field, item_id)), ValueRow.current.is_(False)))


def sweep(session: Session, *, now: datetime) -> int:
    """Delete earlier versions whose time is over, so many at once; says how many."""
    query = select(ValueRow).where(ValueRow.kept_until <= now).limit(MOST_SWEPT)
    over = session.scalars(query).all()
    for row in over:
        session.delete(row)
    return len(over)


def write(
    session: Session,
    keys: KeyStore,
    head: ValueRow | None,
    place: Place,
    value: Value,
    *,
    source: str,
    now: datetime,
    verified_by: str | None = None,
    verified_at: datetime | None = None,
) -> Item:
    """The next version of an item; the one before it is kept for a while."""
    consumer_id, field, item_id = place
    version = head.version + 1 if head is not None else 1
    live = head is not None and head.sealed is not None
    if head is not None:
        head.current = False
        head.kept_until = now + KEPT
        session.flush()
        _bound(session, place, now)
    row = ValueRow(
        consumer_id=consumer_id,
        field=field,
        item_id=item_id,
        version=version,
        current=True,
        sealed=keys.seal(
            consumer_id, rfc8785.dumps(cast(str, value)), aad(consumer_id, field, item_id, version)
        ),
        source=source,
        verified_by=verified_by,
        verified_at=verified_at,
        added_at=head.added_at if live and head is not None else now,
        created_at=now,
    )
    session.add(row)
    flush(session)
    return Item(
        field, item_id, version, value, source, row.verified_by, row.verified_at, now, row.added_at == now
    )


def settle_typed(
    session: Session, item: Item, *, consumer_id: str, since: int, last_read: datetime | None, now: datetime
) -> Item:
    """Delete what was saved while the person was still typing: after ``since``, before ``item``, and just now.

    ``since`` is the version that stood when they began, ``last_read`` when anything of the person's was read last. What
    stood then stays: of what was read, its person can always see what it said. So this is a transaction of its own, after
    the one that wrote ``item``: from then on no read of an earlier version can become durable (``lock_current``), and
    ``last_read``, looked up in here, knows of each that did. Where nothing is left and typing began at nothing, ``item``
    is the first there is.
    """
    earlier = (*_of((consumer_id, item.field, item.item_id)), ValueRow.current.is_(False))
    meant = max(now - SITTING, last_read + READING) if last_read else now - SITTING
    session.execute(
        delete(ValueRow).where(
            *earlier, ValueRow.version > since, ValueRow.created_at > meant, ValueRow.source == OWN
        )
    )
    head = find_head(session, consumer_id, item.field, item.item_id)
    if head is None or since or head.added_at <= now - SITTING:
        return item
    if session.scalar(select(ValueRow.version).where(*earlier, ValueRow.sealed.is_not(None)).limit(1)):
        return item
    head.added_at = head.created_at
    session.flush()
    return replace(item, new=True)


def flush(session: Session) -> None:
    """Send what was written. Raises ``Stale`` where another edit took the same version number."""
    try:
        session.flush()
    except IntegrityError as fault:  # two first versions at once: the other one came first
        raise Stale("This was changed in another window. Look at both, then save again.") from fault


def _bound(session: Session, place: Place, now: datetime) -> None:
    """Keep the newest ``MOST_EARLIER`` versions whose time is not over."""
    of_it = (*_of(place), ValueRow.current.is_(False))
    query = select(ValueRow.version).where(*of_it).order_by(ValueRow.version.desc()).offset(MOST_EARLIER)
    beyond: Sequence[int] = session.scalars(query.limit(1)).all()
    over = ValueRow.kept_until <= now
    session.execute(
        delete(ValueRow).where(*of_it, (ValueRow.version <= beyond[0]) | over if beyond else over)
    )


def _of(place: Place) -> tuple[ColumnElement[bool], ...]:
    consumer_id, field, item_id = place
    return (ValueRow.consumer_id == consumer_id, ValueRow.field == field, ValueRow.item_id == item_id)


def _kept(now: datetime) -> ColumnElement[bool]:
    return ValueRow.kept_until.is_(None) | (ValueRow.kept_until > now)
