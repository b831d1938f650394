"""Lies that a file alone cannot tell: by a stranger with a key of their own, or by the operator with the log's.

Each passes without what the auditor keeps, and fails with it. The documentation says so; here it is held to it.
"""

import pytest

from tests.tamper.liar import both, edited, renumbered, signed, swapped, told, verdict
from tests.tamper.small_log import ORIGIN, Signer
from vrm.tlog import BadNote, checkpoint, merkle
from vrm.tlog.checkpoint import Checkpoint

VKEY = Signer().verifier.vkey


def test_somebody_elses_log(log):
    """A log signed anew by another key passes as such; only the pinned key tells it from ours."""
    lie = told(log.all, edited(4), signed(Signer(9)))
    assert verdict(lie).ok
    assert verdict(lie, vkey=VKEY).findings[0].part == "vkey"
    assert not verdict(lie, checkpoint=log.older).ok


def test_somebody_elses_origin(log):
    """So does one under another name."""
    lie = told(log.all, signed(Signer(), origin="log.example/other"))
    assert verdict(lie).ok
    assert not verdict(lie, vkey=VKEY).ok
    assert not verdict(lie, checkpoint=log.older).ok


@pytest.mark.parametrize(
    "rewritten",
    [
        edited(4),
        both(lambda lines: lines.pop(4), renumbered),
        both(lambda lines: lines.insert(4, dict(lines[9])), renumbered),
        swapped(3, 6, "entry", "leaf_hash"),
    ],
    ids=["edit", "drop", "insert", "reorder"],
)
def test_the_operator_rewrites_and_signs_again(log, rewritten):
    """The operator holds the key: only a checkpoint kept from before shows that the log was rewritten."""
    lie = told(log.all, rewritten, signed(Signer()))
    assert verdict(lie, vkey=VKEY).ok
    report = verdict(lie, vkey=VKEY, checkpoint=log.older)
    assert [finding.part for finding in report.findings] == ["tree"]
    assert "rewritten" in report.findings[0].problem


def test_the_operator_rolls_back(log):
    """An older state of the log, shown as the newest, is only told from it by a newer checkpoint."""
    assert verdict(log.stale, vkey=VKEY).ok
    report = verdict(log.stale, vkey=VKEY, checkpoint=log.newest)
    assert [finding.part for finding in report.findings] == ["size"]
    assert "rolled back" in report.findings[0].problem


def test_the_operator_forks(log):
    """Two trees of one size: whoever holds one checkpoint refuses the other, in whole exports and in parts."""
    fork = told(log.all, edited(12), signed(Signer()))
    assert verdict(fork, vkey=VKEY, checkpoint=log.older).ok, "the older checkpoint lies before the fork"
    assert not verdict(fork, vkey=VKEY, checkpoint=log.newest).ok
    hashes = merkle.Frontier().extend([bytes(32)] * 13).root()
    forked = checkpoint.sign(Checkpoint(ORIGIN, 13, hashes), Signer()).encode()
    assert verdict(log.selection, vkey=VKEY, checkpoint=log.newest).ok
    assert verdict(log.selection, vkey=VKEY, checkpoint=forked).findings[0].problem.endswith("a fork")


def test_a_selection_says_that_it_cannot_show_continuity(log):
    """An older checkpoint beside a selection is not passed over in silence."""
    (finding,) = verdict(log.selection, checkpoint=log.older).findings
    assert "cannot show" in finding.problem


def test_a_checkpoint_of_another_log_is_none_of_ours(log):
    """The auditor's own file may be the wrong one: then nothing is said to be fine."""
    foreign = checkpoint.sign(Checkpoint(ORIGIN, 0, merkle.EMPTY), Signer(9))
    (finding,) = verdict(log.all, checkpoint=foreign.encode()).findings
    assert finding.part == "older checkpoint"
    with pytest.raises(BadNote):
        verdict(log.all, checkpoint=b"no checkpoint at all")
    with pytest.raises(BadNote):
        verdict(log.all, vkey="no key at all")
