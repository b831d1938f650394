"""The page on which a person closes their account, over HTTP."""

from datetime import timedelta

import pytest

from tests.support import seeds
from tests.unit.web.portal.actors import PASSWORD, Browser
from vrm import clock

CLOSE = {"password": PASSWORD, "understood": "yes"}


def test_an_account_is_closed(app, mia, post):
    """The page says until when backups hold the key; then every browser is out, and one last letter says so."""
    day = f"{clock.now() + timedelta(days=31):%Y-%m-%d}"
    other = Browser(app)
    other.sign_in("mia@post.example")
    mia.get("/account")
    assert 'href="/account/close"' in mia.page
    mia.get("/account/close")
    assert f'datetime="{day}' in mia.page and "No consent of yours stands now." in mia.page
    answer = mia.post("/account/close", 200, **CLOSE)
    assert "<h1>Your account is closed</h1>" in mia.page and f'datetime="{day}' in mia.page
    assert "<form" not in mia.page and 'aria-label="Main"' not in mia.page
    assert mia.client.get_cookie("vrm") is None and "vrm=;" in answer.headers["Set-Cookie"]
    for browser in (mia, other):
        browser.get("/account", 303)
    (letter,) = post.deliver()
    assert letter["To"] == "mia@post.example" and letter["Subject"].endswith(" is closed")
    assert day in letter.get_content() and post.deliver() == []
    mia.post("/account/close", **CLOSE)  # once more: nobody is signed in
    Browser(app).sign_in("mia@post.example", status=403)


@pytest.mark.parametrize(
    ("sent", "status", "field"),
    [
        ({**CLOSE, "password": "not mine"}, 403, "password"),
        ({**CLOSE, "password": ""}, 400, "password"),
        ({"password": PASSWORD}, 400, "understood"),
    ],
)
def test_an_account_is_not_closed(mia, post, sent, status, field):
    """What is missing is said beside its field, no password is shown again, and everything is as it was."""
    mia.post("/account/close", status, **sent)
    assert f'id="{field}-wrong"' in mia.page and PASSWORD not in mia.page
    mia.get("/account")
    assert post.deliver() == []


def test_the_second_factor_is_asked_for(app, house):
    """Where there is one, the password alone does not do, and a wrong code is counted and changes nothing."""
    person = seeds.person(house)
    secret, started = seeds.second_factor(house, person.account_id)
    browser = Browser(app)
    browser.client.set_cookie("vrm", started.token)
    sent = {"password": seeds.PASSWORD, "understood": "yes"}
    for wrong in ("", seeds.wrong_code(secret, clock.now())):
        browser.post("/account/close", 403, **sent, code=wrong)
        assert 'id="code-wrong"' in browser.page
    browser.get("/account")
    browser.post("/account/close", 200, **sent, code=seeds.code(secret, clock.now()))
    browser.get("/account", 303)
