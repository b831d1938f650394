"""How long a company keeps what it reads is stated once for each purpose, and no ask goes beyond it."""

from typing import Any

import pytest

from tests.support.actors import DELIVERY, MARKETING, Company, World, answer, needed
from vrm import clock, companies, consents
from vrm.ids import new_id

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
BOTH = (needed("name"), needed("email", MARKETING))


def stating(world: World, **days: int | None) -> Company:
    """A company that states so many days for ``delivery`` and for ``marketing``."""
    company = world.company()
    purposes = {
        DELIVERY: companies.Stated("We deliver", days.get("delivery")),
        MARKETING: companies.Stated("We write", days.get("marketing")),
    }
    world.house.database.write(
        lambda db: companies.set_purposes(
            db, company_id=company.company_id, purposes=purposes,
            known_purposes=world.house.catalogue.purposes, now=clock.now(),
        )
    )  # fmt: skip
    return company


def kept(world: World, company: Company, *lines: dict[str, Any], **terms: object) -> int | None:
    """What the person is asked to agree to: days, or None."""
    mia = world.consumer(email=f"{new_id()}@mail.example")
    asked = company.ask(*lines, **terms)
    assert mia.http.get(asked.address).status_code == 303
    (ask,) = world.house.database.read(
        lambda db: consents.list_asks(db, consumer_id=mia.consumer_id, now=clock.now())
    )
    return ask.terms.retention_days


@pytest.mark.parametrize("said", [{}, {"retention_days": None}])
@pytest.mark.parametrize(
    ("stated", "both", "one"),
    [
        ({"delivery": 30, "marketing": 400}, 30, 400),
        ({"delivery": 30}, 30, None),  # what is not stated for a purpose lifts no other's limit
        ({"delivery": 0, "marketing": 400}, 0, 400),
        ({}, None, None),
    ],
)
def test_what_is_left_out_is_the_most_that_could_be_said(
    world: World, said: dict[str, None], stated: dict[str, int], both: int | None, one: int | None
):
    """The shortest stated of the purposes asked for, and of no other."""
    company = stating(world, **stated)
    assert kept(world, company, *BOTH, **said) == both
    assert kept(world, company, BOTH[1], **said) == one


@pytest.mark.parametrize(
    ("action", "was", "said", "days"),
    [
        ("merge", 400, {}, 30),  # a purpose is added that is kept no longer
        ("merge", 7, {}, 7),
        ("merge", 7, {"retention_days": 20}, 20),
        ("merge", 7, {"retention_days": None}, 30),
        ("replace", 7, {}, 30),
    ],
)
def test_a_change_is_held_to_it_as_well(
    world: World, action: str, was: int, said: dict[str, int | None], days: int
):
    """What a merge leaves out stays, up to what is stated for a purpose that is new."""
    company, mia = stating(world, delivery=30, marketing=400), world.consumer()
    asked = company.ask(BOTH[1], retention_days=was)
    grant_id = company.take_back(asked, mia.grant(asked)).consent_id
    changed = company.pushed(
        company.request(BOTH[0], **said), grant_management_action=action, grant_id=grant_id
    )
    (granted,) = company.redeem(changed, answer(mia.grant(changed))["code"]).json()["authorization_details"]
    assert granted["retention_days"] == days


@pytest.mark.parametrize("days", [0, 30])
def test_an_ask_may_keep_less(world: World, days: int):
    """Up to what is stated for each of its purposes."""
    assert kept(world, stating(world, delivery=30, marketing=400), *BOTH, retention_days=days) == days


@pytest.mark.parametrize("stated", [{"delivery": 30, "marketing": 400}, {"delivery": 30}, {"delivery": 0}])
def test_an_ask_may_not_keep_longer(world: World, stated: dict[str, int]):
    """One purpose is enough; the answer names the figure."""
    company = stating(world, **stated)
    asked = company.request(*BOTH, retention_days=31)
    response = company.push(asked.params)
    assert (response.status_code, response.json()["error"]) == (400, "invalid_authorization_details")
    told = response.json()["error_description"]
    assert f"{stated['delivery']} days for {DELIVERY}" in told


def test_what_was_agreed_to_is_told_back(world: World):
    """With the tokens, by introspection and by the grant: how long, and to whom it is passed on (RFC 9396, section 7)."""
    company, mia = stating(world, delivery=30), world.consumer()
    asked = company.ask(BOTH[0], recipients=["Parcel carrier"])
    got = company.redeem(asked, answer(mia.grant(asked))["code"]).json()
    own = company.token(grant_type="client_credentials", scope="grant_management_query").json()[
        "access_token"
    ]
    path = f"/oauth/grants/{got['grant_id']}"
    shown = company.http.get(path, headers=company.shown("GET", path, own))
    for said in (got, company.introspect(got["access_token"]).json(), shown.json()):
        (granted,) = said["authorization_details"]
        assert (granted["retention_days"], granted["recipients"]) == (30, ["Parcel carrier"])


def test_without_a_statement_anything_may_be_asked(world: World):
    """A company that states nothing is asked for nothing more than before."""
    company = stating(world)
    assert kept(world, company, *BOTH, retention_days=3000) == 3000
