"""What a person changes of a consent by themselves: fewer lines, a nearer end, a later one.

It holds at once, for every token there is: nothing is asked for, so no client has anything to redeem.
"""

from collections.abc import Collection, Mapping
from datetime import datetime

from sqlalchemy.orm import Session

from keys import KeyStore
from vrm import clock
from vrm.consents import uses
from vrm.consents.models import ConsentRow
from vrm.consents.records import Consent, Revision
from vrm.consents.revising import add_revision, latest_end, newest_of
from vrm.consents.service import get_running
from vrm.consents.terms import GrantedLine, Place
from vrm.errors import Conflict, Invalid


def change(
    session: Session,
    keys: KeyStore,
    *,
    consumer_id: str,
    consent_id: str,
    keep: Collection[Place] | None = None,
    ends: datetime | None = None,
    notice_version: int | None = None,
    now: datetime,
) -> Consent:
    """Keep only these lines (None: all) and let it end then (None: when it does): one revision, whatever changes of it.

    That is ``narrowed`` where lines go, whenever it ends, since that is what a company feels; else ``shortened`` or
    ``extended``. Lines may go though the company had needed them. It runs at most as long as its company asked for,
    counted from now. Does nothing where nothing would change.

    Raises ``Invalid`` for a line that is not there, when none is left (then the consent is to be revoked), and for an end
    that has passed or is later than was asked; ``Conflict`` for a later end where the company's notice (``notice_version``)
    is not any more the one that was agreed to: then it has to ask anew.
    """
    row = get_running(session, consumer_id, consent_id, now)
    before = Revision.of(newest_of(session, row))
    lines = list(before.lines) if keep is None else _kept(before, keep)
    reason, detail = None, {}
    if ends is not None and ends != row.expires_at:
        reason = "shortened" if ends < row.expires_at else "extended"
        _check_end(row, before, ends, notice_version, now)
        row.expires_at = ends
        detail = {"ends": clock.rfc3339(ends)}
    if len(lines) < len(before.lines):
        reason = "narrowed"
    if reason is not None:
        _revise(session, keys, row, before, reason, lines, now, detail if reason == "narrowed" else {})
    if reason == "narrowed":
        uses.look_again(session, row, now=now)
    return Consent.of(row)


def _kept(before: Revision, keep: Collection[Place]) -> list[GrantedLine]:
    lines = [line for line in before.lines if line.place in keep]
    if {line.place for line in lines} != set(keep):
        raise Invalid("Choose among the lines on the page.", field="lines")
    if not lines and not before.terms.sign_in:
        raise Invalid("Nothing is left. Revoke the consent instead.", field="lines")
    return lines


def _check_end(
    row: ConsentRow, before: Revision, ends: datetime, notice_version: int | None, now: datetime
) -> None:
    if ends <= now:
        raise Invalid("Choose a day from tomorrow on. To end it now, revoke it.", field="duration")
    if ends <= row.expires_at:
        return
    if row.notice_version != notice_version:
        raise Conflict("The company changed what it promises. It has to ask you anew.", code="notice_changed")
    if ends > latest_end(before.terms, now):
        raise Invalid("Choose a day no later than the company asked for.", field="duration")


def _revise(
    session: Session,
    keys: KeyStore,
    row: ConsentRow,
    before: Revision,
    reason: str,
    lines: Collection[GrantedLine],
    now: datetime,
    detail: Mapping[str, object],
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
        detail={"dropped": sorted({line.key for line in before.lines} - left), **detail},
    )
