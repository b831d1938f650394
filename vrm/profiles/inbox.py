"""The inbox of what companies propose, for its person alone: what waits, and taking it into the profile or not.

What is decided is opened for nobody any more, the row stays until its time is over: see ``proposing``.
"""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from keys import KeyStore
from vrm.catalogue import Catalogue, Value
from vrm.errors import NotFound
from vrm.profiles.models import ProposalRow
from vrm.profiles.proposing import proposal_aad
from vrm.profiles.service import put
from vrm.profiles.values import Item

MOST_SWEPT: Final = 500


@dataclass(frozen=True)
class Proposal:
    """One that waits, opened, for its person alone."""

    id: str
    company_id: str
    consent_id: str
    field: str
    value: Value
    why: str
    received_at: datetime
    expires_at: datetime


def list_proposals(
    session: Session, keys: KeyStore, *, consumer_id: str, blocked: frozenset[str], now: datetime
) -> list[Proposal]:
    """What waits for a person's decision, newest first; nothing of companies they have ``blocked``."""
    query = select(ProposalRow).where(*_waiting(consumer_id, blocked, now))
    rows = session.scalars(query.order_by(ProposalRow.received_at.desc(), ProposalRow.id))
    return [_opened(keys, row) for row in rows]


def count_proposals(session: Session, *, consumer_id: str, blocked: frozenset[str], now: datetime) -> int:
    """How many wait."""
    query = select(func.count()).select_from(ProposalRow).where(*_waiting(consumer_id, blocked, now))
    return session.scalar(query) or 0


def is_waiting(session: Session, *, consumer_id: str, event_id: str, now: datetime) -> bool:
    """Whether the proposal that this event tells of waits for its person."""
    query = select(ProposalRow.id).where(
        *_waiting(consumer_id, frozenset(), now), ProposalRow.event_id == event_id
    )
    return session.scalar(query) is not None


def get_proposal(
    session: Session, keys: KeyStore, *, consumer_id: str, proposal_id: str, now: datetime
) -> Proposal:
    """One that waits for this person's decision. Raises ``NotFound`` for everything else."""
    return _opened(keys, _get_waiting(session, consumer_id, proposal_id, now))


def accept(
    session: Session,
    keys: KeyStore,
    catalogue: Catalogue,
    *,
    consumer_id: str,
    proposal_id: str,
    proposer_name: str,
    item_id: str | None,
    seen_version: int,
    now: datetime,
) -> Item:
    """Take the value into the profile, as a new item or as the next version of the one its person saw.

    It says who proposed it, and, where that is who issues such things, who vouches for it. As ``profiles.put``
    raises ``Stale`` where another edit came first; ``NotFound`` where it was decided already.
    """
    row = _get_waiting(session, consumer_id, proposal_id, now)
    key = catalogue.get(row.field)
    item = put(
        session,
        keys,
        catalogue,
        consumer_id=consumer_id,
        field=row.field,
        raw=_opened(keys, row).value,
        item_id=item_id,
        seen_version=seen_version,
        source=proposer_name,
        verified_by=proposer_name if key.proposable == "issued" else None,
        now=now,
    )
    row.sealed = None
    session.flush()
    return item


def decline(session: Session, *, consumer_id: str, proposal_id: str, now: datetime) -> None:
    """Let what was proposed go. Raises ``NotFound`` where it was decided already."""
    _get_waiting(session, consumer_id, proposal_id, now).sealed = None
    session.flush()


def drop_proposals(session: Session, *, consumer_id: str, company_id: str) -> None:
    """Let everything go that a company proposed to a person."""
    query = select(ProposalRow).where(
        ProposalRow.consumer_id == consumer_id, ProposalRow.company_id == company_id
    )
    for row in session.scalars(query):
        row.sealed = None
    session.flush()


def sweep_proposals(session: Session, *, now: datetime) -> int:
    """Delete those whose time is over, so many at once; says how many."""
    over = session.scalars(select(ProposalRow).where(ProposalRow.expires_at <= now).limit(MOST_SWEPT)).all()
    for row in over:
        session.delete(row)
    return len(over)


def _get_waiting(session: Session, consumer_id: str, proposal_id: str, now: datetime) -> ProposalRow:
    query = select(ProposalRow).where(*_waiting(consumer_id, frozenset(), now), ProposalRow.id == proposal_id)
    row = session.scalars(query).first()
    if row is None:
        raise NotFound("This was decided already, or its time is over. Nothing was changed.")
    return row


def _waiting(consumer_id: str, blocked: frozenset[str], now: datetime) -> tuple[ColumnElement[bool], ...]:
    return (
        ProposalRow.consumer_id == consumer_id,
        ProposalRow.sealed.is_not(None),
        ProposalRow.expires_at > now,
        ProposalRow.company_id.not_in(blocked),
    )


def _opened(keys: KeyStore, row: ProposalRow) -> Proposal:
    assert row.sealed is not None
    said: dict[str, Any] = json.loads(
        keys.open(row.consumer_id, row.sealed, proposal_aad(row.consumer_id, row.id))
    )
    return Proposal(
        row.id,
        row.company_id,
        row.consent_id,
        row.field,
        said["value"],
        said["why"],
        row.received_at,
        row.expires_at,
    )
