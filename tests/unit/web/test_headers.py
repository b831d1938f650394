"""What every answer carries."""

import pytest

from vrm.web import headers


@pytest.mark.parametrize("path", ["/open", "/nothing", "/v1/nothing", "/health/live", "/mine"])
def test_every_answer_is_protected(client, path):
    """Pages, faults and machine answers alike carry the policy and are kept nowhere."""
    found = client.get(path).headers
    assert found["Content-Security-Policy"].startswith("default-src 'none'; style-src 'self';")
    assert "unsafe" not in found["Content-Security-Policy"]
    assert found["Content-Security-Policy"].endswith("form-action 'self'")
    assert found["X-Content-Type-Options"] == "nosniff"
    assert found["Referrer-Policy"] == "same-origin"
    assert found["Cache-Control"] == "no-store"
    assert "Strict-Transport-Security" not in found


def test_https_is_for_good(make):
    """Where the issuer is https, browsers are told to stay there."""
    found = make("https://vrm.example").test_client().get("/open").headers
    assert "max-age" in found["Strict-Transport-Security"]


@pytest.mark.parametrize(
    ("uri", "source"),
    [
        ("https://shop.example/cb?x=1", "https://shop.example"),
        ("http://127.0.0.1:9000/cb", "http://127.0.0.1:9000"),
        ("com.example.app:/cb", "com.example.app:"),
    ],
)
def test_a_form_may_end_at_one_origin(client, uri, source):
    """The page of an ask opens form-action for the redirect's origin, and nothing else."""
    policy = client.get("/ask", query_string={"to": uri}).headers["Content-Security-Policy"]
    assert policy.endswith(f"form-action 'self' {source}")


@pytest.mark.parametrize(
    "uri",
    [
        "https://a.example; script-src *",
        "https://*",
        "https://u@a.example",
        "javascript:alert(1)",
        "data:x",
        "",
    ],
)
def test_nothing_slips_into_the_policy(app, uri):
    """What is not one plain origin is refused."""
    with app.test_request_context("/"), pytest.raises(ValueError):
        headers.allow_form_to(uri)


def test_static_files_are_kept_for_ever(app, client):
    """A file's address holds its hash, so it may be cached; an old address has no file."""
    url = app.jinja_env.globals["static_url"]("vrm.css")
    assert client.get(url).headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert client.get("/static/0000000000000000/vrm.css").status_code == 404


def test_readiness_says_when_a_part_is_down(make):
    """Ready is asked of the parts; alive is not."""

    def down():
        raise ConnectionError

    client = make(ready=down).test_client()
    assert client.get("/health/live").status_code == 200
    assert client.get("/health/ready").status_code == 503
