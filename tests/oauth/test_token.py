"""``POST /oauth/token`` (RFC 6749, section 3.2): a code once, a refresh token while the consent lasts."""

import pytest
from time_machine import travel

from tests.support.actors import Asked, Company, Consumer, World, answer, challenge, line, needed
from vrm import clock, companies

DAY = 86400


def granted(company: Company, person: Consumer, **terms: object) -> tuple[Asked, str]:
    """A request that was allowed, and the code."""
    asked = company.ask(needed("name"), line("email"), **terms)
    return asked, answer(person.grant(asked))["code"]


@pytest.mark.requirement("AS-G13", "AS-G4")
def test_what_a_code_yields(world: World):
    """Tokens, the id of the consent, and what was granted, which is less than was asked."""
    company, mia = world.company(), world.consumer()
    asked, code = granted(company, mia)
    body = company.redeem(asked, code).json()
    assert body["token_type"] == "DPoP"
    assert body["expires_in"] == 600
    (granted_details,) = body["authorization_details"]
    assert [each["key"] for each in granted_details["lines"]] == ["name"]
    assert (granted_details["recipients"], "retention_days" in granted_details) == ([], False)
    assert company.read(body["access_token"]).json()["consent_id"] == body["grant_id"]


@pytest.mark.requirement("AS-A9", "BCP-8")
def test_a_code_used_twice_costs_its_tokens(world: World):
    """The second use is refused and revokes all that the first one yielded (RFC 6749, section 4.1.2)."""
    company, mia = world.company(), world.consumer()
    asked, code = granted(company, mia)
    first = company.redeem(asked, code).json()
    later = company.refresh(first["refresh_token"]).json()
    assert company.redeem(asked, code).json()["error"] == "invalid_grant"
    for token in (first["access_token"], later["access_token"]):
        assert company.read(token).json()["code"] == "invalid_token"
        assert company.introspect(token).json() == {"active": False}
    assert company.refresh(first["refresh_token"]).json()["error"] == "invalid_grant"


def test_a_code_that_another_client_shows_stays_good(world: World):
    """Another client learns nothing from a stolen code, and cannot spoil it."""
    company, mia = world.company(), world.consumer()
    thief = world.company(name="Thief")
    asked, code = granted(company, mia)
    stolen = thief.redeem(asked, code)
    assert stolen.json()["error"] == "invalid_grant"
    assert stolen.json() == thief.redeem(asked, "no-such-code").json()
    assert company.redeem(asked, code).status_code == 200


def test_a_sister_client_of_the_same_company(world: World):
    """A code belongs to one client, not to its company."""
    company, mia = world.company(), world.consumer()
    sister = Company(
        company.http, company.issuer, company.company_id, company.client_id, company.key, company.redirect_uri
    )
    made = world.house.database.write(
        lambda session: companies.new_client(
            session,
            company_id=company.company_id,
            name="Sister",
            redirect_uris=[company.redirect_uri],
            jwks={"keys": [company.key.as_dict(private=False)]},
            now=clock.now(),
        )
    )
    sister.client_id = made.id
    asked, code = granted(company, mia)
    assert sister.redeem(asked, code).json()["error"] == "invalid_grant"


WRONG = [
    ("no verifier", {"code_verifier": ""}, "invalid_request"),
    ("another verifier", {"code_verifier": "v" * 43}, "invalid_grant"),
    ("a verifier that is too short", {"code_verifier": "v" * 42}, "invalid_request"),
    ("another redirect URI", {"redirect_uri": "https://nordlicht.example/other"}, "invalid_grant"),
    ("a redirect URI with a slash", {"redirect_uri": "https://nordlicht.example/back/"}, "invalid_grant"),
    ("no redirect URI", {"redirect_uri": ""}, "invalid_grant"),
    ("a code that never was", {"code": "x" * 48}, "invalid_grant"),
    ("an empty code", {"code": ""}, "invalid_request"),
]


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.requirement("AS-A5")
def test_a_code_needs_all_that_belongs_to_it(world: World):
    """The verifier, the redirect URI and the code itself must be those of the request; then it still works."""
    company, mia = world.company(), world.consumer()
    asked, code = granted(company, mia)
    for what, changes, error in WRONG:
        response = company.redeem(asked, code, **changes)
        assert (response.status_code, response.json()["error"]) == (400, error), what
    assert company.redeem(asked, code).status_code == 200


def test_the_verifier_of_another_request(world: World):
    """Each code is bound to the challenge of its own request; the challenge itself is no verifier."""
    company, mia = world.company(), world.consumer()
    (one, code), (two, _) = granted(company, mia), granted(company, mia)
    assert company.redeem(two, code).json()["error"] == "invalid_grant"
    assert company.redeem(one, code, code_verifier=challenge(one.verifier)).json()["error"] == "invalid_grant"


@pytest.mark.requirement("AS-G10")
def test_a_code_lives_a_minute(world: World):
    """FAPI 2.0, section 5.3.2.1: sixty seconds, not one more."""
    company, mia = world.company(), world.consumer()
    asked, code = granted(company, mia)
    with travel(clock.now().timestamp() + 61):
        assert company.redeem(asked, code).json()["error"] == "invalid_grant"


def test_a_code_of_a_consent_that_was_revoked(world: World):
    """Between decision and token the person may think again."""
    company, mia = world.company(), world.consumer()
    asked, code = granted(company, mia)
    mia.revoke(company.consents().json()["consents"][0]["consent_id"])
    assert company.redeem(asked, code).json()["error"] == "invalid_grant"


