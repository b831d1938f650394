"""Sessions: rows on the server, found by the hash of a token that only the browser has.

A session ends two hours after it was last used and a day after it began, whichever comes first (compare NIST
SP 800-63B, section 2.2.3). Every sign-in makes a new token, so one planted in a browser beforehand is worthless.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import cast

from sqlalchemy import Table, delete, insert, select, update
from sqlalchemy.orm import Session

from vrm.accounts.handles import Kind
from vrm.accounts.models import AccountRow, AuditorTokenRow, SecondFactorRow, SessionRow
from vrm.ids import new_secret, secret_hash

IDLE = timedelta(hours=2)
WHOLE = timedelta(hours=24)
TOUCH = timedelta(minutes=5)
"""How exactly ``last_seen`` is kept. Writing it with every page would make every page a write."""

sessions = cast(Table, SessionRow.__table__)
accounts = cast(Table, AccountRow.__table__)
second_factors = cast(Table, SecondFactorRow.__table__)
auditor_tokens = cast(Table, AuditorTokenRow.__table__)


@dataclass(frozen=True)
class Started:
    """A new session. ``token`` is for the browser alone: it is not kept and cannot be had again."""

    token: str = field(repr=False)
    session_id: str
    account_id: str
    expires_at: datetime


@dataclass(frozen=True)
class Present:
    """Who holds a session. ``needs_touch`` says that ``touch_session`` is due.

    ``person_id`` is of a consumer's account the consumer. ``has_second_factor``: the account has one in use;
    ``proved``: it was proved in this session.
    """

    session_id: str
    account_id: str
    person_id: str
    kind: Kind
    has_second_factor: bool
    proved: bool
    created_at: datetime
    expires_at: datetime
    needs_touch: bool


@dataclass(frozen=True)
class SignedIn:
    """A browser in which an account is signed in. ``last_seen`` is exact to ``TOUCH``."""

    session_id: str
    created_at: datetime
    last_seen: datetime
    expires_at: datetime


def start_session(
    session: Session,
    *,
    account_id: str,
    now: datetime,
    replaces: str | None = None,
    proved: bool = False,
    began: datetime | None = None,
) -> Started:
    """Open a session under a new token, and end the one the browser came with. ``proved``: by the second factor.

    It began now: at the last thing that was proved of who signs in, which is their ``auth_time`` (OpenID Connect
    Core 1.0, section 2). ``began``: earlier, where this goes on from a session in which nothing of that was proved.
    """
    if replaces:
        end_session(session, token=replaces)
    token = new_secret("vrm-session-")
    created_at = began or now
    ends = created_at + WHOLE
    row = {"token_hash": secret_hash(token), "account_id": account_id, "created_at": created_at}
    session.execute(
        insert(sessions).values(**row, last_seen=now, expires_at=ends, proved_at=now if proved else None)
    )
    return Started(token, secret_hash(token).hex(), account_id, ends)


def find_session(session: Session, *, token: str, now: datetime) -> Present | None:
    """Who holds this token now; None when it is unknown, ended, too old or too long unused."""
    row = session.execute(
        select(
            sessions.c.account_id,
            accounts.c.person_id,
            accounts.c.kind,
            second_factors.c.confirmed_at,
            sessions.c.proved_at,
            sessions.c.created_at,
            sessions.c.expires_at,
            sessions.c.last_seen,
        )
        .join(accounts, accounts.c.id == sessions.c.account_id)
        .outerjoin(second_factors, second_factors.c.account_id == sessions.c.account_id)
        .where(
            sessions.c.token_hash == secret_hash(token),
            sessions.c.expires_at > now,
            sessions.c.last_seen > now - IDLE,
            accounts.c.ended_at.is_(None),
        )
    ).one_or_none()
    if row is None:
        return None
    return Present(
        session_id=secret_hash(token).hex(),
        account_id=row.account_id,
        person_id=row.person_id,
        kind=row.kind,
        has_second_factor=row.confirmed_at is not None,
        proved=row.proved_at is not None,
        created_at=row.created_at,
        expires_at=row.expires_at,
        needs_touch=row.last_seen <= now - TOUCH,
    )


def list_sessions(session: Session, *, account_id: str, now: datetime) -> list[SignedIn]:
    """Where an account is signed in at this moment, the newest sign-in first."""
    columns = (sessions.c.token_hash, sessions.c.created_at, sessions.c.last_seen, sessions.c.expires_at)
    query = select(*columns).where(
        sessions.c.account_id == account_id, sessions.c.expires_at > now, sessions.c.last_seen > now - IDLE
    )
    query = query.order_by(sessions.c.created_at.desc(), sessions.c.token_hash)
    return [SignedIn(hashed.hex(), *times) for hashed, *times in session.execute(query)]


def touch_session(session: Session, *, token: str, now: datetime) -> None:
    """Note that the session is in use. One that is over stays over."""
    session.execute(
        update(sessions)
        .where(sessions.c.token_hash == secret_hash(token), sessions.c.last_seen > now - IDLE)
        .values(last_seen=now)
    )


def end_session(session: Session, *, token: str) -> None:
    """Sign out. Ending what is over already is no fault."""
    session.execute(delete(sessions).where(sessions.c.token_hash == secret_hash(token)))


def end_sessions(session: Session, *, account_id: str, but: str | None = None) -> None:
    """Sign an account out everywhere, but for the session of one token; an auditor's programs are out as well."""
    person = select(accounts.c.person_id).where(accounts.c.id == account_id).scalar_subquery()
    session.execute(delete(auditor_tokens).where(auditor_tokens.c.auditor_id == person))
    ended = delete(sessions).where(sessions.c.account_id == account_id)
    if but is not None:
        ended = ended.where(sessions.c.token_hash != secret_hash(but))
    session.execute(ended)
