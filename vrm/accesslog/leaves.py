"""The entries in the order of their leaves, for whoever derives something from the log."""

from collections.abc import Mapping, Sequence

from sqlalchemy import Connection, select
from sqlalchemy.orm import Session

from vrm.accesslog.entry import detail_of
from vrm.accesslog.models import LogEvent, LogLeaf
from vrm.accesslog.moved import whole


def entries(connection: Connection, start: int, limit: int) -> Sequence[tuple[int, str, bytes]]:
    """Leaf index, event id and entry of up to ``limit`` leaves from leaf ``start`` on, ascending, without gap.

    Leaves are never changed: what was read once need never be read again.
    """
    query = (
        select(LogLeaf.leaf_index, LogEvent.id, LogEvent.entry, LogEvent.leaf_hash)
        .join_from(LogLeaf, LogEvent, LogEvent.id == LogLeaf.event_id)
        .where(LogLeaf.leaf_index >= start)
        .order_by(LogLeaf.leaf_index)
        .limit(limit)
    )
    return [
        (index, event_id, whole(connection, entry, index, hash_))
        for index, event_id, entry, hash_ in connection.execute(query).all()
    ]


def details(session: Session, event_ids: Sequence[str]) -> Mapping[str, Mapping[str, object]]:
    """What the openings of these events say, by event id; only of those about no person, as others are theirs."""
    query = select(LogEvent.id, LogEvent.opening)
    query = query.where(LogEvent.id.in_(event_ids), LogEvent.opening.is_not(None))
    return {event_id: detail_of(opening) for event_id, opening in session.execute(query) if opening}
