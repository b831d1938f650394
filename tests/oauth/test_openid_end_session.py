"""``/oauth/end-session`` (OpenID Connect RP-Initiated Logout 1.0): the person decides, and nobody is led astray."""

from datetime import timedelta
from urllib.parse import urlencode

import pytest
from time_machine import travel

from tests.support.actors import Company, Consumer, World, answer
from tests.support.forms import get_form
from tests.support.openid import signed_in
from vrm import clock, companies

PATH = "/oauth/end-session"
BYE = "https://nordlicht.example/bye"


def registered(world: World, bye: str = BYE) -> Company:
    """A company whose client may lead a person on after signing out."""
    company = world.company()
    world.house.database.write(
        lambda db: companies.change_client(
            db,
            client_id=company.client_id,
            post_logout_redirect_uris=[bye],
            now=clock.now(),
        )
    )
    return company


def address(**params: str) -> str:
    return PATH + "?" + urlencode(params)


def is_signed_in(person: Consumer) -> bool:
    return person.http.get("/home").status_code == 200


def leave(person: Consumer, address: str) -> str:
    """Say yes on the page, and give the address that follows."""
    response = person.send(get_form(person.http.get(address).text, "/signing-out"))
    assert response.status_code == 303, response.text
    return str(response.headers["location"])


def test_signing_out_leads_back_with_the_state(world: World):
    """With the ID token that says who asks, to the address they registered (sections 2 and 3)."""
    company, mia = registered(world), world.consumer()
    hint = signed_in(company, mia)["id_token"]
    where = address(id_token_hint=hint, post_logout_redirect_uri=BYE, state="a b&c")
    page = mia.http.get(where)
    assert is_signed_in(mia)  # looking ends nothing
    assert "Nordlicht Versand" in page.text
    assert "https://nordlicht.example" in page.headers["Content-Security-Policy"].split("form-action")[1]
    landed = leave(mia, where)
    assert landed.startswith(BYE + "?") and answer(landed) == {"state": "a b&c"}
    assert not is_signed_in(mia)


def test_the_client_id_will_do_since_the_person_is_asked(world: World):
    """Section 3: the person's own yes on a page that names the company confirms the address."""
    company, mia = registered(world), world.consumer()
    assert leave(mia, address(client_id=company.client_id, post_logout_redirect_uri=BYE)) == BYE


@pytest.mark.parametrize(
    "uri",
    [
        "https://evil.example/bye",
        BYE + "/",
        BYE + "?x=1",
        BYE.upper(),
        "https://nordlicht.example/back",
        "//evil.example",
        "javascript:alert(1)",
    ],
)
def test_an_address_that_was_not_registered_leads_nowhere(world: World, uri: str):
    """Exactly one that was registered for this, and not one for codes; the person stays with us."""
    company, mia = registered(world), world.consumer()
    where = address(client_id=company.client_id, post_logout_redirect_uri=uri)
    assert "Afterwards you stay here" in mia.http.get(where).text
    landed = leave(mia, where)
    assert landed.startswith("/") and not landed.startswith("//")
    assert not is_signed_in(mia)


def test_what_the_page_carries_is_not_trusted(world: World):
    """The form is checked anew: an address put into it by hand leads nowhere."""
    company, mia = registered(world), world.consumer()
    where = address(client_id=company.client_id, post_logout_redirect_uri=BYE)
    form = get_form(mia.http.get(where).text, "/signing-out")
    response = mia.send(form, post_logout_redirect_uri="https://evil.example/")
    assert response.headers["location"].startswith("/")


def test_a_client_id_that_is_not_the_hints(world: World):
    """The two must agree (section 2); otherwise nobody is believed."""
    company, mia = registered(world), world.consumer()
    other = registered(world)
    hint = signed_in(company, mia)["id_token"]
    where = address(id_token_hint=hint, client_id=other.client_id, post_logout_redirect_uri=BYE)
    assert leave(mia, where).startswith("/")


@pytest.mark.parametrize("forged", ["", "a.b.c", "signature", "alg", "x" * 9000])
def test_a_hint_that_is_not_ours(world: World, forged: str):
    """It says nothing about who asks, and the page names no company."""
    company, mia = registered(world), world.consumer()
    good = signed_in(company, mia)["id_token"]
    head, body, mark = good.split(".")
    hint = {
        "signature": f"{head}.{body}.{'B' if mark[0] == 'A' else 'A'}{mark[1:]}",
        "alg": f"eyJhbGciOiJub25lIn0.{body}.",
    }.get(forged, forged)
    where = address(id_token_hint=hint or "%", post_logout_redirect_uri=BYE)
    assert "Nordlicht" not in mia.http.get(where).text
    assert leave(mia, where).startswith("/")


