"""Requests that wait for somebody who is elsewhere (CIBA Core 1.0).

Each has a row, whoever it is for. One that reaches nobody differs in what the row does not say, and in nothing that
its client could see: it is pending until it expires.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import and_, case, func, select
from sqlalchemy.orm import Session

from keys import Aad, KeyStore
from vrm.ids import new_secret, secret_hash
from vrm.tokens.models import BackchannelRequest

BACKCHANNEL_LIFE = timedelta(minutes=5)
POLL_INTERVAL = timedelta(seconds=5)
"""How long a client waits between two polls (CIBA, section 7.3), and how much longer after one too early."""

REDEEMED_WITHIN = timedelta(minutes=1)
"""How long a yes in the last second can still be collected."""

MOST_OPEN = 6
"""How many requests wait for one person at the same time, but for those that they gave a code for."""
MOST_OF_COMPANY = 3
"""How many of them are of one company."""
MOST_AN_HOUR = 5
"""How many of them one company may make in an hour."""


@dataclass(frozen=True)
class NewBackchannelRequest:
    """``auth_req_id`` is for the client alone; ``mark`` is how the house knows the request from now on."""

    auth_req_id: str
    mark: str


@dataclass(frozen=True)
class Allowed:
    """What a person said yes to, and since when they were signed in."""

    consent_id: str
    epoch: int
    scope: str
    authenticated_at: datetime


def new_backchannel() -> NewBackchannelRequest:
    """A request that is not kept yet. 256 random bits (CIBA, section 7.3, asks for 128)."""
    auth_req_id = new_secret()
    return NewBackchannelRequest(auth_req_id, secret_hash(auth_req_id).hex())


def may_reach(session: Session, *, consumer_id: str, company_id: str, by_code: bool, now: datetime) -> bool:
    """Whether one more request may wait for this person: few at a time, and few of one company then and in an hour.

    ``by_code``: they gave the company a code, so what others ask of them meanwhile does not stand in its way.
    """
    row = BackchannelRequest
    waits, own = and_(row.decided_at.is_(None), row.expires_at > now), row.company_id == company_id
    sums = [func.coalesce(func.sum(case((fits, 1), else_=0)), 0) for fits in (waits, and_(waits, own), own)]
    recent = (row.consumer_id == consumer_id, row.created_at > now - timedelta(hours=1))
    waiting, of_company, asked = session.execute(select(*sums).where(*recent)).one()
    has_room = by_code or waiting < MOST_OPEN
    return bool(has_room and of_company < MOST_OF_COMPANY and asked < MOST_AN_HOUR)


def keep_backchannel(
    session: Session,
    keys: KeyStore,
    new: NewBackchannelRequest,
    *,
    client_id: str,
    company_id: str,
    consumer_id: str | None,
    message: str,
    life: timedelta,
    now: datetime,
) -> None:
    """Keep a request for ``life``; for nobody, where ``consumer_id`` is None.

    Its ``message`` is what somebody at a desk typed, so it is sealed: under the instance, whoever it is for, since
    fetching the key of a person takes another time than fetching none.
    """
    session.add(
        BackchannelRequest(
            request_hash=bytes.fromhex(new.mark),
            client_id=client_id,
            company_id=company_id,
            consumer_id=consumer_id,
            sealed_message=keys.seal(keys.INSTANCE_OWNER, message.encode(), _aad(new.mark)),
            scope="",
            interval=int(POLL_INTERVAL.total_seconds()),
            next_poll_at=now,
            created_at=now,
            expires_at=now + life,
        )
    )
    session.flush()


def open_messages(session: Session, keys: KeyStore, *, marks: Collection[str]) -> dict[str, str]:
    """The binding messages of requests, by mark; "" where the client sent none."""
    row = BackchannelRequest
    query = select(row.request_hash, row.sealed_message).where(
        row.request_hash.in_(map(bytes.fromhex, marks))
    )
    return {
        hashed.hex(): keys.open(keys.INSTANCE_OWNER, sealed, _aad(hashed.hex())).decode()
        for hashed, sealed in (session.execute(query) if marks else ())
    }


def decide_backchannel(session: Session, *, mark: str, allowed: Allowed | None, now: datetime) -> None:
    """Write down what the person decided. A no is kept from the client: to it, the request goes on waiting."""
    row = session.get(BackchannelRequest, bytes.fromhex(mark), with_for_update=True)
    if row is None:  # the sweep was faster; then nobody waits for it any more
        return
    row.decided_at = now
    if allowed is not None:
        row.consent_id, row.epoch, row.scope = allowed.consent_id, allowed.epoch, allowed.scope
        row.authenticated_at = allowed.authenticated_at
        row.expires_at = max(row.expires_at, now + REDEEMED_WITHIN)
    session.flush()


def find_backchannel(session: Session, auth_req_id: str, *, client_id: str) -> BackchannelRequest | None:
    """The request of this client, expired or not, locked against a second poll; None once it was redeemed."""
    row = session.get(BackchannelRequest, secret_hash(auth_req_id), with_for_update=True)
    return None if row is None or row.client_id != client_id or row.used_at is not None else row


def came_early(session: Session, row: BackchannelRequest, *, now: datetime) -> bool:
    """Note a poll, and tell whether it came too early; then the next one is due later (CIBA, section 11)."""
    early = now < row.next_poll_at
    if early:
        row.interval += int(POLL_INTERVAL.total_seconds())
    row.next_poll_at = now + timedelta(seconds=row.interval)
    session.flush()
    return early


def use_backchannel(session: Session, row: BackchannelRequest, *, now: datetime) -> None:
    """Mark a request as redeemed."""
    row.used_at = now
    session.flush()


def _aad(mark: str) -> Aad:
    return Aad("binding_message", KeyStore.INSTANCE_OWNER, mark)
