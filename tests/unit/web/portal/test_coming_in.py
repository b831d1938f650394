"""Signing up, in and out, over HTTP: links by mail, and nothing that tells who exists."""

import json
import re
from uuid import UUID

import pytest

from keys import Aad
from tests.unit.web.portal.actors import PASSWORD, Browser, found

EVIL = [
    "https://evil.example/",
    "//evil.example",
    "/\\evil.example",
    "javascript:alert(1)",
    "/\t/evil.example",
]


def choose(browser, link, password=PASSWORD, status=303):
    browser.get(link)
    action = found(r'action="(/choose-password[^"]*)"', browser.page)
    return browser.post(action, status, token=browser.hidden("token"), new_password=password)


def test_start_page_opens_without_an_account(browser):
    """Anybody may look at the front page."""
    browser.get("/")
    assert "/sign-up" in browser.page


def test_sign_up_by_link(browser, post):
    """An address, a mailed link and a password make a profile, and the person is signed in."""
    browser.post("/sign-up", 200, email="mia@post.example")
    answer = choose(browser, post.link("mia@post.example"))
    assert answer.location == "/home?done=welcome"
    browser.get(answer.location)
    assert "Your profile is made" in browser.page


def test_link_works_once(browser, post):
    """A used link shows the way to a new one."""
    browser.post("/sign-up", 200, email="mia@post.example")
    link = post.link("mia@post.example")
    choose(browser, link)
    browser.get(link, 404)
    assert "/reset" in browser.page and "no longer valid" in browser.page
    assert "<h1>This link has ended</h1>" in browser.page


def test_address_must_be_one(browser):
    """What is no address is said beside the field, and stays in it."""
    browser.post("/sign-up", 400, email="mia@")
    assert 'value="mia@"' in browser.page and 'id="email-wrong"' in browser.page
    browser.post("/sign-up", 400, email="")
    assert "Type your e-mail address." in browser.page


def test_bad_password_is_said_beside_the_field(browser, post):
    """A short password is refused with a reason, is not shown again, and the link stays good."""
    browser.post("/sign-up", 200, email="mia@post.example")
    link = post.link("mia@post.example")
    choose(browser, link, "short", 400)
    assert 'id="new_password-wrong"' in browser.page and 'value="short"' not in browser.page
    choose(browser, link, "", 400)
    assert choose(browser, link).location.startswith("/home")


@pytest.mark.parametrize("form", ["/sign-up", "/reset"])
def test_nobody_learns_who_exists(app, mia, post, form):
    """For a known and an unknown address the page is the same, and each gets one letter of its own kind."""
    pages = []
    for email in ("mia@post.example", "eve@post.example"):
        stranger = Browser(app)
        stranger.post(form, 200, email=email)
        pages.append(stranger.page.replace(email, "…"))
    assert pages[0] == pages[1]
    subjects = {letter["To"]: letter["Subject"] for letter in post.deliver()}
    assert subjects["mia@post.example"].endswith(": Choose your new password")
    assert subjects["eve@post.example"].endswith(": Finish signing up")


def test_letter_speaks_the_language_of_the_page(browser, house):
    """A waiting letter says in which language the person reads."""
    browser.get("/sign-up?lang=de")
    browser.post("/sign-up", 200, email="mia@post.example")
    columns = "SELECT id, payload FROM jobs"
    ((job_id, payload),) = house.database.read(lambda db: db.connection().exec_driver_sql(columns).all())
    owner = house.keys.INSTANCE_OWNER
    written = house.keys.open(owner, bytes(payload), Aad("mail", owner, str(UUID(str(job_id)))))
    assert json.loads(written)["language"] == "de"


def test_letters_wait_sealed(browser, house):
    """A letter that waits for the worker lies nowhere in clear."""
    browser.post("/sign-up", 200, email="canary.address@post.example")
    rows = house.database.read(lambda db: db.connection().exec_driver_sql("SELECT payload FROM jobs").all())
    assert len(rows) == 1 and b"canary" not in bytes(rows[0][0])


