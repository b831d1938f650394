"""Taking back many things at once: all that one company has, all of one purpose, one key wherever it is allowed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from keys import KeyStore
from vrm.consents.listing import is_to, running_with_newest
from vrm.consents.models import ConsentRow, RevisionRow
from vrm.consents.own import change
from vrm.consents.records import Consent, Revision
from vrm.consents.service import revoke
from vrm.consents.terms import GrantedLine
from vrm.errors import Invalid, Stale


@dataclass(frozen=True)
class Part:
    """The lines to take back, of all that runs: of one company, for one purpose, of one key. None: any."""

    company_id: str | None = None
    purpose: str | None = None
    key: str | None = None

    @property
    def whole(self) -> bool:
        """Whether nothing tells the lines of a consent apart: then it ends, though it had none."""
        return self.purpose is None and self.key is None

    def takes(self, line: GrantedLine) -> bool:
        """Whether a line is one of them."""
        return self.purpose in (None, line.purpose) and self.key in (None, line.key)


@dataclass(frozen=True)
class Withdrawal:
    """What would become of one consent. ``ends``: nothing is left of it; else it goes on with the lines ``kept``."""

    consent: Consent
    lost: tuple[GrantedLine, ...]
    kept: tuple[GrantedLine, ...]
    ends: bool


def list_withdrawals(session: Session, *, consumer_id: str, part: Part, now: datetime) -> list[Withdrawal]:
    """What taking back this part would do to each consent that runs and has any of it, newest first."""
    query = running_with_newest(consumer_id, now)
    if part.company_id is not None:
        query = query.where(is_to(part.company_id))
    found = (_withdrawal(row, revision, part) for row, revision in session.execute(query))
    return [each for each in found if each.lost or part.whole]


def withdraw(
    session: Session,
    keys: KeyStore,
    *,
    consumer_id: str,
    part: Part,
    chosen: Mapping[str, int],
    now: datetime,
) -> int:
    """Take this part back from the ``chosen`` consents, each in the revision that the person saw; how many they were.

    A consent of which nothing is left is revoked, any other narrowed. Raises ``Stale`` if one of them has ended or
    changed meanwhile, and ``Invalid`` for none at all; then nothing is done.
    """
    if not chosen:
        raise Invalid("Nothing is ticked. Tick what is to be revoked, or leave this page.", field="consent")
    found = {
        each.consent.id: each
        for each in list_withdrawals(session, consumer_id=consumer_id, part=part, now=now)
    }
    for id, revision in chosen.items():
        if id not in found or found[id].consent.revision != revision:
            raise Stale("Something changed meanwhile. Look at the list again: nothing was revoked.")
    for id in chosen:
        if found[id].ends:
            revoke(session, keys, consumer_id=consumer_id, consent_id=id, now=now)
        else:
            keep = [line.place for line in found[id].kept]
            change(session, keys, consumer_id=consumer_id, consent_id=id, keep=keep, now=now)
    return len(chosen)


def _withdrawal(row: ConsentRow, newest: RevisionRow, part: Part) -> Withdrawal:
    revision = Revision.of(newest)
    kept = tuple(line for line in revision.lines if not part.takes(line))
    return Withdrawal(
        consent=Consent.of(row),
        lost=tuple(filter(part.takes, revision.lines)),
        kept=kept,
        # Who only recognises a person needs no line for it, and goes on doing so.
        ends=part.whole or not (kept or revision.terms.sign_in),
    )
