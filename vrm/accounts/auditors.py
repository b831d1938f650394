"""Auditors: whom the operator lets review the log, and until when.

The key is made first, outside any transaction, as for everyone with a name here:

    newcomer = prepare_auditor(keys, name="R. Okafor")
    database.write(lambda session: grant_auditor(session, keys, auditor=newcomer, email=to, until=day, now=now))

The auditor makes their account with the link this gives. The account's ``person_id`` is the mandate's id. A mandate
is looked at with every request: when it ends, so does what the account and its tokens may see.
"""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, cast

from sqlalchemy import Row, Table, insert, select, update
from sqlalchemy.orm import Session

from keys import Aad, KeyStore
from vrm import accesslog, clock
from vrm.accounts.invitations import Invitation, invite_auditor
from vrm.accounts.models import AccountRow, AuditorRow
from vrm.accounts.second_factor import end_second_factor
from vrm.accounts.sessions import end_sessions
from vrm.errors import Conflict, Denied, Invalid, NotFound
from vrm.ids import new_id

auditors = cast(Table, AuditorRow.__table__)
accounts = cast(Table, AccountRow.__table__)


@dataclass(frozen=True)
class NewAuditor:
    """An auditor ready to be written; the key exists already."""

    id: str
    sealed_name: bytes = field(repr=False)


@dataclass(frozen=True)
class Auditor:
    """Someone who may review the log from ``granted_at`` until ``until``, unless ended before."""

    id: str
    name: str = field(repr=False)
    granted_at: datetime
    until: datetime
    ended_at: datetime | None

    def is_active(self, now: datetime) -> bool:
        """Whether the mandate holds at this moment."""
        return self.ended_at is None and now < self.until

    @property
    def last_day(self) -> date:
        """The last day on which the mandate holds, or held (UTC)."""
        return (
            last_day(self.until) if self.ended_at is None else min(last_day(self.until), self.ended_at.date())
        )


def last_day(until: datetime) -> date:
    """The last day (UTC) of a mandate until a moment, which is outside it: midnight belongs to the day before."""
    return (until - datetime.resolution).date()


def prepare_auditor(keys: KeyStore, *, name: str) -> NewAuditor:
    """Make the auditor's key and seal the name. Call it with no transaction open."""
    name = name.strip()
    if not name or len(name) > 100 or not name.isprintable():
        raise Invalid("Give the auditor's name, at most 100 letters on one line.", field="name")
    auditor_id = new_id()
    keys.create(auditor_id)
    return NewAuditor(auditor_id, keys.seal(auditor_id, name.encode(), _aad(auditor_id)))


def grant_auditor(
    session: Session, keys: KeyStore, *, auditor: NewAuditor, email: str, until: datetime, now: datetime
) -> Invitation:
    """Let an auditor in until a moment, which must lie ahead. Gives the link to mail to them.

    Raises ``Invalid``, and ``Conflict`` where there is an auditor with this address.
    """
    _check_end(until, now)
    invitation = invite_auditor(session, keys, email=email, auditor_id=auditor.id, now=now)
    row = {"id": auditor.id, "sealed_name": auditor.sealed_name, "granted_at": now, "until": until}
    session.execute(insert(auditors).values(**row, ended_at=None))
    _record(session, "auditor.granted", auditor.id, now, until=clock.rfc3339(until))
    return invitation


def extend_auditor(session: Session, *, auditor_id: str, until: datetime, now: datetime) -> None:
    """Let a mandate end at another moment ahead; one that is over begins anew. Raises ``Invalid``, ``NotFound``."""
    _check_end(until, now)
    _known(session, auditor_id)
    changed = update(auditors).where(auditors.c.id == auditor_id)
    session.execute(changed.values(until=until, ended_at=None))
    _record(session, "auditor.granted", auditor_id, now, until=clock.rfc3339(until))


