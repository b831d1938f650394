"""Signing in again (OpenID Connect Core 1.0, section 3.1.2): nobody decides twice on the same, nor by an old session."""

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from urllib.parse import urlencode

import pytest
from time_machine import travel

from tests.support.actors import (
    DELIVERY,
    MARKETING,
    PASSWORD,
    Asked,
    Company,
    Consumer,
    World,
    answer,
    line,
    needed,
)
from tests.support.forms import get_form
from tests.support.openid import asked_for, led_to, opened, signed_in
from tests.support.seeds import code
from vrm import accesslog, clock


def wanting(company: Company, **changes: str) -> Asked:
    return asked_for(company, changes.pop("scope", "openid email"), **changes)


def kinds(world: World, person: Consumer) -> list[str]:
    """The types of events about somebody, newest first."""
    found = world.house.database.read(
        lambda db: accesslog.list_for_consumer(db, consumer_id=person.consumer_id, limit=50)
    )
    return [event.type for event in found]


@pytest.mark.parametrize("prompt", [{}, {"prompt": "none"}])
def test_the_same_again_is_answered_on_the_consent_that_stands(world: World, prompt: Mapping[str, str]):
    """No page, no second consent, the same subject; the sign-in is in the log and before the person's eyes."""
    company, mia = world.company(purposes=[DELIVERY]), world.consumer()
    first = signed_in(company, mia, "openid email", take=("0",))
    asked = wanting(company, nonce="n" * 20, **prompt)
    landed = led_to(mia, asked)
    assert landed.startswith(company.redirect_uri + "?") and answer(landed)["state"] == asked.state
    again = company.redeem(asked, answer(landed)["code"]).json()
    assert (again["grant_id"], again["scope"]) == (first["grant_id"], first["scope"])
    claims = opened(world, again["id_token"])
    assert claims["sub"] == opened(world, first["id_token"])["sub"] and claims["nonce"] == "n" * 20
    assert company.introspect(first["access_token"]).json()["active"] is True
    assert kinds(world, mia).count("consent.granted") == kinds(world, mia).count("consent.signed_in") == 1
    assert "You last signed in there" in mia.http.get(f"/consents/{first['grant_id']}").text
    twice = mia.http.get(asked.address)  # it was used up
    assert twice.status_code == 400 and "was answered already" in twice.json()["error_description"]


def test_what_was_refused_stays_refused(world: World):
    """A line that the person left out is not asked for again, and is not in the token; prompt=consent asks again."""
    company, mia = world.company(purposes=[DELIVERY]), world.consumer()
    signed_in(company, mia, "openid email")
    assert signed_in(company, mia, "openid email")["scope"] == "openid"
    assert "/asks/" in led_to(mia, wanting(company, prompt="consent"))


def test_what_stands_is_decided_on_anew(world: World):
    """With prompt=consent the letter shows what was chosen, and what is decided on it takes the place of that."""
    company, mia = world.company(purposes=[DELIVERY]), world.consumer()
    first = signed_in(company, mia, "openid email", take=("0",))
    asked = wanting(company, prompt="consent")
    assert re.search(r'name="take" value="0"[^>]* checked', mia.open(asked.address).text)
    again = company.redeem(asked, answer(mia.grant(asked, take=()))["code"]).json()
    assert (again["grant_id"], again["scope"]) == (first["grant_id"], "openid")
    assert company.introspect(first["access_token"]).json() == {"active": False}
    assert len(company.consents().json()["consents"]) == 1


@pytest.mark.parametrize(
    "changes",
    [
        {"scope": "openid email phone"},
        {"scope": "email"},
        {"prompt": "consent"},
        {"grant_management_action": "create"},
    ],
)
def test_what_has_to_be_decided(world: World, changes: dict[str, str]):
    """More than before, lines without a sign-in, and what asks for the page in so many words."""
    company, mia = world.company(purposes=[DELIVERY]), world.consumer()
    signed_in(company, mia, "openid email", take=("0",))
    assert "/asks/" in led_to(mia, wanting(company, **changes))
    if "prompt" not in changes:
        assert answer(led_to(mia, wanting(company, prompt="none", **changes)))["error"] == "consent_required"


