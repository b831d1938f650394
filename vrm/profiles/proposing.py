"""Values that companies propose: an inbox, of which only its person takes anything into their profile.

What a company learns is that it was received, and never more: each proposal stands for ``KEPT``, whatever its person
does, and takes up one of the ``MOST_OPEN`` places of that company until then. So neither an answer, nor the room that
is left, nor how long it takes tells whether somebody looked, accepted, declined, or wants to hear nothing of them.

A proposal is sealed under the person's own key. Once it is decided the sealed bytes go; what is left, until its time is
over, is that there was one. Whether a company may propose is not this room's to know: ``journeys`` asks.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from typing import Final, cast

import rfc8785
from sqlalchemy import select
from sqlalchemy.orm import Session

from keys import Aad, KeyStore
from vrm.catalogue import Catalogue, Value
from vrm.errors import Conflict, Invalid, NotFound, TooMany
from vrm.profiles.models import ProposalRow

KEPT: Final = timedelta(days=30)
MOST_OPEN: Final = 10
"""Of one company, at one person."""

LONGEST_WHY: Final = 300
MOST_BYTES: Final = 4096
"""Of a value as JSON."""


@dataclass(frozen=True)
class Wanted:
    """What a company proposes: a value in the form it is kept in, and why, in its own words."""

    field: str
    value: Value
    why: str


@dataclass(frozen=True)
class Received:
    """What a company may know of its proposal. ``event_id``, ``leaf_hash``: its entry in the log."""

    id: str
    field: str
    received_at: datetime
    expires_at: datetime
    event_id: str
    leaf_hash: bytes


@dataclass(frozen=True)
class Proposer:
    """Who proposes, and under which consent."""

    company_id: str
    client_id: str
    consent_id: str


def check(catalogue: Catalogue, *, field: str, raw: object, why: str) -> Wanted:
    """What may be proposed at all. Says nothing of the person, so it may answer in full. Raises ``Invalid``."""
    key = catalogue.get(field)
    if not key.proposable:
        raise Invalid("Nobody proposes values for this key. The catalogue says which may be.", field="key")
    why = " ".join(why.split())
    if not 1 <= len(why) <= LONGEST_WHY or not why.isprintable():
        raise Invalid(f"Say why on one line of 1 to {LONGEST_WHY} characters.", field="why")
    value = catalogue.parse(field, raw)
    if len(_dump(value)) > MOST_BYTES:
        raise Invalid(f"The value is longer than {MOST_BYTES} bytes.", field="value")
    return Wanted(field, value, why)


def find_received(
    session: Session,
    keys: KeyStore,
    wanted: Wanted,
    *,
    consumer_id: str,
    proposer: Proposer,
    mark: str,
    now: datetime,
) -> Received | None:
    """The proposal that came with this mark of the company's before: the same request again gets the same answer.

    Raises ``Conflict`` where the mark came with something else, and ``TooMany`` where it is new and there is no room.
    """
    row = session.scalars(
        select(ProposalRow).where(
            ProposalRow.consumer_id == consumer_id, ProposalRow.once == _once(keys, proposer, mark)
        )
    ).first()
    if row is not None and row.expires_at > now:
        if row.said != _said(keys, wanted):
            raise Conflict(
                "This Idempotency-Key came with another proposal before. Use a new one.",
                code="idempotency_key_reused",
            )
        return _received(row)
    if row is not None:  # its time is over, and the sweep has not come by
        session.delete(row)
        session.flush()
    _require_room(session, consumer_id, proposer.company_id, now)
    return None


def propose(
    session: Session,
    keys: KeyStore,
    wanted: Wanted,
    *,
    proposal_id: str,
    consumer_id: str,
    proposer: Proposer,
    mark: str,
    event_id: str,
    leaf_hash: bytes,
    reaches: bool,
    now: datetime,
) -> Received:
    """Put a proposal into the inbox. ``reaches``: False where the person blocks the company; then nothing is kept of
    what it says, and the answer is the same."""
    said = _dump({"value": wanted.value, "why": wanted.why})
    # Sealed in either case: how long it takes is nobody's clue.
    sealed = keys.seal(consumer_id, said, proposal_aad(consumer_id, proposal_id))
    row = ProposalRow(
        consumer_id=consumer_id,
        id=proposal_id,
        company_id=proposer.company_id,
        client_id=proposer.client_id,
        consent_id=proposer.consent_id,
        field=wanted.field,
        sealed=sealed if reaches else None,
        once=_once(keys, proposer, mark),
        said=_said(keys, wanted),
        event_id=event_id,
        leaf_hash=leaf_hash,
        received_at=now,
        expires_at=now + KEPT,
    )
    session.add(row)
    session.flush()
    return _received(row)


def get_received(
    session: Session, *, consumer_id: str, client_id: str, proposal_id: str, now: datetime
) -> Received:
    """A proposal as who made it may see it: the same, whatever became of it. Raises ``NotFound``."""
    row = session.get(ProposalRow, (consumer_id, proposal_id))
    if row is None or row.client_id != client_id or row.expires_at <= now:
        raise NotFound("There is no such proposal of this client for this person, or its time is over.")
    return _received(row)


def proposal_aad(consumer_id: str, proposal_id: str) -> Aad:
    """The place of what a proposal says."""
    return Aad(kind="proposal", owner=consumer_id, object=proposal_id)


def _require_room(session: Session, consumer_id: str, company_id: str, now: datetime) -> None:
    """Decided or not, each counts until its time is over: that one went would say that somebody decided."""
    query = (
        select(ProposalRow.expires_at)
        .where(
            ProposalRow.consumer_id == consumer_id,
            ProposalRow.company_id == company_id,
            ProposalRow.expires_at > now,
        )
        .order_by(ProposalRow.expires_at)
    )
    ends = session.scalars(query).all()
    if len(ends) >= MOST_OPEN:
        raise TooMany(
            f"{MOST_OPEN} proposals of yours stand already. Each ends {KEPT.days} days after it came.",
            retry_after=max(1, ceil((ends[0] - now).total_seconds())),
        )


def _received(row: ProposalRow) -> Received:
    return Received(row.id, row.field, row.received_at, row.expires_at, row.event_id, row.leaf_hash)


def _once(keys: KeyStore, proposer: Proposer, mark: str) -> bytes:
    return keys.blind_index("proposal-mark", "\n".join((proposer.client_id, proposer.consent_id, mark)))


def _said(keys: KeyStore, wanted: Wanted) -> bytes:
    """A hash nobody can try values against who has the database alone."""
    said = _dump([wanted.field, wanted.value, wanted.why])
    return keys.blind_index("proposal", said.decode())


def _dump(value: object) -> bytes:
    return rfc8785.dumps(cast(str, value))
