"""Verbs on codes and tokens. Secrets come in and go out in clear once; only their hash is kept."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from vrm.ids import new_secret, secret_hash
from vrm.tokens.models import AuthorizationCode, PushedRequest, Token, UsedAssertion

CODE_LIFE = timedelta(seconds=60)  # FAPI 2.0 Security Profile, section 5.3.2.1: 60 s at most
PUSHED_LIFE = timedelta(seconds=90)  # RFC 9126, section 2.2; FAPI 2.0: below 600 s
TOKEN_LIFE = timedelta(minutes=10)

_PUSHED_PREFIX = "urn:ietf:params:oauth:request_uri:"


@dataclass(frozen=True)
class Grantee:
    """For whom and on what a token stands; without a consent it is the client's own."""

    client_id: str
    consumer_id: str | None = None
    consent_id: str | None = None
    epoch: int | None = None


def issue_code(
    session: Session,
    code: str,
    *,
    grantee: Grantee,
    redirect_uri: str,
    code_challenge: str,
    scope: str,
    now: datetime,
) -> None:
    """Remember a code for 60 seconds."""
    session.add(
        AuthorizationCode(
            code_hash=secret_hash(code),
            client_id=grantee.client_id,
            consumer_id=grantee.consumer_id,
            consent_id=grantee.consent_id,
            epoch=grantee.epoch,
            redirect_uri=redirect_uri,
            code_challenge=code_challenge,
            scope=scope,
            expires_at=now + CODE_LIFE,
        )
    )


def find_code(session: Session, code: str) -> AuthorizationCode | None:
    """The row of a code, spent or not, locked against a second spender."""
    return session.scalars(
        select(AuthorizationCode).where(AuthorizationCode.code_hash == secret_hash(code)).with_for_update()
    ).first()


def spend_code(session: Session, row: AuthorizationCode, *, now: datetime) -> None:
    """Mark a code as used; it is kept until it expires, so that a replay is noticed."""
    row.used_at = now
    session.flush()


def revoke_of_code(session: Session, code_hash: bytes, *, now: datetime) -> None:
    """Revoke every token a code yielded: what a replay costs (RFC 6749, section 4.1.2)."""
    session.execute(
        update(Token).where(Token.code_hash == code_hash, Token.revoked_at.is_(None)).values(revoked_at=now)
    )


def issue_token(
    session: Session,
    secret: str,
    *,
    kind: str,
    grantee: Grantee,
    scope: str,
    expires_at: datetime,
    code_hash: bytes | None = None,
    now: datetime,
) -> None:
    """Remember an access or refresh token by its hash."""
    session.add(
        Token(
            token_hash=secret_hash(secret),
            kind=kind,
            client_id=grantee.client_id,
            consumer_id=grantee.consumer_id,
            consent_id=grantee.consent_id,
            epoch=grantee.epoch,
            scope=scope,
            code_hash=code_hash,
            issued_at=now,
            expires_at=expires_at,
        )
    )


def find_token(session: Session, secret: str, *, kind: str | None = None, now: datetime) -> Token | None:
    """A token that is neither expired nor revoked. Whether its consent still stands is for others to weigh."""
    row = session.get(Token, secret_hash(secret))
    if row is None or row.revoked_at is not None or row.expires_at <= now:
        return None
    return row if kind is None or row.kind == kind else None


def revoke_token(session: Session, row: Token, *, now: datetime) -> None:
    """Revoke a token; a refresh token takes the access tokens of its grant with it (RFC 7009, section 2.1)."""
    row = session.merge(row)
    row.revoked_at = now
    if row.kind == "refresh" and row.code_hash is not None:
        revoke_of_code(session, row.code_hash, now=now)
    session.flush()


def push_request(
    session: Session,
    *,
    client_id: str,
    params: Mapping[str, Any],
    now: datetime,
    life: timedelta = PUSHED_LIFE,
) -> str:
    """Keep a pushed authorization request for ``life`` and give its ``request_uri``."""
    secret = new_secret()
    session.add(
        PushedRequest(
            uri_hash=secret_hash(secret),
            client_id=client_id,
            params=dict(params),
            expires_at=now + life,
        )
    )
    return _PUSHED_PREFIX + secret


def find_pushed(
    session: Session, *, client_id: str, request_uri: str, now: datetime
) -> dict[str, Any] | None:
    """The parameters this client pushed under a ``request_uri`` that has not expired."""
    if not request_uri.startswith(_PUSHED_PREFIX):
        return None
    row = session.get(PushedRequest, secret_hash(request_uri.removeprefix(_PUSHED_PREFIX)))
    if row is None or row.client_id != client_id or row.expires_at <= now:
        return None
    return row.params


def use_assertion(session: Session, *, client_id: str, jti: str, expires_at: datetime) -> bool:
    """Whether this client shows this ``jti`` for the first time; from now on it is used."""
    digest = hashlib.sha256(f"{client_id} {jti}".encode()).digest()
    try:
        with session.begin_nested():
            session.add(UsedAssertion(jti_hash=digest, expires_at=expires_at))
    except IntegrityError:
        return False
    return True


def sweep(session: Session, *, now: datetime) -> None:
    """Delete what has expired; codes and tokens a day later, so that a replay is still recognised."""
    before = now - timedelta(days=1)
    for table in (AuthorizationCode, Token):
        session.execute(delete(table).where(table.expires_at < before))
    session.execute(delete(PushedRequest).where(PushedRequest.expires_at < now))
    session.execute(delete(UsedAssertion).where(UsedAssertion.expires_at < now))


def forget(session: Session, *, consumer_id: str) -> None:
    """Delete everything this room keeps about a person."""
    session.execute(delete(AuthorizationCode).where(AuthorizationCode.consumer_id == consumer_id))
    session.execute(delete(Token).where(Token.consumer_id == consumer_id))
