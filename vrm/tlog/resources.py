"""A log as a set of files (C2SP tlog-tiles): what each is called, and how entries lie side by side in one. ::

    checkpoint                       the newest signed checkpoint
    tile/0/x001/x234/067             256 leaf hashes, from leaf 1234067 * 256 on
    tile/1/003.p/17                  the first 17 hashes of a tile that is not full yet
    tile/entries/x001/x234/067       the entries behind the first of these tiles: a *bundle*

The same names are addresses below ``/log/`` and paths in an archive. A name has one spelling: whatever ``parse``
takes, ``Resource.path`` gives back. A bundle is its entries in order, each after its length in two bytes, the higher
first. Pure; readers raise ``ValueError`` and nothing else.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from vrm.tlog import tiles
from vrm.tlog.tiles import HASH, WIDTH

CHECKPOINT = "checkpoint"
MOST_ENTRY = 0xFFFF
MOST_BUNDLE = WIDTH * (MOST_ENTRY + 2)

_PLACE = re.compile(r"((?:x[0-9]{3}/)*)([0-9]{3})(?:\.p/([1-9][0-9]{0,2}))?", re.ASCII)
_LEVEL = re.compile(r"0|[1-9][0-9]?", re.ASCII)
_MOST_PLACE = 64


@dataclass(frozen=True)
class Resource:
    """A tile of hashes at a level, or a bundle of entries where ``level`` is None; ``width`` is how many it holds."""

    level: int | None
    index: int
    width: int = WIDTH

    @property
    def path(self) -> str:
        """Its name."""
        named = tiles.path(self.level or 0, self.index, self.width)
        return named if self.level is not None else named.replace("tile/0/", "tile/entries/", 1)

    @property
    def most_bytes(self) -> int:
        """What it cannot be longer than."""
        return MOST_BUNDLE if self.level is None else self.width * HASH

    @property
    def first_leaf(self) -> int:
        """The first leaf that it tells of."""
        return self.index << tiles.HEIGHT * ((self.level or 0) + 1)

    @property
    def end_leaf(self) -> int:
        """The leaf after the last that it tells of."""
        return self.first_leaf + (self.width << tiles.HEIGHT * (self.level or 0))


def parse(level: str, place: str) -> Resource:
    """The resource at ``tile/<level>/<place>``, where ``level`` is a number or ``entries``."""
    found = _PLACE.fullmatch(place) if len(place) <= _MOST_PLACE else None
    if found is None or (level != "entries" and not _LEVEL.fullmatch(level)):
        raise ValueError("not the name of a tile")
    index = int("".join(found[1].replace("x", "").split("/")) + found[2])
    named = Resource(None if level == "entries" else int(level), index, int(found[3] or WIDTH))
    # x000/001, .p/256 and a level above 63 read well and yet are no names.
    whole = found[3] is None
    if (
        (named.level or 0) > 63
        or (not whole and named.width >= WIDTH)
        or named.path != f"tile/{level}/{place}"
    ):
        raise ValueError("not the name of a tile")
    return named


def pack(entries: Iterable[bytes]) -> bytes:
    """The bundle of these entries. An entry too long for one is a ``ValueError``: it must never have been written."""
    parts = []
    for entry in entries:
        if len(entry) > MOST_ENTRY:
            raise ValueError("an entry is longer than a bundle can hold")
        parts += [len(entry).to_bytes(2, "big"), entry]
    return b"".join(parts)


def unpack(bundle: bytes, width: int) -> list[bytes]:
    """The ``width`` entries of a bundle, which must hold exactly these."""
    entries: list[bytes] = []
    at, end = 0, len(bundle)
    while len(entries) < width:
        start = at + 2
        if start > end or (at := start + (bundle[at] << 8 | bundle[at + 1])) > end:
            raise ValueError(f"the bundle ends inside entry {len(entries)} of {width}")
        entries.append(bundle[start:at])
    if at != len(bundle):
        raise ValueError(f"the bundle goes on after its {width} entries")
    return entries
