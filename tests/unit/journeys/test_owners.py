"""Owners hear by letter what the operator or the worker did for their company."""

from email import message_from_bytes, policy

import pytest
from sqlalchemy.orm import Session

from tests.support import seeds
from tests.unit.web.company.people import account, organisation
from vrm import clock, companies, journeys, worker
from vrm.companies import Company
from vrm.house import House

ISSUER = "https://vrm.example"


@pytest.fixture
def pending(house: House) -> Company:
    """A company with an owner and a developer, whose domain is not proved."""
    owner, _ = account(house, email="jana@nordlicht.example")
    made: Company = organisation(house, owner.id)
    seeds.colleague(house, made.id, "developer")
    return made


def letters(house: House) -> list[tuple[str, str]]:
    """To whom the letters went that wait, and about what."""
    worker.run_once(house)
    found = [
        message_from_bytes(path.read_bytes(), policy=policy.default)
        for path in house.settings.mail_dir.glob("*")
    ]
    return sorted((mail["To"], mail["Subject"]) for mail in found)


def test_owners_hear_of_each_step_once(house: House, pending: Company) -> None:
    """Of the proof and of the approval, owners alone; doing it again is no news."""

    def prove(db: Session) -> Company:
        return journeys.prove_domain(db, house.keys, company=pending, issuer=ISSUER, now=clock.now())

    def approve(db: Session) -> Company:
        company = companies.get_company(db, company_id=pending.id)
        return journeys.approve(db, house.keys, company=company, issuer=ISSUER, now=clock.now())

    for step in (prove, prove, approve, approve):
        done = house.database.write(step)
    assert done.state == "approved"
    assert letters(house) == [
        ("jana@nordlicht.example", "localhost:8000: Nordlicht GmbH may ask people now"),
        ("jana@nordlicht.example", "localhost:8000: nordlicht.example is proved"),
    ]


def test_what_is_refused_is_told_to_nobody(house: House, pending: Company) -> None:
    """A company that cannot be approved yet gets no letter."""
    with pytest.raises(companies.NotApprovable):
        house.database.write(
            lambda db: journeys.approve(db, house.keys, company=pending, issuer=ISSUER, now=clock.now())
        )
    assert letters(house) == []
