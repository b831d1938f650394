"""Every attack is refused as its row says, and changes nothing that an attacker is after."""

from pathlib import Path

import pytest

import vrm
from tests.attacks.everything import ROWS
from tests.attacks.shown import shown_by
from tests.attacks.stage import HARM, Row, Stage, came
from tests.support.actors import World


class NotArranged(Exception):
    """What the attack needs could not be arranged: the row says nothing about its guard."""


@pytest.fixture(scope="module")
def stage(town: World) -> Stage:
    """One house for all attacks. What is attacked is the code beside these rows, and no installed one."""
    assert Path(vrm.__file__).parents[1] == Path(__file__).parents[2]
    made = Stage(town)
    assert all((made.company, made.other, made.simple, made.mia, made.ben))  # before anything is counted
    return made


CASES = [pytest.param(row, id=row.id, marks=pytest.mark.requirement(*shown_by(row.guards))) for row in ROWS]


@pytest.mark.parametrize("row", CASES)
def test_attack(stage: Stage, row: Row) -> None:
    """The answer is the one that the row names, and nothing was issued, allowed or read."""
    try:
        scene = row.given(stage)
    except Exception as fault:
        raise NotArranged(row.sentence) from fault
    before = stage.ledger()
    response = row.attack(scene)
    assert came(response) == (row.status, row.word), getattr(response, "text", "")[:300]
    after = stage.ledger()
    for what in HARM.keys() - set(row.but):
        assert after[what] == before[what] or (what == "token" and after[what] < before[what]), what
