"""What the tests themselves rest on: a browser that notices faults and stays at home."""

import pytest
from playwright.sync_api import Error, Page

from tests.support.browser import Faults
from tests.support.http import answer, serving

PAGE = b"""<!doctype html><link rel="icon" href="data:,"><title>t</title><h1>Here</h1>"""
CSP = "default-src 'self'; img-src 'self' data:"


def test_a_clean_page_has_no_faults(page: Page, faults: Faults):
    """An ordinary page, and one that answers 404, are no faults."""
    answers = {
        "/": answer(PAGE, content_type="text/html"),
        "/missing": answer(PAGE, status=404, content_type="text/html"),
    }
    with serving(answers) as server:
        page.goto(f"http://{server.address}/")
        assert page.inner_text("h1") == "Here"
        missing = page.goto(f"http://localhost:{server.port}/missing")
        assert missing is not None
        assert missing.status == 404
    assert faults.seen == []


@pytest.mark.parametrize(
    ("body", "fault"),
    [
        (b"<p style='color:red'>", "Content Security Policy"),
        (b"<script>1</script>", "Content Security Policy"),
        (b"<img src='/missing.png'>", "Failed to load resource"),
        (b"<script src='/broken.js'></script>", "script error"),
    ],
)
def test_faults_are_noticed(page: Page, faults: Faults, body: bytes, fault: str):
    """A violated policy, a missing part and a broken script each count as a fault."""
    answers = {
        "/": answer(PAGE + body, content_type="text/html", content_security_policy=CSP),
        "/broken.js": answer(b"throw new Error('broken')", content_type="text/javascript"),
    }
    with serving(answers) as server:
        page.goto(f"http://{server.address}/", wait_until="load")
        page.evaluate("() => new Promise(requestAnimationFrame)")
    assert any(fault in seen for seen in faults.seen), faults.seen
    faults.seen.clear()


@pytest.mark.parametrize("address", ["http://shop.example/", "http://10.0.0.1/", "http://[2606:4700::1111]/"])
def test_nothing_leaves_this_machine(page: Page, faults: Faults, address: str):
    """A page that leads outside cannot be reached, and the attempt is a fault."""
    with pytest.raises(Error, match="ERR_NAME_NOT_RESOLVED"):
        page.goto(address)
    assert any("request to the outside" in seen for seen in faults.seen)
    faults.seen.clear()
