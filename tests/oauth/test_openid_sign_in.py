"""Signing in (OpenID Connect Core 1.0): an ID token that says who came, and nothing of their profile."""

import json
from datetime import timedelta
from urllib.parse import urlencode

import pytest
from time_machine import travel

from tests.support.actors import (
    DELIVERY,
    MARKETING,
    PASSWORD,
    Asked,
    Consumer,
    World,
    answer,
    needed,
)
from tests.support.forms import get_form
from tests.support.openid import asked_for, opened, signed_in
from vrm import clock

NONCE = "n" * 64


def test_signing_in_says_who_and_nothing_else(world: World):
    """The ID token holds the pairwise subject and no profile field (Core, section 2)."""
    company, mia = world.company(), world.consumer()
    body = signed_in(company, mia, nonce=NONCE)
    claims = opened(world, body["id_token"])
    subject = company.introspect(body["access_token"]).json()["sub"]
    assert claims["sub"] == subject
    assert (claims["iss"], claims["aud"], claims["nonce"]) == (company.issuer, company.client_id, NONCE)
    assert claims["iat"] < claims["exp"] <= claims["iat"] + 600
    assert claims["auth_time"] <= claims["iat"]
    assert set(claims) == {"iss", "sub", "aud", "iat", "exp", "auth_time", "nonce", "at_hash"}
    assert mia.consumer_id not in json.dumps(claims)
    assert body["scope"] == "openid"
    assert body["authorization_details"][0]["lines"] == []


def test_one_person_is_two_subjects_to_two_companies(world: World):
    """Pairwise (Core, section 8.1): the same again at one company, another one at another."""
    mia = world.consumer()
    one, other = world.company(), world.company(name="Other")
    first, again = (opened(world, signed_in(one, mia)["id_token"])["sub"] for _ in range(2))
    assert first == again
    assert opened(world, signed_in(other, mia)["id_token"])["sub"] != first


def test_without_openid_there_is_no_id_token(world: World):
    """OAuth stays OAuth: an ask alone, or a scope alone, yields no ID token."""
    company, mia = world.company(purposes=[DELIVERY]), world.consumer()
    assert "id_token" not in signed_in(company, mia, "email", take=("0",))
    asked = company.ask(needed("name"))
    assert "id_token" not in company.redeem(asked, answer(mia.grant(asked))["code"]).json()


def test_a_refreshed_token_keeps_its_scope(world: World):
    """RFC 6749, section 6: no more than was granted, and as much where nothing is said."""
    company, mia = world.company(), world.consumer()
    refresh = signed_in(company, mia)["refresh_token"]
    later = company.refresh(refresh).json()
    assert later["scope"] == "openid"
    assert company.introspect(later["access_token"]).json()["scope"] == "openid"
    more = company.token(grant_type="refresh_token", refresh_token=refresh, scope="openid email")
    assert more.json()["error"] == "invalid_scope"


def test_the_letter_says_that_they_will_recognise_the_person(world: World):
    """In plain words, and with nothing to tick; refusing works as ever."""
    company, mia = world.company(), world.consumer()
    asked = asked_for(company, "openid")
    page = mia.open(asked.address).text
    assert "asks to recognise you" in page
    assert "A number that stands for you" in page
    assert 'name="take"' not in page
    assert answer(mia.refuse(asked))["error"] == "access_denied"


def test_a_sign_in_is_a_consent_that_ends_like_any_other(world: World):
    """It stands on the person's pages, and revoking it ends its tokens at once."""
    company, mia = world.company(), world.consumer()
    body = signed_in(company, mia)
    assert mia.http.get("/consents").status_code == 200
    assert "a number that only they know" in mia.http.get(f"/consents/{body['grant_id']}").text
    mia.revoke(body["grant_id"])
    assert company.introspect(body["access_token"]).json() == {"active": False}
    assert company.refresh(body["refresh_token"]).json()["error"] == "invalid_grant"


@pytest.mark.parametrize(
    ("scope", "error"),
    [
        ("openid admin", "invalid_scope"),
        ("OpenID", "invalid_scope"),
        ("openid\u00e9", "invalid_request"),
        ('openid "x"', "invalid_request"),
    ],
)
def test_scopes_that_nobody_knows(town: World, scope: str, error: str):
    """An unknown scope is named in the refusal; one that cannot be one is not repeated (RFC 6749, section 3.3)."""
    company = town.company()
    response = company.push({**company.request().params, "scope": scope})
    assert (response.status_code, response.json()["error"]) == (400, error)
    if error == "invalid_scope":
        assert scope.split()[-1] in response.json()["error_description"]


def test_a_clients_own_token_has_no_scope(town: World):
    """Nobody stands behind a client's own token whom a scope could be asked of."""
    company = town.company()
    response = company.token(grant_type="client_credentials", scope="openid")
    assert response.json()["error"] == "invalid_scope"


@pytest.mark.parametrize(
    ("nonce", "taken"), [("n" * 512, True), ('"\\', True), ("n" * 513, False), ("ü", False)]
)
@pytest.mark.requirement("AS-A14")
def test_how_long_a_nonce_may_be(world: World, nonce: str, taken: bool):
    """64 characters must do (FAPI 2.0, section 5.3.2.2); there is an end, and what comes back is what was sent."""
    company, mia = world.company(), world.consumer()
    if not taken:
        response = company.push({**company.request().params, "scope": "openid", "nonce": nonce})
        assert response.json()["error"] == "invalid_request"
        return
    assert opened(world, signed_in(company, mia, nonce=nonce)["id_token"])["nonce"] == nonce


def again_at(person: Consumer, asked: Asked) -> str:
    """Where the browser is led by a request, without following."""
    response = person.http.get(asked.address)
    assert response.status_code == 303, response.text
    return str(response.headers["location"])