@pytest.mark.parametrize("action", ["merge", "replace"])
def test_a_change_that_changes_nothing(world: World, action: str):
    """It is answered on that very grant; the same of a grant that has another scope is decided."""
    company, mia = world.company(purposes=[DELIVERY]), world.consumer()
    grant_id = signed_in(company, mia, "openid email", take=("0",))["grant_id"]
    same = {"grant_management_action": action, "grant_id": grant_id}
    asked = wanting(company, **same)
    body = company.redeem(asked, answer(led_to(mia, asked))["code"]).json()
    assert (body["grant_id"], body["scope"]) == (grant_id, "openid email")
    more = wanting(company, scope="openid phone", **same)
    assert "/asks/" in led_to(mia, more)
    told = "They will not recognise you any more"
    assert told not in mia.open(more.address).text
    less = wanting(company, scope="email", **same)
    assert (told in mia.open(less.address).text) is (action == "replace")


def test_a_key_for_two_purposes_is_named_with_each(world: World):
    """What stays and what goes of one key are told apart by what they are for."""
    company, mia = world.company(purposes=[DELIVERY, MARKETING]), world.consumer()
    asked = company.ask(needed("email"), line("email", MARKETING), duration_days=30)
    grant_id = company.take_back(asked, mia.grant(asked, take=("1",))).consent_id
    plain = company.request(needed("email"), duration_days=30)
    asked = company.pushed(plain, grant_management_action="replace", grant_id=grant_id)
    text = re.sub(r"<[^>]+>", "", mia.open(asked.address).text)
    goes, stays = text.split("They will no longer read")[1], text.split("Stays as you allowed it: ")[1]
    assert re.match(r"\s*E-mail address \(", goes) and re.match(r"E-mail address \(", stays)
    assert goes.split("(")[1].split(")")[0] != stays.split("(")[1].split(")")[0]


def test_empty_wishes_are_folded(world: World):
    """What the person has no value of, and nobody needs, is one line that opens; each can be filled in there."""
    company, mia = world.company(purposes=[DELIVERY]), world.consumer()
    page = mia.open(asked_for(company, "openid profile").address).text
    folded = page.split("You have not filled in these")[1].split("</details>")[0]
    assert "Middle name" in folded and "Mia Tran" not in folded and 'value="fill-' in folded


def test_whoever_the_hint_names(world: World):
    """An ID token says who must be signed in; anybody else is led back with an error, with a page in view or none."""
    company, mia, ben = world.company(), world.consumer(), world.consumer()
    hint = signed_in(company, mia)["id_token"]
    signed_in(company, ben)
    for prompt in ({}, {"prompt": "none"}):
        assert "code" in answer(led_to(mia, wanting(company, scope="openid", id_token_hint=hint, **prompt)))
        refused = answer(led_to(ben, wanting(company, scope="openid", id_token_hint=hint, **prompt)))
        assert refused["error"] == "login_required"
    other = world.company()
    for sent in (hint, hint[:-9] + "AAAAAAAAA", "x"):
        said = other.push({**other.request(needed("name")).params, "id_token_hint": sent}).json()
        assert said["error"] == "invalid_request" and "id_token_hint" in said["error_description"]


def test_a_code_without_a_page_ends_with_the_consent(world: World):
    """A revoke between the code and its redemption is a revoke."""
    company, mia = world.company(), world.consumer()
    grant_id = signed_in(company, mia)["grant_id"]
    asked = wanting(company, scope="openid")
    landed = led_to(mia, asked)
    mia.revoke(grant_id)
    assert company.redeem(asked, answer(landed)["code"]).json()["error"] == "invalid_grant"


