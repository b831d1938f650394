"""Invitations: a link works once, for a week, until it is withdrawn; the address in it is sealed."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select

from vrm import companies
from vrm.companies import InvitationOver, InvitedEnough
from vrm.companies.models import InvitationRow
from vrm.errors import Conflict, Invalid, NotFound
from vrm.ids import new_id

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
EMAIL = "canary@people.example"


@pytest.fixture
def company(office):
    return office.register()


def invite(office, store, company, email=EMAIL, role="developer", **more):
    given = {"company_id": company.id, "email": email, "role": role, "by": None, "now": NOW, **more}
    return office.do(companies.invite_person, store, **given)


def get(office, store, token, now=NOW):
    return office.database.read(lambda s: companies.get_invitation(s, store, token=token, now=now))


def listed(office, store, company, now=NOW):
    found = office.database.read(
        lambda s: companies.list_invitations(s, store, company_id=company.id, now=now)
    )
    return [each.email for each in found]


def test_a_link_leads_in_once(office, store, company):
    """Looking does not use it up; accepting does, in the role of the invitation."""
    made, account_id = invite(office, store, company), new_id()
    for _ in range(2):
        shown = get(office, store, made.token)
        assert (shown.company_id, shown.role, shown.email) == (company.id, "developer", EMAIL)
    member = office.do(companies.accept_invitation, token=made.token, account_id=account_id, now=NOW)
    assert (member.company_id, member.role) == (company.id, "developer")
    for again in (account_id, new_id()):
        with pytest.raises(InvitationOver):
            office.do(companies.accept_invitation, token=made.token, account_id=again, now=NOW)
    assert listed(office, store, company) == []
    assert office.openings("company.person_joined") == [
        {"by": account_id, "account": account_id, "invitation": made.id}
    ]


@pytest.mark.parametrize("token", ["", "vrm-join-x", "\ud800", "x" * 1000])
def test_a_made_up_link_leads_nowhere(office, store, company, token):
    """Unknown looks like over."""
    invite(office, store, company)
    with pytest.raises(InvitationOver):
        get(office, store, token)


def test_a_link_ends_after_a_week(office, store, company):
    """To the moment, and not before."""
    made = invite(office, store, company)
    assert get(office, store, made.token, NOW + timedelta(days=7, seconds=-1)).email == EMAIL
    assert listed(office, store, company, NOW + timedelta(days=7)) == []
    with pytest.raises(InvitationOver):
        get(office, store, made.token, NOW + timedelta(days=7))


def test_withdrawn_at_once_and_by_its_own_company(office, store, company):
    """Another company's invitation is not found; a withdrawn one is over and cannot be withdrawn again."""
    made, other = invite(office, store, company), office.register()
    withdraw = {"invitation_id": made.id, "by": new_id(), "now": NOW}
    for wrong in ({"company_id": other.id}, {"company_id": company.id, "invitation_id": "x"}):
        with pytest.raises(NotFound):
            office.do(companies.withdraw_invitation, **(withdraw | wrong))
    office.do(companies.withdraw_invitation, company_id=company.id, **withdraw)
    with pytest.raises(InvitationOver):
        get(office, store, made.token)
    with pytest.raises(NotFound):
        office.do(companies.withdraw_invitation, company_id=company.id, **withdraw)


def test_inviting_again_replaces_the_link(office, store, company):
    """So that a role given by mistake does not wait in somebody's mailbox."""
    first = invite(office, store, company, role="owner")
    second = invite(office, store, company, role="agent")
    with pytest.raises(InvitationOver):
        get(office, store, first.token)
    assert get(office, store, second.token).role == "agent"
    assert listed(office, store, company) == [EMAIL]


def test_an_address_is_cut_off(office, store, company):
    """Whatever its case, every open link of this company to it is over; others and other companies' go on."""
    gone, kept = invite(office, store, company), invite(office, store, company, "other@people.example")
    elsewhere = invite(office, store, office.register())
    assert get(office, store, gone.token).is_to("Canary@people.example")
    assert not get(office, store, gone.token).is_to("other@people.example")
    office.do(
        companies.withdraw_invitations_to, store, company_id=company.id, email=EMAIL.upper(), by=None, now=NOW
    )
    with pytest.raises(InvitationOver):
        get(office, store, gone.token)
    assert listed(office, store, company) == ["other@people.example"] == [kept.email]
    assert get(office, store, elsewhere.token).email == EMAIL


