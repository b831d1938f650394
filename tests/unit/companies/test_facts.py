"""What a company changes by itself: what the operator approved is a name at a domain, so those are looked at again."""

from datetime import UTC, datetime

import pytest

from vrm import companies
from vrm.errors import Conflict, Invalid, Stale
from vrm.ids import new_id

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
KNOWN = {"dpv:ServiceProvision"}


def test_facts_change_one_by_one(office):
    """What is not given stays; the same again is no change; each is told by its kind."""
    company = office.approved()
    change = {"company_id": company.id, "now": NOW}
    done = office.do(companies.change_facts, address="2 Low Road", contact="dpo@acorn.example", **change)
    assert (done.address, done.contact, done.legal_name) == (
        "2 Low Road",
        "dpo@acorn.example",
        company.legal_name,
    )
    office.do(companies.change_facts, address="2 Low Road", **change)
    assert office.changes(company) == ["address", "contact"]
    for field, bad in (
        ("legal_name", ""),
        ("legal_name", "Acorn\u115f"),
        ("address", "x" * 501),
        ("contact", "nobody"),
    ):
        with pytest.raises(Invalid) as refusal:
            office.do(companies.change_facts, **change, **{field: bad})
        assert refusal.value.field == field


@pytest.mark.parametrize(("actor", "state"), [("company", "pending"), ("operator", "approved")])
def test_a_new_legal_name_is_looked_at(office, actor, state):
    """A company that renames itself is pending again; the operator has looked already."""
    company = office.approved()
    done = office.do(
        companies.change_facts, company_id=company.id, legal_name="Oak Bank plc", actor=actor, now=NOW
    )
    assert (done.legal_name, done.state) == ("Oak Bank plc", state)
    assert office.do(companies.approve, company_id=company.id, now=NOW).state == "approved"


def test_a_suspended_company_renames_itself_into_nothing(office):
    """Suspended it stays, and lifting that does not approve the new name."""
    company = office.approved()
    office.do(companies.suspend_company, company_id=company.id, now=NOW)
    done = office.do(
        companies.change_facts, company_id=company.id, legal_name="New", actor="company", now=NOW
    )
    assert done.state == "suspended"
    assert office.do(companies.resume_company, company_id=company.id, now=NOW).state == "pending"


@pytest.mark.parametrize("actor", ["company", "operator"])
def test_another_domain_is_proved_and_approved_anew(office, actor):
    """Meanwhile nobody asks or reads; the old token proves nothing; the old domain is free."""
    company = office.approved()
    client = office.new_client(company)
    change = {"company_id": company.id, "actor": actor, "now": NOW}
    assert office.do(companies.change_domain, domain=company.domain, **change) == company
    moved = office.do(companies.change_domain, domain="beech.example", **change)
    assert (moved.domain, moved.domain_proved_at, moved.state) == ("beech.example", None, "pending")
    assert moved.notice_version == company.notice_version
    standing = office.database.write_group(lambda c: companies.client_standing(c, client_id=client.id))
    assert not standing.may_read
    with pytest.raises(Stale):
        office.do(
            companies.prove_domain, company_id=company.id, domain="beech.example",
            token=company.domain_token, now=NOW,
        )  # fmt: skip
    with pytest.raises(companies.NotApprovable):
        office.do(companies.approve, company_id=company.id, now=NOW)
    office.prove(moved)
    office.prove(office.register())
    assert office.do(companies.approve, company_id=company.id, now=NOW).state == "approved"


def test_a_new_token_until_the_domain_is_proved(office):
    """The old one proves nothing from then on."""
    company = office.register()
    new = office.do(companies.new_domain_token, company_id=company.id, now=NOW)
    assert new.domain_token != company.domain_token
    with pytest.raises(Stale):
        office.prove(company)
    office.prove(new)
    with pytest.raises(Conflict):
        office.do(companies.new_domain_token, company_id=company.id, now=NOW)


def test_whose_hand_it_was_is_in_the_opening_alone(office):
    """Every verb of a company's people: actor in clear, account in the opening."""
    by = new_id()
    hand = {"actor": "company", "by": by, "now": NOW}
    company = office.register(actor="company", by=by)
    own = {"company_id": company.id, **hand}
    office.do(companies.new_domain_token, **own)
    company = office.do(companies.change_domain, domain="beech.example", **own)
    office.do(companies.prove_domain, domain="beech.example", token=company.domain_token, **own)
    office.do(companies.change_notice, privacy_notice_url="https://beech.example/p", **own)
    office.do(companies.change_owner, owner="Oak plc", **own)
    office.do(companies.change_facts, legal_name="New", address="New", contact="n@beech.example", **own)
    office.do(
        companies.set_purposes,
        purposes={"dpv:ServiceProvision": companies.Stated()},
        known_purposes=KNOWN,
        **own,
    )
    client = office.new_client(company, actor="company", by=by)
    mine = {"client_id": client.id, **hand}
    (two,) = office.jwks("two")["keys"]
    office.do(companies.change_client, name="New", **mine)
    office.do(companies.add_client_key, jwk=two, **mine)
    office.do(companies.remove_client_key, kid="two", **mine)
    office.do(companies.suspend_client, **mine)
    office.do(companies.resume_client, **mine)
    entries = office.entries()
    assert {entry["actor"] for entry in entries} == {"company"}
    assert by not in str(entries)
    for type in {str(entry["type"]) for entry in entries}:
        assert all(said == {"by": by} for said in office.openings(type))
    assert len(entries) == 16
    assert office.changes(company) == [
        *("address", "contact", "domain", "domain_token", "legal_name", "notice", "owner", "purposes")
    ]