def test_whoever_signs_in_as_another_is_led_back_by_a_page(world: World):
    """The answer to their form may not lead to the client, so its error goes by a page as well."""
    company, mia, ben = world.company(), world.consumer(), world.consumer()
    hint = signed_in(company, mia)["id_token"]
    stranger = Consumer(world.http(), ben.origin, ben.email, ben.consumer_id)
    asked = wanting(company, scope="openid", id_token_hint=hint)
    page = stranger.http.get(sign_in_at(stranger, led_to(stranger, asked)))
    assert page.status_code == 200
    assert answer(page.headers["refresh"].removeprefix("0; url="))["error"] == "login_required"


@pytest.mark.parametrize("pushes", [True, False])
def test_who_signs_in_first_is_led_on_by_a_page(world: World, pushes: bool):
    """Their form may not end at another site, so a page of ours goes on to it by itself; unpushed in a sandbox too."""
    company, mia = world.company(secret=not pushes), world.consumer()
    signed_in(company, mia)
    stranger = Consumer(world.http(), mia.origin, mia.email, mia.consumer_id)
    asked = wanting(company, scope="openid")
    if not pushes:
        asked = replace(asked, address="/oauth/authorize?" + urlencode(asked.params))
    page = stranger.http.get(sign_in_at(stranger, led_to(stranger, asked)))
    assert page.status_code == 200 and "Nordlicht" in page.text
    target = page.headers["refresh"].removeprefix("0; url=")
    assert "id_token" in company.redeem(asked, answer(target)["code"]).json()


@pytest.mark.requirement("AS-A15")
@pytest.mark.parametrize("ahead", [{}, {"Sec-Purpose": "prefetch;prerender"}, {"X-Moz": "prefetch"}])
def test_nothing_is_answered_ahead(world: World, ahead: dict[str, str]):
    """By HEAD, or as a browser fetches what nobody has followed yet, nothing happens; the click signs in."""
    company, mia = world.company(), world.consumer()
    signed_in(company, mia)
    asked = wanting(company, scope="openid")
    look = mia.http.request("GET" if ahead else "HEAD", asked.address, headers=ahead)
    assert look.status_code == (503 if ahead else 204) and "location" not in look.headers
    assert "code" in answer(led_to(mia, asked))


def sign_in_at(person: Consumer, door: str) -> str:
    """Sign in where a request led; the address that follows."""
    form = get_form(person.http.get(door).text, "/sign-in")
    return str(person.send(form, email=person.email, password=PASSWORD).headers["location"])


def test_the_age_of_a_session_counts_at_the_decision(world: World):
    """Core, section 3.1.2.1, ``max_age``: a letter that was open too long leads to sign in, once, and back."""
    company, mia = world.company(), world.consumer()
    asked = asked_for(company, "openid", max_age="60")
    _, form = mia.look(asked)
    with travel(clock.now() + timedelta(minutes=5), tick=True) as moved:
        door = mia.landed(mia.send(form, decision="grant"))
        assert door.startswith("/sign-in?") and "again=1" in door
        going = sign_in_at(mia, door)
        assert going.startswith("/asks/")
        moved.shift(timedelta(minutes=5))  # to read it
        landed = mia.grant(Asked(asked.params, asked.verifier, going))
        assert answer(landed)["code"]


def test_a_second_factor_is_the_moment_of_signing_in(world: World):
    """``auth_time`` is when the last factor was proved (Core, section 2), and setting one up proves nothing of that."""
    company, mia = world.company(), world.consumer()
    began = opened(world, signed_in(company, mia)["id_token"])["auth_time"]
    with travel(clock.now() + timedelta(minutes=10), tick=True) as moved:
        secret = mia.set_up_factor()
        assert opened(world, signed_in(company, mia)["id_token"])["auth_time"] == began
        other = Consumer(world.http(), mia.origin, mia.email, mia.consumer_id)
        other.sign_in()
        door = led_to(other, wanting(company, scope="openid"))
        assert door.startswith("/second-factor?")
        moved.shift(timedelta(minutes=2))
        proved = int(clock.now().timestamp())
        form = get_form(other.http.get(door).text, "/second-factor")
        other.send(form, code=code(secret, clock.now()))
        assert opened(world, signed_in(company, other)["id_token"])["auth_time"] >= proved
