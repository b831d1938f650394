"""The record of a revision or a refusal, made of what is kept of it: see ``recording``."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy.orm import Session

from keys import KeyStore
from vrm.consents.models import AskRow, ConsentPlace, ConsentRow, RevisionRow, SubjectRow
from vrm.consents.recording import Decision, Record, Values, digest, salt_of, write
from vrm.consents.records import Revision
from vrm.errors import NotFound


@dataclass(frozen=True)
class Recorded:
    """A record, and what opens the hash of the values in it, which is the person's own affair.

    ``successor`` is the revision that took its place, if one did.
    """

    record: Record
    values: Values
    decision: Decision
    successor: Revision | None = None

    @property
    def sha256(self) -> str:
        """The hash of the record, as the log holds it."""
        return digest(self.record)


def get_record(
    session: Session, keys: KeyStore, *, consumer_id: str, consent_id: str, number: int
) -> Recorded:
    """The record of one revision of this person's consent. Raises ``NotFound`` for everybody else's."""
    row = session.get(ConsentRow, (consumer_id, consent_id))
    if row is None or not 0 < number <= row.revision:  # no column is asked for a number that it cannot hold
        raise NotFound("There is no such receipt.")
    revision = session.get(RevisionRow, (consumer_id, consent_id, number))
    if revision is None:
        raise NotFound("There is no such receipt.")
    successor = session.get(RevisionRow, (consumer_id, consent_id, number + 1))
    recorded = record_of_revision(keys, row, revision)
    return replace(recorded, successor=None if successor is None else Revision.of(successor))


def get_refusal_record(session: Session, keys: KeyStore, *, consumer_id: str, ask_id: str) -> Recorded:
    """The record of an ask that this person refused. Raises ``NotFound`` for any other."""
    row = session.get(AskRow, (consumer_id, ask_id))
    if row is None or row.state != "refused":
        raise NotFound("There is no such receipt.")
    return record_of_refusal(session, keys, row)


def get_holder_of(session: Session, *, client_id: str, consent_id: str) -> str:
    """Whose consent of this client it is. Raises ``NotFound`` for another client's."""
    place = session.get(ConsentPlace, consent_id)
    if place is None or place.client_id != client_id:
        raise NotFound("Your organisation holds no such consent.")
    return place.consumer_id


def record_of_revision(keys: KeyStore, row: ConsentRow, revision: RevisionRow) -> Recorded:
    """The record of a revision that stands in ``revision``."""
    found = Revision.of(revision)
    decision = Decision(
        thread_id=row.id,
        number=found.number,
        change=found.reason,
        subject=row.subject,
        company_id=row.company_id,
        client_id=row.client_id,
        stored_terms=revision.terms,
        lines=found.lines,
        notice=found.notice,
        at=found.created_at,
        until=found.expires_at,
    )
    items = tuple(line.item_id for line in found.lines)
    return _recorded(keys, row.consumer_id, decision, items, found.versions)


def record_of_refusal(session: Session, keys: KeyStore, row: AskRow) -> Recorded:
    """The record of a refusal.

    One from before the notice was kept with it has none in it, and goes by the ask's id: the company may have had no
    name for the person then, and what it calls them later is no part of that decision.
    """
    subject = None
    if row.notice is not None:
        subject = session.get(SubjectRow, (row.consumer_id, row.company_id))
    decision = Decision(
        thread_id=row.id,
        number=None,
        change="refused",
        subject=row.id if subject is None else subject.subject,
        company_id=row.company_id,
        client_id=row.client_id,
        stored_terms=row.terms,
        lines=(),
        notice=row.notice or {},
        at=row.decided_at or row.created_at,
        until=None,
    )
    return _recorded(keys, row.consumer_id, decision, (), ())


def _recorded(
    keys: KeyStore,
    consumer_id: str,
    decision: Decision,
    items: tuple[str | None, ...],
    versions: tuple[Mapping[str, Any], ...],
) -> Recorded:
    salt = salt_of(keys.log_secret(consumer_id), decision.record_id)
    values = Values(salt, items, versions)
    return Recorded(write(decision, values), values, decision)
