"""Verbs on a profile. The edge commits; every opening of a value is a visible call."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

from sqlalchemy import Connection, bindparam, delete, select
from sqlalchemy.orm import Session

from keys import KeyStore
from vrm.catalogue import Catalogue
from vrm.db import Statement
from vrm.errors import Conflict, Invalid, NotFound, Stale
from vrm.ids import is_id, new_id
from vrm.profiles.models import ProposalRow, ValueRow
from vrm.profiles.values import OWN, Item, Sealed, Version, find_head, opened
from vrm.profiles.versions import flush, new_row, write

SINGLE = "00000000-0000-4000-8000-000000000001"
"""The item of a field that has only one."""

MOST_ITEMS = 50

_values = ValueRow.__table__.c
_of_these = (
    _values.consumer_id.in_(bindparam("consumer_ids")),
    _values.current.is_(True),
    _values.field.in_(bindparam("fields")),
)
_SEALED = Statement(
    select(
        _values.consumer_id,
        _values.field,
        _values.item_id,
        _values.version,
        _values.sealed,
        _values.created_at,
    )
    .where(*_of_these, _values.sealed.is_not(None))
    .order_by(_values.field, _values.added_at, _values.item_id)
)
_CURRENT = Statement(
    select(_values.consumer_id, _values.field, _values.item_id, _values.version)
    .where(*_of_these)
    .order_by(_values.consumer_id, _values.field, _values.item_id)
    .with_for_update(read=True)
)


def put(
    session: Session,
    keys: KeyStore,
    catalogue: Catalogue,
    *,
    consumer_id: str,
    field: str,
    raw: object,
    item_id: str | None = None,
    seen_version: int = 0,
    source: str = OWN,
    verified_by: str | None = None,
    now: datetime,
) -> Item:
    """Add a value, or correct the one whose version the person saw.

    ``seen_version`` is 0 for a new item. Raises ``InvalidValue`` where the catalogue refuses the value, ``Stale``
    where another edit came first: nothing is overwritten unseen. ``verified_by``: who vouches for the value, where
    somebody does.
    """
    key = catalogue.get(field)
    if key.kind != "field":
        raise Invalid("This is worked out from other lines and cannot be filled in.", field=field)
    value = catalogue.parse(field, raw)
    if not key.plural:
        item_id = SINGLE
    elif item_id is None:
        item_id = new_id()
    elif not is_id(item_id):
        raise NotFound("There is no such entry.")

    head = find_head(session, consumer_id, field, item_id)
    live = head is not None and head.sealed is not None
    if (head.version if live and head is not None else 0) != seen_version:
        raise Stale("This was changed in another window. Look at both, then save again.")
    if key.plural and not live and _count(session, consumer_id, field) >= MOST_ITEMS:
        raise Conflict(
            f"There are {MOST_ITEMS} entries here already. Delete one first.", code="too_many_items"
        )
    if live and head is not None and source == OWN:
        kept = opened(keys, head)
        if kept.value == value:  # saved without a change: nothing that a history could tell
            return kept
    return write(
        session,
        keys,
        head,
        (consumer_id, field, item_id),
        value,
        source=source,
        verified_by=verified_by,
        verified_at=now if verified_by else None,
        now=now,
    )


def fill_in(
    session: Session,
    keys: KeyStore,
    catalogue: Catalogue,
    *,
    values: Iterable[tuple[str, str, object]],
    now: datetime,
) -> None:
    """As ``put``, of many people at once who keep nothing in these fields yet: each is whose, which field, and what."""
    session.add_all(
        new_row(
            keys,
            (consumer_id, field, new_id() if catalogue.get(field).plural else SINGLE),
            1,
            catalogue.parse(field, raw),
            source=OWN,
            now=now,
        )
        for consumer_id, field, raw in values
    )
    flush(session)


def remove(
    session: Session,
    *,
    consumer_id: str,
    field: str,
    item_id: str,
    seen_version: int,
    only_new: bool = False,
    now: datetime,
) -> None:
    """Delete an item and every earlier version of it; an empty mark keeps its version number from being reused.

    ``only_new``: it is taken back, which leaves nothing only where there was nothing before; else ``NotFound``.
    """
    head = find_head(session, consumer_id, field, item_id)
    if head is None or head.sealed is None:
        raise NotFound("There is nothing here to delete.")
    if head.version != seen_version:
        raise Stale("This was changed in another window. Look at it again before you delete it.")
    if only_new and head.added_at != head.created_at:
        raise NotFound("This version is no longer kept.")
    version = head.version + 1
    session.expunge(head)
    session.execute(
        delete(ValueRow).where(
            ValueRow.consumer_id == consumer_id, ValueRow.field == field, ValueRow.item_id == item_id
        )
    )
    session.add(
        ValueRow(
            consumer_id=consumer_id,
            field=field,
            item_id=item_id,
            version=version,
            current=True,
            sealed=None,
            source=OWN,
            added_at=now,
            created_at=now,
        )
    )
    flush(session)


def list_items(
    session: Session, keys: KeyStore, *, consumer_id: str, fields: Collection[str] | None = None
) -> dict[str, list[Item]]:
    """Every current value of a person, opened, by field; items in the order they were first added."""
    query = select(ValueRow).where(
        ValueRow.consumer_id == consumer_id, ValueRow.current.is_(True), ValueRow.sealed.is_not(None)
    )
    if fields is not None:
        query = query.where(ValueRow.field.in_(fields))
    found: dict[str, list[Item]] = {}
    for row in session.scalars(query.order_by(ValueRow.field, ValueRow.added_at, ValueRow.item_id)):
        found.setdefault(row.field, []).append(opened(keys, row))
    return found


def find_item(session: Session, keys: KeyStore, *, consumer_id: str, field: str, item_id: str) -> Item | None:
    """One current value, opened."""
    row = find_head(session, consumer_id, field, item_id)
    return None if row is None or row.sealed is None else opened(keys, row)


def sealed_values(
    connection: Connection, *, consumer_ids: Sequence[str], fields: Collection[str]
) -> dict[str, list[Sealed]]:
    """Current values of several people, still sealed, by consumer: the read path's one query."""
    found: dict[str, list[Sealed]] = {}
    rows = _SEALED.each(connection, consumer_ids=list(consumer_ids), fields=list(fields))
    for consumer_id, *sealed in rows:
        found.setdefault(consumer_id, []).append(Sealed(*sealed))
    return found


def lock_current(
    connection: Connection, *, consumer_ids: Collection[str], fields: Collection[str]
) -> set[tuple[str, Version]]:
    """Whose current values these are, and which versions.

    The rows are share-locked until the transaction ends, so who corrects or deletes one either came first and is seen
    here, or waits until what rests on this answer is committed.
    """
    rows = _CURRENT.each(connection, consumer_ids=list(consumer_ids), fields=list(fields))
    return {(consumer_id, (field, item, version)) for consumer_id, field, item, version in rows}


def forget(session: Session, *, consumer_id: str) -> None:
    """Delete everything this room keeps about a person."""
    for table in (ValueRow, ProposalRow):
        session.execute(delete(table).where(table.consumer_id == consumer_id))


def _count(session: Session, consumer_id: str, field: str) -> int:
    query = select(ValueRow.item_id).where(
        ValueRow.consumer_id == consumer_id,
        ValueRow.field == field,
        ValueRow.current.is_(True),
        ValueRow.sealed.is_not(None),
    )
    return len(session.scalars(query).all())
