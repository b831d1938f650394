"""What was seen of a company's reads of a person, kept as one small row; many are read, and written, at once."""

from collections.abc import Collection, Mapping
from datetime import date, datetime
from typing import cast

from sqlalchemy import Dialect, Table, select, tuple_
from sqlalchemy.orm import Session

from vrm.clock import rfc3339
from vrm.db.putting import Put, put
from vrm.notices.models import NoticePattern
from vrm.notices.unusual import SeenReads

_PATTERNS = cast(Table, NoticePattern.__table__)
_COLUMN = _PATTERNS.c

Pair = tuple[str, str]
"""Ids of a consumer, and of a company that reads them."""


def patterns_of(session: Session, pairs: Collection[Pair]) -> dict[Pair, SeenReads]:
    """How each company read the person up to now; a pair that has no row yet is left out."""
    query = select(_PATTERNS).where(tuple_(_COLUMN.consumer_id, _COLUMN.company_id).in_(pairs))
    return {
        (row.consumer_id, row.company_id): SeenReads(
            last_at=row.last_at,
            keys=frozenset(row.keys),
            days=tuple(sorted((date.fromisoformat(day), count) for day, count in row.days.items())),
            refusals=tuple(map(datetime.fromisoformat, row.refusals)),
        )
        for row in session.execute(query)
    }


def put_patterns(dialect: Dialect, patterns: Mapping[Pair, SeenReads]) -> Put:
    """What keeps them, at least one, for the next events: made ready, and run by the caller."""
    rows = [
        {
            "consumer_id": consumer_id,
            "company_id": company_id,
            "last_at": seen.last_at,
            "keys": sorted(seen.keys),
            "days": {day.isoformat(): count for day, count in seen.days},
            "refusals": [rfc3339(at) for at in seen.refusals],
        }
        for (consumer_id, company_id), seen in patterns.items()
    ]
    changed = ("last_at", "keys", "days", "refusals")
    return put(dialect, _PATTERNS, rows, changes=lambda new: {name: new[name] for name in changed})
