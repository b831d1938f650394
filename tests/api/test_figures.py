"""``GET /v1/figures`` and ``GET /v1/quality``: what the company pages draw, for programs."""

from tests.support import seeds
from tests.support.actors import MARKETING, Company, World, line, needed
from vrm import clock, companies, consents
from vrm.consents.quality import MIN_PEOPLE


def test_figures(world: World) -> None:
    """Counts, weeks, months and days add up to what happened; what was held and never read is told."""
    company, mia = world.company(), world.consumer()
    first = company.ask(needed("name"), needed("email"))
    held = company.take_back(first, mia.grant(first))
    second = company.ask(needed("name"))
    gone = company.take_back(second, mia.grant(second))
    assert company.read(held.access_token, keys="name").status_code == 200
    mia.revoke(gone.consent_id)
    assert company.read(gone.access_token).status_code == 401
    seeds.catch_up(world.house)
    told = company.own("figures").json()
    ended = {"revoked": 1, "returned": 0, "expired": 0, "used": 0}
    assert told["counts"] == {"active": 1, "suspended": 0, "paused": 0} | ended
    assert [sum(each[name] for each in told["weeks"]) for name in ("granted", "ended")] == [2, 1]
    assert sum(each["count"] for each in told["ends"]) == 1
    assert sum(each["answered"] for each in told["days"]) == 1
    fields = [{"key": "email", "ever_read": False}, {"key": "name", "ever_read": True}]
    assert (told["fields"], told["refused"]) == (fields, [])  # too few people for numbers
    assert world.company(name="Other").own("figures").json()["counts"]["active"] == 0


def test_no_share_of_a_few_people(world: World) -> None:
    """One person below the least, a line has no share; with that one, it has."""
    company = world.company()
    shop = shop_of(world, company)
    wanted = consents.Terms(
        (
            consents.Line("name", seeds.PURPOSE, True),
            consents.Line("email", MARKETING, False),
        ),
        30,
    )
    for number in range(MIN_PEOPLE):
        told = company.own("quality").json()
        assert told["least_people"] == MIN_PEOPLE and "decisions" not in told
        assert not any("refused_share" in each or "unticked_share" in each for each in told["lines"])
        kept = [consents.Choice(0, "name")] + ([consents.Choice(1, "email")] if number < 5 else [])
        seeds.grant_terms(world.house, seeds.person(world.house, {}), shop, wanted, kept)
    told = company.own("quality").json()
    assert told["decisions"] == {"granted": MIN_PEOPLE, "refused": 0, "unanswered": 0}
    email, name = told["lines"]
    assert (email["key"], email["refused_share"], email["unticked_share"]) == ("email", 0.75, 0.75)
    assert (name["key"], name["refused_share"]) == ("name", 0) and "unticked_share" not in name
    figures = company.own("figures").json()
    assert [each["key"] for each in figures["refused"]] == ["email"]
    fields = [{"key": "name", "ever_read": False, "held": MIN_PEOPLE, "read": 0}]
    assert figures["fields"] == [*fields, {"key": "email", "ever_read": False}]


def test_a_suspended_client_is_told_no_figures(world: World) -> None:
    """Suspended means suspended; so does the token of a single consent mean that consent alone."""
    company, mia = world.company(), world.consumer()
    asked = company.ask(needed("name"), line("email"))
    held, token = company.take_back(asked, mia.grant(asked)), company.own_token()
    suspend = companies.suspend_client
    world.house.database.write(lambda db: suspend(db, client_id=company.client_id, now=clock.now()))
    for what in ("figures", "quality", f"consents/{held.consent_id}", f"consents/{held.consent_id}/reads"):
        assert company.own(what, token=token).json()["code"] == "client_suspended"
        assert company.own(what, token=held.access_token).json()["code"] == "insufficient_scope"


def shop_of(world: World, company: Company) -> seeds.Shop:
    """The company as its rooms know it."""
    read = world.house.database.read
    return seeds.Shop(
        read(lambda db: companies.get_company(db, company_id=company.company_id)),
        read(lambda db: companies.get_client(db, client_id=company.client_id)),
        company.key,
    )