def test_who_belongs_elsewhere_cannot_accept(office, store, company):
    """And the link is as good as before, for another account."""
    made, busy = invite(office, store, company), new_id()
    office.do(companies.add_owner, company_id=office.register().id, account_id=busy, now=NOW)
    with pytest.raises(Conflict) as refusal:
        office.do(companies.accept_invitation, token=made.token, account_id=busy, now=NOW)
    assert refusal.value.code == "belongs_elsewhere"
    office.do(companies.accept_invitation, token=made.token, account_id=new_id(), now=NOW)


@pytest.mark.parametrize(("email", "role"), [("nobody", "agent"), (EMAIL, "king"), (EMAIL, "")])
def test_no_address_or_no_role_is_no_invitation(office, store, company, email, role):
    """Nothing is kept of it."""
    with pytest.raises(Invalid):
        invite(office, store, company, email, role)
    assert listed(office, store, company) == []


def test_fifty_are_enough(office, store, company):
    """The next waits; sending one of them anew does not count twice."""
    for number in range(50):
        invite(office, store, company, f"p{number}@people.example", actor="operator")
    with pytest.raises(Conflict) as refusal:
        invite(office, store, company, actor="operator")
    assert refusal.value.code == "too_many_invitations"
    invite(office, store, company, "p7@people.example", actor="operator")
    invite(office, store, office.register(), EMAIL)


@pytest.mark.parametrize(("approved", "most"), [(False, 5), (True, 50)])
def test_a_day_has_room_for_so_many(office, store, approved, most):
    """Withdrawn and replaced ones count, for 24 hours; other companies and the operator are not hindered."""
    company = office.approved() if approved else office.register()
    first = invite(office, store, company)
    office.do(companies.withdraw_invitation, company_id=company.id, invitation_id=first.id, by=None, now=NOW)
    later = NOW + timedelta(hours=1)
    for _ in range(most - 1):
        invite(office, store, company, now=later)
    with pytest.raises(InvitedEnough) as refusal:
        invite(office, store, company, "other@people.example", now=later)
    assert refusal.value.retry_after == 23 * 3600
    assert listed(office, store, company, later) == [EMAIL]
    invite(office, store, office.register(), now=later)
    invite(office, store, company, actor="operator", now=later)
    with pytest.raises(InvitedEnough):
        invite(office, store, company, now=NOW + timedelta(days=1, seconds=-1))
    invite(office, store, company, now=later + timedelta(days=1))


def test_neither_the_log_nor_the_table_names_anybody(office, store, company):
    """The address is sealed and the token hashed; the log has ids alone."""
    made, by = invite(office, store, company, by=(owner := new_id())), owner
    row = office.database.read(lambda s: s.scalars(select(InvitationRow)).one())
    assert EMAIL.encode() not in row.sealed_email
    assert made.token.encode() not in row.token_hash
    assert office.openings("company.person_invited") == [{"by": by, "invitation": made.id}]
    (told,) = [entry for entry in office.entries() if entry["type"] == "company.person_invited"]
    assert (told["code"], told["actor"]) == ("developer", "company")


def test_what_is_long_over_is_deleted(office, store, company):
    """Taken, withdrawn or too old for a week: the address goes; what is open stays."""
    taken, withdrawn = (invite(office, store, company, f"{name}@people.example") for name in "ab")
    office.do(companies.accept_invitation, token=taken.token, account_id=new_id(), now=NOW)
    office.do(
        companies.withdraw_invitation, company_id=company.id, invitation_id=withdrawn.id, by=None, now=NOW
    )
    invite(office, store, company, now=NOW + timedelta(days=1))

    def left(after):
        office.do(companies.sweep, now=NOW + after)
        return office.database.read(lambda s: s.scalars(select(func.count(InvitationRow.id))).one())

    assert left(timedelta(days=6)) == 3
    assert left(timedelta(days=7)) == 1
    assert left(timedelta(days=15)) == 0