@pytest.mark.requirement("AS-G8")
def test_refreshing_does_not_rotate(world: World):
    """The refresh token stays the same and good (FAPI 2.0, section 5.3.2.1); each use gives another access token."""
    company, mia = world.company(), world.consumer()
    asked, code = granted(company, mia)
    first = company.redeem(asked, code).json()
    seen = {first["access_token"]}
    for _ in range(3):
        again = company.refresh(first["refresh_token"]).json()
        assert "refresh_token" not in again
        assert again["grant_id"] == first["grant_id"]
        assert company.read(again["access_token"]).status_code == 200
        seen.add(again["access_token"])
    assert len(seen) == 4


@pytest.mark.requirement("BCP-6")
def test_no_refresh_after_the_revoke(world: World):
    """Revoked means now, for refresh tokens too."""
    company, mia = world.company(), world.consumer()
    asked, code = granted(company, mia)
    held = company.redeem(asked, code).json()
    mia.revoke(held["grant_id"])
    response = company.refresh(held["refresh_token"])
    assert (response.status_code, response.json()["error"]) == (400, "invalid_grant")


@pytest.mark.requirement("BCP-6")
def test_no_refresh_after_the_consents_end(world: World):
    """A refresh token never outlives its consent, and no access token does."""
    company, mia = world.company(), world.consumer()
    asked = company.ask(needed("name"), duration_days=1)
    held = company.take_back(asked, mia.grant(asked, days="1"))
    with travel(clock.now().timestamp() + DAY - 120):
        last = company.refresh(held.refresh_token).json()
        assert last["expires_in"] <= 121
    with travel(clock.now().timestamp() + DAY + 1):
        assert company.refresh(held.refresh_token).json()["error"] == "invalid_grant"
        assert company.read(last["access_token"]).status_code == 401


def test_no_refresh_after_the_notice_changed(world: World):
    """Who agreed to another notice has not agreed to this one: the company must ask anew."""
    company, mia = world.company(), world.consumer()
    asked, code = granted(company, mia)
    held = company.redeem(asked, code).json()
    world.house.database.write(
        lambda session: companies.change_notice(
            session,
            company_id=company.company_id,
            privacy_notice_url="https://nordlicht.example/privacy",
            now=clock.now(),
        )
    )
    assert company.refresh(held["refresh_token"]).json()["error"] == "invalid_grant"
    assert company.introspect(held["access_token"]).json() == {"active": False}


@pytest.mark.requirement("BCP-6", "BCP-15")
def test_another_clients_refresh_token(world: World):
    """A stolen refresh token is worth nothing without its client's key, and looks unknown."""
    company, mia = world.company(), world.consumer()
    thief = world.company(name="Thief")
    asked, code = granted(company, mia)
    held = company.redeem(asked, code).json()
    assert thief.refresh(held["refresh_token"]).json() == thief.refresh("vrm_rt_none").json()
    assert company.refresh(held["refresh_token"]).status_code == 200


@pytest.mark.requirement("RS-3")
def test_tokens_of_the_wrong_kind(world: World):
    """An access token refreshes nothing, a refresh token reads nothing."""
    company, mia = world.company(), world.consumer()
    asked, code = granted(company, mia)
    held = company.redeem(asked, code).json()
    assert company.refresh(held["access_token"]).json()["error"] == "invalid_grant"
    assert company.read(held["refresh_token"]).json()["code"] == "invalid_token"


REFUSED = [
    ("no grant type", {}, "unsupported_grant_type"),
    ("the password of a person", {"grant_type": "password", "username": "mia", "password": "x"}, "unsupported_grant_type"),
    ("an unknown grant type", {"grant_type": "urn:ietf:params:oauth:grant-type:token-exchange"}, "unsupported_grant_type"),
    ("a scope for oneself", {"grant_type": "client_credentials", "scope": "all"}, "invalid_scope"),
    ("a refresh without a token", {"grant_type": "refresh_token"}, "invalid_request"),
    ("a refresh with a scope", {"grant_type": "refresh_token", "refresh_token": "x", "scope": "all"}, "invalid_grant"),
    ("a code grant without a code", {"grant_type": "authorization_code"}, "invalid_request"),
    ("a token for another API", {"grant_type": "client_credentials", "resource": "https://other.example"}, "invalid_target"),
    ("a token for less", {"grant_type": "client_credentials", "authorization_details": "[]"}, "invalid_authorization_details"),
]  # fmt: skip


@pytest.mark.parametrize(("what", "params", "error"), REFUSED, ids=[row[0] for row in REFUSED])
def test_a_request_that_is_wrong(town: World, what: str, params: dict, error: str):
    """Each fault has the standard's own code."""
    response = town.company().token(**params)
    assert (response.status_code, response.json()["error"]) == (400, error), what


def test_a_scope_beside_a_good_refresh_token(world: World):
    """There are no scopes, so none can be added on the way."""
    company, mia = world.company(), world.consumer()
    asked, code = granted(company, mia)
    held = company.redeem(asked, code).json()
    response = company.token(grant_type="refresh_token", refresh_token=held["refresh_token"], scope="more")
    assert response.json()["error"] == "invalid_scope"


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_no_form_no_token(world: World):
    """JSON is not read here, and a GET gets nothing."""
    company = world.company()
    body = {"grant_type": "client_credentials", **company.proof()}
    assert company.http.post("/oauth/token", json=body).status_code == 400
    assert company.http.get("/oauth/token", params=body).status_code == 405
