"""Lines of a consent that its company never read, for long enough to say so."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from vrm import consents
from vrm.web.portal import history

SPANS = (30, 90, 0)
"""Days to look back; 0: since it was granted."""

USUAL = 90
YOUNG = timedelta(days=7)
"""A line that was allowed less long ago is not said to be unused."""


@dataclass(frozen=True)
class Unread:
    """Which lines were read since a moment, and which could have been and were not."""

    days: int
    since: datetime
    read: tuple[consents.GrantedLine, ...]
    never: tuple[consents.GrantedLine, ...]


def find(
    db: Session,
    consent: consents.Consent,
    revisions: Sequence[consents.Revision],
    *,
    days: int,
    now: datetime,
) -> Unread:
    """Look back so many days, or to the grant, the end of a pause or the youngest of those never read where that is nearer.

    Read is what was in an answer of the log.
    """
    lines, start = revisions[-1].lines, consents.get_readable_since(db, consent)
    since = max(start, now - timedelta(days=days)) if days else start
    wanted = history.Wanted(consent_id=consent.id, since=since, answered=True)
    waiting = {line.place for line in lines}
    for event in history.walk(db, consumer_id=consent.consumer_id, wanted=wanted):
        purpose = history.purpose_of(event)
        read = set(history.keys_of(event))
        waiting -= {place for place in waiting if place[0] in read and purpose in (None, place[1])}
        if not waiting:
            break
    allowed = {line.place: max(start, _allowed_at(line, revisions)) for line in lines}
    never = tuple(line for line in lines if line.place in waiting and now - allowed[line.place] >= YOUNG)
    kept = tuple(line for line in lines if line not in never)
    return Unread(days, max([since, *(allowed[line.place] for line in never)]), kept, never)


def _allowed_at(line: consents.GrantedLine, revisions: Sequence[consents.Revision]) -> datetime:
    """Since when the line has stood in every revision."""
    found = revisions[-1].created_at
    for revision in reversed(revisions):
        if line.place not in {each.place for each in revision.lines}:
            break
        found = revision.created_at
    return found
