"""Pictures of every page of every role: ``python -m tests.support.pictures [FOLDER] [--only WORD]… [--language de]``.

Each page is photographed at desktop and phone size, by day and by night, and measured at phone size: nothing leaves it
sideways, what is touched is tall enough, all there is has a name. Pages are those of a served instance in which people
have lived, as whoever can reach them; and, for states that are rare, the examples of the templates.

``index.html`` shows them side by side. The exit status is 1 where a page has a fault, or a route of pages no picture.
"""

import argparse
import re
import shutil
import sys
import threading
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from queue import Empty, SimpleQueue
from tempfile import TemporaryDirectory
from unittest.mock import patch
from urllib.parse import urlsplit

from flask import Blueprint, Flask, Response, g
from playwright.sync_api import Browser, sync_playwright
from werkzeug.serving import WSGIRequestHandler, make_server

from tests.browser.measures import NAMELESS, TOO_SMALL, TOO_WIDE
from tests.browser.pages import Walk, left_out, of_auditors, of_company, of_consumers
from tests.browser.people import Back, move_in, open_shop
from tests.support.actors import served
from tests.support.album import SCHEMES, SIZES, Shot, bind, file
from tests.support.browser import FLAGS, PATIENCE, Faults
from tests.support.examples import NOW, PAGES
from tests.support.houses import CHEAP
from tests.support.places import ID
from tests.support.server import RunningServer
from tests.support.town import settle
from vrm import clock
from vrm.app import create_app
from vrm.cli.edge import progress
from vrm.web import Site, create, pages
from vrm.web.audiences import audience

EXAMPLES = "examples"
CAMERAS = 2
"""Browsers at once: as many as a small machine has processors."""
MISSED = re.compile("nowhere|none|never|nobody")
"""Addresses that lead nowhere on purpose."""


@dataclass(frozen=True)
class Place:
    """A page to photograph: whose, where, and what their browser holds."""

    who: str
    root: str
    address: str
    session: dict[str, str]
    name: str


class _Silent(WSGIRequestHandler):
    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Say nothing."""


@contextmanager
def living(home: Path) -> Iterator[tuple[str, Flask, list[Walk]]]:
    """A served instance in which people have lived: its address, its routes, and the walks through every page."""
    quick = {"VRM_ARGON2": f"m={CHEAP.memory},t={CHEAP.passes},p={CHEAP.lanes}"}
    server = RunningServer(home, environment=quick)
    server.initialise("--sandbox")
    server.start()
    try:
        with served(server) as city, Back.serving() as back, chromium() as browser:
            with browser.new_context(base_url=server.url, locale="en-GB") as context:
                context.set_default_timeout(PATIENCE)
                consumers = of_consumers(move_in(city, context.new_page()), open_shop(city, back))
            town = settle(city.house)
            walks = [*consumers, *of_company(city.house, town), *of_auditors(city.house, town)]
            yield server.url, create_app(city.house), walks
    finally:
        server.stop()


@contextmanager
def gallery() -> Iterator[str]:
    """Every template with its example, at ``/look/<name>`` of the address, on the day of the examples."""
    look = Blueprint("look", __name__)

    @look.get("/look/<name>")
    @audience("public")
    def page(name: str) -> Response:
        template, path, visitor, context = PAGES[name]
        g.visitor = visitor
        return pages.render(template, **context, here="/" + path.split("?")[0].strip("/").split("/")[0])

    app = create(Site("http://localhost", lambda token: None), [look])
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=_Silent)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    with patch.object(clock, "now", lambda: NOW):
        yield f"http://127.0.0.1:{server.port}"
    server.shutdown()


@contextmanager
def chromium() -> Iterator[Browser]:
    """A browser that reaches this machine alone."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        yield browser
        browser.close()


def places(root: str, walks: Iterable[Walk], look: str) -> Iterator[Place]:
    """Every page there is to photograph, each with a name of its own."""
    for number, walk in enumerate(walks):
        for place, address in enumerate(walk.addresses):
            said = re.sub(r"[^a-z0-9]+", "-", ID.sub("id", urlsplit(address).path.lower())).strip("-")
            yield Place(
                walk.who, root, address, walk.session, f"{number:02}-{place:02}-{said[:48] or 'start'}"
            )
    for name in PAGES:
        yield Place(EXAMPLES, look, f"/look/{name}", {}, f"example-{name}")


