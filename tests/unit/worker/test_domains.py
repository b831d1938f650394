"""The worker looks for the proof of a domain by itself, so that where it stands is known without a press of a button."""

from datetime import timedelta

from sqlalchemy import update

from tests.support.http import answer, serving
from vrm import clock, companies
from vrm.companies import Company, Finding, Stated
from vrm.companies.models import CompanyRow
from vrm.house import House
from vrm.worker import tasks

PATH = "/.well-known/vrm-domain-proof"


def registered(house: House, domain: str) -> Company:
    """An organisation that was registered ten minutes ago."""
    return house.database.write(
        lambda session: companies.register(
            session,
            legal_name="Nordlicht GmbH",
            address="Kiel",
            contact=f"privacy@{domain}",
            domain=domain,
            privacy_notice_url=None,
            purposes={"dpv:ServiceProvision": Stated()},
            known_purposes={"dpv:ServiceProvision"},
            now=clock.now() - timedelta(minutes=10),
        )
    )


def kept(house: House, company: Company) -> Company:
    return house.database.read(lambda session: companies.get_company(session, company_id=company.id))


def ten_minutes_pass(house: House) -> None:
    """As far as domains are concerned."""
    before = clock.now() - timedelta(minutes=10)
    house.database.write(
        lambda session: session.execute(
            update(CompanyRow).where(CompanyRow.domain_tried_at.is_not(None)).values(domain_tried_at=before)
        )
    )


def test_a_domain_is_proved_when_its_line_is_there(house: House) -> None:
    """First what is missing is noted; ten minutes later the line is found, and nobody looks any more."""
    company = registered(house, "nordlicht.example")
    for served, finding in (
        (answer(b"", status=404), Finding("domain_status", 404)),
        (answer(company.domain_token.encode()), None),
    ):
        with serving({PATH: served}) as server:
            house.fetcher._allowed[company.domain] = ("127.0.0.1", server.port)
            assert [tasks.look_for_proofs(house) for _ in range(2)] == [1, 0]
            assert kept(house, company).domain_finding == finding
            assert len(server.seen) == 1
        ten_minutes_pass(house)
    assert kept(house, company).domain_proved_at is not None
    assert tasks.look_for_proofs(house) == 0


def test_two_at_most_in_a_pass(house: House) -> None:
    """Letters wait meanwhile, so the others have their turn in the next."""
    with serving({PATH: answer(b"")}) as server:
        for name in ("a.example", "b.example", "c.example"):
            registered(house, name)
            house.fetcher._allowed[name] = ("127.0.0.1", server.port)
        assert [tasks.look_for_proofs(house) for _ in range(3)] == [2, 1, 0]
