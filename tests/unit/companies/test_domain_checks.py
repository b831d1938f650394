"""Looking for a domain's proof: not too often, by the worker for a week, and what was found is kept."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.support.http import answer, serving
from vrm import companies
from vrm.companies import CheckedJustNow, Claim, Finding
from vrm.errors import Stale
from vrm.fetch import Fetcher

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
PATH = "/.well-known/vrm-domain-proof"
SECOND, MINUTE, DAY = timedelta(seconds=1), timedelta(minutes=1), timedelta(days=1)


def look(office, company, served, now=NOW, **more):
    """What comes of looking while the site gives this answer."""
    with serving({PATH: served}) as server:
        fetcher = Fetcher({company.domain: server.address})
        return companies.look_for_proof(office.database, fetcher, company_id=company.id, now=now, **more)


def due(office, now, limit=9):
    return office.database.read(lambda s: companies.list_unproved(s, now=now, limit=limit))


def kept(office, company):
    return office.database.read(lambda s: companies.get_company(s, company_id=company.id))


@pytest.mark.parametrize(
    ("served", "finding"),
    [
        (answer(b"", status=404), Finding("domain_status", 404)),
        (answer(b"", status=301, location="https://evil.example/"), Finding("domain_status", 301)),
        (answer(b"<html>secret words</html>"), Finding("domain_no_token")),
        (answer(b"x" * 5000), Finding("fetch_too_large")),
    ],
)
def test_what_was_found_is_kept(office, served, finding):
    """As a code and a status with its moment; of the document nothing, and the log hears nothing."""
    company = office.register()
    assert (company.domain_checked_at, company.domain_finding) == (None, None)
    found = look(office, company, served)
    assert (found.domain_checked_at, found.domain_finding) == (NOW, finding)
    assert kept(office, company) == found
    assert [each[0] for each in office.events()] == ["company.registered"]


def test_a_site_that_does_not_answer_is_a_finding(office):
    """The fetcher's code says so."""
    company = office.register()
    found = companies.look_for_proof(
        office.database, Fetcher(resolve=lambda host: []), company_id=company.id, now=NOW
    )
    assert found.domain_finding == Finding("fetch_failed")


def test_the_proof_ends_the_finding(office):
    """What is found later counts; whoever looked is in the log, and nobody looks again."""
    company = office.register()
    look(office, company, answer(b"", status=404))
    found = look(office, company, answer(company.domain_token.encode()), NOW + MINUTE)
    assert (found.domain_proved_at, found.domain_checked_at) == (NOW + MINUTE, NOW + MINUTE)
    assert found.domain_finding is None
    assert [each[:2] for each in office.events()][-1] == ("company.domain_proved", "system")
    assert look(office, company, answer(b"", status=404), NOW + DAY) == found
    assert due(office, NOW + DAY) == []


def test_not_twice_within_ten_seconds(office):
    """Whatever came of it, and another token does not help; each company has seconds of its own."""
    company, other = office.register(), office.register()
    look(office, company, answer(b"", status=404))
    office.do(companies.new_domain_token, company_id=company.id, now=NOW + SECOND)
    with pytest.raises(CheckedJustNow) as refusal:
        look(office, company, answer(b""), NOW + 9 * SECOND)
    assert refusal.value.retry_after == 1
    look(office, other, answer(b"", status=404), NOW + SECOND)
    assert look(office, company, answer(b""), NOW + 10 * SECOND).domain_finding == Finding("domain_no_token")


def test_the_worker_looks_every_ten_minutes_for_a_week(office):
    """The longest untried first; a new claim begins a new week, and a suspended company is left alone.

    Who has just claimed a domain had no time to publish the line: the first look comes after ten minutes too.
    """
    first, second, closed = (office.register() for _ in range(3))
    office.do(companies.suspend_company, company_id=closed.id, now=NOW)
    look(office, first, answer(b""))
    assert due(office, NOW + 10 * MINUTE - SECOND) == []
    assert due(office, NOW + 10 * MINUTE) == [second.id, first.id]
    assert due(office, NOW + 10 * MINUTE, limit=1) == [second.id]
    assert due(office, NOW + 7 * DAY) == []
    later = NOW + 8 * DAY
    moved = {"company_id": first.id, "domain": "beech.example", "now": later}
    assert office.do(companies.change_domain, **moved).watched_until == later + 7 * DAY
    office.do(companies.new_domain_token, company_id=second.id, now=later)
    assert due(office, later + MINUTE) == []
    assert due(office, later + 10 * MINUTE) == [second.id, first.id]


def test_a_domain_of_another_company_is_a_finding(office):
    """It proved it first; the line there does not help."""
    office.approved()
    company = office.register()
    found = look(office, company, answer(company.domain_token.encode()))
    assert (found.domain_proved_at, found.domain_finding) == (None, Finding("domain_taken"))


def test_a_new_claim_forgets_what_was_found(office):
    """Another token or another domain has not been looked at; an answer that was overtaken is not kept."""
    company = office.register()
    look(office, company, answer(b"", status=404))
    fresh = office.do(companies.new_domain_token, company_id=company.id, now=NOW)
    assert (fresh.domain_checked_at, fresh.domain_finding) == (None, None)
    old = Claim(company.domain, company.domain_token)
    with pytest.raises(Stale):
        office.do(companies.keep_finding, company_id=company.id, claim=old, finding=Finding("x"), now=NOW)
