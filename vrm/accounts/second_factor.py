"""The second factor: a code from a device the person has (RFC 6238), or one of the codes they wrote down.

    1. write   begin_second_factor     a new secret, shown once to its owner and not yet in use
    2. write   confirm_second_factor   the first code proves that the device has it; gives the recovery codes
    3. write   prove_second_factor     at each sign-in; each code is taken once (RFC 6238, section 5.2)

Six digits can be guessed if nobody counts, so each try is charged before it is compared.
"""

import hmac
import secrets
from base64 import b32encode
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import cast
from urllib.parse import quote, urlencode

from cryptography.hazmat.primitives.hashes import SHA1  # what every authenticator app computes
from cryptography.hazmat.primitives.twofactor.totp import TOTP
from sqlalchemy import Table, delete, insert, select, update
from sqlalchemy.orm import Session

from keys import Aad, KeyStore
from vrm.accounts import throttle
from vrm.accounts.errors import WrongCode
from vrm.accounts.models import AccountRow, RecoveryCodeRow, SecondFactorRow
from vrm.accounts.sessions import Started, end_sessions, sessions, start_session
from vrm.errors import Conflict
from vrm.ids import secret_hash

STEP = 30
"""Seconds for which a code is shown (RFC 6238, section 5.2)."""
DIGITS = 6
SECRET_BYTES = 20  # RFC 4226, section 4: 160 bits are recommended
RECOVERY_CODES = 10

TRIES = throttle.Limit("second_factor", 10, timedelta(minutes=15))

factors = cast(Table, SecondFactorRow.__table__)
recovery_codes = cast(Table, RecoveryCodeRow.__table__)
accounts = cast(Table, AccountRow.__table__)


@dataclass(frozen=True)
class Enrolment:
    """What the device is to hold. ``uri`` is for a QR code (otpauth), ``secret`` for typing it in (base 32)."""

    uri: str = field(repr=False)
    secret: str = field(repr=False)


def begin_second_factor(
    session: Session, keys: KeyStore, *, account_id: str, token: str, issuer: str, label: str
) -> Enrolment:
    """The secret for the device, until it is confirmed. Raises ``Conflict`` after that.

    ``issuer`` and ``label`` are what the device shows beside the code. Asking again in the session of ``token`` gives
    the same secret, so that reloading the page does not make the code on the device wrong. Another session gets
    another secret: what somebody saw in a session that is over must not be what is taken into use.
    """
    person_id = _person_id(session, account_id)
    row = session.execute(select(factors).where(factors.c.account_id == account_id)).one_or_none()
    if row is not None and row.confirmed_at is not None:
        raise Conflict("A second factor is in use already. Remove it first.", code="second_factor_in_use")
    here = secret_hash(token)
    if row is None or row.began_in != here:
        secret = secrets.token_bytes(SECRET_BYTES)
        sealed = keys.seal(person_id, secret, _aad(person_id, account_id))
        end_second_factor(session, account_id=account_id)
        session.execute(
            insert(factors).values(
                account_id=account_id, sealed_secret=sealed, began_in=here, confirmed_at=None, last_step=0
            )
        )
    else:
        secret = keys.open(person_id, row.sealed_secret, _aad(person_id, account_id))
    typed = b32encode(secret).decode().rstrip("=")
    query = urlencode({"secret": typed, "issuer": issuer}, quote_via=quote)
    return Enrolment(f"otpauth://totp/{quote(f'{issuer}:{label}')}?{query}", typed)


def confirm_second_factor(
    session: Session, keys: KeyStore, *, account_id: str, code: str, token: str, now: datetime
) -> tuple[Started, list[str]]:
    """Take the factor into use. Gives a new session in which it is proved, and the recovery codes, once.

    It began when the one it goes on from did: to show a device that was just set up is not to sign in again. Every
    other session of the account ends. Raises ``WrongCode`` and ``TooMany``.
    """
    began_in = select(factors.c.began_in).where(factors.c.account_id == account_id)
    if session.execute(began_in).scalar_one_or_none() != secret_hash(token):
        raise WrongCode
    if _take_code(session, keys, account_id, code, now, confirmed=False) is None:
        raise WrongCode
    session.execute(update(factors).where(factors.c.account_id == account_id).values(confirmed_at=now))
    here = select(sessions.c.created_at).where(sessions.c.token_hash == secret_hash(token))
    began = session.execute(here).scalar_one_or_none()
    end_sessions(session, account_id=account_id)
    codes = _new_recovery_codes(session, account_id)
    started = start_session(session, account_id=account_id, now=now, replaces=token, proved=True, began=began)
    return started, codes


