"""A company's people: accounts with a role. An account belongs to at most one organisation at a time.

    owner             invites and off-boards, changes what the company states, and everything below
    developer         clients, keys, addresses
    agent             deals with the people who gave consent
    privacy_officer   purposes, retention, notice; sees every read

What a role opens is the edge's affair, which asks ``find_member`` at every request: whoever was off-boarded or given
another role is so from the next request on. An account's id is a text handed in; this room opens no account.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, cast, get_args

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from vrm.companies.events import record_person
from vrm.companies.facts import get_row as get_company_row
from vrm.companies.models import InvitationRow, PersonRow
from vrm.errors import Conflict, Invalid, NotFound
from vrm.ids import is_id, new_id

Role = Literal["owner", "developer", "agent", "privacy_officer"]
ROLES: tuple[Role, ...] = get_args(Role)


@dataclass(frozen=True)
class Member:
    """An account's place in a company."""

    company_id: str
    account_id: str
    role: Role
    joined_at: datetime
    ended_at: datetime | None


def add_owner(session: Session, *, company_id: str, account_id: str, now: datetime) -> Member:
    """Make whoever registered the company its first owner.

    Raises ``Conflict`` where it has people (they invite), and where the account belongs elsewhere.
    """
    get_company_row(session, company_id)
    if _count(session, company_id) > 0:
        raise Conflict(
            "This company has people already. One of its owners can invite more.", code="has_people"
        )
    return join(session, company_id=company_id, account_id=account_id, role="owner", now=now, by=account_id)


def find_member(session: Session, *, account_id: str) -> Member | None:
    """Where an account belongs now, and as what; None where nowhere."""
    row = _find(session, account_id)
    return None if row is None else _member(row)


def find_former(session: Session, *, account_id: str) -> Member | None:
    """Where an account belonged last, if it belongs nowhere now and was off-boarded or left; else None."""
    if _find(session, account_id) is not None:
        return None
    wanted = select(PersonRow).where(PersonRow.account_id == account_id)
    row = session.scalars(wanted.order_by(PersonRow.ended_at.desc(), PersonRow.id).limit(1)).first()
    return None if row is None else _member(row)


def list_members(session: Session, *, company_id: str, ended: bool = False) -> list[Member]:
    """A company's people by when they joined; with ``ended``, those who were off-boarded too."""
    wanted = select(PersonRow).where(PersonRow.company_id == company_id)
    if not ended:
        wanted = wanted.where(PersonRow.ended_at.is_(None))
    rows = session.scalars(wanted.order_by(PersonRow.joined_at, PersonRow.id))
    return [_member(row) for row in rows]


def change_role(
    session: Session,
    *,
    company_id: str,
    account_id: str,
    role: str,
    by: str | None,
    now: datetime,
    actor: str = "company",
) -> Member:
    """Give somebody another role. Raises ``Conflict`` (``last_owner``) where no owner would be left."""
    row, wanted = _get(session, company_id, account_id), parse_role(role)
    if wanted != row.role:
        if row.role == "owner":
            _leave_an_owner(session, company_id)
            _withdraw_invitations(session, row, actor, by, now)
        row.role = wanted
        record_person(
            session, "company.person_role_changed", company_id, now, actor, wanted, by=by, account=account_id
        )
    return _member(row)


def end_member(
    session: Session,
    *,
    company_id: str,
    account_id: str,
    by: str | None,
    now: datetime,
    actor: str = "company",
) -> Member:
    """Off-board somebody at once, and with them the invitations they sent that nobody has taken.

    Also how somebody leaves by themselves. Their sessions are the edge's to end (``accounts.end_sessions``), and so
    are the invitations to their address (``withdraw_invitations_to``), which the edge knows. Raises ``Conflict``
    (``last_owner``) where no owner would be left, and ``NotFound``.
    """
    row = _get(session, company_id, account_id)
    if row.role == "owner":
        _leave_an_owner(session, company_id)
    _withdraw_invitations(session, row, actor, by, now)
    row.ended_at = now
    record_person(
        session, "company.person_ended", company_id, now, actor, row.role, by=by, account=account_id
    )
    return _member(row)


def join(
    session: Session,
    *,
    company_id: str,
    account_id: str,
    role: str,
    now: datetime,
    by: str | None,
    invitation: str | None = None,
) -> Member:
    """Take an account in. Raises ``Conflict`` (``belongs_elsewhere``). For this room: others invite."""
    if _find(session, account_id) is not None:
        raise Conflict(
            "This account belongs to an organisation already. Leave that one first, or use another account.",
            code="belongs_elsewhere",
        )
    row = PersonRow(
        company_id=company_id, id=new_id(), account_id=account_id, role=role, joined_at=now, ended_at=None
    )
    session.add(row)
    session.flush()
    ids = {"by": by, "account": account_id, "invitation": invitation}
    record_person(session, "company.person_joined", company_id, now, "company", role, **ids)
    return _member(row)


def parse_role(text: str) -> Role:
    """One of ``ROLES``. Raises ``Invalid``."""
    if text not in ROLES:
        raise Invalid("Choose one of the roles: owner, developer, agent or privacy officer.", field="role")
    return text


def _find(session: Session, account_id: str) -> PersonRow | None:
    if not is_id(account_id):
        return None
    wanted = select(PersonRow).where(PersonRow.account_id == account_id, PersonRow.ended_at.is_(None))
    return session.scalars(wanted).one_or_none()


def _get(session: Session, company_id: str, account_id: str) -> PersonRow:
    row = _find(session, account_id)
    if row is None or row.company_id != company_id:
        raise NotFound("There is nobody like that in this company.")
    return row


def _count(session: Session, company_id: str, role: str | None = None) -> int:
    wanted = select(func.count()).where(PersonRow.company_id == company_id, PersonRow.ended_at.is_(None))
    if role is not None:
        wanted = wanted.where(PersonRow.role == role)
    return session.scalars(wanted).one()


def _leave_an_owner(session: Session, company_id: str) -> None:
    if _count(session, company_id, "owner") < 2:
        raise Conflict("A company keeps at least one owner. Make somebody else one first.", code="last_owner")


def _withdraw_invitations(
    session: Session, row: PersonRow, actor: str, by: str | None, now: datetime
) -> None:
    """Whoever may not invite any more has no way back in by a link sent before."""
    ended = session.execute(
        update(InvitationRow)
        .where(
            InvitationRow.company_id == row.company_id,
            InvitationRow.invited_by == row.account_id,
            InvitationRow.taken_at.is_(None),
            InvitationRow.withdrawn_at.is_(None),
        )
        .values(withdrawn_at=now)
        .returning(InvitationRow.id, InvitationRow.role)
    )
    for id, role in ended.all():
        record_person(
            session, "company.invitation_withdrawn", row.company_id, now, actor, role, by=by, invitation=id
        )


def _member(row: PersonRow) -> Member:
    return Member(row.company_id, row.account_id, cast(Role, row.role), row.joined_at, row.ended_at)
