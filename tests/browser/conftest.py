"""One served instance for every story, and browsers that look at it.

The stories speak HTTP and nothing else. Who exists at their beginning is arranged through the services.
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.people import Back, Resident, move_in, open_shop
from tests.browser.post import Post
from tests.browser.sites import Web
from tests.browser.windows import WINDOWS
from tests.support.actors import Company, World, served
from tests.support.browser import PATIENCE, SIZES, Faults
from tests.support.houses import CHEAP
from tests.support.server import RunningServer
from tests.support.town import Town, settle
from vrm.mailroom import Mailroom

QUICK = {"VRM_ARGON2": f"m={CHEAP.memory},t={CHEAP.passes},p={CHEAP.lanes}"}
"""Slow hashing would be most of the time these stories take."""
ANSWERS_TO = "stop@vrm.example"

# The pages must do without script, so every story is lived once without any.
PASSES = {name: WINDOWS[name] for name in ("desktop", "phone, no script")}
Browse = Callable[..., Page]


@pytest.fixture(scope="session")
def web() -> Iterator[Web]:
    """Sites of companies, which the instance can fetch."""
    with Web.serving() as serving:
        yield serving


@pytest.fixture(scope="session")
def running(tmp_path_factory: pytest.TempPathFactory, web: Web) -> Iterator[RunningServer]:
    """A sandbox on SQLite, served by two processes; the stories share it, each with people of its own."""
    environment = {**QUICK, "VRM_FETCH_ALLOW": web.leads_here, "VRM_REPLY_ADDRESS": ANSWERS_TO}
    server = RunningServer(tmp_path_factory.mktemp("city") / "home", environment=environment)
    server.initialise("--sandbox")
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def city(running: RunningServer) -> Iterator[World]:
    """Who exists in the served instance."""
    with served(running) as world:
        yield world


@pytest.fixture(scope="session")
def back() -> Iterator[Back]:
    """Where companies of the stories take people back."""
    with Back.serving() as open_:
        yield open_


@pytest.fixture
def browse(chromium: Browser, faults: Faults, city: World) -> Iterator[Browse]:
    """``browse(size, **settings)``: a browser of its own with an empty page; what goes wrong in it fails the test."""
    contexts = []

    def start(size: str = "desktop", **settings: Any) -> Page:
        usual: Any = SIZES[size]
        context = chromium.new_context(
            **{**usual, "locale": "en-GB", "base_url": city.house.settings.issuer, **settings}
        )
        context.set_default_timeout(PATIENCE)
        context.on("page", faults.watch)
        contexts.append(context)
        return context.new_page()

    yield start
    for context in contexts:
        context.close()
    assert not faults.seen, "\n".join(faults.seen)


@pytest.fixture(
    params=[
        pytest.param("desktop", marks=pytest.mark.browser),
        pytest.param("phone, no script", marks=[pytest.mark.browser, pytest.mark.deep]),
    ]
)
def page(request: pytest.FixtureRequest, browse: Browse) -> Page:
    """An empty page of somebody's browser, once for each pass, or in the window that the story names."""
    size, settings = WINDOWS[request.param]
    return browse(size, **settings)


@pytest.fixture
def mia(city: World, page: Page) -> Resident:
    """Mia, who keeps a profile, signed in on ``page``."""
    return move_in(city, page)


@pytest.fixture
def shop(city: World, back: Back) -> Company:
    """A company that may ask, whose client really takes people back."""
    return open_shop(city, back)


@pytest.fixture
def mail(running: RunningServer) -> Path:
    """The folder that mail goes to."""
    return running.home / "mail"


@pytest.fixture
def post() -> Iterator[Post]:
    """A mail server that takes letters, for stories that let one come later than it was told of."""
    with Post.serving() as serving:
        yield serving


@pytest.fixture(scope="session")
def letterbox(city: World) -> Iterator[int]:
    """Where answers to letters are taken: the port of a listener."""
    room = Mailroom(city.house)
    yield room.open("127.0.0.1", 0)
    room.close()


@pytest.fixture(scope="session")
def town(city: World) -> Town:
    """A company that has lived, and auditors who looked at it; for stories that only look."""
    return settle(city.house)
