"""The browser's own check (``vrm/web/static/verify.js``) of what was told, in a real browser, without an instance.

The script chooses words that stand in templates of its page; here the words are the templates' names.
"""

import html
import json
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import Page, Route

import vrm
from tests.tamper.asking import VKEY
from tests.tamper.small_log import ORIGIN
from tests.tamper.telling import LEAF, TRUE, Told
from vrm.accesslog import proof_file
from vrm.accesslog.errors import BadProof

SCRIPT = Path(vrm.__file__).parent / "web" / "static" / "verify.js"
_STEPS = {
    "words": ("good", "bad"),
    "place": ("good", "bad"),
    "signature": ("good", "bad", "other", "unknown"),
    "opening": ("good", "bad", "none"),
    "memory": ("first", "good", "bad", "other", "unknown"),
    "verdict": ("good", "partly", "bad", "failed", "insecure"),
}
_IN_ORDER = frozenset(
    {"words-good", "place-good", "signature-good", "opening-good", "memory-good", "memory-first"}
)
_KEPT = json.dumps({ORIGIN: {"note": TRUE.note, "vkeys": [VKEY], "at": "2026-03-01T09:30:00.000Z"}})


class Browser:
    """A page that is given what was told; ``ask`` opens it."""

    def __init__(self, page: Page) -> None:
        self._page = page
        page.route("**/*", self._answer)

    def ask(self, told: Told, *, again: bool | None, vkey: str = VKEY) -> str:
        """What the page says is wrong; empty where it says that the line holds. ``again``: it has seen the true log, or
        None: what it was shown before. ``vkey``: the key that the page names.
        """
        self._told, self._kept, self._vkey = told, None if again is None else _KEPT if again else "null", vkey
        self._page.goto("http://localhost/read")
        verdict = self._page.locator("#verdict span").text_content()
        steps = self._page.locator("#steps span").all_text_contents()
        assert steps or verdict == "verdict-failed"
        wrong = "; ".join(step for step in steps if step not in _IN_ORDER)
        assert (verdict == "verdict-good") == (bool(steps) and not wrong), (verdict, steps)
        return wrong if steps else str(verdict)

    def _answer(self, route: Route) -> None:
        path = urlsplit(route.request.url).path
        if path == "/read":
            route.fulfill(body=self._html(), content_type="text/html")
        elif path == "/verify.js":
            route.fulfill(body=SCRIPT.read_bytes(), content_type="text/javascript")
        elif path == "/proof":
            route.fulfill(body=self._told.proof, content_type="application/octet-stream")
        elif path.removeprefix("/log/") in self._told.files:
            route.fulfill(
                body=self._told.files[path.removeprefix("/log/")], content_type="application/octet-stream"
            )
        else:
            route.fulfill(status=404, body="")

    def _html(self) -> str:
        names = [f"{step}-{outcome}" for step, outcomes in _STEPS.items() for outcome in outcomes]
        templates = "".join(f'<template id="{name}"><span>{name}</span></template>' for name in names)
        said = html.escape(json.dumps({"time": self._time()}))
        return (
            f'<!doctype html><html lang="en">{templates}<div id="verdict"></div><ul id="steps"></ul><pre id="entry"></pre>'
            f'<pre id="opening"></pre><p data-proof="/proof" data-log="/log" data-vkeys="{self._vkey}" data-said="{said}"></p>'
            f"<script>const kept = {json.dumps(self._kept)}; if (kept !== null) localStorage.setItem('log', kept)</script>"
            '<script type="module" src="/verify.js"></script></html>'
        )

    def _time(self) -> object:
        """When the page says that it was: whoever lies in the log lies on the page as well."""
        try:
            return json.loads(proof_file.load(self._told.proof).entry)["time"]
        except BadProof:
            return json.loads(TRUE.entries[LEAF])["time"]
