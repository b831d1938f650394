"""``GET /v1/company`` and ``GET /v1/client``: a company and its client, watched by programs of theirs."""

from datetime import timedelta

from tests.support.actors import DELIVERY, World
from vrm import clock, companies


def test_a_company_that_may_ask(world: World) -> None:
    """Its standing, its domain, its notice and its purposes, as it stated them."""
    company = world.company(purposes={DELIVERY: "To bring it"})
    told = company.own("company").json()
    assert (told["company_id"], told["state"]) == (company.company_id, "approved")
    assert (told["domain"]["name"], told["domain"]["proved"]) == ("nordlicht.example", True)
    assert told["purposes"] == [{"purpose": DELIVERY, "why": "To bring it"}]
    assert told["privacy_notice"]["version"] == 1


def test_a_domain_that_is_not_proved(world: World) -> None:
    """Under a token from before, a company that moved reads what was found at its new domain."""
    company, now = world.company(), clock.now()
    token, write = company.own_token(), world.house.database.write
    write(
        lambda db: companies.change_domain(
            db, company_id=company.company_id, domain="new.example", actor="company", by=None, now=now
        )
    )
    moved = company.own("company", token=token).json()
    assert moved["state"] == "pending"
    assert (moved["domain"]["name"], moved["domain"]["proved"]) == ("new.example", False)
    assert "checked_at" not in moved["domain"] and moved["domain"]["watched_until"] > clock.rfc3339(now)
    companies.look_for_proof(
        world.house.database,
        world.house.fetcher,
        company_id=company.company_id,
        actor="company",
        by=None,
        now=now,
    )
    looked = company.own("company", token=token).json()
    assert looked["domain"]["finding"]["code"] == "fetch_failed"
    assert companies.proof_url("new.example") not in str(looked)


def test_a_client_and_its_keys(world: World) -> None:
    """Its addresses, its keys with their ends, and the warning that its people see; no key, and no secret."""
    company = world.company()
    kid, until = str(company.key.kid), clock.now() + timedelta(days=7)
    world.house.database.write(
        lambda db: companies.retire_client_key(
            db, client_id=company.client_id, kid=kid, until=until, now=clock.now()
        )
    )
    told = company.own("client").json()
    assert (told["client_id"], told["state"]) == (company.client_id, "active")
    assert told["redirect_uris"] == [company.redirect_uri]
    (key,) = told["keys"]
    assert (key["kid"], key["source"], key["good"], key["until"]) == (
        kid,
        "value",
        True,
        clock.rfc3339(until),
    )
    assert told["warnings"] == [{"code": "key_ends_soon", "kid": kid, "at": clock.rfc3339(until)}]


def test_a_suspended_client_is_told_that_it_is(world: World) -> None:
    """A program that is locked out learns why, as long as its token lasts."""
    company = world.company()
    token, suspend = company.own_token(), companies.suspend_client
    world.house.database.write(lambda db: suspend(db, client_id=company.client_id, now=clock.now()))
    assert company.own("client", token=token).json()["state"] == "suspended"
    assert company.own("company", token=token).json()["state"] == "approved"


def test_nothing_is_changed_here(world: World) -> None:
    """A stolen token must not be able to put another key in place of the client's: these doors only tell."""
    company = world.company()
    for what in ("company", "client"):
        for method in ("POST", "PUT", "PATCH", "DELETE"):
            assert company.http.request(method, f"/v1/{what}").status_code == 405
