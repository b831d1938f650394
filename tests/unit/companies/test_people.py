"""A company's people: one organisation at a time, an owner always, off-boarded at once."""

from datetime import UTC, datetime, timedelta

import pytest

from vrm import companies
from vrm.errors import Conflict, Invalid, NotFound
from vrm.ids import new_id

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


@pytest.fixture
def company(office):
    return office.register(actor="company")


@pytest.fixture
def owner(office, company):
    account_id = new_id()
    office.do(companies.add_owner, company_id=company.id, account_id=account_id, now=NOW)
    return account_id


def join(office, store, company, owner, role):
    """A new account, invited and in."""
    made = office.do(
        companies.invite_person, store, company_id=company.id, email=f"{new_id()}@acorn.example",
        role=role, by=owner, now=NOW,
    )  # fmt: skip
    account_id = new_id()
    office.do(companies.accept_invitation, token=made.token, account_id=account_id, now=NOW)
    return account_id


def found(office, account_id):
    return office.database.read(lambda s: companies.find_member(s, account_id=account_id))


def test_whoever_registers_is_the_first_owner(office, company, owner):
    """Once: a company that has people takes in more by invitation alone."""
    member = found(office, owner)
    assert (member.company_id, member.role, member.ended_at) == (company.id, "owner", None)
    with pytest.raises(Conflict) as refusal:
        office.do(companies.add_owner, company_id=company.id, account_id=new_id(), now=NOW)
    assert refusal.value.code == "has_people"
    assert office.openings("company.person_joined") == [{"by": owner, "account": owner}]


def test_an_account_belongs_to_one_company_at_a_time(office, company, owner):
    """A second is refused until the first has ended; who is nowhere is nobody's."""
    other = office.register(domain="beech.example")
    with pytest.raises(Conflict) as refusal:
        office.do(companies.add_owner, company_id=other.id, account_id=owner, now=NOW)
    assert refusal.value.code == "belongs_elsewhere"
    for unknown in (new_id(), "", "nobody", "' OR 1=1"):
        assert found(office, unknown) is None


@pytest.mark.parametrize("verb", [companies.end_member, companies.change_role])
def test_the_last_owner_stays(office, store, company, owner, verb):
    """Neither ended nor demoted, by whomever, while there is no other owner; then either."""
    more = {"role": "agent"} if verb is companies.change_role else {}
    join(office, store, company, owner, "developer")

    def go():
        return office.do(verb, company_id=company.id, account_id=owner, by=owner, now=NOW, **more)

    with pytest.raises(Conflict) as refusal:
        go()
    assert refusal.value.code == "last_owner"
    join(office, store, company, owner, "owner")
    go()
    after = found(office, owner)
    assert after is None or after.role == "agent"


def test_a_role_changes_and_is_told(office, store, company, owner):
    """At once; the same role again is no change; what is no role is refused."""
    who = join(office, store, company, owner, "agent")
    for _ in range(2):
        office.do(
            companies.change_role, company_id=company.id, account_id=who, role="developer", by=owner, now=NOW
        )
    assert found(office, who).role == "developer"
    with pytest.raises(Invalid):
        office.do(
            companies.change_role, company_id=company.id, account_id=who, role="king", by=owner, now=NOW
        )
    told = [entry for entry in office.entries() if entry["type"] == "company.person_role_changed"]
    assert [(entry["code"], entry["actor"]) for entry in told] == [("developer", "company")]
    assert office.openings("company.person_role_changed") == [{"by": owner, "account": who}]
    assert who not in str(told)


def test_whoever_is_off_boarded_is_out_at_once_and_may_come_back(office, store, company, owner):
    """Out means found nowhere; the past stays listed; coming back is a membership of its own."""
    who = join(office, store, company, owner, "agent")
    ended = office.do(companies.end_member, company_id=company.id, account_id=who, by=owner, now=NOW)
    assert (ended.ended_at, found(office, who)) == (NOW, None)
    with pytest.raises(NotFound):
        office.do(companies.end_member, company_id=company.id, account_id=who, by=owner, now=NOW)
    made = office.do(
        companies.invite_person, store, company_id=company.id, email="b@acorn.example", role="owner",
        by=owner, now=NOW,
    )  # fmt: skip
    later = NOW + timedelta(hours=1)
    office.do(companies.accept_invitation, token=made.token, account_id=who, now=later)

    def listed(**more):
        members = office.database.read(lambda s: companies.list_members(s, company_id=company.id, **more))
        return [(member.account_id, member.role) for member in members]

    assert listed() == [(owner, "owner"), (who, "owner")]
    assert sorted(listed(ended=True)) == sorted([(owner, "owner"), (who, "agent"), (who, "owner")])


def test_another_companys_people_are_nobody(office, owner):
    """An owner of one company reaches nobody of another."""
    other = office.register(domain="beech.example")
    for verb, more in ((companies.end_member, {}), (companies.change_role, {"role": "agent"})):
        with pytest.raises(NotFound):
            office.do(verb, company_id=other.id, account_id=owner, by=new_id(), now=NOW, **more)
    assert found(office, owner).role == "owner"


@pytest.mark.parametrize("demote", [False, True])
def test_no_way_back_in_by_a_link_sent_before(office, store, company, owner, demote):
    """What somebody invited while an owner is withdrawn when they are one no longer."""
    second = join(office, store, company, owner, "owner")
    back = office.do(
        companies.invite_person, store, company_id=company.id, email="me@private.example", role="owner",
        by=second, now=NOW,
    )  # fmt: skip
    more = {"company_id": company.id, "account_id": second, "by": owner, "now": NOW}
    if demote:
        office.do(companies.change_role, role="agent", **more)
    else:
        office.do(companies.end_member, **more)
    with pytest.raises(companies.InvitationOver):
        office.do(companies.accept_invitation, token=back.token, account_id=new_id(), now=NOW)
    assert office.openings("company.invitation_withdrawn") == [{"by": owner, "invitation": back.id}]
