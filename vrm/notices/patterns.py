"""What was seen of a company's reads of a person, kept as one small row."""

from datetime import date, datetime

from sqlalchemy.orm import Session

from vrm.clock import rfc3339
from vrm.notices.models import NoticePattern
from vrm.notices.unusual import SeenReads


def pattern_of(session: Session, *, consumer_id: str, company_id: str) -> SeenReads:
    """How the company read the person up to now; nothing seen where there is no row yet."""
    row = session.get(NoticePattern, (consumer_id, company_id))
    if row is None:
        return SeenReads()
    return SeenReads(
        last_at=row.last_at,
        keys=frozenset(row.keys),
        days=tuple(sorted((date.fromisoformat(day), count) for day, count in row.days.items())),
        refusals=tuple(map(datetime.fromisoformat, row.refusals)),
    )


def keep_pattern(session: Session, seen: SeenReads, *, consumer_id: str, company_id: str) -> None:
    """Keep it for the next event."""
    row = session.get(NoticePattern, (consumer_id, company_id))
    if row is None:
        row = NoticePattern(consumer_id=consumer_id, company_id=company_id)
        session.add(row)
    row.last_at = seen.last_at
    row.keys = sorted(seen.keys)
    row.days = {day.isoformat(): count for day, count in seen.days}
    row.refusals = [rfc3339(at) for at in seen.refusals]
    session.flush()
