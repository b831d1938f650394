"""Tiles hold the tree; nothing else does."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vrm.tlog import merkle, tiles

LEAVES = [merkle.leaf_hash(str(number).encode()) for number in range(66_000)]


class Store(dict):
    """Tiles by level and index, changed only by what ``grow`` says."""

    size = 0

    def append(self, count):
        edge = {tile: self[tile] for tile in tiles.edge(self.size)}
        growth = tiles.grow(self.size, edge, LEAVES[self.size : self.size + count])
        for tile, hashes in growth.tiles.items():
            assert hashes.startswith(self.get(tile, b"")), "a tile only ever grows"
        self.update(growth.tiles)
        self.size = growth.size
        return growth

    def nodes(self):
        return tiles.nodes(lambda level, index: self[level, index])


@pytest.mark.parametrize(
    ("level", "index", "width", "path"),
    [
        (0, 0, 256, "tile/0/000"),
        (0, 1234067, 256, "tile/0/x001/x234/067"),
        (1, 3, 17, "tile/1/003.p/17"),
        (2, 1000, 1, "tile/2/x001/000.p/1"),
    ],
)
def test_paths(level, index, width, path):
    """A tile has the path that C2SP tlog-tiles gives it."""
    assert tiles.path(level, index, width) == path


@pytest.mark.parametrize("tile", [(-1, 0, 256), (64, 0, 256), (0, -1, 256), (0, 0, 0), (0, 0, 257)])
def test_no_such_tile(tile):
    """Nothing outside the grammar has a path."""
    with pytest.raises(ValueError, match="no such tile"):
        tiles.path(*tile)


def test_the_edge_is_what_is_partial():
    """Only the partial tiles are needed to go on."""
    assert tiles.edge(0) == {}
    assert tiles.edge(256) == {(1, 0): 1}
    assert tiles.edge(257) == {(0, 1): 1, (1, 0): 1}
    assert tiles.edge(65_536 + 256 + 5) == {(0, 257): 5, (1, 1): 1, (2, 0): 1}


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(0, 300), max_size=8))
def test_however_it_grew_the_tree_is_the_same(counts):
    """Any way to cut the appends gives the one root, and tiles that hold it."""
    store = Store()
    for count in counts:
        growth = store.append(count)
        assert growth.root == merkle.Frontier().extend(LEAVES[: store.size]).root()
        assert merkle.subtree(store.nodes(), 0, store.size) == growth.root


def test_across_three_levels():
    """Where a level-1 tile fills up, the root and its proofs are right before, at and after it."""
    store, frontier = Store(), merkle.Frontier()
    for count in (65_535, 1, 1, 255, 1):
        frontier.extend(LEAVES[store.size : store.size + count])
        assert store.append(count).root == frontier.root()
    nodes, size, root = store.nodes(), store.size, frontier.root()
    for index in (0, 255, 256, 65_535, 65_536, size - 1):
        assert nodes(0, index) == LEAVES[index]
        assert merkle.included(merkle.inclusion(nodes, index, size), index, size, LEAVES[index], root)
    old = merkle.Frontier().extend(LEAVES[:65_537]).root()
    assert merkle.consistent(merkle.consistency(nodes, 65_537, size), 65_537, size, old, root)


def test_a_lost_tile_is_noticed():
    """A tile that is missing or short stops growth and proofs; it never gives a wrong hash."""
    store = Store()
    store.append(300)
    with pytest.raises(ValueError, match=r"tile/0/001\.p/44 is missing or short"):
        tiles.grow(300, {(1, 0): store[1, 0], (0, 1): store[0, 1][:-32]}, [])
    store[0, 0] = store[0, 0][:64]
    with pytest.raises(LookupError, match="short"):
        merkle.inclusion(store.nodes(), 3, 300)


def test_a_longer_tile_counts_as_far_as_the_size_goes():
    """Reading an older tree from newer tiles gives the older tree."""
    store = Store()
    store.append(300)
    assert tiles.grow(280, {(0, 1): store[0, 1], (1, 0): store[1, 0]}, []).root == merkle.root_of(
        LEAVES[:280]
    )
