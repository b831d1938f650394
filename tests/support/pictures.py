"""Pictures of every page, to look at: ``python -m tests.support.pictures FOLDER [PAGE …]``.

Each page is served from its example context and photographed at desk and phone width, light and dark. At 320 px,
text that leaves the page sideways is reported, and so is a target lower than 44 px.

``--companies`` and ``--auditors`` photograph the live pages of those offices instead, in a town that has lived; a
PAGE is then what its address holds.
"""

import shutil
import sys
import threading
from pathlib import Path
from tempfile import TemporaryDirectory
from unittest.mock import patch

from flask import Blueprint, Response, g
from playwright.sync_api import Page, sync_playwright
from werkzeug.serving import WSGIRequestHandler, make_server

from tests.browser.pages import of_auditors, of_company
from tests.support.browser import FLAGS
from tests.support.databases import create_tables
from tests.support.examples import NOW, PAGES
from tests.support.houses import build_house
from tests.support.places import ID
from tests.support.town import settle
from vrm import clock
from vrm.app import create_app
from vrm.db import Database
from vrm.web import Site, create, pages
from vrm.web.audiences import audience

SIZES = {"desk": (1280, 900), "phone": (390, 844)}
OVERFLOW = """() => { const W = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= W) return [];
  return [...document.querySelectorAll('body *')].filter(e => e.getBoundingClientRect().right > W + 1
    && !e.closest('.scroll')).slice(0, 4)
    .map(e => e.tagName + '.' + (e.className.baseVal ?? e.className)); }"""
SMALL = """() => [...document.querySelectorAll('a,button,input,select,summary,label.pick')].filter(e => {
    const r = e.getBoundingClientRect();
    if (!r.width || e.closest('.sr') || e.matches('.skip') || e.type === 'hidden') return false;
    if (e.matches('input[type=checkbox],input[type=radio]')) return !e.closest('label');
    if (e.matches('a') && getComputedStyle(e).display === 'inline') return false;
    return r.height < 43.5; }).map(e => e.tagName + ':' + e.textContent.trim().slice(0, 24)).slice(0, 6)"""


def gallery() -> Blueprint:
    """A route for each example: ``/look/<name>``."""
    look = Blueprint("look", __name__)

    @look.get("/look/<name>")
    @audience("public")
    def page(name: str) -> Response:
        template, _, visitor, context = PAGES[name]
        g.visitor = visitor
        return pages.render(
            template, **context, here="/" + PAGES[name][1].split("?")[0].strip("/").split("/")[0]
        )

    return look


class _Silent(WSGIRequestHandler):
    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Say nothing."""


def take(folder: Path, names: list[str], language: str = "en", sandbox: bool = False) -> int:
    """Photograph pages into a folder; gives the number of faults it printed."""
    site = Site(
        "http://localhost", lambda token: None, sandbox=sandbox, mail_folder="var/mail" if sandbox else None
    )
    server = make_server("127.0.0.1", 0, create(site, [gallery()]), threaded=True, request_handler=_Silent)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    root = f"http://127.0.0.1:{server.port}/look"
    folder.mkdir(parents=True, exist_ok=True)
    faults = 0
    with patch.object(clock, "now", lambda: NOW), sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        for scheme in ("light", "dark"):
            for size, (width, height) in SIZES.items():
                page = browser.new_page(viewport={"width": width, "height": height}, color_scheme=scheme)
                for name in names:
                    page.goto(f"{root}/{name}?lang={language}")
                    if (
                        size == "phone"
                    ):  # else the bar under the thumb would stand in the middle of the picture
                        full = page.evaluate("document.documentElement.scrollHeight")
                        page.set_viewport_size({"width": width, "height": full})
                    page.screenshot(path=str(folder / f"{name}-{size}-{scheme}.png"), full_page=True)
                    page.set_viewport_size({"width": width, "height": height})
                    faults += _report(page, name, size) if scheme == "light" else 0
                page.close()
        browser.close()
    server.shutdown()
    return faults


def take_live(folder: Path, office: str, parts: list[str]) -> int:
    """Photograph the pages of an office, each as whoever can reach it; gives the number of faults it printed."""
    folder.mkdir(parents=True, exist_ok=True)
    faults = 0
    with TemporaryDirectory() as home, sync_playwright() as playwright:
        url = f"sqlite:///{home}/vrm.db"
        create_tables(url)
        database = Database(url)
        with build_house(Path(home) / "home", database) as house:
            app = create_app(house)
            server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=_Silent)
            threading.Thread(target=server.serve_forever, daemon=True).start()
            town = settle(house)
            walks = of_company(house, town) if office == "--companies" else of_auditors(house, town)
            browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
            for number, walk in enumerate(walks):
                for size, (width, height) in SIZES.items():
                    context = browser.new_context(viewport={"width": width, "height": height}, locale="en-GB")
                    root = f"http://localhost:{server.port}"
                    for name, value in walk.session.items():
                        context.add_cookies([{"name": name, "value": value, "url": root}])
                    page = context.new_page()
                    for place, address in enumerate(walk.addresses):
                        if parts and not any(part in address for part in parts):
                            continue
                        page.goto(root + address)
                        if size == "phone":
                            full = page.evaluate("document.documentElement.scrollHeight")
                            page.set_viewport_size({"width": width, "height": full})
                        name = ID.sub("id", address).strip("/").replace("/", "_").replace("?", "_")
                        name = f"{number}-{place:02}-{name[:60]}"
                        page.screenshot(path=str(folder / f"{name}-{size}.png"), full_page=True)
                        page.set_viewport_size({"width": width, "height": height})
                        faults += _report(page, name, size)
                    context.close()
            browser.close()
            server.shutdown()
        database.close()
    return faults


def _report(page: Page, name: str, size: str) -> int:
    found = [("small", page.evaluate(SMALL))]
    if size == "phone":
        page.set_viewport_size({"width": 320, "height": 700})
        found.append(("too wide at 320", page.evaluate(OVERFLOW)))
        page.set_viewport_size({"width": 390, "height": 844})
    for what, where in found:
        if where:
            sys.stdout.write(f"{name} {size} {what}: {' | '.join(where)}\n")
    return sum(bool(where) for _, where in found)


if __name__ == "__main__":
    chosen = [name for name in sys.argv[2:] if name in PAGES] or list(PAGES)
    lang = "de" if "--de" in sys.argv else "en"
    live = [each for each in sys.argv if each in ("--companies", "--auditors")]
    if live:
        asked = [each for each in sys.argv[2:] if not each.startswith("--")]
        sys.exit(1 if take_live(Path(sys.argv[1]), live[0], asked) else 0)
    sys.exit(1 if take(Path(sys.argv[1]), chosen, lang, "--sandbox" in sys.argv) else 0)
