"""A signed tree read tile by tile from a source that is not believed.

The tiles at the right edge give the root, or they are not those of this tree. Every other tile is full, and its root
stands in the tile above it. So each hash that leaves here is one that the checkpoint signs, and memory holds a few
tiles however large the tree is.
"""

from collections import OrderedDict
from collections.abc import Mapping

from vrm.tlog import merkle, tiles
from vrm.tlog.breach import Breach, Kind
from vrm.tlog.checkpoint import Checkpoint
from vrm.tlog.resources import CHECKPOINT, Resource, pack, unpack
from vrm.tlog.sources import Missing, Source
from vrm.tlog.tiles import HASH, HEIGHT, WIDTH

_KEPT = 64
_NONE: Mapping[str, bytes] = {}


class SignedTree:
    """The tree of one checkpoint, whose signature has been checked. ``note`` is that checkpoint's bytes."""

    def __init__(self, source: Source, signed: Checkpoint, note: bytes) -> None:
        """Read the right edge. Raises ``Breach`` if it does not give the signed root."""
        self._source, self._signed, self._note = source, signed, note
        self._full: OrderedDict[tiles.Tile, bytes] = OrderedDict()
        self._edge = {
            (level, index): self._read(Resource(level, index, width))
            for (level, index), width in tiles.edge(signed.size).items()
        }
        if tiles.grow(signed.size, self._edge, []).root != signed.root:
            raise self._at_the_edge()
        self.nodes = tiles.nodes(self.tile)

    @property
    def size(self) -> int:
        """How many leaves it has."""
        return self._signed.size

    def tile(self, level: int, index: int) -> bytes:
        """The hashes of a tile. Raises ``Breach`` if they are not those of the signed tree."""
        if (level, index) in self._edge:
            return self._edge[level, index]
        if (level, index) in self._full:
            self._full.move_to_end((level, index))
            return self._full[level, index]
        above = self.tile(level + 1, index >> HEIGHT)
        named, place = Resource(level, index), index % WIDTH * HASH
        hashes = self._read(named)
        if merkle.root_of(tiles.hashes_of(hashes)) != above[place : place + HASH]:
            raise self._in_the_middle(named, hashes, above[place : place + HASH])
        self._full[level, index] = hashes
        while len(self._full) > _KEPT:
            self._full.popitem(last=False)
        return hashes

    def entries(self, index: int) -> list[bytes]:
        """The entries of a bundle, not yet held against their hashes."""
        width = min(WIDTH, self.size - index * WIDTH)
        named = Resource(None, index, width)
        bundle = self._read_any(named)
        try:
            return unpack(bundle, width)
        except ValueError as fault:
            problem = f"{named.path} cannot be read: {fault}"
            raise self._breach("entry", problem, named.first_leaf, {named.path: bundle}) from None

    def altered(self, index: int, at: int, entry: bytes) -> Breach:
        """What to say of an entry whose hash is not the signed one."""
        leaf = index * WIDTH + at
        files = {"entry": entry, "signed-hash": self.nodes(0, leaf)}
        return self._breach(
            "entry", "the entry was changed: the signed tree holds another hash for it", leaf, files
        )

    def _read(self, named: Resource) -> bytes:
        hashes = self._read_any(named)
        if len(hashes) != named.width * HASH:
            problem = f"{named.path} has not the length of {named.width} hashes"
            raise self._breach("tile", problem, None, {named.path: hashes})
        return hashes

    def _read_any(self, named: Resource) -> bytes:
        try:
            return self._source.read(named)
        except Missing:
            if named.width == WIDTH:
                raise self._missing(named) from None
        # A log may have dropped a partial tile once it is full (C2SP tlog-tiles, section on partial tiles).
        full = Resource(named.level, named.index)
        try:
            whole = self._source.read(full)
            if named.level is not None:
                return whole[: named.width * HASH]
            from_full = unpack(whole, WIDTH)[: named.width]
        except Missing:
            raise self._missing(named) from None
        except ValueError as fault:
            problem = f"{full.path} cannot be read: {fault}"
            raise self._breach("entry", problem, full.first_leaf, {full.path: whole}) from None
        return pack(from_full)

    def _in_the_middle(self, named: Resource, hashes: bytes, signed: bytes) -> Breach:
        """Why a full tile is not the one whose root is signed: with the entries at hand, the very leaf."""
        files = {named.path: hashes, "signed-root-of-the-tile": signed}
        if named.level == 0 and self._source.has_entries:
            own = [merkle.leaf_hash(entry) for entry in self.entries(named.index)]
            if leaf := self._first_difference(named, hashes, own):
                right = (
                    "the entry is the signed one" if merkle.root_of(own) == signed else "nor does the entry"
                )
                return self._breach(
                    "tile", f"{named.path} does not hold its signed hash ({right})", *leaf, files
                )
        last = named.end_leaf - 1
        what = f"{named.path} does not hold the signed hashes of leaves {named.first_leaf} to {last}"
        return self._breach("tile", what, None, files)

    def _at_the_edge(self) -> Breach:
        """Why the partial tiles do not give the root: with the entries at hand, the very leaf, if it is one of theirs."""
        index = self.size // WIDTH
        named, hashes = Resource(0, index, self.size % WIDTH or WIDTH), self._edge.get((0, index))
        files = {Resource(*tile, len(row) // HASH).path: row for tile, row in self._edge.items()}
        if hashes is not None and self._source.has_entries:
            own = [merkle.leaf_hash(entry) for entry in self.entries(index)]
            mended = {**self._edge, (0, index): b"".join(own)}
            leaf = self._first_difference(named, hashes, own)
            if leaf and tiles.grow(self.size, mended, []).root == self._signed.root:
                what = f"{named.path} does not hold its signed hash (the entry is the signed one)"
                return self._breach("tile", what, *leaf, files)
        what = "the hashes at the right edge of the tree do not give the root that the checkpoint signs"
        return self._breach("tile", what, None, files)

    @staticmethod
    def _first_difference(named: Resource, hashes: bytes, own: list[bytes]) -> tuple[int] | None:
        pairs = enumerate(zip(tiles.hashes_of(hashes), own, strict=True))
        return next(((named.first_leaf + at,) for at, (told, real) in pairs if told != real), None)

    def _missing(self, named: Resource) -> Breach:
        last = min(named.end_leaf, self.size) - 1
        what = (
            f"{named.path} is missing, which the checkpoint signs for (leaves {named.first_leaf} to {last})"
        )
        return self._breach("missing", what)

    def _breach(
        self, kind: Kind, problem: str, leaf: int | None = None, files: Mapping[str, bytes] = _NONE
    ) -> Breach:
        return Breach(kind, problem, leaf, {CHECKPOINT: self._note, **files})
