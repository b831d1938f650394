"""What a person changes of a consent by themselves: fewer lines, a nearer end, a later one.

It holds at once, for every token there is: nothing is asked for, so no client has anything to redeem.
"""

from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from keys import KeyStore
from vrm.consents import uses
from vrm.consents.models import ConsentRow, RevisionRow
from vrm.consents.records import Consent, Revision
from vrm.consents.revising import add_revision, end_of
from vrm.consents.service import get_running
from vrm.consents.terms import GrantedLine, Place
from vrm.errors import Conflict, Invalid


def narrow(
    session: Session,
    keys: KeyStore,
    *,
    consumer_id: str,
    consent_id: str,
    keep: Collection[Place],
    now: datetime,
) -> Consent:
    """Keep only these lines, from the commit on, though the company may have needed others.

    Raises ``Invalid`` for a line that is not there, or when none is left: then the consent is to be revoked. Does
    nothing where all are kept.
    """
    row = get_running(session, consumer_id, consent_id, now)
    revision = _newest(session, row)
    lines = [line for line in revision.lines if line.place in keep]
    if {line.place for line in lines} != set(keep):
        raise Invalid("Choose among the lines on the page.", field="lines")
    if not lines and not revision.terms.sign_in:
        raise Invalid("Nothing is left. Revoke the permission instead.", field="lines")
    if len(lines) < len(revision.lines):
        _revise(session, keys, row, revision, "narrowed", lines, now)
        uses.look_again(session, row, now=now)
    return Consent.of(row)


def shorten(
    session: Session, keys: KeyStore, *, consumer_id: str, consent_id: str, days: int, now: datetime
) -> Consent:
    """Let a consent end so many days from now. Raises ``Invalid`` unless that is sooner than it would."""
    row = get_running(session, consumer_id, consent_id, now)
    ends = now + timedelta(days=days)
    if days < 1 or ends >= row.expires_at:
        raise Invalid("Choose a day before the one on which it ends now.", field="duration")
    row.expires_at = ends
    revision = _newest(session, row)
    _revise(session, keys, row, revision, "shortened", revision.lines, now)
    return Consent.of(row)


def extend(
    session: Session,
    keys: KeyStore,
    *,
    consumer_id: str,
    consent_id: str,
    days: int,
    notice_version: int,
    now: datetime,
) -> Consent:
    """Let a consent run so many days from now: at most as long as its company asked for.

    Raises ``Invalid`` unless that is later than it would end, and ``Conflict`` where the company's notice is not any
    more the one that was agreed to: then it has to ask anew.
    """
    row = get_running(session, consumer_id, consent_id, now)
    if row.notice_version != notice_version:
        raise Conflict("The company changed what it promises. It has to ask you anew.", code="notice_changed")
    revision = _newest(session, row)
    ends = end_of(revision.terms, days, now)
    if ends <= row.expires_at:
        raise Invalid("Choose a day after the one on which it ends now.", field="duration")
    row.expires_at = ends
    _revise(session, keys, row, revision, "extended", revision.lines, now)
    return Consent.of(row)


def _newest(session: Session, row: ConsentRow) -> Revision:
    return Revision.of(session.get_one(RevisionRow, (row.consumer_id, row.id, row.revision)))


def _revise(
    session: Session,
    keys: KeyStore,
    row: ConsentRow,
    before: Revision,
    reason: str,
    lines: Collection[GrantedLine],
    now: datetime,
) -> None:
    row.revision += 1
    row.version += 1  # a read that was weighed against the revision before is weighed again
    left = {line.key for line in lines}
    add_revision(
        session,
        keys,
        row,
        reason=reason,
        terms=before.terms.to_json(),
        lines=list(lines),
        versions=before.versions,
        notice=before.notice,
        now=now,
        detail={"dropped": sorted({line.key for line in before.lines} - left)},
    )
