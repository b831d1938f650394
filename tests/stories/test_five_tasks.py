"""Five things that a newcomer must be able to do unaided, at a browser, with the presses from home counted.

Nothing is typed and no address is known: each press is on what can be seen on the page, found by its words.
"""

import re
from pathlib import Path

import httpx2
import pytest
from playwright.sync_api import Page, expect

from tests.browser.clicks import Clicks
from tests.browser.conftest import back, browse, city, mia, page, running, shop, web
from tests.browser.people import NEEDED, Resident, heading
from tests.browser.windows import Shown, shows
from tests.support.actors import Company, Held, needed
from tests.support.server import RunningServer

__all__ = ["back", "browse", "city", "mia", "page", "running", "shop", "web"]

BORN = needed("birthdate", why="The jacket comes with a pocket knife")
MOST = {
    "See what a company knows": 2,
    "Stop it": 2,
    "Find who read my date of birth": 2,
    "Shorten a consent": 3,
    "Prove what I agreed to": 3,
}
"""How many presses each may take."""


class Newcomer:
    """Mia, who allowed a shop to read three lines of hers, which it did."""

    def __init__(self, page: Page, held: Held) -> None:
        self.page, self.held = page, held
        self.main = page.get_by_role("main")
        self.counted: dict[str, int] = {}

    def see_what_they_know(self) -> Clicks:
        """The values that they got, and which they may read again."""
        clicks = Clicks(self.page)
        clicks.follow("Nordlicht Versand")
        clicks.follow("What they know")
        heading(self.page, "What Nordlicht Versand knows")
        for known in ("They have: Mia Tran", "They have: 17 June 1991"):
            expect(self.main).to_contain_text(known)
        return clicks

    def find_who_read(self) -> Clicks:
        """Each read of the one line, with the company and the purpose."""
        clicks = Clicks(self.page)
        clicks.follow("Reads")
        clicks.follow("Date of birth")
        expect(self.page.locator("h1 + p")).to_contain_text("Date of birth")
        expect(self.page.locator("h1 + p")).to_contain_text("1 read, by one company")
        expect(self.main).to_contain_text("Nordlicht Versand")
        expect(self.main).to_contain_text("Delivering what you ordered")
        return clicks

    def shorten(self) -> Clicks:
        """It ends in a week, and says so at home."""
        clicks = Clicks(self.page)
        clicks.follow("Change Nordlicht Versand")
        clicks.choose(re.compile(r"\b7 days from today"))
        clicks.press("Change it")
        expect(self.page.get_by_role("status")).to_contain_text("Changed. It holds from now on.")
        expect(self.main).to_contain_text(re.compile("in [67] days"))
        return clicks

    def prove(self, folder: Path) -> tuple[Clicks, Path]:
        """The receipt of the first version, as a file."""
        clicks = Clicks(self.page)
        clicks.follow("Nordlicht Versand")
        clicks.follow("Receipt Version 1")
        expect(self.main).to_contain_text("You allowed what is marked here, and nothing else.")
        with self.page.expect_download() as waiting:
            clicks.follow("Download the receipt")
        file = folder / waiting.value.suggested_filename
        waiting.value.save_as(file)
        return clicks, file

    def stop(self) -> Clicks:
        """Nothing can be read any more."""
        clicks = Clicks(self.page)
        clicks.follow("Revoke Nordlicht Versand")
        clicks.press("Revoke")
        expect(self.page.get_by_role("status")).to_have_text("Revoked. Their next read is refused.")
        return clicks


@shows(Shown.TASKS, Shown.RECEIPT, quick="desktop")
def test_five_tasks(
    mia: Resident, shop: Company, running: RunningServer, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What they know, who read one line, an earlier end, proof, and the end: each in two or three presses from home."""
    held = mia.decide(shop, *NEEDED, BORN)
    assert shop.read(held.access_token).status_code == 200
    running.vrm("log", "sequence")
    mia_now = Newcomer(mia.page, held)
    proving, receipt = mia_now.prove(tmp_path)
    counted = {
        "Prove what I agreed to": proving,
        "See what a company knows": mia_now.see_what_they_know(),
        "Find who read my date of birth": mia_now.find_who_read(),
        "Shorten a consent": mia_now.shorten(),
        "Stop it": mia_now.stop(),
    }
    assert shop.read(held.access_token).status_code == 401

    # Whoever is shown the file checks it with the keys alone.
    keys = tmp_path / "receipt-keys.json"
    keys.write_bytes(httpx2.get(f"{running.url}/receipts/keys").content)
    checked = running.vrm("receipt", "verify", str(receipt), "--keys", str(keys)).stdout
    assert "Verified: signed by" in checked
    assert "to Nordlicht Versand: name, address, birthdate" in checked

    with capsys.disabled():
        print(f"\nPresses from home, {mia.page.viewport_size}:")  # noqa: T201
        for task, most in MOST.items():
            print(f"  {counted[task].count} of at most {most}  {task}")  # noqa: T201
    assert {task: clicks.count <= MOST[task] for task, clicks in counted.items()} == dict.fromkeys(MOST, True)
