"""The list of guards is that of the code, and of the attacks."""

from pathlib import Path

from tests.attacks.everything import ROWS
from tests.attacks.guards import GUARDS
from tests.attacks.shown import SHOWN

ROOT = Path(__file__).parents[2]


def test_each_guard_stands_once_where_it_is_said_to() -> None:
    """What the mutation run takes away is there, and is one place."""
    for guard in GUARDS:
        for cut in guard.cuts:
            found = (ROOT / cut.file).read_text().count(cut.original)
            assert found == 1, f"{guard.name}: {found} times in {cut.file}: {cut.original}"
            assert cut.replacement != cut.original


def test_each_guard_is_attacked_and_each_attack_has_its_guard() -> None:
    """No row attacks a guard that nobody knows, and no guard stands unattacked; each name stands once."""
    names = [guard.name for guard in GUARDS]
    assert len(names) == len(set(names))
    assert {guard for row in ROWS for guard in row.guards} == set(names)
    assert all(len(row.guards) == len(set(row.guards)) for row in ROWS)
    assert SHOWN.keys() <= set(names)
    assert len({row.id for row in ROWS}) == len(ROWS) >= 150
