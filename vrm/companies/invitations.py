"""Inviting people into a company: a link by mail, good for seven days and for the account of that address.

    1. write   invite_person         keeps the token's hash and the sealed address; the edge mails the link
    2. read    get_invitation        when the link is opened
    3. write   accept_invitation     uses the link up; the account is signed in by then

Whether the person at the page may invite is the edge's question, and so is whose address is whose: it asks ``is_to``
before it accepts, and ``withdraw_invitations_to`` when somebody goes.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from math import ceil
from typing import cast

from sqlalchemy import ColumnElement, delete, func, select
from sqlalchemy.orm import Session

from keys import Aad, KeyStore
from vrm.companies.errors import InvitationOver, InvitedEnough
from vrm.companies.events import record_person
from vrm.companies.facts import get_row as get_company_row
from vrm.companies.models import CompanyRow, InvitationRow
from vrm.companies.people import Member, Role, join, parse_role
from vrm.errors import Conflict, NotFound
from vrm.ids import is_id, new_id, new_secret, secret_hash
from vrm.work import parse_address

LIFETIME = timedelta(days=7)
KEEP = timedelta(days=7)
MOST_OPEN = 50
DAY = timedelta(days=1)
MOST_A_DAY = 50
MOST_UNCHECKED_A_DAY = 5  # an organisation nobody has looked at must not make us its mailer


@dataclass(frozen=True)
class PersonInvitation:
    """An invitation that waits. Who sees it sees an address: a company's owner, and whoever has the link."""

    company_id: str
    id: str
    role: Role
    email: str = field(repr=False)
    invited_by: str | None
    created_at: datetime
    expires_at: datetime

    def is_to(self, email: str) -> bool:
        """Whether the account with this address is the one that was invited."""
        return _is_same(self.email, email)


@dataclass(frozen=True)
class NewInvitation:
    """An invitation just made. The token is to be mailed and shown to nobody."""

    id: str
    token: str = field(repr=False)
    email: str = field(repr=False)
    role: Role
    expires_at: datetime


def invite_person(
    session: Session,
    keys: KeyStore,
    *,
    company_id: str,
    email: str,
    role: str,
    by: str | None,
    now: datetime,
    actor: str = "company",
) -> NewInvitation:
    """Invite an address. One that was sent to it before, and not taken, is withdrawn.

    With ``actor="operator"`` and no ``by``, the operator invites, as into a company that has no people yet. Raises
    ``Invalid`` for what is no address or role, ``Conflict`` above 50 open ones, and ``InvitedEnough`` above 50 within
    24 hours, or 5 from a company that is not approved, withdrawn and taken ones included; the operator may.
    """
    company = get_company_row(session, company_id)
    address, wanted = parse_address(email), parse_role(role)
    if actor != "operator":
        _require_room_today(session, company, now)
    withdraw_invitations_to(session, keys, company_id=company_id, email=address, by=by, now=now, actor=actor)
    if session.scalars(select(func.count()).where(*_open(company_id, now))).one() >= MOST_OPEN:
        raise Conflict(
            "Fifty invitations are open. Wait until some are taken, or withdraw some.",
            code="too_many_invitations",
        )
    token, id = new_secret("vrm-join-"), new_id()
    row = InvitationRow(
        company_id=company_id,
        id=id,
        token_hash=secret_hash(token),
        role=wanted,
        sealed_email=keys.seal(keys.INSTANCE_OWNER, address.encode(), _aad(company_id, id)),
        invited_by=by,
        created_at=now,
        expires_at=now + LIFETIME,
        taken_at=None,
        withdrawn_at=None,
    )
    session.add(row)
    session.flush()
    record_person(session, "company.person_invited", company_id, now, actor, wanted, by=by, invitation=id)
    return NewInvitation(id, token, address, wanted, row.expires_at)


def get_invitation(session: Session, keys: KeyStore, *, token: str, now: datetime) -> PersonInvitation:
    """What a link invites to. Reading does not use it up; raises ``InvitationOver``."""
    return _opened(keys, _by_token(session, token, now))


def accept_invitation(session: Session, *, token: str, account_id: str, now: datetime) -> Member:
    """Use the link up: the account belongs to the company now, in the role of the invitation.

    The account must be known to have the invited address (``is_to``). Raises ``InvitationOver``, and ``Conflict``
    (``belongs_elsewhere``), which leaves the link as it was.
    """
    row = _by_token(session, token, now)
    given = {"company_id": row.company_id, "role": row.role, "invitation": row.id}
    member = join(session, account_id=account_id, now=now, by=account_id, **given)
    row.taken_at = now
    return member


