"""``GET /v1/consents``: what a client holds, a page at a time."""

import pytest

from tests.api.test_disclosures import grant_many
from tests.support.actors import DELIVERY, World, line, needed
from vrm import clock, companies
from vrm.ids import new_id


def test_what_a_client_holds(world: World) -> None:
    """Each consent with its lines as granted, its subject and its end; another client's are not among them."""
    company, mia = world.company(), world.consumer()
    other = world.company(name="Other")
    asked = company.ask(needed("birthdate", any_of=["age_over_18"]), line("email"))
    held = company.take_back(asked, mia.grant(asked))
    (listed,) = company.consents().json()["consents"]
    assert listed["consent_id"] == held.consent_id
    assert listed["subject"] == company.read(held.access_token).json()["subject"]
    assert listed["lines"] == [
        {"key": "age_over_18", "purpose": DELIVERY, "required": True, "frequency": "when_needed"}
    ]
    assert other.consents().json() == {"consents": []}


def test_ended_consents_stay_listed(world: World) -> None:
    """A revoked consent is listed as ended, and nothing says how it ended."""
    company, mia = world.company(), world.consumer()
    asked = company.ask(needed("name"))
    held = company.take_back(asked, mia.grant(asked))
    mia.revoke(held.consent_id)
    (listed,) = company.consents().json()["consents"]
    assert listed["state"] == "ended"


def test_pages(world: World) -> None:
    """A hundred on a page, in the order of the ids; following ``next`` gives each consent once."""
    company, mia = world.company(), world.consumer()
    ids = grant_many(world, company, mia, 203)
    token, after, seen, sizes = company.own_token(), None, [], []
    while True:
        page = company.consents(after, token=token).json()
        seen += [each["consent_id"] for each in page["consents"]]
        sizes.append(len(page["consents"]))
        after = page.get("next")
        if after is None:
            break
    assert sizes == [100, 100, 3]
    assert seen == sorted(ids)


def test_a_page_that_is_just_full(world: World) -> None:
    """A hundred consents are one page, and no empty one follows."""
    company, mia = world.company(), world.consumer()
    grant_many(world, company, mia, 100)
    page = company.consents().json()
    assert len(page["consents"]) == 100
    assert "next" not in page


def test_after_an_id_of_nobody(world: World) -> None:
    """Any id may be gone on from; another client's tells nothing."""
    company = world.company()
    assert company.consents(new_id()).json() == {"consents": []}


@pytest.mark.parametrize("after", ["1", "", "' OR 1=1 --", "\0", "F81D4FAE-7DEC-4D0A-A765-00A0C91E6BF6"])
def test_after_that_is_no_id(town: World, after: str) -> None:
    """It is refused, and the answer names the parameter."""
    response = town.company().consents(after)
    assert (response.status_code, response.json()["code"]) == (400, "invalid")
    assert response.json()["field"] == "after"


def test_the_token_of_a_consent_does_not_do(world: World) -> None:
    """One consent's token tells nothing about the others."""
    company, mia = world.company(), world.consumer()
    asked = company.ask(needed("name"))
    held = company.take_back(asked, mia.grant(asked))
    response = company.consents(token=held.access_token)
    assert (response.status_code, response.json()["code"]) == (403, "insufficient_scope")


def test_a_suspended_client_lists_nothing(world: World) -> None:
    """From the suspension on, a token that is good otherwise lists nothing."""
    company = world.company()
    token = company.own_token()
    world.house.database.write(
        lambda session: companies.suspend_client(session, client_id=company.client_id, now=clock.now())
    )
    response = company.consents(token=token)
    assert (response.status_code, response.json()["code"]) == (403, "client_suspended")
