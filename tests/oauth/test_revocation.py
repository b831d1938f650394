"""``POST /oauth/revoke`` (RFC 7009): a client gives a token back; the consent stays its person's."""

from tests.support.actors import World, needed


def test_an_access_token_is_given_back(world: World):
    """It is worth nothing afterwards; the refresh token and the consent stay."""
    company, mia = world.company(), world.consumer()
    asked = company.ask(needed("name"))
    held = company.take_back(asked, mia.grant(asked))
    assert company.give_back(held.access_token).json() == {}
    assert company.read(held.access_token).json()["code"] == "invalid_token"
    assert company.refresh(held.refresh_token).status_code == 200
    assert company.consents().json()["consents"][0]["state"] == "active"


def test_a_refresh_token_takes_the_access_tokens_with_it(world: World):
    """Giving back a refresh token ends all that came of the same grant (section 2.1)."""
    company, mia = world.company(), world.consumer()
    asked = company.ask(needed("name"))
    held = company.take_back(asked, mia.grant(asked))
    later = company.refresh(held.refresh_token).json()["access_token"]
    assert company.give_back(held.refresh_token).status_code == 200
    for token in (held.access_token, later):
        assert company.read(token).json()["code"] == "invalid_token"
    assert company.refresh(held.refresh_token).json()["error"] == "invalid_grant"


def test_giving_back_twice_or_what_never_was(world: World):
    """Both are answered as if they had been good (section 2.2)."""
    company = world.company()
    token = company.own_token()
    for each in (token, token, "vrm_at_none", "x"):
        response = company.give_back(each)
        assert (response.status_code, response.json()) == (200, {})
    assert company.consents(token=token).json()["code"] == "invalid_token"


def test_nobody_gives_back_anothers_token(world: World):
    """Another client's token is refused (section 2.1) and stays good."""
    company, mia = world.company(), world.consumer()
    other = world.company(name="Other")
    asked = company.ask(needed("name"))
    held = company.take_back(asked, mia.grant(asked))
    for token in (held.access_token, held.refresh_token):
        assert other.give_back(token).json()["error"] == "invalid_grant"
    assert company.read(held.access_token).status_code == 200
    assert company.refresh(held.refresh_token).status_code == 200


def test_a_token_must_be_named(town: World):
    """Without a token there is nothing to give back."""
    assert town.company().give_back("").json()["error"] == "invalid_request"
