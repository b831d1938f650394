"""``vrm receipt verify``, with no instance and no network."""

import json
from functools import partial
from pathlib import Path

import pytest

from tests.support import seeds
from tests.unit.receipts.conftest import Desk
from vrm import receipts


@pytest.fixture
def vrm(stranger):
    """Runs ``vrm receipt verify``; gives exit code, what it said, and standard error."""
    return partial(stranger, "receipt", "verify")


@pytest.fixture
def desk(house) -> Desk:
    """Who decides, and about whom."""
    return Desk(house)


@pytest.fixture
def kept(desk, vrm) -> str:
    """The log's vkey; beside it the files ``receipt.json`` and ``keys.json`` of a consent that was revoked."""
    consent = desk.grant()
    desk.move_end(consent, days=3)
    seeds.revoke(desk.house, consent)
    seeds.catch_up(desk.house)
    Path("receipt.json").write_bytes(receipts.dump(desk.receipt(consent)))
    Path("keys.json").write_text(json.dumps({"keys": desk.keys}))
    return str(desk.house.log_verifiers()[0].vkey)


def test_what_was_proved_and_what_was_not(vrm, kept):
    """With both keys all is proved; without one of them it is said which half is not, and 2 where nobody signed."""
    code, said, _ = vrm("receipt.json", "--keys", "keys.json", "--vkey", kept)
    assert (
        code == 0 and said.startswith("Verified: signed by https://vrm.example") and "NOT PROVED" not in said
    )
    assert "granted at" in said and "Since then: revoked at" in said and "holds it" in said
    assert "The consent is OVER: revoked." in said and "A LATER REVISION took its place" in said
    code, said, _ = vrm("receipt.json", "--keys", "keys.json")
    assert code == 0 and "NOT PROVED: that the log holds it" in said
    code, said, _ = vrm("receipt.json", "--vkey", kept)
    assert code == 2 and said.startswith("NOT PROVED: who signed it")
    code, said, _ = vrm("receipt.json", "--keys", "keys.json", "--vkey", kept, "--json")
    facts = json.loads(said)
    assert (code, facts["ok"], facts["logged"], facts["committed"]) == (0, True, "in_the_log", True)
    assert (facts["replaced"], facts["ended"]) == ("shortened", "revoked")


def test_what_is_wrong_is_said_and_exits_with_1(vrm, kept):
    """A changed word, another's keys, another log's key."""
    Path("changed.json").write_text(Path("receipt.json").read_text().replace('"P30D"', '"P31D"'))
    code, said, _ = vrm("changed.json", "--keys", "keys.json", "--vkey", kept)
    assert code == 1 and said.startswith("NOT VERIFIED: ")
    keys = json.loads(Path("keys.json").read_text())
    keys["keys"][0]["kid"] = "another"
    Path("others.json").write_text(json.dumps(keys))
    code, said, _ = vrm("receipt.json", "--keys", "others.json")
    assert code == 1 and "signed by none of the keys you gave" in said
    code, said, _ = vrm("keys.json")
    assert code == 1 and "NOT VERIFIED" in said
