"""What else there is to do with an account: look, end, forget, and sweep what has expired."""

import secrets
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Row, Table, delete, select, update
from sqlalchemy.orm import Session

from keys import KeyStore
from vrm.accounts.models import (
    AccountRow,
    AttemptRow,
    AuditorTokenRow,
    RecoveryCodeRow,
    SecondFactorRow,
    SessionRow,
    SignUpRow,
)
from vrm.accounts.sessions import IDLE, end_sessions
from vrm.accounts.sign_up import Account, account_aad
from vrm.errors import NotFound

accounts = cast(Table, AccountRow.__table__)
sessions = cast(Table, SessionRow.__table__)
sign_ups = cast(Table, SignUpRow.__table__)
attempts = cast(Table, AttemptRow.__table__)
second_factors = cast(Table, SecondFactorRow.__table__)
recovery_codes = cast(Table, RecoveryCodeRow.__table__)
auditor_tokens = cast(Table, AuditorTokenRow.__table__)

_sealed = select(accounts.c.id, accounts.c.person_id, accounts.c.sealed_email, accounts.c.sealed_name)


@dataclass(frozen=True)
class Person:
    """How to write to someone: opened on purpose, and to be let go of soon."""

    email: str = field(repr=False)
    name: str | None = field(repr=False)


def get_account(session: Session, *, person_id: str) -> Account:
    """The account of a person; a consumer's is found by the consumer's id. Raises ``NotFound``."""
    columns = (
        accounts.c.id,
        accounts.c.person_id,
        accounts.c.kind,
        accounts.c.created_at,
        accounts.c.ended_at,
    )
    row = session.execute(select(*columns).where(accounts.c.person_id == person_id)).one_or_none()
    if row is None:
        raise NotFound("There is no such account.")
    return Account(*row)


def open_person(session: Session, keys: KeyStore, *, person_id: str) -> Person:
    """The e-mail address and name of a person. Raises ``NotFound``, and ``CannotOpen`` once the key is gone."""
    row = session.execute(_sealed.where(accounts.c.person_id == person_id)).one_or_none()
    if row is None:
        raise NotFound("There is no such account.")
    return _opened(keys, row)


def open_people(session: Session, keys: KeyStore, *, account_ids: Collection[str]) -> dict[str, Person]:
    """People by the ids of their accounts, at once; unknown ids are left out."""
    rows = session.execute(_sealed.where(accounts.c.id.in_(account_ids)))
    return {row.id: _opened(keys, row) for row in rows}


def list_person_ids(session: Session) -> list[str]:
    """The people of all accounts that have not ended."""
    return list(session.scalars(select(accounts.c.person_id).where(accounts.c.ended_at.is_(None))))


def end_account(session: Session, *, account_id: str, now: datetime) -> None:
    """Close an account: signed out everywhere, never to sign in again, its links void, its address free."""
    handle = session.execute(
        select(accounts.c.handle_hash).where(accounts.c.id == account_id)
    ).scalar_one_or_none()
    if handle is None:
        raise NotFound("There is no such account.")
    ended = update(accounts).where(accounts.c.id == account_id, accounts.c.ended_at.is_(None))
    session.execute(ended.values(ended_at=now, handle_hash=secrets.token_bytes(32)))
    session.execute(delete(sign_ups).where(sign_ups.c.handle_hash == handle))
    end_sessions(session, account_id=account_id)


def forget(session: Session, *, consumer_id: str) -> None:
    """Delete everything this room keeps of a consumer. What it counted under keyed hashes expires by itself."""
    row = session.execute(
        select(accounts.c.id, accounts.c.handle_hash).where(accounts.c.person_id == consumer_id)
    ).one_or_none()
    if row is None:
        return
    end_sessions(session, account_id=row.id)
    session.execute(delete(sign_ups).where(sign_ups.c.handle_hash == row.handle_hash))
    for table in (recovery_codes, second_factors):
        session.execute(delete(table).where(table.c.account_id == row.id))
    session.execute(delete(accounts).where(accounts.c.id == row.id))


def sweep(session: Session, *, now: datetime) -> int:
    """Delete links, sessions and counters that are over; gives how many. For the worker, now and then."""
    over = (
        delete(sign_ups).where(sign_ups.c.expires_at <= now).returning(sign_ups.c.token_hash),
        delete(sessions)
        .where((sessions.c.expires_at <= now) | (sessions.c.last_seen <= now - IDLE))
        .returning(sessions.c.token_hash),
        delete(attempts).where(attempts.c.window_ends <= now).returning(attempts.c.bucket),
        delete(auditor_tokens).where(auditor_tokens.c.expires_at <= now).returning(auditor_tokens.c.id),
    )
    return sum(len(session.execute(each).all()) for each in over)


def _opened(keys: KeyStore, row: Row[*tuple[Any, ...]]) -> Person:
    email = keys.open(row.person_id, row.sealed_email, account_aad(row.person_id, row.id, "email"))
    if row.sealed_name is None:
        return Person(email.decode(), None)
    name = keys.open(row.person_id, row.sealed_name, account_aad(row.person_id, row.id, "name"))
    return Person(email.decode(), name.decode())
