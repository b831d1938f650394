"""Verbs on codes and tokens. Secrets come in and go out in clear once; only their hash is kept."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, bindparam, delete, insert, or_, select, update
from sqlalchemy.orm import Session

from vrm.db import Statement
from vrm.ids import secret_hash
from vrm.tokens.models import AuthorizationCode, BackchannelRequest, PushedRequest, SeenJti, Token

CODE_LIFE = timedelta(seconds=60)  # FAPI 2.0 Security Profile, section 5.3.2.1: 60 s at most
TOKEN_LIFE = timedelta(minutes=10)

_ISSUE = Statement(insert(Token))
_BY_HASH = Statement(select(Token.__table__).where(Token.token_hash == bindparam("token_hash")))


@dataclass(frozen=True)
class Grantee:
    """For whom and on what a token stands; without a consent it is the client's own.

    ``jkt`` is the thumbprint of the key it is bound to (RFC 7638, SHA-256); None binds it to none.
    """

    client_id: str
    consumer_id: str | None = None
    consent_id: str | None = None
    epoch: int | None = None
    jkt: str | None = None


def issue_code(
    session: Session,
    code: str,
    *,
    grantee: Grantee,
    redirect_uri: str,
    code_challenge: str,
    scope: str,
    nonce: str | None = None,
    authenticated_at: datetime | None = None,
    now: datetime,
) -> None:
    """Remember a code for 60 seconds. ``nonce`` and ``authenticated_at`` are for the ID token."""
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
            jkt=grantee.jkt,
            nonce=nonce,
            authenticated_at=authenticated_at,
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
    connection: Connection,
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
    row = {
        "token_hash": secret_hash(secret),
        "kind": kind,
        "client_id": grantee.client_id,
        "consumer_id": grantee.consumer_id,
        "consent_id": grantee.consent_id,
        "epoch": grantee.epoch,
        "scope": scope,
        "jkt": grantee.jkt,
        "code_hash": code_hash,
        "issued_at": now,
        "expires_at": expires_at,
        "revoked_at": None,
    }
    _ISSUE.write(connection, [row])


def find_token(session: Session, secret: str, *, kind: str | None = None, now: datetime) -> Token | None:
    """A copy of a token that is neither expired nor revoked. Whether its consent still stands is for others to weigh."""
    row = _BY_HASH.one(session.connection(), token_hash=secret_hash(secret))
    return row if _is_good(row, kind, now) else None


@dataclass(frozen=True)
class AccessToken:
    """For whom and on what an access token stands; see ``Grantee``."""

    client_id: str
    consumer_id: str | None
    consent_id: str | None
    epoch: int | None
    jkt: str | None
    scope: str


def find_access_token(connection: Connection, secret: str, *, now: datetime) -> AccessToken | None:
    """As ``find_token``, for whoever is shown an access token."""
    row = _BY_HASH.one(connection, token_hash=secret_hash(secret))
    if not _is_good(row, "access", now):
        return None
    return AccessToken(row.client_id, row.consumer_id, row.consent_id, row.epoch, row.jkt, row.scope)


def _is_good(row: Any, kind: str | None, now: datetime) -> bool:
    if row is None or row.revoked_at is not None or row.expires_at <= now:
        return False
    return kind is None or row.kind == kind


def bind_token(session: Session, row: Token, *, jkt: str) -> str:
    """Bind a token to a key, one that was issued before tokens were bound; the key that it is bound to then."""
    this = Token.token_hash == row.token_hash
    session.execute(update(Token).where(this, Token.jkt.is_(None)).values(jkt=jkt))
    return str(session.scalar(select(Token.jkt).where(this)))


def revoke_token(session: Session, row: Token, *, now: datetime) -> None:
    """Revoke a token; a refresh token takes the access tokens of its grant with it (RFC 7009, section 2.1)."""
    session.execute(update(Token).where(Token.token_hash == row.token_hash).values(revoked_at=now))
    if row.kind == "refresh" and row.code_hash is not None:
        revoke_of_code(session, row.code_hash, now=now)


def sweep(session: Session, *, now: datetime) -> None:
    """Delete what has expired; codes and tokens a day later, so that a replay is still recognised."""
    before = now - timedelta(days=1)
    for table in (AuthorizationCode, Token):
        session.execute(delete(table).where(table.expires_at < before))
    row = BackchannelRequest
    # See close_backchannel.
    told = or_(row.consent_id.is_not(None), row.used_at.is_not(None), row.decided_at >= row.expires_at)
    session.execute(delete(row).where(row.expires_at < before, told))
    session.execute(delete(PushedRequest).where(PushedRequest.expires_at < now))
    session.execute(delete(SeenJti).where(SeenJti.expires_at < now))


def forget(session: Session, *, consumer_id: str) -> None:
    """Delete everything this room keeps about a person."""
    session.execute(delete(AuthorizationCode).where(AuthorizationCode.consumer_id == consumer_id))
    session.execute(delete(Token).where(Token.consumer_id == consumer_id))
    # Kept for its client, to whom it goes on waiting: one that was gone would tell that it had reached somebody.
    nobodys = {"consumer_id": None, "consent_id": None, "epoch": None, "sealed_message": b""}
    session.execute(
        update(BackchannelRequest).where(BackchannelRequest.consumer_id == consumer_id).values(nobodys)
    )
