"""Every lie is told at every place where it can be told, and what is said of it there is what must be said."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser as Chromium

from tests.tamper import every_lie
from tests.tamper.asking import PLACES, VKEY, Auditor
from tests.tamper.browsing import Browser
from tests.tamper.every_lie import STORED, TOLD
from tests.tamper.going import Go
from tests.tamper.lies_checkpoint import FOREIGN
from tests.tamper.stored import Alteration, Ledger
from tests.tamper.telling import Lie, Place, Told, given, truth
from vrm.tlog import note

BROWSERS = {Place.BROWSER: False, Place.BROWSER_AGAIN: True}


@pytest.fixture(scope="module")
def auditor(tmp_path_factory: pytest.TempPathFactory) -> Auditor:
    """Somebody who checks."""
    return Auditor(tmp_path_factory.mktemp("auditor"))


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A log in a database, to be copied."""
    folder = tmp_path_factory.mktemp("made")
    Ledger.make(folder)
    return folder


@pytest.fixture
def ledger(made: Path, tmp_path: Path) -> Iterator[Ledger]:
    """A log of one's own, to be changed."""
    ledger = Ledger(made, tmp_path)
    yield ledger
    ledger.database.close()


def judge(lie: Lie | Alteration, place: Place, said: str) -> None:
    """What was said of a lie is what must be said; of one that is missed, nothing."""
    if place in lie.missed:
        assert not said, f"{place}: the documentation says that this is not found"
    else:
        assert lie.found[place] and lie.found[place] in said, (
            f"{place}: {lie.found[place]!r} is not in {said!r}"
        )


@pytest.mark.parametrize("place", PLACES)
def test_the_truth(auditor: Auditor, place: Place):
    """What an honest operator gives out is taken for the truth everywhere."""
    assert auditor.ask(place, truth()) == ""


@pytest.mark.parametrize("lie", TOLD, ids=lambda lie: lie.name)
def test_a_lie(auditor: Auditor, lie: Lie):
    """It is found, by what it is, at each place that can tell it; where nothing kept tells it, it passes."""
    told = given(lie)
    for place in PLACES:
        if place in lie.found or place in lie.missed:
            judge(lie, place, auditor.ask(place, told))


@pytest.mark.parametrize("lie", STORED, ids=lambda lie: lie.name)
def test_a_lie_in_the_database(ledger: Ledger, lie: Alteration):
    """Nothing is signed, and why is said; what signing does not read is found by whoever verifies."""
    lie.alter(ledger)
    for place in lie.found:
        judge(lie, place, ledger.ask(place))


def test_the_database_tells_the_truth(ledger: Ledger):
    """A database that nobody changed is signed on and verifies."""
    assert [ledger.ask(place) for place in (Place.SIGNING, Place.EXPORT)] == ["", ""]


@pytest.mark.deep
@pytest.mark.browser
def test_lies_to_a_browser(chromium: Chromium):
    """The script on the page finds them too: the first time what the file tells, and then what it remembers."""
    context = chromium.new_context()
    context.set_default_timeout(10_000)
    browser = Browser(context.new_page())
    for again in BROWSERS.values():
        assert browser.ask(truth(), again=again) == ""
    for lie in TOLD:
        told = given(lie)
        for place, again in BROWSERS.items():
            if place in lie.found or place in lie.missed:
                judge(lie, place, browser.ask(told, again=again))
    # A log of another name, and its key, are told as such, and make the browser forget nothing of the one before.
    other = note.Verifier(FOREIGN.origin, FOREIGN.signer.public).vkey
    assert browser.ask(truth(), again=True) == ""
    assert browser.ask(FOREIGN.told(), again=None, vkey=other) == "memory-other"
    rewritten = next(lie for lie in TOLD if Place.BROWSER_AGAIN in lie.found and Place.BROWSER in lie.missed)
    assert "memory-bad" in browser.ask(given(rewritten), again=None)
    context.close()


@pytest.mark.deep  # most of it is building what Go brings
def test_lies_to_go(tmp_path: Path):
    """The program of docs/verify-us.md, which is built on other people's work, refuses them."""
    go = Go(tmp_path)
    assert go.ask(truth()) == ""
    for lie in TOLD:
        if Place.GO in lie.found or Place.GO in lie.missed:
            judge(lie, Place.GO, go.ask(given(lie)))


def test_the_command_ends_with_1(tmp_path: Path):
    """As a program: 0 for the truth, 1 for a lie, and the first bad leaf stands in what is said."""
    told = truth()
    for lying in (False, True):
        if lying:
            next(lie for lie in TOLD if lie.name == "an entry is changed").tell(told)
        _write(tmp_path / "log", told)
        words = [sys.executable, "-m", "vrm", "log", "verify", "log", "--vkey", VKEY]
        done = subprocess.run(words, cwd=tmp_path, capture_output=True, text=True, timeout=60)
        assert done.returncode == (1 if lying else 0), done.stderr
        assert ("NOT VERIFIED: leaf 333: the entry was changed" in done.stdout) is lying


def _write(folder: Path, told: Told) -> None:
    for name, data in told.files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)


def test_the_table_is_whole(capsys: pytest.CaptureFixture[str]):
    """Each lie has a name of its own and is found somewhere; only what the key signs, or signed, is missed anywhere."""
    lies = every_lie.LIES
    assert len({lie.name for lie in lies}) == len(lies) >= 40
    for lie in lies:
        assert lie.found and not set(lie.found) & set(lie.missed), lie.name
        assert not lie.missed or lie.operator or "an earlier day" in lie.name, lie.name
    with capsys.disabled():
        print(f"\n{every_lie.summary()}")  # noqa: T201


def test_the_documentation_has_this_table():
    """docs/log.md holds the lies and the places as they are tested; ``python -m tests.tamper.every_lie`` writes them."""
    (block,) = every_lie.BLOCK.findall(every_lie.PAGE.read_text())
    assert block.strip() == every_lie.table().strip()
