"""Who is here, and whether they sent this form."""

import pytest

from tests.unit.web.conftest import TOKEN
from vrm.web.session import safe_next
from vrm.web.site import Visitor

HERE = "http://localhost:8000"


def form_token(browser):
    return browser.get("/open").get_data(as_text=True)


def test_a_page_of_a_consumer_needs_a_session(client):
    """Without a session the way leads to sign-in and back to the very page, query and all."""
    answer = client.get("/mine?a=b&c=d")
    assert (answer.status_code, answer.location) == (303, "/sign-in?next=/mine%3Fa%3Db%26c%3Dd")


def test_a_consumer_sees_their_page(mia):
    """With a session the view runs and knows whose it is."""
    assert mia.get("/mine").text == "consumer-1"


def test_a_session_is_of_one_office(mia):
    """A consumer's session is nobody's at the auditors' door, not even under the cookie of that office."""
    answer = mia.get("/audit")
    assert (answer.status_code, answer.location) == (303, "/audit/sign-in?next=/audit")
    mia.set_cookie("vrm-audit", TOKEN)
    assert mia.get("/audit").status_code == 303


@pytest.mark.parametrize(
    ("role", "path", "answer"),
    [
        ("owner", "/company/owners", 200),
        ("developer", "/company/owners", 403),
        ("developer", "/company/all", 200),
        ("newcomer", "/company/all", "/company/register?next=/company/all"),
        ("unproved", "/company/owners", "/company/second-factor?next=/company/owners"),
    ],
)
def test_a_role_opens_its_own_pages(make, role, path, answer):
    """Who is not fully in is led to the step that is missing; another role is refused."""
    someone = Visitor("company", "account-2", "session-2", "person-2", role=role, company_id="company-1")
    browser = make(someone=someone).test_client()
    browser.set_cookie("vrm-company", TOKEN)
    got = browser.get(path)
    assert answer == (got.location if got.status_code == 303 else got.status_code)


def test_an_auditor_without_a_mandate_sees_nothing(make):
    """The session is good and the mandate is over: a sentence, and no page."""
    someone = Visitor("auditor", "account-3", "session-3", "auditor-1", role="no_mandate")
    browser = make(someone=someone).test_client()
    browser.set_cookie("vrm-audit", TOKEN)
    answer = browser.get("/audit")
    assert answer.status_code == 403
    assert "no_mandate" in answer.text


def test_a_form_of_ours_is_taken(mia):
    """The field from our page, sent by the same browser, from our origin, is enough."""
    sent = {"csrf": form_token(mia), "value": "x"}
    answer = mia.post("/mine", data=sent, headers={"Origin": HERE, "Sec-Fetch-Site": "same-origin"})
    assert answer.text == "changed x"


@pytest.mark.parametrize("field", [None, "", "x" * 43])
def test_a_form_without_its_field_is_refused(mia, field):
    """A session cookie alone changes nothing."""
    answer = mia.post("/mine", data={"csrf": field} if field is not None else {})
    assert answer.status_code == 403
    assert "form_expired" in answer.text


def test_another_browsers_field_is_refused(app, mia):
    """A field made for somebody else does not fit this cookie."""
    assert mia.post("/mine", data={"csrf": form_token(app.test_client())}).status_code == 403


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://localhost:8001"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": HERE, "Sec-Fetch-Site": "cross-site"},
    ],
)
def test_a_form_from_elsewhere_is_refused(mia, headers):
    """The browser's word is believed when it says that a form came from another place."""
    answer = mia.post("/mine", data={"csrf": form_token(mia)}, headers=headers)
    assert answer.status_code == 403
    assert "foreign_form" in answer.text


def test_the_way_to_our_own_address_is_shown(mia):
    """A form sent at another name of this machine ends on a page that leads to the same page at our own."""
    for path, way in (("/mine?a=b&c=d", "/mine?a=b&amp;c=d"), ("/sign-in", "/home")):
        answer = mia.post(path, headers={"Origin": "http://127.0.0.1:8000"})
        assert answer.status_code == 403
        assert f'href="{HERE}{way}"' in answer.text


def test_signing_in_cannot_be_forged(client):
    """Someone without a session gets a cookie for the form, and needs both."""
    assert client.post("/sign-in").status_code == 403
    sent = {"csrf": form_token(client)}
    assert client.get_cookie("vrm-form").http_only
    assert client.post("/sign-in", data=sent).text == "in"


def test_machines_need_no_field(client):
    """A machine route has no cookie to abuse, so it asks for no field; its protector asks for proof."""
    assert client.post("/v1/things").json == {"n": 1}


def test_cookies_over_https(make):
    """Over https each cookie is __Host-, Secure, HttpOnly, Lax and for the whole site."""
    answer = make("https://vrm.example").test_client().get("/open")
    cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith("__Host-vrm-form=")
    assert all(part in cookie for part in ("Secure", "HttpOnly", "SameSite=Lax", "Path=/"))
    assert "Domain" not in cookie


def test_a_plain_cookie_is_worth_nothing_over_https(make):
    """The name without __Host- is not read where the issuer is https: a sub-domain could have set it."""
    browser = make("https://vrm.example").test_client()
    browser.set_cookie("vrm", TOKEN)
    assert browser.get("/mine").status_code == 303


@pytest.mark.parametrize("path", ["/home", "/oauth/authorize?request_uri=urn%3Ax&client_id=1", "/a#b"])
def test_a_path_of_ours_is_a_safe_next(app, path):
    """A path on this site is kept as it is."""
    with app.test_request_context("/sign-in"):
        assert safe_next(path) == path


@pytest.mark.parametrize(
    "path",
    [
        *(None, "", "home", "//evil.example", "/\\evil.example", "https://evil.example", "javascript:1"),
        *("/company/clients", "/audit", "/a\\b", "/\n/evil.example", "/\t/evil.example", "/ x", "/x" * 3000),
    ],
)
def test_anything_else_is_not(app, path):
    """What a browser could read as another host, and what is of another office, leads home."""
    with app.test_request_context("/sign-in"):
        assert safe_next(path) == "/home"