def sign_in_again(person: Consumer, door: str) -> str:
    """Sign in over an open session, at the door where a request led; the address that follows."""
    response = person.send(
        get_form(person.http.get(door).text, "/sign-in"), email=person.email, password=PASSWORD
    )
    assert response.status_code == 303, response.text
    return str(response.headers["location"])


def test_prompt_none_never_shows_a_page(world: World):
    """Core, section 3.1.2.6: the error says whether signing in or deciding was missing."""
    company, mia = world.company(), world.consumer()
    asked = asked_for(company, "openid", prompt="none")
    said = answer(again_at(mia, asked))
    assert (said["error"], said["state"]) == ("consent_required", asked.state)
    stranger = Consumer(world.http(), mia.origin, mia.email, mia.consumer_id)
    assert answer(again_at(stranger, asked))["error"] == "login_required"


@pytest.mark.parametrize("prompt", ["none login", "create", "none none"])
def test_prompts_that_cannot_be_meant(town: World, prompt: str):
    """``none`` stands alone, and what we do not do is refused."""
    company = town.company()
    response = company.push({**company.request().params, "scope": "openid", "prompt": prompt})
    assert response.json()["error"] == "invalid_request"


@pytest.mark.parametrize("age", ["-1", "soon", "1.5", "9" * 10])
def test_ages_that_cannot_be_meant(town: World, age: str):
    """``max_age`` is a whole number of seconds."""
    company = town.company()
    response = company.push({**company.request().params, "scope": "openid", "max_age": age})
    assert response.json()["error"] == "invalid_request"


@pytest.mark.parametrize(
    "changes", [{"prompt": "login"}, {"prompt": "select_account consent"}, {"max_age": "0"}]
)
def test_who_must_sign_in_again_does_so_once(world: World, changes: dict[str, str]):
    """Even with an open session; afterwards the request goes on, and ``auth_time`` is the new sign-in."""
    company, mia = world.company(), world.consumer()
    with travel(clock.now() + timedelta(minutes=30), tick=True):
        began = int(clock.now().timestamp())
        asked = asked_for(company, "openid", **changes)
        door = again_at(mia, asked)
        assert door.startswith("/sign-in?") and "again=1" in door
        said = "asks that you sign in once more, though you are signed in"
        page = mia.http.get(door)
        mistaken = mia.send(get_form(page.text, "/sign-in"), email=mia.email, password="wrong")
        assert said in page.text and said in mistaken.text
        assert said not in world.http().get(door).text  # who is not signed in
        going = sign_in_again(mia, door)
        landed = mia.grant(Asked(asked.params, asked.verifier, going))
        body = company.redeem(asked, answer(landed)["code"]).json()
        assert opened(world, body["id_token"])["auth_time"] >= began


def test_a_session_that_is_young_enough_will_do(world: World):
    """``max_age`` asks nobody to sign in who has just done so; with ``prompt=none`` an old one counts as none."""
    company, mia = world.company(), world.consumer()
    assert "/asks/" in again_at(mia, asked_for(company, "openid", max_age="600"))
    with travel(clock.now() + timedelta(minutes=30), tick=True):
        asked = asked_for(company, "openid", max_age="600", prompt="none")
        said = answer(again_at(mia, asked))
        assert said["error"] == "login_required" and "sign in again" in said["error_description"]


def test_an_older_session_cannot_decide_what_needs_a_new_one(world: World):
    """The letter may be opened in another browser: there, too, the person signs in again before allowing."""
    company, mia = world.company(), world.consumer()
    other = Consumer(world.http(), mia.origin, mia.email, mia.consumer_id)
    other.sign_in()
    with travel(clock.now() + timedelta(minutes=30), tick=True):
        asked = asked_for(company, "openid", prompt="login")
        going = sign_in_again(mia, again_at(mia, asked))
        path, form = mia.look(Asked(asked.params, asked.verifier, going))
        _, stale = other.look(Asked(asked.params, asked.verifier, path))
        refused = other.send(stale, decision="grant")
        assert refused.headers["location"].startswith("/sign-in?")
        assert "code" in answer(mia.landed(mia.send(form, decision="grant")))


def test_nobody_else_can_say_when_a_session_must_have_begun(world: World):
    """``since`` is our own note: a client that sends it is not heard."""
    company, mia = world.company(), world.consumer()
    params = {**company.request().params, "scope": "openid", "max_age": "0", "since": "0", **company.proof()}
    assert world.app is not None  # asked past the description: it has no such parameter
    uri = world.app.test_client().post("/oauth/par", data=params).json["request_uri"]  # type: ignore[index]
    asked = Asked(
        params, "", "/oauth/authorize?" + urlencode({"client_id": company.client_id, "request_uri": uri})
    )
    assert again_at(mia, asked).startswith("/sign-in?")


def test_request_objects_and_claims(world: World):
    """``request`` is refused by its name; ``claims`` is not supported and changes nothing (Core, section 5.5)."""
    company, mia = world.company(), world.consumer()
    response = company.push({**company.request().params, "request": "e30.e30."})
    assert response.json()["error"] == "request_not_supported"
    wanted = json.dumps({"id_token": {"email": None}})
    assert "email" not in opened(world, signed_in(company, mia, claims=wanted)["id_token"])


def test_what_scopes_are_for_must_be_clear(town: World):
    """With several purposes the registration says which; the refusal says what to do."""
    company = town.company(purposes=[DELIVERY, MARKETING])
    response = company.push({**company.request().params, "scope": "openid email"})
    assert response.json()["error"] == "invalid_scope"
    assert "purpose of scopes" in response.json()["error_description"]