def photograph(browser: Browser, place: Place, folder: Path, locale: str) -> Shot:
    """Four pictures of a page, and what is wrong with it."""
    seen = Faults()
    with browser.new_context(locale=locale, reduced_motion="reduce") as context:
        context.set_default_timeout(PATIENCE)
        for name, value in place.session.items():
            context.add_cookies([{"name": name, "value": value, "url": place.root}])
        page = context.new_page()
        if place.who != EXAMPLES:  # what an example would fetch is not there
            seen.watch(page)
        answer = page.goto(place.root + place.address)
        assert answer is not None
        if not answer.ok and not MISSED.search(place.address):
            seen.seen.append(f"answered {answer.status}")
        for size, (width, height) in SIZES.items():
            page.set_viewport_size({"width": width, "height": height})
            if size == "phone":  # or the bar under the thumb would stand in the middle of the picture
                full = page.evaluate("document.documentElement.scrollHeight")
                page.set_viewport_size({"width": width, "height": full})
            for scheme in SCHEMES:
                page.emulate_media(color_scheme=scheme)
                page.screenshot(
                    path=str(folder / file(place.name, size, scheme)), full_page=True, animations="disabled"
                )
        page.evaluate("document.querySelectorAll('details').forEach(fold => { fold.open = true })")
        for question in (TOO_WIDE, TOO_SMALL, NAMELESS):
            seen.seen += page.evaluate(question)
        return Shot(place.who, place.address, place.name, page.title(), list(dict.fromkeys(seen.seen)))


def photograph_all(todo: Sequence[Place], folder: Path, locale: str) -> list[Shot]:
    """Every place, by several browsers at once, in the order they were given."""
    waiting: SimpleQueue[Place] = SimpleQueue()
    for place in todo:
        waiting.put(place)
    advance, lock, shots = progress("photographing"), threading.Lock(), dict[str, Shot]()

    def work() -> None:
        with chromium() as browser:
            while True:
                try:
                    place = waiting.get_nowait()
                except Empty:
                    return
                shot = photograph(browser, place, folder, locale)
                with lock:
                    shots[place.name] = shot
                    advance(len(shots), len(todo))

    with ThreadPoolExecutor(CAMERAS) as pool:
        for each in [pool.submit(work) for _ in range(CAMERAS)]:
            each.result()
    return [shots[place.name] for place in todo]


def take(folder: Path, *, only: Sequence[str] = (), language: str = "en") -> int:
    """Photograph every page into a folder, or those whose address has one of some words; the number of faults told."""
    folder.mkdir(parents=True, exist_ok=True)
    locale = {"en": "en-GB", "de": "de-DE"}[language]
    with TemporaryDirectory() as home, living(Path(home) / "home") as (root, app, walks), gallery() as look:
        todo = [
            each
            for each in places(root, walks, look)
            if not only or any(word in each.address for word in only)
        ]
        shots = photograph_all(todo, folder, locale)
        missing = left_out(app, walks)
    index = bind(folder, shots, missing)
    say = sys.stdout.write
    for shot in shots:
        for fault in shot.faults:
            say(f"{shot.who} {shot.address}: {fault}\n")
    for rule in missing:
        say(f"{rule}: no walk in tests/browser/pages.py leads there\n")
    faults = sum(len(shot.faults) for shot in shots) + len(missing)
    say(
        f"{len(shots)} pages, {len(SIZES) * len(SCHEMES) * len(shots)} pictures, faults: {faults}. See {index}\n"
    )
    return faults


if __name__ == "__main__":
    asked = argparse.ArgumentParser(prog="make screenshots", description="Photograph every page.")
    asked.add_argument("folder", nargs="?", type=Path, default=Path("build/screenshots"))
    asked.add_argument(
        "--only", action="append", default=[], metavar="WORD", help="pages whose address has it"
    )
    asked.add_argument("--language", choices=("en", "de"), default="en")
    said = asked.parse_args()
    sys.exit(1 if take(said.folder, only=said.only, language=said.language) else 0)
