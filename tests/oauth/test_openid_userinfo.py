"""``/oauth/userinfo`` (OpenID Connect Core 1.0, section 5.3): a disclosure like any other."""

from datetime import timedelta
from typing import Any

import httpx2
import pytest
from time_machine import travel

from tests.support.actors import DELIVERY, MARKETING, MIA, Company, World, answer, needed
from tests.support.openid import asked_for, signed_in
from vrm import clock, companies

PATH = "/oauth/userinfo"
PROFILE = {**MIA, "given_name": "Mia", "phone_number": "+61 3 9123 4567", "website": "https://mia.example/"}
ALL = tuple(str(number) for number in range(20))


def ask(company: Company, token: str, method: str = "GET", **claims: Any) -> httpx2.Response:
    """Ask with a token and its proof."""
    return company.http.request(method, PATH, headers=company.shown(method, PATH, token, **claims))


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_what_was_allowed_in_the_words_of_the_standard(world: World, method: str):
    """Names and shapes of section 5.1; what has no value or was not allowed is left out."""
    company, mia = world.company(purposes=[DELIVERY]), world.consumer(values=PROFILE)
    body = signed_in(company, mia, "openid profile email phone address", take=ALL)
    response = ask(company, body["access_token"], method)
    told: dict[str, Any] = response.json()
    assert told.pop("sub") == company.introspect(body["access_token"]).json()["sub"]
    assert told.pop("address") == {
        "formatted": "14 Barkly Street, Brunswick 3056, Australia",
        "street_address": "14 Barkly Street",
        "locality": "Brunswick",
        "postal_code": "3056",
        "country": "AU",
    }
    assert told == {
        "name": "Mia Tran",
        "given_name": "Mia",
        "birthdate": "1991-06-17",
        "website": "https://mia.example/",
        "email": "mia@mail.example",
        "phone_number": told["phone_number"],
    }
    assert told["phone_number"].replace(" ", "") == "+61391234567"


def test_a_read_of_it_is_in_the_log_and_before_the_person(world: World):
    """The entry is named in the answer, and the person sees the read."""
    company, mia = world.company(purposes=[DELIVERY]), world.consumer()
    response = ask(company, signed_in(company, mia, "openid email", take=ALL)["access_token"])
    event_id = response.headers["VRM-Event-Id"]
    assert event_id in mia.http.get("/reads").text or mia.http.get(f"/reads/{event_id}").status_code == 200


def test_only_what_was_ticked(world: World):
    """Scopes are optional lines: nothing is sent that was not ticked, and the token says so."""
    company, mia = world.company(purposes=[DELIVERY]), world.consumer()
    body = signed_in(company, mia, "openid profile email", take=("0",))
    assert body["scope"] == "openid profile"
    assert set(ask(company, body["access_token"]).json()) == {"sub", "name"}


def test_signing_in_alone_tells_the_subject(world: World):
    """No line was asked for: sub, and nothing else; and it is a read that was answered."""
    company, mia = world.company(), world.consumer()
    body = signed_in(company, mia)
    assert set(ask(company, body["access_token"]).json()) == {"sub"}
    assert mia.http.get("/reads").status_code == 200


def test_lines_of_another_purpose_stay_apart(world: World):
    """What was allowed for another purpose in authorization_details is not given here (purpose limitation)."""
    company, mia = world.company(purposes=[DELIVERY, MARKETING]), world.consumer()
    choose(world, company, MARKETING)
    asked = company.pushed(company.request(needed("name", DELIVERY)), scope="openid email")
    body = company.redeem(asked, answer(mia.grant(asked, take=["1"]))["code"]).json()
    assert set(ask(company, body["access_token"]).json()) == {"sub", "email"}
    assert company.read(body["access_token"], DELIVERY).json()["profile"] == {"name": "Mia Tran"}


def test_a_purpose_chosen_anew_is_for_asks_to_come(world: World):
    """A consent keeps the purpose its scopes had."""
    company, mia = world.company(purposes=[DELIVERY, MARKETING]), world.consumer()
    choose(world, company, MARKETING)
    token = signed_in(company, mia, "openid email", take=ALL)["access_token"]
    choose(world, company, DELIVERY)
    assert set(ask(company, token).json()) == {"sub", "email"}


def test_lines_that_are_asked_for_twice_stand_once(world: World):
    """A scope adds no second line for what authorization_details ask for already."""
    company, mia = world.company(purposes=[DELIVERY]), world.consumer()
    asked = company.pushed(company.request(needed("email")), scope="openid email")
    _, form = mia.look(asked)
    assert [name for name in form.values if name.startswith("key-")] == ["key-0"]


