"""Where hashes are kept: tiles of height 8 (C2SP tlog-tiles).

A tile at level L and index N holds up to 256 hashes, 32 bytes each, side by side. On level 0 they are leaf
hashes; on level L each is the root of a full tile one level below. The right-most tile of a level may be
partial; every other is full and never changes again. ::

    tile/0/x001/x234/067        level 0, index 1234067, full
    tile/1/003.p/17             level 1, index 3, its first 17 hashes
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from vrm.tlog.merkle import EMPTY, Nodes, root_of

HEIGHT = 8
WIDTH = 1 << HEIGHT
HASH = 32

Tile = tuple[int, int]
"""Level and index."""


def path(level: int, index: int, width: int = WIDTH) -> str:
    """The tile's public path; ``width`` below 256 names a partial tile."""
    if not (0 <= level < 64 and index >= 0 and 1 <= width <= WIDTH):
        raise ValueError("no such tile")
    groups = [f"{index % 1000:03d}"]
    while index := index // 1000:
        groups.insert(0, f"x{index % 1000:03d}")
    partial = "" if width == WIDTH else f".p/{width}"
    return f"tile/{level}/{'/'.join(groups)}{partial}"


def edge(size: int) -> dict[Tile, int]:
    """The partial tiles of a tree of this size, each with how many hashes it holds."""
    partial = {}
    level = 0
    while size:
        if width := size % WIDTH:
            partial[level, size // WIDTH] = width
        level, size = level + 1, size // WIDTH
    return partial


def hashes_of(tile: bytes) -> list[bytes]:
    """The hashes side by side in a tile."""
    return [tile[at : at + HASH] for at in range(0, len(tile), HASH)]


@dataclass(frozen=True)
class Growth:
    """A tree after an append: its size and root, and each tile that is new or longer."""

    size: int
    root: bytes
    tiles: Mapping[Tile, bytes]


def grow(size: int, partial: Mapping[Tile, bytes], leaves: Iterable[bytes]) -> Growth:
    """Append leaf hashes to a tree of ``size`` leaves whose partial tiles (``edge(size)``) are given.

    No other hash is needed. ``partial`` may hold longer tiles than the size calls for; only the part below
    ``size`` counts. A shorter one is a ``ValueError``: the store lost something.
    """
    rows: dict[int, list[bytes]] = {}
    for (level, index), width in edge(size).items():
        row = hashes_of(partial.get((level, index), b""))[:width]
        if len(row) != width:
            raise ValueError(f"tile {path(level, index, width)} is missing or short")
        rows[level] = row
    tiles: dict[Tile, bytes] = {}
    changed: set[int] = set()
    for leaf in leaves:
        size += 1
        level, carry = 0, leaf
        while True:
            row = rows.setdefault(level, [])
            row.append(carry)
            changed.add(level)
            if len(row) < WIDTH:
                break
            tiles[level, (size >> HEIGHT * (level + 1)) - 1] = b"".join(row)
            carry = root_of(row)
            rows[level] = []
            level += 1
    for level in changed:
        if rows[level]:
            tiles[level, size >> HEIGHT * (level + 1)] = b"".join(rows[level])
    return Growth(size, _root(rows), tiles)


def _root(rows: Mapping[int, list[bytes]]) -> bytes:
    """Fold the right edge upwards: what is ragged below is the last item of the row above."""
    carry: list[bytes] = []
    for level in range(max(rows, default=-1) + 1):
        items = rows.get(level, []) + carry
        carry = [root_of(items)] if items else []
    return carry[0] if carry else EMPTY


def nodes(read: Callable[[int, int], bytes]) -> Nodes:
    """Nodes for proofs, from a function that reads a tile by level and index (``LookupError`` if missing).

    A node between two tile levels is worked out from the tile below it. Recent nodes are remembered, so a
    run of proofs reads each tile about once.
    """
    tile = lru_cache(maxsize=64)(read)

    @lru_cache(maxsize=8192)
    def node(level: int, index: int) -> bytes:
        tile_level, height = divmod(level, HEIGHT)
        start = (index << height) % WIDTH * HASH
        row = tile(tile_level, (index << height) // WIDTH)[start : start + (HASH << height)]
        if len(row) != HASH << height:
            raise LookupError(f"tile {path(tile_level, (index << height) // WIDTH)} is short")
        return root_of(hashes_of(row))

    return node
