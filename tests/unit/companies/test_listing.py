"""Companies that may ask are found by anybody."""

from vrm import companies
from vrm.companies import Stated


def listed(office, **more):
    """Their names."""
    found = office.database.read(lambda db: companies.list_approved(db, **({"limit": 9} | more)))
    return [each.legal_name for each in found]


def test_those_that_may_ask_by_name(office):
    """Not those that wait or are suspended; in pages that follow each other, whatever the case of a name."""
    made = [office.approved(legal_name=n, domain=f"{n.lower()}.example") for n in ("cedar", "Acorn", "Beech")]
    office.register(legal_name="Pending", domain="pending.example")
    closed = office.approved(legal_name="Closed", domain="closed.example")
    office.do(companies.suspend_company, company_id=closed.id, now=closed.created_at)
    assert listed(office) == ["Acorn", "Beech", "cedar"]
    assert listed(office, limit=2) == ["Acorn", "Beech"]
    assert listed(office, after=made[2].id) == ["cedar"]
    assert listed(office, after=made[0].id) == []
    assert listed(office, after="nobody") == []


def test_they_are_looked_for(office):
    """In the name, the domain, the purposes the edge found for the words, and the company's own reasons."""
    office.approved(legal_name="Acorn", domain="one.example")
    office.approved(
        legal_name="Beech",
        domain="two.example",
        purposes={"dpv:DirectMarketing": Stated("To tell you of 100% new books.")},
    )
    assert listed(office, words="ACORN") == ["Acorn"]
    assert listed(office, words="two.exam") == ["Beech"]
    assert listed(office, words="0% new") == ["Beech"]
    assert listed(office, words="%") == ["Beech"]
    assert listed(office, words="advertising") == []
    assert listed(office, words="advertising", purposes=["dpv:DirectMarketing"]) == ["Beech"]
