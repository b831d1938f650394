"""Links that are mailed: to make an account, or to set its password anew.

Whoever types an address learns nothing about it: the page is the same, the work is the same, and one letter goes
to the address. Only that letter differs. It invites to sign up, or, where there is an account already, to set
its password anew; it does not matter which of the two forms was used.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal, cast

from sqlalchemy import Table, delete, insert, select
from sqlalchemy.orm import Session

from keys import Aad, KeyStore
from vrm.accounts import throttle
from vrm.accounts.errors import LinkExpired
from vrm.accounts.handles import Kind, handle_hash
from vrm.accounts.models import AccountRow, SignUpRow
from vrm.errors import Conflict
from vrm.ids import new_secret, secret_hash
from vrm.work import parse_address

LIFETIME = timedelta(hours=1)
AUDITOR_LIFETIME = timedelta(days=7)
"""The operator sends this one, and the auditor may not be waiting for it."""

sign_ups = cast(Table, SignUpRow.__table__)
accounts = cast(Table, AccountRow.__table__)

Purpose = Literal["sign_up", "reset", "nothing"]
"""``nothing``: the address has no account and cannot make one itself, as with auditors; the letter says so."""


@dataclass(frozen=True)
class Invitation:
    """A link to be mailed, or one that came back. ``purpose`` decides the letter and the page, nothing else."""

    token: str = field(repr=False)
    kind: Kind
    purpose: Purpose
    email: str = field(repr=False)
    expires_at: datetime
    person_id: str | None = None


def invite(
    session: Session, keys: KeyStore, *, email: str, client: str, now: datetime, kind: Kind = "consumer"
) -> Invitation:
    """A link for this address. Raises ``Invalid`` for what is no address, and ``TooMany``; never says who exists.

    ``client`` is the network address the wish came from. The token is to be mailed and shown to nobody.
    """
    address = parse_address(email)
    handle = handle_hash(keys, address, kind)
    throttle.charge(
        session,
        (
            throttle.Charge(throttle.INVITE_CLIENT, throttle.client_hash(keys, client)),
            throttle.Charge(throttle.INVITE_HANDLE, handle),
        ),
        now=now,
    )
    known = session.execute(select(accounts.c.id).where(accounts.c.handle_hash == handle)).one_or_none()
    purpose: Purpose = "reset" if known is not None else "nothing" if kind == "auditor" else "sign_up"
    return _keep_link(session, keys, kind, purpose, handle, address, now + LIFETIME)


def invite_auditor(
    session: Session, keys: KeyStore, *, email: str, auditor_id: str, now: datetime
) -> Invitation:
    """A link with which an auditor whom the operator named makes their account. Raises ``Invalid``, ``Conflict``."""
    address = parse_address(email)
    handle = handle_hash(keys, address, "auditor")
    if session.execute(select(accounts.c.id).where(accounts.c.handle_hash == handle)).one_or_none():
        raise Conflict(
            "There is an auditor with this address. Extend that mandate: vrm auditor extend.",
            code="auditor_exists",
        )
    return _keep_link(
        session, keys, "auditor", "sign_up", handle, address, now + AUDITOR_LIFETIME, auditor_id
    )


def get_invitation(
    session: Session, keys: KeyStore, *, token: str, now: datetime, kind: Kind = "consumer"
) -> Invitation:
    """What a link is for. Reading does not use it up; raises ``LinkExpired``, at another door than its own too."""
    hashed = secret_hash(token)
    row = session.execute(
        select(sign_ups).where(
            sign_ups.c.token_hash == hashed,
            sign_ups.c.kind == kind,
            sign_ups.c.purpose != "nothing",
            sign_ups.c.expires_at > now,
        )
    ).one_or_none()
    if row is None:
        raise LinkExpired
    email = keys.open(keys.INSTANCE_OWNER, row.sealed_email, _sign_up_aad(keys, hashed)).decode()
    return Invitation(token, row.kind, row.purpose, email, row.expires_at, row.person_id)


def use_up(session: Session, *, token: str, purpose: Purpose, now: datetime) -> tuple[bytes, str]:
    """Delete the link, and every other link to the same address; gives the handle's hash and the kind."""
    used = session.execute(
        delete(sign_ups)
        .where(
            sign_ups.c.token_hash == secret_hash(token),
            sign_ups.c.purpose == purpose,
            sign_ups.c.expires_at > now,
        )
        .returning(sign_ups.c.handle_hash, sign_ups.c.kind)
    ).one_or_none()
    if used is None:
        raise LinkExpired
    session.execute(delete(sign_ups).where(sign_ups.c.handle_hash == used.handle_hash))
    return used.handle_hash, used.kind


def _keep_link(
    session: Session,
    keys: KeyStore,
    kind: Kind,
    purpose: Purpose,
    handle: bytes,
    address: str,
    expires_at: datetime,
    person_id: str | None = None,
) -> Invitation:
    token = new_secret("vrm-link-")
    hashed = secret_hash(token)
    session.execute(
        insert(sign_ups).values(
            token_hash=hashed,
            handle_hash=handle,
            sealed_email=keys.seal(keys.INSTANCE_OWNER, address.encode(), _sign_up_aad(keys, hashed)),
            purpose=purpose,
            kind=kind,
            person_id=person_id,
            expires_at=expires_at,
        )
    )
    return Invitation(token, kind, purpose, address, expires_at, person_id)


def _sign_up_aad(keys: KeyStore, hashed: bytes) -> Aad:
    return Aad("sign_up", keys.INSTANCE_OWNER, hashed.hex(), "email")
