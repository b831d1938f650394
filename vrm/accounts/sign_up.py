"""Coming in: an address first, then a link by mail, then a password.

Whoever types an address learns nothing about it: the page is the same, the work is the same, and one letter goes
to the address. Only that letter differs. It invites to sign up, or, where there is an account already, to set
its password anew; it does not matter which of the two forms was used.

    1. write   invite                     counts the attempt, keeps the token's hash; the edge enqueues the letter
    2. read    get_invitation             when the link is opened
    3. -       prepare_newcomer           Argon2 and the person's key: no transaction may be open
    4. write   complete_sign_up           uses the link up
       or      3. prepare_password and 4. reset_password
"""

import unicodedata
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal, cast

from sqlalchemy import Table, delete, insert, select, update
from sqlalchemy.orm import Session

from keys import Aad, KeyStore
from vrm.accounts import throttle
from vrm.accounts.errors import AccountExists, LinkExpired
from vrm.accounts.handles import handle_hash
from vrm.accounts.models import AccountRow, SignUpRow
from vrm.accounts.passwords import Hasher, check_password
from vrm.accounts.sessions import end_sessions
from vrm.errors import Invalid
from vrm.ids import new_id, new_secret, secret_hash
from vrm.work import parse_address

LIFETIME = timedelta(hours=1)
LONGEST_NAME = 100

sign_ups = cast(Table, SignUpRow.__table__)
accounts = cast(Table, AccountRow.__table__)

Purpose = Literal["sign_up", "reset"]


@dataclass(frozen=True)
class Invitation:
    """A link to be mailed, or one that came back. ``purpose`` decides the letter and the page, nothing else."""

    token: str = field(repr=False)
    purpose: Purpose
    email: str = field(repr=False)
    expires_at: datetime


@dataclass(frozen=True)
class Newcomer:
    """An account ready to be written. The person's key exists already, and outlives a failed transaction."""

    account_id: str
    consumer_id: str
    password_hash: str = field(repr=False)
    sealed_email: bytes = field(repr=False)
    sealed_name: bytes | None = field(repr=False)


@dataclass(frozen=True)
class Account:
    """Someone who may sign in. ``consumer_id`` owns their data and their key; it is never ``id``."""

    id: str
    consumer_id: str
    kind: str
    created_at: datetime
    ended_at: datetime | None


def invite(session: Session, keys: KeyStore, *, email: str, client: str, now: datetime) -> Invitation:
    """A link for this address. Raises ``Invalid`` for what is no address, and ``TooMany``; never says who exists.

    ``client`` is the network address the wish came from. The token is to be mailed and shown to nobody.
    """
    address = parse_address(email)
    handle = handle_hash(keys, address)
    throttle.charge(
        session,
        (
            throttle.Charge(throttle.INVITE_CLIENT, throttle.client_hash(keys, client)),
            throttle.Charge(throttle.INVITE_HANDLE, handle),
        ),
        now=now,
    )
    known = session.execute(select(accounts.c.id).where(accounts.c.handle_hash == handle)).one_or_none()
    purpose: Purpose = "sign_up" if known is None else "reset"
    token = new_secret("vrm-link-")
    hashed = secret_hash(token)
    session.execute(
        insert(sign_ups).values(
            token_hash=hashed,
            handle_hash=handle,
            sealed_email=keys.seal(keys.INSTANCE_OWNER, address.encode(), _sign_up_aad(keys, hashed)),
            purpose=purpose,
            expires_at=now + LIFETIME,
        )
    )
    return Invitation(token, purpose, address, now + LIFETIME)


def get_invitation(session: Session, keys: KeyStore, *, token: str, now: datetime) -> Invitation:
    """What a link is for. Reading does not use it up; raises ``LinkExpired``."""
    hashed = secret_hash(token)
    row = session.execute(
        select(sign_ups.c.purpose, sign_ups.c.sealed_email, sign_ups.c.expires_at).where(
            sign_ups.c.token_hash == hashed, sign_ups.c.expires_at > now
        )
    ).one_or_none()
    if row is None:
        raise LinkExpired
    email = keys.open(keys.INSTANCE_OWNER, row.sealed_email, _sign_up_aad(keys, hashed)).decode()
    return Invitation(token, row.purpose, email, row.expires_at)


