"""Coming in: an address first, then a link by mail, then a password.

1. write   invite                     counts the attempt, keeps the token's hash; the edge enqueues the letter
2. read    get_invitation             when the link is opened
3. -       prepare_newcomer           Argon2 and the person's key: no transaction may be open
4. write   complete_sign_up           uses the link up
   or      3. prepare_password and 4. reset_password
"""

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import cast

from sqlalchemy import Table, insert, select, update
from sqlalchemy.orm import Session

from keys import Aad, KeyStore
from vrm.accounts.errors import AccountExists, LinkExpired
from vrm.accounts.handles import handle_hash
from vrm.accounts.invitations import use_up
from vrm.accounts.models import AccountRow
from vrm.accounts.passwords import Hasher, check_password
from vrm.accounts.sessions import end_sessions
from vrm.errors import Invalid
from vrm.ids import new_id

LONGEST_NAME = 100

accounts = cast(Table, AccountRow.__table__)


@dataclass(frozen=True)
class Newcomer:
    """An account ready to be written. The person's key exists already, and outlives a failed transaction."""

    account_id: str
    person_id: str
    password_hash: str = field(repr=False)
    sealed_email: bytes = field(repr=False)
    sealed_name: bytes | None = field(repr=False)


@dataclass(frozen=True)
class Account:
    """Someone who may sign in. ``person_id`` owns their data and their key; it is never ``id``."""

    id: str
    person_id: str
    kind: str
    created_at: datetime
    ended_at: datetime | None

    @property
    def consumer_id(self) -> str:
        """Of a consumer's account, the name by which every other room knows the person."""
        return self.person_id


def prepare_newcomer(
    keys: KeyStore,
    hasher: Hasher,
    *,
    email: str,
    password: str,
    name: str | None = None,
    person_id: str | None = None,
) -> Newcomer:
    """Hash the password, make the person's key, seal what is personal. Call it with no transaction open.

    A key is durable before its first row, so a crash leaves a key without a person and never the other way.
    ``person_id`` is that of the invitation, for someone who was named before. Raises ``BadPassword``, and
    ``Invalid`` for a name we cannot show.
    """
    check_password(password, email=email)
    shown = _parse_name(name)
    person_id = person_id or new_id()
    password_hash = hasher.hash(password)
    keys.create(person_id)
    return _newcomer(keys, person_id, email, password_hash, shown)


def prepare_newcomers(keys: KeyStore, emails: Sequence[str]) -> list[Newcomer]:
    """As ``prepare_newcomer``, for many at once, without a password or a name: who has only a mailed link to come by."""
    person_ids = [new_id() for _ in emails]
    keys.create_all(person_ids)
    return [_newcomer(keys, *each) for each in zip(person_ids, emails, strict=True)]


def _newcomer(
    keys: KeyStore, person_id: str, email: str, password_hash: str = "", shown: str = ""
) -> Newcomer:
    account_id = new_id()
    email_aad, name_aad = (account_aad(person_id, account_id, part) for part in ("email", "name"))
    return Newcomer(
        account_id=account_id,
        person_id=person_id,
        password_hash=password_hash,
        sealed_email=keys.seal(person_id, email.encode(), email_aad),
        sealed_name=keys.seal(person_id, shown.encode(), name_aad) if shown else None,
    )


def complete_sign_up(session: Session, *, token: str, newcomer: Newcomer, now: datetime) -> Account:
    """Use the link up and create the account. Raises ``LinkExpired`` and ``AccountExists``."""
    handle, kind = use_up(session, token=token, purpose="sign_up", now=now)
    if session.execute(select(accounts.c.id).where(accounts.c.handle_hash == handle)).one_or_none():
        raise AccountExists
    session.execute(insert(accounts), _row(newcomer, handle, kind, now))
    return Account(newcomer.account_id, newcomer.person_id, kind, now, None)


def add_newcomers(
    session: Session, keys: KeyStore, newcomers: Mapping[str, Newcomer], *, now: datetime
) -> None:
    """Create the consumers' accounts of many, by address, as after a link: whoever calls this vouches for them.

    None of them may have an account: see ``find_people``.
    """
    rows = [_row(each, handle_hash(keys, email), "consumer", now) for email, each in newcomers.items()]
    session.execute(insert(accounts), rows)


def find_people(session: Session, keys: KeyStore, emails: Iterable[str]) -> dict[str, str]:
    """The consumers who have an account, by those of these addresses that are theirs."""
    handles = {handle_hash(keys, email): email for email in emails}
    query = select(accounts.c.handle_hash, accounts.c.person_id)
    found = session.execute(query.where(accounts.c.handle_hash.in_(handles)))
    return {handles[handle]: person_id for handle, person_id in found}


def _row(newcomer: Newcomer, handle: bytes, kind: str, now: datetime) -> dict[str, object]:
    return {
        "id": newcomer.account_id,
        "kind": kind,
        "handle_hash": handle,
        "password_hash": newcomer.password_hash,
        "person_id": newcomer.person_id,
        "sealed_email": newcomer.sealed_email,
        "sealed_name": newcomer.sealed_name,
        "created_at": now,
        "ended_at": None,
    }


def prepare_password(hasher: Hasher, *, email: str, password: str) -> str:
    """Check a new password and hash it. Call it with no transaction open. Raises ``BadPassword``."""
    check_password(password, email=email)
    return hasher.hash(password)


def reset_password(session: Session, *, token: str, password_hash: str, now: datetime) -> Account:
    """Use the link up, set the password, and end every session: whoever had the old password is out."""
    handle, _ = use_up(session, token=token, purpose="reset", now=now)
    row = session.execute(
        update(accounts)
        .where(accounts.c.handle_hash == handle)
        .values(password_hash=password_hash)
        .returning(accounts.c.id, accounts.c.person_id, accounts.c.kind, accounts.c.created_at)
    ).one_or_none()
    if row is None:
        raise LinkExpired  # the account ended since
    end_sessions(session, account_id=row.id)
    return Account(row.id, row.person_id, row.kind, row.created_at, None)


def account_aad(person_id: str, account_id: str, part: str) -> Aad:
    """What binds a sealed part of an account to its place."""
    return Aad("account", person_id, account_id, part)


def _parse_name(name: str | None) -> str:
    shown = unicodedata.normalize("NFC", name or "").strip()
    if len(shown) > LONGEST_NAME or any(unicodedata.category(letter) in ("Cc", "Cs") for letter in shown):
        raise Invalid(f"A name has at most {LONGEST_NAME} letters, on one line.", field="name")
    return shown