def renew_invitation(
    session: Session, keys: KeyStore, *, auditor_id: str, email: str, now: datetime
) -> Invitation:
    """Another link for an auditor who has made no account yet. Raises ``NotFound`` and ``Conflict``."""
    _known(session, auditor_id)
    if _account_id(session, auditor_id) is not None:
        raise Conflict(
            "This auditor has an account. A lost password is replaced at the sign-in page.",
            code="has_account",
        )
    _record(session, "auditor.invited_again", auditor_id, now)
    return invite_auditor(session, keys, email=email, auditor_id=auditor_id, now=now)


def reset_auditor_factor(session: Session, *, auditor_id: str, now: datetime) -> None:
    """Forget the second factor of someone who lost it: signed out at once, they enrol anew at the next sign-in."""
    _known(session, auditor_id)
    account_id = _account_id(session, auditor_id)
    if account_id is not None:
        end_second_factor(session, account_id=account_id)
        end_sessions(session, account_id=account_id)
    _record(session, "auditor.factor_reset", auditor_id, now)


def record_auditor_sign_in(session: Session, *, auditor_id: str, now: datetime) -> None:
    """Write down that an auditor came in: auditors see of each other when they were here."""
    detail = {"auditor": auditor_id}
    accesslog.record(
        session, accesslog.Event(type="auditor.signed_in", at=now, actor="auditor", detail=detail)
    )


def holds_mandate(session: Session, *, auditor_id: str, now: datetime) -> bool:
    """Whether this auditor may review the log at this moment."""
    query = select(auditors.c.id).where(
        auditors.c.id == auditor_id, auditors.c.until > now, auditors.c.ended_at.is_(None)
    )
    return session.execute(query).one_or_none() is not None


def list_auditors(session: Session, keys: KeyStore) -> list[Auditor]:
    """All of them, those whose mandate is over too; the newest first."""
    rows = session.execute(select(auditors).order_by(auditors.c.granted_at.desc(), auditors.c.id))
    return [_opened(keys, row) for row in rows]


def get_active_auditor(session: Session, keys: KeyStore, *, auditor_id: str, now: datetime) -> Auditor:
    """The auditor, if the mandate holds now. Raises ``Denied`` for unknown, ended and expired alike."""
    row = session.execute(select(auditors).where(auditors.c.id == auditor_id)).one_or_none()
    auditor = None if row is None else _opened(keys, row)
    if auditor is None or not auditor.is_active(now):
        raise Denied("There is no such mandate now. Ask the operator for one.", code="no_mandate")
    return auditor


def end_auditor(session: Session, *, auditor_id: str, now: datetime) -> None:
    """End a mandate at once. Ending it twice keeps the first moment; raises ``NotFound`` for an unknown id."""
    _known(session, auditor_id)
    ended = session.execute(
        update(auditors)
        .where(auditors.c.id == auditor_id, auditors.c.ended_at.is_(None))
        .values(ended_at=now)
        .returning(auditors.c.id)
    )
    if ended.one_or_none() is not None:
        account_id = _account_id(session, auditor_id)
        if account_id is not None:
            end_sessions(session, account_id=account_id)
        _record(session, "auditor.ended", auditor_id, now)


def _check_end(until: datetime, now: datetime) -> None:
    if until <= now:
        raise Invalid("The mandate must end in the future.", field="until")


def _known(session: Session, auditor_id: str) -> None:
    if session.execute(select(auditors.c.id).where(auditors.c.id == auditor_id)).one_or_none() is None:
        raise NotFound("There is no such auditor. See: vrm auditor list.")


def _account_id(session: Session, auditor_id: str) -> str | None:
    return session.execute(
        select(accounts.c.id).where(accounts.c.person_id == auditor_id)
    ).scalar_one_or_none()


def _record(session: Session, type: str, auditor_id: str, now: datetime, **detail: str) -> None:
    # Which auditor is in the opening alone; the name is in neither.
    event = accesslog.Event(type=type, at=now, actor="operator", detail={"auditor": auditor_id, **detail})
    accesslog.record(session, event)


def _opened(keys: KeyStore, row: Row[Any]) -> Auditor:
    name = keys.open(row.id, row.sealed_name, _aad(row.id)).decode()
    return Auditor(row.id, name, row.granted_at, row.until, row.ended_at)


def _aad(auditor_id: str) -> Aad:
    return Aad("auditor", auditor_id, auditor_id, "name")
