"""*Verify this*: the browser checks a line of the log itself, remembers the log, and tells when something is wrong."""

import base64
import json
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.people import ADULT, NEEDED, Resident, move_in
from tests.support.actors import DELIVERY
from vrm.accesslog import proof_file
from vrm.accesslog.proving import verify_proof
from vrm.tlog.note import Verifier

pytestmark = pytest.mark.browser


@pytest.fixture
def read(city, browse, shop, running) -> Resident:
    """Mia, whose line a company read a second ago; ``page`` stands before the list of reads."""
    mia = move_in(city, browse("desktop"))
    held = mia.decide(shop, *NEEDED, ADULT)
    assert shop.read(held.access_token, DELIVERY).status_code == 200
    running.vrm("log", "sequence")
    mia.open("/reads")
    return mia


def verify(page: Page) -> None:
    """Press *Verify this* on the one line there is."""
    page.get_by_role("link", name="Verify this").click()


def steps(page: Page) -> list[str]:
    """What the page says of each step, once there is a verdict."""
    expect(page.locator("#verdict .say-head")).not_to_have_text("Not checked yet")
    return page.locator("#steps h3").all_text_contents()


def test_verify_and_keep(read: Resident, running, city):
    """One press from the line, the browser checks it in five steps; the second time it compares; the file verifies."""
    page = read.page
    verify(page)
    assert steps(page) == [
        "The line says what this page was made from",
        "The line is in the log, letter for letter",
        "The log’s key signed it",
        "What was sealed belongs to this line",
        "Your browser remembers the log from now on",
    ]
    expect(page.locator("#verdict")).to_contain_text("It holds")
    running.vrm("log", "export", str(running.home / "more.ndjson"))  # which is an event, so the log grows
    running.vrm("log", "sequence")
    page.reload()
    assert steps(page)[-1] == "Nothing was changed since your browser last looked"
    with page.expect_download() as download:
        page.get_by_role("link", name="Download the proof").click()
    raw = download.value.path().read_bytes()
    key = Verifier.parse(page.locator("[data-vkeys]").get_attribute("data-vkeys") or "")
    found = verify_proof(raw, keys=[key])
    assert found.faults == () and found.opened is not None
    assert download.value.suggested_filename == f"read-{found.proof.index}.tlog-proof"  # type: ignore[union-attr]


def altered(raw: bytes, what: str) -> bytes:
    """The proof with one part of it changed."""
    proof = proof_file.load(raw)
    entry, opening, note = proof.entry, proof.opening or b"", proof.checkpoint
    if what == "place":
        entry = entry.replace(b'"v":1', b'"v":2')
    elif what == "words":
        entry = entry.replace(b'"answered"', b'"refused"')
    elif what == "opening":
        opening = bytes([opening[0] ^ 1]) + opening[1:]
    else:
        head, _, last = note.rpartition(" ")
        blob = bytearray(base64.b64decode(last))
        blob[-1] ^= 1
        note = f"{head} {base64.b64encode(blob).decode()}\n"
    return proof_file.dump(proof_file.ProofFile(proof.index, proof.hashes, note, entry, opening))


def lying(what: str) -> Callable[[Route], None]:
    """A way to the server on which one part of the proof is changed."""
    return lambda route: route.fulfill(body=altered(route.fetch().body(), what), content_type="text/plain")


def test_each_lie_is_told(read: Resident):
    """Whatever part of the proof is changed on its way, its step says so and the verdict is that something is wrong."""
    page = read.page
    verify(page)
    wrong = {
        "place": "The line is not in the log like this",
        "words": "The page tells something else than the log",
        "opening": "What we show as sealed does not belong to this line",
        "signature": "The log’s key did not sign it",
    }
    for what, words in wrong.items():
        page.route("**/proof", lying(what))
        page.reload()
        assert words in steps(page)
        expect(page.locator("#verdict")).to_contain_text("Something is wrong")
        page.unroute("**/proof")


def test_a_rewritten_log(read: Resident):
    """A log that does not continue what the browser remembers is told, and what it remembers stays."""
    page = read.page
    verify(page)
    steps(page)
    (memory,) = json.loads(page.evaluate("localStorage.getItem('log')")).values()
    origin, size, _, *rest = memory["note"].split("\n")
    other = base64.b64encode(b"\1" * 32).decode()
    memory["note"] = "\n".join([origin, str(int(size) - 1), other, *rest])
    page.evaluate("text => localStorage.setItem('log', text)", json.dumps(memory))
    page.reload()
    assert steps(page)[-1] == "The log was changed since your browser last looked"
    expect(page.locator("#verdict")).to_contain_text("Something is wrong")
    assert json.loads(page.evaluate("localStorage.getItem('log')")) == memory


def test_a_browser_without_this_signature(read: Resident):
    """Where the browser has no Ed25519, the page says that only the fingerprints were checked, and does not say it holds."""
    page = read.page
    page.add_init_script(
        "crypto.subtle.importKey = async () => { throw new DOMException('no', 'NotSupportedError'); };"
    )
    verify(page)
    assert "Who signed it was not checked" in steps(page)
    expect(page.locator("#verdict")).to_contain_text("What could be checked holds")


def test_without_script(read: Resident, city, browse, shop, running):
    """Without script the page says that nothing was checked, and the file with the command to check it is there."""
    mia = move_in(city, browse("phone", java_script_enabled=False))
    held = mia.decide(shop, *NEEDED)
    shop.read(held.access_token)
    mia.open("/reads")
    running.vrm("log", "sequence")
    verify(mia.page)
    expect(mia.page.locator("#verdict")).to_contain_text("Not checked yet")
    expect(mia.page.get_by_role("main")).to_contain_text("vrm log verify-proof read-")
    expect(mia.page.get_by_role("link", name="Download the proof")).to_be_visible()
