"""A real headless Chromium, at desktop and phone size, that may talk to this machine alone."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import urldefrag, urlsplit

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, Playwright, Request, expect, sync_playwright

MISSING = "Chromium is not installed. Install it (Debian: apt-get install chromium) or run .ci/install."

FLAGS = [
    "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
    # Every other name and address leads nowhere, so that a stray request cannot leave this machine.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE *.localhost, EXCLUDE 127.0.0.1",
]  # fmt: skip

PATIENCE = 30_000
"""Milliseconds: how long a page may take where the machine has much else to do. What is there is not waited for."""
expect.set_options(timeout=PATIENCE)

SIZES = {
    "desktop": {"viewport": {"width": 1280, "height": 900}, "timezone_id": "UTC"},
    "phone": {
        "timezone_id": "UTC",
        "viewport": {"width": 390, "height": 844},
        "device_scale_factor": 2,
        "is_mobile": True,
        "has_touch": True,
    },
}


@dataclass
class Faults:
    """What went wrong in the page: anything here at the end fails the test."""

    seen: list[str] = field(default_factory=list)
    _navigations: set[str] = field(default_factory=set)

    def watch(self, page: Page) -> None:
        """Note script errors, console errors (CSP violations are among them) and requests to the outside."""
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.seen.append(f"script error: {error}"))
        page.on("request", self._request)

    def _request(self, request: Request) -> None:
        if request.is_navigation_request():
            self._navigations.add(urldefrag(request.url).url)
        parts = urlsplit(request.url)
        host = parts.hostname or ""
        loopback = host in ("localhost", "127.0.0.1") or host.endswith(".localhost")
        if parts.scheme not in ("data", "blob", "about") and not loopback:
            self.seen.append(f"request to the outside: {request.url}")

    def _console(self, message: ConsoleMessage) -> None:
        if message.type != "error":
            return
        # Chromium reports a page that answers 4xx as an error; whether it should is the test's to say.
        if (
            message.text.startswith("Failed to load resource")
            and urldefrag(message.location["url"]).url in self._navigations
        ):
            return
        self.seen.append(f"console: {message.text} at {message.location['url']}")


@pytest.fixture(scope="session")
def _playwright() -> Iterator[Playwright]:
    with sync_playwright() as started:
        yield started


@pytest.fixture(scope="session")
def chromium(_playwright: Playwright) -> Iterator[Browser]:
    """The browser; pages of it come from ``page``."""
    program = shutil.which("chromium") or shutil.which("chromium-browser")
    if program is None:
        pytest.fail(MISSING, pytrace=False)
    browser = _playwright.chromium.launch(executable_path=program, args=FLAGS)
    yield browser
    browser.close()


@pytest.fixture
def faults() -> Faults:
    """The faults seen so far; a test that provokes one on purpose takes it out of ``seen``."""
    return Faults()


@pytest.fixture(params=[pytest.param(size, marks=pytest.mark.browser) for size in SIZES])
def page(request: pytest.FixtureRequest, chromium: Browser, faults: Faults) -> Iterator[Page]:
    """An empty page, once at desktop and once at phone size. New pages of its context are watched too."""
    context = chromium.new_context(**SIZES[request.param], locale="en-GB")  # type: ignore[arg-type]
    context.set_default_timeout(PATIENCE)
    context.on("page", faults.watch)
    page = context.new_page()
    yield page
    context.close()
    assert not faults.seen, "\n".join(faults.seen)
