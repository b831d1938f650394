"""The demo's web sites: a newcomer gets a company of their own as far as asking, and comes back from a decision."""

import httpx2

from tests.support.houses import build_house
from vrm import clock, companies
from vrm.demo import spare
from vrm.demo.shop import Site


def test_whoever_claims_the_spare_domain_can_prove_it(tmp_path, database):
    """The site publishes the line of everyone who claimed it: the first to have it checked has it."""
    site = Site()
    allow = {spare.DOMAIN: f"127.0.0.1:{site.port}"}
    try:
        with build_house(tmp_path / "home", database, allow=allow) as house:
            site.proofs[spare.DOMAIN] = lambda: spare.proof(house)
            first, second = (claim(house, name) for name in ("Atelier", "Bureau"))
            assert look(house, second).domain_proved_at
            late = look(house, first)
            assert late.domain_finding and late.domain_finding.code == "domain_taken"
    finally:
        site.close()


def test_who_comes_back_from_a_decision_finds_the_way_on():
    """The page that stands for the company's leads to one's own pages, and repeats nothing of its address."""
    site = Site(issuer="http://localhost:8000")
    try:
        page = httpx2.get(f"http://127.0.0.1:{site.port}/back", params={"code": "s3cret"})
    finally:
        site.close()
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert 'href="http://localhost:8000/home"' in page.text and "s3cret" not in page.text


def claim(house, name):
    """A company as a newcomer signs it up."""
    return house.database.write(
        lambda db: companies.register(
            db, legal_name=name, address="Hinterhof 1", contact="post@spare.example", domain=spare.DOMAIN,
            privacy_notice_url=None, purposes={}, known_purposes=house.catalogue.purposes, now=clock.now(),
        )
    )  # fmt: skip


def look(house, company):
    """Press the button."""
    return companies.look_for_proof(
        house.database, house.fetcher, company_id=company.id, actor="company", by=None, now=clock.now()
    )