def withdraw_invitation(
    session: Session,
    *,
    company_id: str,
    invitation_id: str,
    by: str | None,
    now: datetime,
    actor: str = "company",
) -> None:
    """End an open invitation at once: the link is worth nothing. Raises ``NotFound``."""
    wanted = select(InvitationRow).where(*_open(company_id, now), InvitationRow.id == invitation_id)
    row = session.scalars(wanted).one_or_none() if is_id(invitation_id) else None
    if row is None:
        raise NotFound("This invitation is not open any more.")
    _withdraw(session, row, actor, by, now)


def withdraw_invitations_to(
    session: Session,
    keys: KeyStore,
    *,
    company_id: str,
    email: str,
    by: str | None,
    now: datetime,
    actor: str = "company",
) -> None:
    """End what a company has open to an address: whoever was off-boarded has no way back by a link of before."""
    for row in session.scalars(select(InvitationRow).where(*_open(company_id, now))).all():
        if _is_same(_opened(keys, row).email, email):
            _withdraw(session, row, actor, by, now)
    session.flush()


def list_invitations(
    session: Session, keys: KeyStore, *, company_id: str, now: datetime
) -> list[PersonInvitation]:
    """A company's open invitations, the newest first, addresses opened: for its owners alone."""
    wanted = select(InvitationRow).where(*_open(company_id, now))
    rows = session.scalars(wanted.order_by(InvitationRow.created_at.desc(), InvitationRow.id))
    return [_opened(keys, row) for row in rows]


def sweep_invitations(session: Session, *, now: datetime) -> None:
    """Delete invitations, and the addresses in them, that have been over for a week."""
    before = now - KEEP
    session.execute(
        delete(InvitationRow).where(
            (InvitationRow.expires_at <= before)
            | (InvitationRow.taken_at <= before)
            | (InvitationRow.withdrawn_at <= before)
        )
    )


def _require_room_today(session: Session, company: CompanyRow, now: datetime) -> None:
    most = MOST_A_DAY if company.state == "approved" else MOST_UNCHECKED_A_DAY
    today = (InvitationRow.company_id == company.id, InvitationRow.created_at > now - DAY)
    sent, first = session.execute(
        select(func.count(), func.min(InvitationRow.created_at)).where(*today)
    ).one()
    if sent < most:
        return
    retry_after = ceil((first + DAY - now).total_seconds())
    if company.state == "approved":
        raise InvitedEnough(
            "You have sent fifty invitations within a day, which is the most. Go on tomorrow.",
            retry_after=retry_after,
        )
    raise InvitedEnough(
        "Until the operator has approved you, you can send five invitations a day. Go on tomorrow.",
        retry_after=retry_after,
    )


def _open(company_id: str, now: datetime) -> tuple[ColumnElement[bool], ...]:
    return (InvitationRow.company_id == company_id, *_still_good(now))


def _still_good(now: datetime) -> tuple[ColumnElement[bool], ...]:
    return (
        InvitationRow.expires_at > now,
        InvitationRow.taken_at.is_(None),
        InvitationRow.withdrawn_at.is_(None),
    )


def _by_token(session: Session, token: str, now: datetime) -> InvitationRow:
    hashed = secret_hash(token)
    wanted = select(InvitationRow).where(InvitationRow.token_hash == hashed, *_still_good(now))
    row = session.scalars(wanted).one_or_none()
    if row is None:
        raise InvitationOver
    return row


def _withdraw(session: Session, row: InvitationRow, actor: str, by: str | None, now: datetime) -> None:
    row.withdrawn_at = now
    ids = {"by": by, "invitation": row.id}
    record_person(session, "company.invitation_withdrawn", row.company_id, now, actor, row.role, **ids)


def _opened(keys: KeyStore, row: InvitationRow) -> PersonInvitation:
    email = keys.open(keys.INSTANCE_OWNER, row.sealed_email, _aad(row.company_id, row.id)).decode()
    role = cast(Role, row.role)
    return PersonInvitation(
        row.company_id, row.id, role, email, row.invited_by, row.created_at, row.expires_at
    )


def _is_same(one: str, other: str) -> bool:
    return one.casefold() == other.casefold()  # as accounts tell addresses apart


def _aad(company_id: str, invitation_id: str) -> Aad:
    return Aad("company_invitation", KeyStore.INSTANCE_OWNER, f"{company_id}/{invitation_id}", "email")
