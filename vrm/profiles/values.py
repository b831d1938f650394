"""One value: opened and sealed, and where the sealed bytes of it belong."""

import json
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from keys import Aad, KeyStore
from vrm.catalogue import Value
from vrm.profiles.models import ValueRow

Version = tuple[str, str, int]
"""Which field, which item, and which of its versions."""

OWN = "consumer"
"""The source of what the person wrote themselves; else it is the name of who proposed it."""


@dataclass(frozen=True)
class Item:
    """An opened value, as the person sees it."""

    field: str
    item_id: str
    version: int
    value: Value
    source: str
    verified_by: str | None
    verified_at: datetime | None
    created_at: datetime
    new: bool = False
    """Whether there was nothing before it, so that taking it back leaves nothing."""


@dataclass(frozen=True)
class Sealed:
    """A value that nobody has opened yet, and when this version of it was written."""

    field: str
    item_id: str
    version: int
    sealed: bytes
    created_at: datetime


def open_value(keys: KeyStore, consumer_id: str, sealed: Sealed) -> Value:
    """Open one sealed value. Raises ``CannotOpen`` when it was moved, changed, or its key destroyed."""
    place = aad(consumer_id, sealed.field, sealed.item_id, sealed.version)
    value: Value = json.loads(keys.open(consumer_id, sealed.sealed, place))
    return value


def aad(consumer_id: str, field: str, item_id: str, version: int) -> Aad:
    """The place of a sealed value: nothing moved elsewhere opens."""
    return Aad(kind="value", owner=consumer_id, object=item_id, field=field, version=version)


def opened(keys: KeyStore, row: ValueRow) -> Item:
    """A version that holds something, opened."""
    assert row.sealed is not None
    sealed = Sealed(row.field, row.item_id, row.version, row.sealed, row.created_at)
    value = open_value(keys, row.consumer_id, sealed)
    return Item(
        row.field,
        row.item_id,
        row.version,
        value,
        row.source,
        row.verified_by,
        row.verified_at,
        row.created_at,
        row.added_at == row.created_at,
    )


def find_head(session: Session, consumer_id: str, field: str, item_id: str) -> ValueRow | None:
    """The current version, which may be the empty mark of a deleted one."""
    return session.scalars(
        select(ValueRow).where(
            ValueRow.consumer_id == consumer_id,
            ValueRow.field == field,
            ValueRow.item_id == item_id,
            ValueRow.current.is_(True),
        )
    ).first()
