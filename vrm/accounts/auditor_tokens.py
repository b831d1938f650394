"""Tokens for an auditor's own programs. One is worth what the mandate is worth, at the moment it is used."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import cast

from sqlalchemy import Table, delete, func, insert, select
from sqlalchemy.orm import Session

from keys import Aad, KeyStore
from vrm import accesslog
from vrm.accounts.models import AuditorRow, AuditorTokenRow
from vrm.errors import Conflict, Invalid, NotFound
from vrm.ids import new_id, new_secret, secret_hash

MOST_DAYS = 90
MOST_TOKENS = 20

auditors = cast(Table, AuditorRow.__table__)
auditor_tokens = cast(Table, AuditorTokenRow.__table__)


@dataclass(frozen=True)
class AuditorToken:
    """A token as its auditor sees it afterwards: never the token itself."""

    id: str
    name: str = field(repr=False)
    created_at: datetime
    expires_at: datetime


def issue_auditor_token(
    session: Session, keys: KeyStore, *, auditor_id: str, name: str, days: int, now: datetime
) -> str:
    """A new token, given out once. ``name`` tells the auditor what it is for. Raises ``Invalid``, ``Conflict``."""
    name = name.strip()
    if not name or len(name) > 60 or not name.isprintable():
        raise Invalid("Say what the token is for, in at most 60 letters.", field="name")
    if not 1 <= days <= MOST_DAYS:
        raise Invalid(f"A token lasts 1 to {MOST_DAYS} days.", field="days")
    held = select(func.count()).select_from(auditor_tokens).where(auditor_tokens.c.auditor_id == auditor_id)
    if session.execute(held).scalar_one() >= MOST_TOKENS:
        raise Conflict("There are 20 tokens already. End one first.", code="too_many_tokens")
    secret, token_id = new_secret("vrm_au_"), new_id()
    session.execute(
        insert(auditor_tokens).values(
            auditor_id=auditor_id,
            id=token_id,
            token_hash=secret_hash(secret),
            sealed_name=keys.seal(auditor_id, name.encode(), _aad(auditor_id, token_id)),
            created_at=now,
            expires_at=now + timedelta(days=days),
        )
    )
    _record(session, "auditor.token_made", auditor_id, token_id, now)
    return secret


def find_auditor_by_token(session: Session, *, token: str, now: datetime) -> str | None:
    """The auditor whose token this is, while the token and the mandate both hold."""
    query = (
        select(auditors.c.id)
        .join(auditor_tokens, auditor_tokens.c.auditor_id == auditors.c.id)
        .where(
            auditor_tokens.c.token_hash == secret_hash(token),
            auditor_tokens.c.expires_at > now,
            auditors.c.until > now,
            auditors.c.ended_at.is_(None),
        )
    )
    return session.execute(query).scalar_one_or_none()


def list_auditor_tokens(
    session: Session, keys: KeyStore, *, auditor_id: str, now: datetime
) -> list[AuditorToken]:
    """An auditor's tokens that are good now, the newest first."""
    query = select(auditor_tokens).where(
        auditor_tokens.c.auditor_id == auditor_id, auditor_tokens.c.expires_at > now
    )
    query = query.order_by(auditor_tokens.c.created_at.desc(), auditor_tokens.c.id)
    return [
        AuditorToken(
            row.id,
            keys.open(auditor_id, row.sealed_name, _aad(auditor_id, row.id)).decode(),
            row.created_at,
            row.expires_at,
        )
        for row in session.execute(query)
    ]


def end_auditor_token(session: Session, *, auditor_id: str, token_id: str, now: datetime) -> None:
    """End one of an auditor's own tokens at once. Raises ``NotFound``."""
    ended = session.execute(
        delete(auditor_tokens)
        .where(auditor_tokens.c.auditor_id == auditor_id, auditor_tokens.c.id == token_id)
        .returning(auditor_tokens.c.id)
    )
    if ended.one_or_none() is None:
        raise NotFound("There is no such token.")
    _record(session, "auditor.token_ended", auditor_id, token_id, now)


def _record(session: Session, type: str, auditor_id: str, token_id: str, now: datetime) -> None:
    detail = {"auditor": auditor_id, "token": token_id}
    accesslog.record(session, accesslog.Event(type=type, at=now, actor="auditor", detail=detail))


def _aad(auditor_id: str, token_id: str) -> Aad:
    return Aad("auditor_token", auditor_id, token_id, "name")
