"""Sets of leaves as bits: what is packed comes back, and small sets are small."""

import random

import pytest

from vrm.oversight.facets import BLOCK, downward, pack, unpack, within

CHANCE = random.Random(3)
SETS = {
    "one": 1 << 40_000,
    "first": 1,
    "last": 1 << (BLOCK - 1),
    "all": (1 << BLOCK) - 1,
    "run": ((1 << 460) - 1) << 12_345,
    "ends": 1 | 1 << (BLOCK - 1),
    "random": CHANCE.getrandbits(BLOCK),
    "few": sum(1 << CHANCE.randrange(BLOCK) for _ in range(50)),
}


@pytest.mark.parametrize("name", SETS)
def test_what_is_packed_comes_back(name: str):
    """Any set that is not empty survives, and takes little more than its bits."""
    bits = SETS[name]
    assert unpack(pack(bits)) == bits
    assert len(pack(bits)) <= BLOCK // 8 + 16


def test_small_sets_are_small():
    """One leaf is a few bytes; so is a run, and a block where everything matches."""
    assert len(pack(SETS["one"])) == 4
    assert len(pack(SETS["run"])) < 80
    assert len(pack(SETS["all"])) < 80


def test_leaves_come_newest_first():
    """A set in a block names its leaves, the highest first."""
    assert list(downward(0b1011, 2)) == [2 * BLOCK + 3, 2 * BLOCK + 1, 2 * BLOCK]


def test_a_range_within_a_block():
    """From the first leaf up to, without, the last; nothing outside the block."""
    assert within(0, BLOCK, 0) == (1 << BLOCK) - 1
    assert within(BLOCK + 2, BLOCK + 4, 1) == 0b1100
    assert within(0, BLOCK, 1) == 0
    assert within(5, 5, 0) == 0
