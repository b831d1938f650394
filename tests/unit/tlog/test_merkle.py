"""The tree against RFC 6962's own definitions, taken literally."""

from hashlib import sha256

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vrm.tlog import merkle

# Inputs and roots of the test tree that Certificate Transparency implementations share.
INPUTS = [
    "", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f",
]  # fmt: skip
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
MOST = 70
LEAVES = [merkle.leaf_hash(str(number).encode()) for number in range(MOST)]


def mth(leaves: list[bytes]) -> bytes:
    """MTH of RFC 6962, section 2.1, as written there."""
    if not leaves:
        return sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    return sha256(b"\x01" + mth(leaves[:k]) + mth(leaves[k:])).digest()


def path(m: int, leaves: list[bytes]) -> list[bytes]:
    """PATH of RFC 6962, section 2.1.1, as written there."""
    if len(leaves) == 1:
        return []
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    if m < k:
        return [*path(m, leaves[:k]), mth(leaves[k:])]
    return [*path(m - k, leaves[k:]), mth(leaves[:k])]


def subproof(m: int, leaves: list[bytes], whole: bool) -> list[bytes]:
    """SUBPROOF of RFC 6962, section 2.1.2, as written there."""
    if m == len(leaves):
        return [] if whole else [mth(leaves)]
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    if m <= k:
        return [*subproof(m, leaves[:k], whole), mth(leaves[k:])]
    return [*subproof(m - k, leaves[k:], False), mth(leaves[:k])]


def nodes(level: int, index: int) -> bytes:
    """Complete subtrees over LEAVES."""
    return mth(LEAVES[index << level : (index + 1) << level])


@pytest.fixture(scope="module")
def roots():
    """The naive root of every size."""
    return [mth(LEAVES[:size]) for size in range(MOST + 1)]


def test_shared_vectors():
    """The roots that other implementations give are ours."""
    tree = merkle.Frontier()
    for text, root in zip(INPUTS, ROOTS, strict=True):
        tree.append(merkle.leaf_hash(bytes.fromhex(text)))
        assert tree.root().hex() == root


def test_every_way_to_a_root_agrees(roots):
    """Root by definition, by rows, by frontier and by subtrees is one for each size."""
    for size in range(MOST + 1):
        assert merkle.root_of(LEAVES[:size]) == roots[size]
        assert merkle.Frontier().extend(LEAVES[:size]).root() == roots[size]
        assert merkle.subtree(nodes, 0, size) == roots[size]


def test_every_inclusion_proof(roots):
    """Each leaf of each tree has the RFC's proof, which verifies there and for no other leaf, index or root."""
    for size in range(1, MOST + 1):
        for index in range(size):
            proof = merkle.inclusion(nodes, index, size)
            assert proof == path(index, LEAVES[:size])
            assert merkle.included(proof, index, size, LEAVES[index], roots[size])
            assert not merkle.included(proof, index, size, LEAVES[index - 1], roots[size]) or size == 1
            assert (
                not merkle.included(proof, (index + 1) % size, size, LEAVES[index], roots[size]) or size == 1
            )
            assert not merkle.included([*proof, LEAVES[0]], index, size, LEAVES[index], roots[size])
            assert not merkle.included(proof, index, size, LEAVES[index], roots[size - 1])


def test_every_consistency_proof(roots):
    """Each pair of sizes has the RFC's proof, which verifies for these two roots and for no others."""
    for new in range(1, MOST + 1):
        for old in range(1, new + 1):
            proof = merkle.consistency(nodes, old, new)
            assert proof == subproof(old, LEAVES[:new], True)
            assert merkle.consistent(proof, old, new, roots[old], roots[new])
            assert not merkle.consistent(proof, old, new, roots[old - 1], roots[new])
            assert not merkle.consistent(proof, old, new, roots[old], roots[new - 1])
            assert not merkle.consistent([*proof, LEAVES[0]], old, new, roots[old], roots[new])
            if proof:
                assert not merkle.consistent(proof[:-1], old, new, roots[old], roots[new])


def test_the_empty_tree_is_a_prefix_of_all(roots):
    """From the empty tree nothing has to be shown, and nothing else may pass for it."""
    assert merkle.consistency(nodes, 0, 5) == []
    assert merkle.consistent([], 0, 5, merkle.EMPTY, roots[5])
    assert not merkle.consistent([], 0, 5, roots[1], roots[5])
    assert not merkle.consistent([LEAVES[0]], 0, 5, merkle.EMPTY, roots[5])


def test_what_is_not_there_has_no_proof():
    """A leaf outside the tree, or a tree larger than the newer one, is refused."""
    for index, size in ((-1, 4), (4, 4), (0, 0)):
        with pytest.raises(ValueError, match="no such leaf"):
            merkle.inclusion(nodes, index, size)
        assert not merkle.included([], index, size, LEAVES[0], LEAVES[0])
    with pytest.raises(ValueError, match="smaller"):
        merkle.consistency(nodes, 5, 4)
    assert not merkle.consistent([], 5, 4, LEAVES[0], LEAVES[0])


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_no_altered_proof_verifies(data):
    """Whatever bit of a proof is changed, or hash of it left out or doubled, it shows nothing."""
    size = data.draw(st.integers(2, MOST))
    index = data.draw(st.integers(0, size - 1))
    root = merkle.subtree(nodes, 0, size)
    proof = merkle.inclusion(nodes, index, size)
    at = data.draw(st.integers(0, len(proof) - 1))
    bit = data.draw(st.integers(0, 255))
    flipped = (int.from_bytes(proof[at], "big") ^ (1 << bit)).to_bytes(32, "big")
    for lie in (
        [*proof[:at], flipped, *proof[at + 1 :]],
        [*proof[:at], *proof[at + 1 :]],
        [*proof[: at + 1], *proof[at:]],
    ):
        assert not merkle.included(lie, index, size, LEAVES[index], root)
