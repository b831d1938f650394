"""*Verify this*, over HTTP: the page of a read, the proof file, and who gets neither."""

import json
from html import unescape
from pathlib import Path

import pytest

from tests.unit.web.portal.actors import found
from vrm import accesslog, clock
from vrm.accesslog.proving import verify_proof

HANDBOOK = Path(__file__).parents[4] / "docs" / "verify-us.md"


@pytest.fixture
def read(mia, owner, shop):
    """The id of a read of Mia's nickname that has no place in the log yet."""
    mia.post("/profile/nickname", version="0", do="save", value="Mimi")
    return shop.read(shop.granted(owner(mia), "nickname")).event_id


def publish(house):
    while accesslog.sequence(house.database):
        pass
    house.publish_log()


def test_a_line_can_be_verified_once_it_is_signed(mia, house, read):
    """Before its checkpoint the page says that it takes a second; after it the file proves the line and opens it."""
    mia.get("/reads")
    assert f'href="/reads/{read}"' in mia.page
    mia.get(f"/reads/{read}")
    assert "In a second" in mia.page and "verify.js" not in mia.page
    assert mia.get(f"/reads/{read}/proof", 404)
    publish(house)
    mia.get(f"/reads/{read}")
    said = json.loads(found(r'data-said="(\{.*?\})"', mia.page))
    answer = mia.get(f"/reads/{read}/proof")
    proved = verify_proof(answer.data, keys=house.log_verifiers())
    assert proved.faults == () and proved.signed_by and proved.proof is not None
    assert proved.said is not None and {name: proved.said.get(name) for name in said} == said
    assert proved.opened is not None and proved.opened["event"] == read
    assert (
        answer.headers["Content-Disposition"]
        == f'attachment; filename="read-{proved.proof.index}.tlog-proof"'
    )


def test_the_commands_name_the_keys_that_signed(mia, house, read):
    """While the log changes its key and after, what is shown is checked by the keys that signed just that."""
    house.keys.log_keys.rotate(house.keys.log_keys.draft(clock.now()))
    publish(house)
    both = [key.vkey for key in house.log_verifiers()]
    house.keys.log_keys.finish()
    page = unescape(mia.get(f"/reads/{read}").get_data(as_text=True))
    assert (
        f"--vkey '{both[0]}' --vkey '{both[1]}'" in page or f"--vkey '{both[1]}' --vkey '{both[0]}'" in page
    )
    assert 'href="/verify-us"' in page


def test_how_to_check_us_is_there_for_everybody(browser, house):
    """The page names this instance's key and log, and hands out the program of docs/verify-us.md, letter for letter."""
    page = unescape(browser.get("/verify-us").get_data(as_text=True))
    (key, *_) = house.log_verifiers()
    assert f"./verify '{key.vkey}' FILE.tlog-proof kept {house.settings.issuer}/log" in page
    program = browser.get(found(r'href="(/static/[0-9a-f]+/verify\.go)"', page)).get_data(as_text=True)
    assert program in page and f"```go\n{program}```" in HANDBOOK.read_text()
    for command in ("export GO111MODULE=off GOPATH=/usr/share/gocode", "go build -o verify verify.go"):
        assert command in page and f"$ {command}\n" in HANDBOOK.read_text()


def test_nobody_elses_line(mia, house, read, newcomer):
    """Another person's line, and an event of one's own that is no read, look like none at all."""
    publish(house)
    eve = newcomer("eve@post.example")
    for browser, event in ((eve, read), (mia, "00000000-0000-4000-8000-00000000abcd")):
        for path in (f"/reads/{event}", f"/reads/{event}/proof"):
            browser.get(path, 404)
