"""Three doors: one address may have an account at each, and none of them opens another."""

from datetime import timedelta

import pytest

from tests.support.seeds import code, wrong_code
from tests.unit.web.portal.actors import PASSWORD, Browser, Post, found
from vrm import accesslog, accounts, clock, work
from vrm.app import create_app
from vrm.tlog.note import Verifier
from vrm.web.offices import AUDITORS, COMPANIES, CONSUMERS

EMAIL = "mia@post.example"


@pytest.fixture
def app(house):
    return create_app(house)


@pytest.fixture
def post(house):
    return Post(house)


@pytest.fixture
def invited(house, post):
    """The path of the link that an auditor got."""
    named, now = accounts.prepare_auditor(house.keys, name="R. Okafor"), clock.now()

    def grant(db):
        invitation = accounts.grant_auditor(
            db, house.keys, auditor=named, email=EMAIL, until=now + timedelta(days=9), now=now
        )
        link = f"{house.settings.issuer}/audit/choose-password?token={invitation.token}"
        work.enqueue_letter(
            db, house.keys, letter="auditor_sign_up", to=EMAIL, values={"link": link, "until": "soon"},
            language="en", issuer=house.settings.issuer, now=now,
        )  # fmt: skip

    house.database.write(grant)
    return named.id, post.link(EMAIL)


def choose(browser, link, **more):
    browser.get(link)
    action = found(r'action="([^"]*/choose-password[^"]*)"', browser.page)
    return browser.post(action, token=browser.hidden("token"), new_password=PASSWORD, **more)


def secret_on(page):
    """The secret for the device, as it stands there to be typed in."""
    return found(r"<code>([A-Z2-7 ]+)</code>", page).replace(" ", "")


def enrol(browser):
    """Set the second factor up; its secret."""
    browser.get(f"{browser.office.prefix}/second-factor")
    secret = secret_on(browser.page)
    path = f"{browser.office.prefix}/second-factor"
    browser.post(path, 200, code=code(secret, clock.now()), password=PASSWORD)
    return secret


def test_one_address_three_accounts(app, house, post, invited):
    """Signing up at one office says and does nothing at another; each browser holds all three sessions at once."""
    mia = Browser(app)
    mia.post("/sign-up", 200, email=EMAIL)
    choose(mia, post.link(EMAIL))
    mia.office = COMPANIES
    mia.post("/company/sign-up", 200, email=EMAIL)
    choose(mia, post.link(EMAIL), name="Mia Tran")
    mia.office = AUDITORS
    choose(mia, invited[1])
    enrol(mia)
    kinds = set()
    for office, page in ((CONSUMERS, "/home"), (COMPANIES, "/company/account"), (AUDITORS, "/audit/account")):
        mia.get(page)
        mia.office = office
        kinds.add(app.extensions["vrm"].find_session(mia.session_token()).audience)
    assert kinds == {"consumer", "company", "auditor"}
    mia.office = COMPANIES
    mia.post("/company/sign-out")
    mia.get("/home")
    mia.get("/company/account", 303)


def test_a_link_opens_its_own_door_only(app, post):
    """The token of a consumer's link is an ended link at the other two."""
    mia = Browser(app)
    mia.post("/sign-up", 200, email=EMAIL)
    link = post.link(EMAIL)
    for office in ("/company", "/audit"):
        mia.get(office + link, 404)
    mia.get(link)


def test_a_person_of_a_company_says_their_name(app, post):
    """Colleagues must know who is who; without a name nothing is made and the link stays good."""
    browser = Browser(app, COMPANIES)
    browser.post("/company/sign-up", 200, email=EMAIL)
    link = post.link(EMAIL)
    browser.get(link)
    browser.post("/company/choose-password", 400, token=browser.hidden("token"), new_password=PASSWORD)
    assert "Type your name" in browser.page
    assert choose(browser, link, name="Mia Tran").location == "/company?done=welcome"


def test_nobody_signs_up_as_an_auditor(app, post):
    """There is no such page; asking for a new password gives the page everyone gets, and a letter that says no."""
    eve = Browser(app, AUDITORS)
    eve.get("/audit/sign-up", 404)
    eve.post("/audit/reset", 200, email="eve@post.example")
    assert "Look into your mail" in eve.page
    (letter,) = post.deliver()
    assert "There is no auditor with this address" in letter.get_content()
    assert "choose-password" not in letter.get_content()