def test_a_client_assertion_or_proof_is_no_hint(world: World):
    """What a client signed itself says nothing here (RFC 8725, section 3.11)."""
    company, mia = registered(world), world.consumer()
    for text in (company.assertion(), company.possession("GET", PATH)):
        assert leave(mia, address(id_token_hint=text, post_logout_redirect_uri=BYE)).startswith("/")
        mia.sign_in()


def test_nobody_signed_in(world: World):
    """There is nothing to end: on to the company that proves itself, and to any other by a link to follow."""
    company, mia = registered(world), world.consumer()
    hint = signed_in(company, mia)["id_token"]
    stranger = world.http()
    proved = stranger.get(address(id_token_hint=hint, post_logout_redirect_uri=BYE))
    assert (proved.status_code, proved.headers["location"]) == (303, BYE)
    named = stranger.get(address(client_id=company.client_id, post_logout_redirect_uri=BYE))
    assert named.status_code == 200 and f'href="{BYE}"' in named.text and "Nordlicht Versand" in named.text


def test_the_address_itself_is_named(world: World):
    """It need not be at the domain that the company proved, and that one is not written beside it."""
    bye = "https://app.elsewhere.example:8443/bye"
    company, mia = registered(world, bye), world.consumer()
    where = address(client_id=company.client_id, post_logout_redirect_uri=bye)
    for page in (mia.http.get(where).text, world.http().get(where).text):
        assert "<bdi>app.elsewhere.example:8443</bdi>" in page and "<bdi>nordlicht.example</bdi>" not in page


def test_a_form_from_the_companys_own_page(world: World):
    """POST comes from another site and without cookies; it only leads to the page (section 2)."""
    company, mia = registered(world), world.consumer()
    sent = {"client_id": company.client_id, "post_logout_redirect_uri": BYE, "state": "s", "csrf": "x"}
    foreign = {"Origin": "https://nordlicht.example", "Sec-Fetch-Site": "cross-site"}
    response = mia.http.post(PATH, data=sent, headers=foreign)
    assert response.status_code == 303
    assert is_signed_in(mia)
    assert response.headers["location"].startswith(PATH + "?") and "csrf" not in response.headers["location"]
    assert answer(leave(mia, response.headers["location"])) == {"state": "s"}


def test_an_id_token_in_a_form_stands_in_no_address(world: World):
    """The id of its client does instead, and nothing is kept: who is signed out already follows a link."""
    company, mia = registered(world), world.consumer()
    hint = signed_in(company, mia)["id_token"]
    response = mia.http.post(
        PATH, data={"id_token_hint": hint, "post_logout_redirect_uri": BYE, "state": "s"}
    )
    landed = str(response.headers["location"])
    assert hint[:20] not in landed
    said = {"client_id": company.client_id, "post_logout_redirect_uri": BYE, "state": "s"}
    assert answer(landed) == said
    assert f'href="{BYE}?state=s"' in world.http().get(landed).text
    assert answer(leave(mia, landed)) == {"state": "s"}


@pytest.mark.parametrize("gone", ["by its time", "at once"])
def test_a_hint_by_a_key_that_is_gone(world: World, gone: str):
    """It proves nothing any more: nobody is led anywhere, and the page says so to both who read it."""
    company, mia = registered(world), world.consumer()
    hint = signed_in(company, mia)["id_token"]
    keys, now = world.house.keys.token_keys, clock.now()
    later = now
    if gone == "at once":
        keys.replace(now)
    else:
        keys.rotate(now)
        later = now + timedelta(hours=26)
    with travel(later, tick=True):
        if gone == "by its time":  # and so is the session
            mia.sign_in()
        where = address(id_token_hint=hint, client_id=company.client_id, post_logout_redirect_uri=BYE)
        page = mia.http.get(where).text
        assert "Afterwards you stay here" in page and "Nordlicht" not in page
        assert leave(mia, where).startswith("/")
        response = mia.http.post(PATH, data={"id_token_hint": hint, "post_logout_redirect_uri": BYE})
        assert world.http().get(response.headers["location"]).headers["location"].startswith("/")


def test_another_site_cannot_say_yes_for_the_person(world: World):
    """The yes is a form of ours: CSRF token and origin are checked."""
    mia = world.consumer()
    form = get_form(mia.http.get(PATH).text, "/signing-out")
    assert mia.send(form, {"Origin": "https://evil.example"}).status_code == 403
    assert mia.send(form, csrf="").status_code == 403
    assert is_signed_in(mia)


def test_parameters_that_are_sent_twice(world: World):
    """Nobody is believed who says two things at once."""
    company, mia = registered(world), world.consumer()
    twice = (
        address(client_id=company.client_id, post_logout_redirect_uri=BYE)
        + "&"
        + urlencode({"post_logout_redirect_uri": BYE})
    )
    assert leave(mia, twice).startswith("/")