def test_an_answer_in_place_of_a_field_is_not_that_claim(world: World):
    """Who allowed age_over_18 has not allowed birthdate."""
    company, mia = world.company(purposes=[DELIVERY]), world.consumer()
    plain = company.request(needed("birthdate", any_of=["age_over_18"]))
    asked = company.pushed(plain, scope="openid profile")
    body = company.redeem(asked, answer(mia.grant(asked))["code"]).json()
    assert body["scope"] == "openid"
    assert set(ask(company, body["access_token"]).json()) == {"sub"}


def test_without_openid_it_is_not_for_you(world: World):
    """A token of an ask, or of scopes alone, has not the scope openid (RFC 6750, section 3.1). The person sees the try."""
    company, mia = world.company(purposes=[DELIVERY]), world.consumer()
    held = signed_in(company, mia, "email", take=ALL)
    response = ask(company, held["access_token"])
    assert (response.status_code, response.json()["code"]) == (403, "insufficient_scope")
    assert 'error="insufficient_scope"' in response.headers["WWW-Authenticate"]
    assert "You did not allow what they asked for." in mia.open(f"/reads/{response.json()['event_id']}").text
    assert ask(company, company.own_token()).status_code == 403


def test_a_consent_that_ended_says_nothing_more(world: World):
    """Not even sub, from the moment of the revoke."""
    company, mia = world.company(), world.consumer()
    body = signed_in(company, mia)
    mia.revoke(body["grant_id"])
    response = ask(company, body["access_token"])
    assert (response.status_code, response.json()["code"]) == (401, "consent_ended")
    assert 'error="invalid_token"' in response.headers["WWW-Authenticate"]
    assert "event_id" in response.json()


def test_a_suspended_client_is_told_so(world: World):
    """Good standing is worked out at use here too."""
    company, mia = world.company(), world.consumer()
    token = signed_in(company, mia)["access_token"]
    world.house.database.write(
        lambda db: companies.suspend_client(db, client_id=company.client_id, now=clock.now())
    )
    assert ask(company, token).json()["code"] == "client_suspended"


@pytest.mark.parametrize(
    "claims", [{"htm": "POST"}, {"htu": "http://localhost:8000/v1/profile"}, {"ath": "x"}]
)
def test_a_proof_for_something_else(town: World, claims: dict[str, Any]):
    """The protector of the API stands here as well (RFC 9449, section 7)."""
    company, mia = town.company(), town.consumer(email=f"{next(iter(claims))}@mail.example")
    response = ask(company, signed_in(company, mia)["access_token"], **claims)
    assert (response.status_code, response.json()["code"]) == (401, "invalid_dpop_proof")


def test_no_token_and_a_stolen_one(world: World):
    """Without a token, or with a bound one shown as Bearer, there is a challenge and nothing else."""
    company, mia = world.company(), world.consumer()
    token = signed_in(company, mia)["access_token"]
    assert company.http.get(PATH).json()["code"] == "token_required"
    response = company.http.get(PATH, headers={"Authorization": f"Bearer {token}"})
    assert response.json()["code"] == "invalid_token"
    assert company.http.get(PATH, params={"access_token": token}).status_code == 401


def test_the_scopes_end_with_the_consent(world: World):
    """Where nothing but scopes was sent, 90 days are asked for; then it is over."""
    company, mia = world.company(), world.consumer()
    asked = asked_for(company, "openid")
    assert "90 days" in mia.open(asked.address).text
    landed = mia.grant(asked, days="90")
    body = company.redeem(asked, answer(landed)["code"]).json()
    assert body["authorization_details"][0]["duration_days"] == 90
    with travel(clock.now() + timedelta(days=91), tick=True):
        assert company.refresh(body["refresh_token"]).json()["error"] == "invalid_grant"


def choose(world: World, company: Company, purpose: str) -> None:
    """Say what scopes of the client are for."""
    world.house.database.write(
        lambda db: companies.change_client(
            db, client_id=company.client_id, scope_purpose=purpose, now=clock.now()
        )
    )


def test_a_merge_keeps_the_scopes(town: World):
    """A merge that names no scope adds to what was granted: its token still signs in and reads the claims."""
    company, mia = town.company(purposes=[DELIVERY]), town.consumer(email="merged@mail.example")
    before = signed_in(company, mia, "openid email", take=("0",))
    plain = company.request(needed("name"))
    asked = company.pushed(plain, grant_management_action="merge", grant_id=before["grant_id"])
    after = company.redeem(asked, answer(mia.grant(asked, take=("0", "1")))["code"]).json()
    assert {"openid", "email"} <= set(after["scope"].split())
    assert {"sub", "email"} <= set(ask(company, after["access_token"]).json())