@pytest.mark.usefixtures("noon")
def test_an_auditor_comes_in_with_two_factors(app, house, invited):
    """Without the second factor every page leads to it; then the codes are shown once, and it is written down."""
    auditor_id, link = invited
    browser = Browser(app, AUDITORS)
    choose(browser, link)
    assert browser.get("/audit/account", 303).location == "/audit/second-factor?next=/audit/account"
    browser.get("/audit/second-factor")
    assert "<svg" in browser.page and "style=" not in browser.page
    wrong = wrong_code(secret_on(browser.page), clock.now())
    browser.post("/audit/second-factor", 403, code=wrong, password=PASSWORD)
    secret = enrol(browser)
    assert len(set(found(r"<ul class=\"codes\">(.*?)</ul>", browser.page).split("<li>"))) == 11
    browser.get("/audit/account")
    browser.post("/audit/sign-out")
    browser.sign_in(EMAIL)
    assert browser.get("/audit/account", 303).location.startswith("/audit/second-factor")
    browser.post("/audit/second-factor", 403, code=code(secret, clock.now()))  # taken when it was set up
    next_code = code(secret, clock.now() + timedelta(seconds=30))
    assert (
        browser.post("/audit/second-factor", code=next_code, next="/audit/account").location
        == "/audit/account"
    )
    browser.get("/audit/account")
    accesslog.sequence(house.database)
    accesslog.publish(house.database, house.keys.log_signer, house.settings.log_origin)
    entries = b"".join(line for line in accesslog.open_export(house.database, verifier=_verifier(house)))
    assert entries.count(b"auditor.signed_in") == 2
    assert auditor_id.encode() not in entries


def test_what_a_mandate_opened_closes_with_it(app, house, invited):
    """The operator ends it: signed out at once, and after signing in again there is nothing to see."""
    auditor_id, link = invited
    browser = Browser(app, AUDITORS)
    choose(browser, link)
    secret = enrol(browser)
    house.database.write(lambda db: accounts.end_auditor(db, auditor_id=auditor_id, now=clock.now()))
    assert browser.get("/audit/account", 303).location.startswith("/audit/sign-in")
    browser.sign_in(EMAIL)
    browser.post("/audit/second-factor", code=code(secret, clock.now() + timedelta(seconds=30)))
    browser.get("/audit", 403)
    assert "no_mandate" in browser.page


def test_anyone_may_have_a_second_factor_and_remove_it(app, post):
    """A consumer switches it on; removing takes a code, because a browser left open must not be enough."""
    mia = Browser(app)
    mia.post("/sign-up", 200, email=EMAIL)
    choose(mia, post.link(EMAIL))
    secret = enrol(mia)
    other = Browser(app)
    other.sign_in(EMAIL)
    assert other.get("/home", 303).location == "/second-factor?next=/home"
    mia.post("/second-factor/remove", 403, code=wrong_code(secret, clock.now()))
    mia.post("/second-factor/remove", code=code(secret, clock.now() + timedelta(seconds=30)))
    other = Browser(app)
    other.sign_in(EMAIL)
    other.get("/home")


def test_a_second_factor_takes_the_password(app, post):
    """A browser left open is not enough to put a device of another's between a person and their account."""
    mia = Browser(app)
    mia.post("/sign-up", 200, email=EMAIL)
    choose(mia, post.link(EMAIL))
    mia.get("/second-factor")
    shown = secret_on(mia.page)
    right = code(shown, clock.now())
    mia.post("/second-factor", 400, code=right)
    mia.post("/second-factor", 403, code=right, password="not the password")
    assert "not the password" not in mia.page and right not in mia.page
    other = Browser(app)
    other.sign_in(EMAIL)
    other.get("/home")
    assert secret_on(mia.page) == shown
    mia.post("/second-factor", 200, code=right, password=PASSWORD)


def test_guessing_codes_is_slowed(app, post):
    """After ten tries the answer is to wait, right code or not."""
    mia = Browser(app)
    mia.post("/sign-up", 200, email=EMAIL)
    choose(mia, post.link(EMAIL))
    secret = enrol(mia)
    other = Browser(app)
    other.sign_in(EMAIL)
    for _ in range(10):
        other.post("/second-factor", 403, code=wrong_code(secret, clock.now()))
    other.post("/second-factor", 429, code=code(secret, clock.now() + timedelta(seconds=30)))


def _verifier(house):
    return Verifier(house.settings.log_origin, house.keys.log_signer.public)