def prove_second_factor(
    session: Session, keys: KeyStore, *, account_id: str, code: str, token: str, now: datetime
) -> Started | None:
    """A new session in place of the one of ``token``, for a right code; None for a wrong one, which counts.

    A recovery code will do, once. It returns None and does not raise, so that the edge commits the try.
    Raises ``TooMany``.
    """
    throttle.charge(session, (throttle.Charge(TRIES, account_id.encode()),), now=now)
    if _take_code(session, keys, account_id, code, now, confirmed=True) is None and not _use_recovery_code(
        session, account_id, code
    ):
        return None
    throttle.clear(session, throttle.Charge(TRIES, account_id.encode()))
    return start_session(session, account_id=account_id, now=now, replaces=token, proved=True)


def end_second_factor(session: Session, *, account_id: str) -> None:
    """Remove the factor and its recovery codes. Who may do that is the caller's to know."""
    for table in (recovery_codes, factors):
        session.execute(delete(table).where(table.c.account_id == account_id))


def count_recovery_codes(session: Session, *, account_id: str) -> int:
    """How many recovery codes are left."""
    query = select(recovery_codes.c.code_hash).where(recovery_codes.c.account_id == account_id)
    return len(session.execute(query).all())


def _take_code(
    session: Session, keys: KeyStore, account_id: str, code: str, now: datetime, *, confirmed: bool
) -> int | None:
    """The time step whose code this is, taken so that it is good no second time; None for any other code."""
    row = session.execute(select(factors).where(factors.c.account_id == account_id)).one_or_none()
    if row is None or (row.confirmed_at is not None) is not confirmed:
        return None
    person_id = _person_id(session, account_id)
    secret = keys.open(person_id, row.sealed_secret, _aad(person_id, account_id))
    totp = TOTP(secret, DIGITS, SHA1(), STEP)  # noqa: S303
    typed = "".join(code.split()).encode()
    step = int(now.timestamp()) // STEP
    # One step to either side: clocks differ, and people type slowly (RFC 6238, section 5.2).
    fits = [
        near for near in (step - 1, step, step + 1) if hmac.compare_digest(totp.generate(near * STEP), typed)
    ]
    taken = session.execute(
        update(factors)
        .where(factors.c.account_id == account_id, factors.c.last_step < max(fits, default=0))
        .values(last_step=max(fits, default=0))
        .returning(factors.c.last_step)
    ).scalar_one_or_none()
    return int(taken) if taken is not None else None


def _new_recovery_codes(session: Session, account_id: str) -> list[str]:
    session.execute(delete(recovery_codes).where(recovery_codes.c.account_id == account_id))
    codes = [b32encode(secrets.token_bytes(10)).decode().lower() for _ in range(RECOVERY_CODES)]
    session.execute(
        insert(recovery_codes),
        [{"account_id": account_id, "code_hash": secret_hash(code)} for code in codes],
    )
    return ["-".join(code[at : at + 4] for at in range(0, 16, 4)) for code in codes]


def _use_recovery_code(session: Session, account_id: str, code: str) -> bool:
    plain = "".join(letter for letter in code.lower() if letter.isalnum())
    used = delete(recovery_codes).where(
        recovery_codes.c.account_id == account_id, recovery_codes.c.code_hash == secret_hash(plain)
    )
    return bool(session.execute(used.returning(recovery_codes.c.account_id)).all())


def _person_id(session: Session, account_id: str) -> str:
    return str(session.execute(select(accounts.c.person_id).where(accounts.c.id == account_id)).scalar_one())


def _aad(person_id: str, account_id: str) -> Aad:
    return Aad("second_factor", person_id, account_id, "secret")
