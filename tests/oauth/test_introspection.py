"""``POST /oauth/introspect`` (RFC 7662): what a token is worth at this moment."""

import pytest
from time_machine import travel

from tests.support.actors import DELIVERY, World, answer, needed
from tests.support.openid import asked_for, signed_in
from vrm import clock, companies


def test_a_token_of_a_consent(world: World):
    """Active, with whose it is, on which consent it stands, and what it may read."""
    company, mia = world.company(), world.consumer()
    asked = company.ask(needed("name"))
    held = company.take_back(asked, mia.grant(asked))
    said = company.introspect(held.access_token).json()
    assert said["active"] is True
    assert (said["client_id"], said["grant_id"]) == (company.client_id, held.consent_id)
    assert said["sub"] == company.read(held.access_token).json()["subject"]
    assert said["exp"] - said["iat"] == 600
    assert said["authorization_details"][0]["lines"] == held.granted
    refresh = company.introspect(held.refresh_token).json()
    assert (said["token_type"], refresh["active"], "token_type" in refresh) == ("DPoP", True, False)


def test_the_clients_own_token(world: World):
    """Active, and about nobody."""
    company = world.company()
    said = company.introspect(company.own_token()).json()
    assert said["active"] is True
    assert not {"sub", "grant_id", "authorization_details"} & set(said)


def test_looking_waits_for_no_writer(world: World):
    """Where a secret proves the client, nothing is written: the answer comes while somebody else writes."""
    company = world.company(secret=True)
    token = company.own_token()
    said = world.house.database.write(lambda session: company.introspect(token).json())
    assert said["active"] is True


def test_inactive_after_the_revoke(world: World):
    """When the person revoked, every token of the consent is inactive at once."""
    company, mia = world.company(), world.consumer()
    asked = company.ask(needed("name"))
    held = company.take_back(asked, mia.grant(asked))
    mia.revoke(held.consent_id)
    for token in (held.access_token, held.refresh_token):
        assert company.introspect(token).json() == {"active": False}


def test_inactive_by_the_clock(world: World):
    """A token that has run out is inactive."""
    company, mia = world.company(), world.consumer()
    asked = company.ask(needed("name"))
    held = company.take_back(asked, mia.grant(asked))
    with travel(clock.now().timestamp() + 601):
        assert company.introspect(held.access_token).json() == {"active": False}
        assert company.introspect(held.refresh_token).json()["active"] is True


@pytest.mark.requirement("BCP-15")
def test_another_clients_token_looks_unknown(world: World):
    """A client learns nothing about a token that is not its own (section 4)."""
    company, mia = world.company(), world.consumer()
    other = world.company(name="Other")
    asked = company.ask(needed("name"))
    held = company.take_back(asked, mia.grant(asked))
    for token in (held.access_token, held.refresh_token, company.own_token(), "vrm_at_none", "x"):
        assert other.introspect(token).json() == {"active": False}


def test_a_suspended_client_learns_nothing(world: World):
    """From the suspension on, not even its own tokens can be looked at."""
    company = world.company()
    token = company.own_token()
    world.house.database.write(
        lambda session: companies.suspend_client(session, client_id=company.client_id, now=clock.now())
    )
    assert company.introspect(token).json()["error"] == "invalid_client"


def test_a_hint_is_only_a_hint(town: World):
    """A hint of the wrong kind changes nothing (section 2.1)."""
    company = town.company()
    token = company.own_token()
    for hint in ("access_token", "refresh_token"):
        data = {"token": token, "token_type_hint": hint, **company.proof()}
        assert company.http.post("/oauth/introspect", data=data).json()["active"] is True


def test_a_token_must_be_named(town: World):
    """Without a token there is nothing to say."""
    company = town.company()
    assert company.introspect("").json()["error"] == "invalid_request"


ALL = tuple(str(number) for number in range(20))


@pytest.mark.parametrize(
    ("changes", "left"),
    [
        ({"scope": "openid email phone"}, ("0",)),
        ({"scope": "openid email phone", "grant_management_action": "replace"}, ("1",)),
        ({"scope": "openid email", "grant_management_action": "replace"}, ("0",)),
        ({"scope": "email", "grant_management_action": "replace"}, ("0",)),
        ({"scope": "profile", "grant_management_action": "merge"}, ("0", "2")),
    ],
)
def test_it_says_what_a_read_would_find(town: World, changes: dict[str, str], left: tuple[str, ...]):
    """Once a newer decision stands, whose code nobody has redeemed yet: at UserInfo, in the profile, and renewed."""
    company, mia = town.company(purposes=[DELIVERY]), town.consumer()
    held = signed_in(company, mia, "openid email phone", take=ALL)
    of_grant = {"grant_id": held["grant_id"]} if "grant_management_action" in changes else {}
    asked = asked_for(company, **changes, **of_grant, prompt="consent")
    _, form = mia.look(asked)
    assert "code" in answer(mia.landed(mia.send(form, decision="grant", take=list(left), days="30")))
    renewed = company.refresh(held["refresh_token"]).json()
    ends = company.introspect(held["refresh_token"]).json()["exp"]
    assert (
        ends <= clock.now().timestamp() + 30 * 86400
    )  # the day that was chosen anew, and not that of the token
    for token in (held["access_token"], renewed["access_token"]):
        said = company.introspect(token).json()
        names, lines = set(said.get("scope", "").split()), said["authorization_details"][0]["lines"]
        assert (said.get("scope"), said["authorization_details"]) == (
            renewed.get("scope"),
            renewed["authorization_details"],
        )
        assert set(company.read(token).json().get("profile", {})) == {each["key"] for each in lines}
        told = company.http.get("/oauth/userinfo", headers=company.shown("GET", "/oauth/userinfo", token))
        assert told.status_code == (200 if "openid" in names else 403)
        if told.status_code == 200:
            scopes = {"email": "email", "phone_number": "phone"}
            assert {scopes[claim] for claim in set(told.json()) - {"sub"}} == names - {"openid"}
