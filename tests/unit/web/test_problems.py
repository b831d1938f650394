"""One shape of fault for each audience."""

import logging

import pytest

CASES = [("invalid", 400), ("missing", 404), ("often", 429), ("down", 503), ("bug", 500)]


@pytest.mark.parametrize(("kind", "status"), CASES)
def test_machines_get_a_problem(client, kind, status):
    """At /v1 every fault is an RFC 9457 problem with a stable code and a type below the issuer."""
    answer = client.get(f"/v1/fails/{kind}")
    body = answer.json
    assert (answer.status_code, answer.mimetype) == (status, "application/problem+json")
    assert body["status"] == status
    assert body["type"] == f"http://localhost:8000/api#{body['code']}"
    assert body["title"]
    assert body["detail"].endswith(".")
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(("kind", "status"), CASES)
def test_people_get_a_page(client, kind, status):
    """In pages every fault is a page with one heading, a way on, a code and a reference."""
    answer = client.get(f"/pages/fails/{kind}", headers={"Accept": "text/html"})
    assert (answer.status_code, answer.mimetype) == (status, "text/html")
    assert answer.text.count("<h1>") == 1
    assert "<code>r-" in answer.text
    assert 'href="/home"' in answer.text


@pytest.mark.parametrize("office", ["company", "audit"])
def test_each_office_leads_home_to_itself(client, office):
    """A fault in the office of companies or of auditors shows no way into the consumers' one."""
    answer = client.get(f"/{office}/nothing-here", headers={"Accept": "text/html"})
    assert answer.status_code == 404
    assert f'href="/{office}"' in answer.text and f'href="/{office}/sign-in"' in answer.text
    assert 'href="/home"' not in answer.text


@pytest.mark.parametrize(("kind", "status"), CASES)
def test_oauth_gets_its_codes(client, kind, status):
    """At OAuth endpoints a fault has an error of RFC 6749 and a description it allows."""
    answer = client.get(f"/oauth/fails/{kind}")
    assert answer.status_code == status
    assert answer.json["error"] in {
        "invalid_request",
        "access_denied",
        "server_error",
        "temporarily_unavailable",
    }
    assert answer.json["error_description"].isascii()


def test_a_field_and_a_wait_are_told(client):
    """An invalid field is named; one who comes too often hears when to come again."""
    assert client.get("/v1/fails/invalid").json["field"] == "name"
    assert client.get("/v1/fails/often").headers["Retry-After"] == "7"


@pytest.mark.parametrize(("path", "status"), [("/v1/nothing", 404), ("/v1/things", 405)])
def test_routes_that_are_not_there(client, path, status):
    """No route and no such method are problems too."""
    answer = client.get(path)
    assert (answer.status_code, answer.mimetype) == (status, "application/problem+json")
    if status == 405:
        assert answer.headers["Allow"] == "POST"


def test_too_large_is_said(mia):
    """A body over the limit is refused in the shape of the page."""
    assert mia.post("/mine", data={"csrf": "x" * (1 << 21)}).status_code == 413


def test_a_bug_is_logged_without_what_was_typed(client, caplog):
    """The log has the type, the place and the reference that the caller got; never the message."""
    with caplog.at_level(logging.ERROR):
        answer = client.get("/v1/fails/bug")
    assert answer.json["reference"] in caplog.text
    assert "builtins.ValueError at " in caplog.text
    assert "conftest.py" in caplog.text
    assert "mia@post.example" not in caplog.text + answer.text


def test_a_page_of_fault_needs_no_store(make):
    """When the store that knows sessions is down, people still get a page."""

    def down(token):
        raise ConnectionError("secret")

    app = make()
    object.__setattr__(app.extensions["vrm"], "find_session", down)
    browser = app.test_client()
    browser.set_cookie("vrm", "x")
    answer = browser.get("/mine")
    assert (answer.status_code, answer.mimetype) == (500, "text/html")