def prepare_newcomer(
    keys: KeyStore, hasher: Hasher, *, email: str, password: str, name: str | None = None
) -> Newcomer:
    """Hash the password, make the person's key, seal what is personal. Call it with no transaction open.

    A key is durable before its first row, so a crash leaves a key without a person and never the other way.
    Raises ``BadPassword``, and ``Invalid`` for a name we cannot show.
    """
    check_password(password, email=email)
    shown = _parse_name(name)
    account_id, consumer_id = new_id(), new_id()
    password_hash = hasher.hash(password)
    keys.create(consumer_id)
    email_aad, name_aad = (account_aad(consumer_id, account_id, part) for part in ("email", "name"))
    return Newcomer(
        account_id=account_id,
        consumer_id=consumer_id,
        password_hash=password_hash,
        sealed_email=keys.seal(consumer_id, email.encode(), email_aad),
        sealed_name=keys.seal(consumer_id, shown.encode(), name_aad) if shown else None,
    )


def complete_sign_up(session: Session, *, token: str, newcomer: Newcomer, now: datetime) -> Account:
    """Use the link up and create the account. Raises ``LinkExpired`` and ``AccountExists``."""
    handle = _use_up(session, token=token, purpose="sign_up", now=now)
    if session.execute(select(accounts.c.id).where(accounts.c.handle_hash == handle)).one_or_none():
        raise AccountExists
    account = Account(newcomer.account_id, newcomer.consumer_id, "consumer", now, None)
    session.execute(
        insert(accounts).values(
            id=account.id,
            kind=account.kind,
            handle_hash=handle,
            password_hash=newcomer.password_hash,
            consumer_id=account.consumer_id,
            sealed_email=newcomer.sealed_email,
            sealed_name=newcomer.sealed_name,
            created_at=now,
            ended_at=None,
        )
    )
    return account


def prepare_password(hasher: Hasher, *, email: str, password: str) -> str:
    """Check a new password and hash it. Call it with no transaction open. Raises ``BadPassword``."""
    check_password(password, email=email)
    return hasher.hash(password)


def reset_password(session: Session, *, token: str, password_hash: str, now: datetime) -> Account:
    """Use the link up, set the password, and end every session: whoever had the old password is out."""
    handle = _use_up(session, token=token, purpose="reset", now=now)
    row = session.execute(
        update(accounts)
        .where(accounts.c.handle_hash == handle)
        .values(password_hash=password_hash)
        .returning(accounts.c.id, accounts.c.consumer_id, accounts.c.kind, accounts.c.created_at)
    ).one_or_none()
    if row is None:
        raise LinkExpired  # the account ended since
    end_sessions(session, account_id=row.id)
    return Account(row.id, row.consumer_id, row.kind, row.created_at, None)


def account_aad(consumer_id: str, account_id: str, part: str) -> Aad:
    """What binds a sealed part of an account to its place."""
    return Aad("account", consumer_id, account_id, part)


def _use_up(session: Session, *, token: str, purpose: Purpose, now: datetime) -> bytes:
    """Delete the link, and with it every other link to the same address; gives the handle's hash."""
    handle = session.execute(
        delete(sign_ups)
        .where(
            sign_ups.c.token_hash == secret_hash(token),
            sign_ups.c.purpose == purpose,
            sign_ups.c.expires_at > now,
        )
        .returning(sign_ups.c.handle_hash)
    ).scalar_one_or_none()
    if handle is None:
        raise LinkExpired
    session.execute(delete(sign_ups).where(sign_ups.c.handle_hash == handle))
    return bytes(handle)


def _sign_up_aad(keys: KeyStore, hashed: bytes) -> Aad:
    return Aad("sign_up", keys.INSTANCE_OWNER, hashed.hex(), "email")


def _parse_name(name: str | None) -> str:
    shown = unicodedata.normalize("NFC", name or "").strip()
    if len(shown) > LONGEST_NAME or any(unicodedata.category(letter) in ("Cc", "Cs") for letter in shown):
        raise Invalid(f"A name has at most {LONGEST_NAME} letters, on one line.", field="name")
    return shown
