"""One auditor, one anomaly, the whole way: found, proved, asked about, put into a case, verified by a stranger."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.offices import command, download, sit_down
from tests.browser.people import follow, heading, press
from tests.support import seeds
from tests.support.actors import World, served
from tests.support.browser import PATIENCE, SIZES
from tests.support.houses import CHEAP
from tests.support.server import RunningServer
from tests.support.town import usual
from vrm import clock, oversight
from vrm.house import House
from vrm.seeding import remember

VICTIMS, TIMES = 6, 20
READS = VICTIMS * TIMES
"""More than twice the least that is ever an alarm: it stays one when midnight falls into the reads."""


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """A sandbox that is served, empty but for what the story puts there."""
    quick = {"VRM_ARGON2": f"m={CHEAP.memory},t={CHEAP.passes},p={CHEAP.lanes}"}
    server = RunningServer(tmp_path / "city" / "home", environment=quick)
    server.home.parent.mkdir()
    server.initialise("--sandbox")
    server.start()
    with served(server) as made:
        yield made
    server.stop()


@pytest.fixture
def page(chromium: Browser, world: World) -> Iterator[Page]:
    """The auditor's browser."""
    size: Any = SIZES["desktop"]
    with chromium.new_context(**size, locale="en-GB", base_url=world.house.settings.issuer) as context:
        context.set_default_timeout(PATIENCE)
        yield context.new_page()


def misuse(world: World) -> seeds.Shop:
    """A shop that read a few times a day for four weeks reads some people over and over, over HTTP."""
    house = world.house
    shop = seeds.shop(house)
    remember(house, usual(shop, clock.now()))
    http = world.http()
    for _ in range(VICTIMS):
        consent = seeds.grant(house, seeds.person(house), shop, "name", "phone_number")
        token = seeds.access_token(house, consent)
        headers = {"Authorization": f"Bearer {token}", "VRM-Purpose": seeds.PURPOSE}
        for _ in range(TIMES):
            assert http.get("/v1/profile", headers=headers).status_code == 200
    return shop


def watched(house: House) -> None:
    """What the worker does every ten minutes, now."""
    seeds.catch_up(house)
    oversight.watch(house.database, now=clock.now())


def alone(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """``vrm`` in a folder with one file in it: no instance, no settings, no key but the one in the words."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("VRM_")}
    return subprocess.run(
        [sys.executable, "-m", "vrm", *words], cwd=folder, env=clean, capture_output=True, text=True, check=False
    )  # fmt: skip


@pytest.mark.browser
@pytest.mark.deep
def test_an_auditor_investigates(world, page, tmp_path):
    """Far more reads than the client's past: found, proved, who was exposed, a case, a file that verifies offline."""
    shop = misuse(world)
    watched(world.house)
    desk = sit_down(world.house, page, seeds.auditor(world.house))

    # The alarm, and its reason.
    desk.open("/audit")
    page.get_by_role("link", name="Far more reads than usual").first.click()
    heading(page, "Far more reads than usual")
    expect(page.locator("h1 + p")).to_contain_text("Nordlicht shop")
    expect(page.locator("h1 + p")).to_contain_text("Usual for it are 8 reads a day")
    alarm = page.url
    evidence = page.locator("#evidence ~ .scroll tbody tr")
    assert evidence.count() >= READS // 2

    # One entry of the evidence is really in the log.
    leaf = evidence.first.get_by_role("link").first
    number = leaf.inner_text()
    leaf.click()
    heading(page, f"Entry {number}")
    expect(page.get_by_role("main")).to_contain_text("It is in the log, unchanged")
    expect(page.locator("ul.checks > li.good")).to_have_count(4)

    # Who was exposed, and of what.
    page.goto(alarm)
    follow(page, "Who was exposed in that time")
    main = page.get_by_role("main")
    expect(main).to_contain_text(re.compile("Through .*Nordlicht shop"))
    expect(main).to_contain_text(f"{VICTIMS} consents were read from.")
    expect(main).to_contain_text("Phone number")

    # Into a case, and out of the house.
    page.goto(alarm)
    page.get_by_label("Title of a new case").fill("Reads without an order")
    press(page, "Mark them all")
    heading(page, "Reads without an order")
    marked = re.search(r"(\d+) entries are marked", page.locator("h1 + p").inner_text())
    assert marked is not None
    assert int(marked[1]) >= READS // 2
    page.get_by_label("Note", exact=True).fill("The company has no order for any of these reads.")
    press(page, "Add the note")
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    bundle = download(page, "Download the signed file", elsewhere)
    page.reload()
    words = command(page, "To check the file")
    assert bundle.name in words

    # Somebody who has the file, the log's key, and nothing else.
    said = alone(elsewhere, *words)
    assert said.returncode == 0, said.stdout + said.stderr
    assert f"Verified: the case “Reads without an order”, {marked[1]} entries" in said.stdout
    assert list(elsewhere.iterdir()) == [bundle]
    whole = bundle.read_bytes()
    for person in (b"Mia Tran", b"491 570", b"people.example", shop.company.contact.encode()):
        assert person not in whole
    for place in (whole.index(b"no order"), len(whole) // 2):
        bent = bytearray(whole)
        bent[place] ^= 1
        bundle.write_bytes(bent)
        refused = alone(elsewhere, *words)
        assert refused.returncode == 1, refused.stdout
        assert "NOT VERIFIED" in refused.stdout + refused.stderr
