"""``GET /v1/consents``: what a client holds, a page at a time; ``/v1/consents/{id}``: one of them, whole."""

from dataclasses import replace
from datetime import timedelta

import pytest
from joserfc.jwk import ECKey

from tests.api.test_disclosures import grant_many
from tests.support import seeds
from tests.support.actors import DELIVERY, Company, World, line, needed
from tests.support.openid import signed_in
from vrm import clock, companies, receipts
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
        {
            "key": "age_over_18",
            "asked": "birthdate",
            "purpose": DELIVERY,
            "required": True,
            "frequency": "when_needed",
            "why": "",
        }
    ]
    assert other.consents().json() == {"consents": []}


def test_a_sign_in_alone_is_held_without_lines(world: World) -> None:
    """A consent to be recognised and to nothing else is listed and shown as described."""
    company, mia = world.company(), world.consumer()
    grant_id = signed_in(company, mia)["grant_id"]
    (listed,) = company.consents().json()["consents"]
    assert (listed["consent_id"], listed["lines"]) == (grant_id, [])
    assert company.own(f"consents/{grant_id}").json()["lines"] == []


def test_ended_consents_stay_listed(world: World) -> None:
    """A revoked consent is listed, with when it ended."""
    company, mia = world.company(), world.consumer()
    asked = company.ask(needed("name"))
    held = company.take_back(asked, mia.grant(asked))
    mia.revoke(held.consent_id)
    (listed,) = company.consents().json()["consents"]
    assert (listed["state"], listed["ended_at"] <= clock.rfc3339(clock.now())) == ("revoked", True)


def test_the_list_is_narrowed(world: World) -> None:
    """By state, key and end, as on the page; what is asked wrongly is refused and finds nothing."""
    company, mia = world.company(), world.consumer()
    days = {30: "name", 365: "email"}
    held = {
        each: company.take_back(asked, mia.grant(asked, days=str(each)))
        for each, key in days.items()
        for asked in [company.ask(needed(key), duration_days=each)]
    }
    mia.revoke(held[365].consent_id)
    soon = clock.rfc3339(clock.now() + timedelta(days=31))

    def found(**narrowed: str) -> list[str]:
        return [each["consent_id"] for each in company.consents(**narrowed).json()["consents"]]

    assert found() == [held[365].consent_id, held[30].consent_id]  # the newest first
    assert found(state="active") == found(key="name") == found(ends_before=soon) == [held[30].consent_id]
    assert found(state="revoked") == found(key="email") == [held[365].consent_id]
    assert found(state="active", key="email") == found(state="suspended") == []
    for wrong in ({"state": "ended"}, {"key": "no_such_key"}, {"ends_before": "soon"}, {"sate": "active"}):
        refused = company.consents(**wrong)
        assert (refused.status_code, refused.json()["code"]) == (400, "invalid")


def test_one_consent_whole(world: World) -> None:
    """What it allows, what was asked and not given, and its revision with the terms; never a value."""
    company, mia = world.company(), world.consumer()
    asked = company.ask(needed("birthdate", any_of=["age_over_18"]), line("email"), retention_days=30)
    held = company.take_back(asked, mia.grant(asked))
    whole = company.own(f"consents/{held.consent_id}")
    assert [(each["key"], each["asked"]) for each in whole.json()["lines"]] == [("age_over_18", "birthdate")]
    assert [each["key"] for each in whole.json()["not_given"]] == ["email"]
    (revision,) = whole.json()["revisions"]
    assert (revision["revision"], revision["asked"]["retention_days"]) == (1, 30)
    assert revision["asked"]["lines"][0]["any_of"] == ["age_over_18"]
    for value in company.read(held.access_token).json()["profile"].values():
        assert str(value) in ("True", "False") or str(value) not in whole.text


def test_a_consent_of_another_client(world: World) -> None:
    """Another company's, another client's of the same company, and one that never was look alike."""
    company, mia = world.company(), world.consumer()
    asked = company.ask(needed("name"))
    held = company.take_back(asked, mia.grant(asked))
    other, sister = world.company(name="Other"), sister_of(world, company)
    for reader, consent_id in ((other, held.consent_id), (sister, held.consent_id), (company, new_id())):
        for what in (f"consents/{consent_id}", f"consents/{consent_id}/reads"):
            response = reader.own(what)
            assert (response.status_code, response.json()["code"]) == (404, "not_found")
    assert sister.consents().json() == {"consents": []}
    assert sister.consents(held.consent_id).json() == {"consents": []}


def sister_of(world: World, company: Company) -> Company:
    """Another client of the same company."""
    key = ECKey.generate_key("P-256", auto_kid=True)
    client = world.house.database.write(
        lambda session: companies.new_client(
            session,
            company_id=company.company_id,
            name="The till",
            redirect_uris=[company.redirect_uri],
            jwks={"keys": [key.as_dict(private=False)]},
            now=clock.now(),
        )
    )
    return replace(company, client_id=client.id, key=key)


def test_pages(world: World) -> None:
    """A hundred on a page; following ``next`` gives each consent once."""
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
    assert sorted(seen) == sorted(ids)


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


def test_a_company_can_prove_that_it_had_consent(world: World) -> None:
    """The very record that its person has, signed: by the pairwise subject, without what opens the values in it."""
    company, mia = world.company(), world.consumer()
    asked = company.ask(needed("name"))
    held = company.take_back(asked, mia.grant(asked))
    seeds.catch_up(world.house)
    answer = company.own(f"consents/{held.consent_id}/receipts/1")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/json")
    keys = world.house.keys.receipt_keys.published(clock.now())
    found = receipts.verify(answer.content, keys=keys, vkeys=world.house.log_verifiers())
    assert found.faults == () and found.committed and found.receipt is not None
    body = found.receipt.body
    assert "values" not in body and body["record"]["notice"]["shown"]["keys"]["name"]["label"]
    assert company.own(f"consents/{held.consent_id}").json()["subject"] == body["record"]["pii_principal_id"]
    for number in ("2", "3000000000", "9" * 25):
        assert company.own(f"consents/{held.consent_id}/receipts/{number}").status_code == 404
    assert world.company().own(f"consents/{held.consent_id}/receipts/1").status_code == 404
