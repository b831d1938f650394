"""Signing in, and what takes the password once more while signed in.

These verbs take the database and not a session, alone in this room, because Argon2 must not run while a
transaction is open, and because the order is the security of it:

    1. write   charge the attempt, find the hash       refused here: no Argon2 for anyone
    2. -       one Argon2 verification                 against nobody's hash where the account is unknown
    3. write   only after a match: start the session   refused if the hash changed meanwhile

Someone who guesses cannot tell an unknown address from a wrong password, by answer or by work done.
"""

from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple, TypeVar, cast

from sqlalchemy import ColumnElement, Table, select, update
from sqlalchemy.orm import Session

from keys import KeyStore
from vrm.accounts import throttle
from vrm.accounts.errors import WrongCredentials
from vrm.accounts.handles import Kind, handle_hash
from vrm.accounts.models import AccountRow
from vrm.accounts.passwords import Hasher
from vrm.accounts.sessions import Started, end_sessions, start_session
from vrm.accounts.sign_up import account_aad, prepare_password
from vrm.db import Database

accounts = cast(Table, AccountRow.__table__)
T = TypeVar("T")


class _Candidate(NamedTuple):
    id: str
    person_id: str
    handle_hash: bytes
    password_hash: str
    sealed_email: bytes


def sign_in(
    database: Database,
    keys: KeyStore,
    hasher: Hasher,
    *,
    email: str,
    password: str,
    client: str,
    now: datetime,
    kind: Kind = "consumer",
    replaces: str | None = None,
) -> Started:
    """Start a session for whoever knows the password. Raises ``WrongCredentials`` and ``TooMany``.

    ``client`` is the network address of the browser; ``replaces`` the session token it came with, which ends. A
    second factor is proved afterwards, in that session.
    """
    about = throttle.Charge(throttle.SIGN_IN_HANDLE, handle_hash(keys, email, kind))
    origin = throttle.Charge(throttle.SIGN_IN_CLIENT, throttle.client_hash(keys, client))

    def begin(session: Session) -> _Candidate | None:
        throttle.charge(session, (origin, about), now=now)
        return _find(session, accounts.c.handle_hash == about.about)

    candidate = database.write(begin)
    matched = hasher.matches(password, candidate and candidate.password_hash)
    if candidate is None or not matched:
        raise WrongCredentials
    verified = candidate  # for the closure, which must not see None
    renewed = hasher.hash(password) if hasher.is_outdated(verified.password_hash) else verified.password_hash

    def admit(session: Session) -> Started | None:
        if not _swap(session, verified, renewed):
            return None
        throttle.forgive(session, (origin,))
        throttle.clear(session, about)
        return start_session(session, account_id=verified.id, now=now, replaces=replaces)

    started = database.write(admit)
    if started is None:
        raise WrongCredentials
    return started


def change_password(
    database: Database,
    keys: KeyStore,
    hasher: Hasher,
    *,
    account_id: str,
    current: str,
    new: str,
    token: str,
    now: datetime,
    also: Callable[[Session, str], None] | None = None,
) -> None:
    """Set a new password for who knows the current one; every session but the one of ``token`` ends.

    ``also`` runs in the transaction of the change, with the account's address, so that a letter about it can be
    enqueued exactly if it happened.

    Raises ``WrongCredentials``, ``BadPassword``, and ``TooMany``: a borrowed session must not be good for
    guessing.
    """
    verified = _verify(database, hasher, account_id, current, now)
    aad = account_aad(verified.person_id, verified.id, "email")
    email = keys.open(verified.person_id, verified.sealed_email, aad).decode()
    password_hash = prepare_password(hasher, email=email, password=new)

    def change(session: Session) -> bool:
        if not _swap(session, verified, password_hash):
            return False
        throttle.clear(session, throttle.Charge(throttle.SIGN_IN_HANDLE, verified.handle_hash))
        end_sessions(session, account_id=account_id, but=token)
        if also is not None:
            also(session, email)
        return True

    if not database.write(change):
        raise WrongCredentials


def prove_password(
    database: Database,
    hasher: Hasher,
    *,
    account_id: str,
    password: str,
    now: datetime,
    then: Callable[[Session], T],
) -> T:
    """Do what only who knows the password may: ``then`` runs in one transaction in which it still holds.

    Raises ``WrongCredentials``, and ``TooMany``: a borrowed session must not be good for guessing.
    """
    verified = _verify(database, hasher, account_id, password, now)

    def act(session: Session) -> T:
        if not _swap(session, verified, verified.password_hash):
            raise WrongCredentials
        throttle.clear(session, throttle.Charge(throttle.SIGN_IN_HANDLE, verified.handle_hash))
        return then(session)

    return database.write(act)


def _verify(database: Database, hasher: Hasher, account_id: str, password: str, now: datetime) -> _Candidate:
    """Steps 1 and 2 for who is signed in already. Raises ``WrongCredentials`` and ``TooMany``."""

    def begin(session: Session) -> _Candidate | None:
        found = _find(session, accounts.c.id == account_id)
        if found is not None:
            throttle.charge(session, (throttle.Charge(throttle.SIGN_IN_HANDLE, found.handle_hash),), now=now)
        return found

    candidate = database.write(begin)
    if candidate is None or not hasher.matches(password, candidate.password_hash):
        raise WrongCredentials
    return candidate


def _find(session: Session, which: ColumnElement[bool]) -> _Candidate | None:
    columns = (accounts.c[name] for name in _Candidate._fields)
    row = session.execute(select(*columns).where(which, accounts.c.ended_at.is_(None))).one_or_none()
    return None if row is None else _Candidate(*row)


def _swap(session: Session, verified: _Candidate, password_hash: str) -> bool:
    """Set the hash if the verified one still holds: a reset in between must win over the old password."""
    return bool(
        session.execute(
            update(accounts)
            .where(
                accounts.c.id == verified.id,
                accounts.c.password_hash == verified.password_hash,
                accounts.c.ended_at.is_(None),
            )
            .values(password_hash=password_hash)
            .returning(accounts.c.id)
        ).all()
    )