def test_where_a_person_was_going_survives_the_mail(browser, post):
    """Someone whom a company sent comes back to that request after signing up, from whatever browser."""
    going = "/oauth/authorize?client_id=c&request_uri=urn:x"
    browser.get("/sign-in?next=" + going.replace("&", "%26"))
    doors = re.findall(r'href="(/sign-up\?next=[^"]+)"', browser.page)
    browser.get(doors[0])
    browser.post("/sign-up", 200, email="mia@post.example", next=browser.hidden("next"))
    assert choose(browser, post.link("mia@post.example")).location == going


@pytest.mark.parametrize("going", EVIL)
def test_next_never_leads_away(app, mia, post, going):
    """A planted ``next`` is not followed: not at sign-in, not when signed in already, not through the mail."""
    browser = Browser(app)
    browser.get("/sign-in?" + "next=" + going.replace("\\", "%5C").replace("\t", "%09"))
    assert browser.hidden("next") == "/home"
    assert browser.sign_in("mia@post.example", next=going).location == "/home"
    answer = browser.get("/sign-in?next=" + going.replace("\\", "%5C").replace("\t", "%09"), 303)
    assert answer.location == "/home"
    browser.post("/sign-up", 200, email="eve@post.example", next=going)
    assert choose(browser, post.link("eve@post.example")).location == "/home?done=welcome"


def test_sign_in_and_out(app, mia):
    """Signing out ends the session itself: the old cookie opens nothing any more."""
    browser = Browser(app)
    browser.sign_in("MIA@post.example")
    old = browser.session_token()
    browser.get("/home")
    assert browser.post("/sign-out").location == "/?done=signed-out"
    browser.client.set_cookie("vrm", old)
    answer = browser.get("/home", 303)
    assert answer.location == "/sign-in?next=/home"
    mia.get("/home")  # another session of the same person goes on


def test_wrong_password_tells_nothing(app, mia):
    """Wrong password and unknown address look the same, keep the address and drop the password."""
    pages = []
    for email in ("mia@post.example", "eve@post.example"):
        browser = Browser(app)
        browser.sign_in(email, "not the password", status=403)
        assert f'value="{email}"' in browser.page and "not the password" not in browser.page
        secret = browser.hidden("csrf")
        pages.append(browser.page.replace(email, "…").replace(secret, "…"))
    assert pages[0] == pages[1]


def test_guessing_is_slowed(app, mia):
    """After ten wrong tries even the right password must wait, and is told how long."""
    browser = Browser(app)
    for _ in range(10):
        browser.sign_in("mia@post.example", "not the password", status=403)
    answer = browser.sign_in("mia@post.example", status=429)
    assert int(answer.headers["Retry-After"]) > 0


def test_asking_for_links_is_slowed(browser):
    """One address gets a few links in an hour and no more, whichever form asks."""
    for form in ("/sign-up", "/reset", "/sign-up", "/reset", "/sign-up"):
        browser.post(form, 200, email="mia@post.example")
    browser.post("/reset", 429, email="mia@post.example")


def test_reset_signs_everyone_else_out(app, mia, post):
    """A lost password is chosen anew by link; every session that was open ends."""
    browser = Browser(app)
    browser.post("/reset", 200, email="mia@post.example")
    answer = choose(browser, post.link("mia@post.example"), "another eleven herons")
    assert answer.location == "/home?done=password"
    mia.get("/home", 303)
    Browser(app).sign_in("mia@post.example", status=403)
    Browser(app).sign_in("mia@post.example", "another eleven herons")


@pytest.mark.parametrize("path", ["/sign-in", "/sign-out", "/sign-up", "/reset", "/choose-password"])
def test_forms_need_their_secret(browser, path):
    """A form that another site made is refused, before anyone is signed in too."""
    browser.post(path, 403, csrf="", email="mia@post.example", password=PASSWORD)
    browser.post(path, 403, csrf="wrong", email="mia@post.example", password=PASSWORD)
