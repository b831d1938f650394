"""Lies in what is served, by whoever serves it: none needs the log's key, and nothing kept is needed to find one."""

import gzip

from tests.tamper.changing import (
    ABOVE,
    BROWSERS,
    BUNDLE,
    EXPORTS,
    FILES,
    LAST,
    LAST_ENTRIES,
    PROOFS,
    TILE,
    bundle,
    each,
    entry_in_proof,
    exported,
    hashed,
    of_another,
    put,
    served,
    without,
)
from tests.tamper.liar import both, edited, renumbered, said, swapped
from tests.tamper.telling import ENTRIES, LEAF, SIZE, TRUE, History, Lie, Place, Tell, Told, entry, everywhere
from vrm.tlog import canonical, merkle
from vrm.tlog.resources import pack, unpack
from vrm.tlog.tiles import HASH, WIDTH

AT = LEAF % WIDTH
OTHER = entry(LEAF, keys=["phone_number"])


def whole_tree(given: Told) -> None:
    """The files of another log beside the true checkpoint."""
    other = History([entry(number, keys=["phone_number"]) for number in range(SIZE)]).told()
    given.files.update({name: data for name, data in other.files.items() if name != "checkpoint"})


def up_to_the_top(given: Told) -> None:
    """An entry, and every hash above it up to the root, which the checkpoint does not sign."""
    other = History([*ENTRIES[:LEAF], OTHER, *ENTRIES[LEAF + 1 : SIZE]]).told()
    given.files.update({name: data for name, data in other.files.items() if name != "checkpoint"})


def from_a_full_one(change: Tell) -> Tell:
    """The partial tile and bundle at the end are gone, as they may be once full ones are there; of these one lies."""
    longer = History(ENTRIES[: 3 * WIDTH]).told().files

    def tell(given: Told) -> None:
        without(LAST, LAST_ENTRIES)(given)
        given.files |= {name: data for name, data in longer.items() if name.endswith("/002")}
        change(given)

    return tell


def shifted(entries: list[bytes]) -> list[bytes]:
    """The border between two entries, moved by a byte."""
    one, two = entries[AT : AT + 2]
    return [*entries[:AT], one + two[:1], two[1:], *entries[AT + 2 :]]


def moved_up(given: Told) -> None:
    """One entry left out, and all behind it a place earlier."""
    rest = [*ENTRIES[:LEAF], *ENTRIES[LEAF + 1 : SIZE]]
    given.files[BUNDLE], given.files[LAST_ENTRIES] = pack(rest[256:512]), pack([*rest[512:], rest[-1]])


WAS_CHANGED = f"entry {LEAF}: the entry was changed"
UNREADABLE = f"entry 256: {BUNDLE} cannot be read"
RESPELLED = ENTRIES[LEAF].replace(b'"v":1', b'"v": 1')
ALIKE = {**everywhere("the hashes do not lead", *PROOFS), **everywhere("place-bad", *BROWSERS)}

LIES = [
    Lie(
        "an entry is changed",
        each(bundle(put(AT, OTHER)), exported(said(LEAF + 1, entry=OTHER.decode())), entry_in_proof(OTHER)),
        {**everywhere(WAS_CHANGED, *FILES), **everywhere(f"entry {LEAF}: was changed", *EXPORTS), **ALIKE, Place.GO: "NOT VERIFIED"},
    ),
    Lie(
        "an entry is changed, and its hash with it",
        each(bundle(put(AT, OTHER)), hashed(AT, merkle.leaf_hash(OTHER)), exported(edited(LEAF + 1))),
        {
            **everywhere(f"tile: {TILE} does not hold the signed hashes of leaves 256 to 511", *FILES),
            **everywhere("tree: these leaves do not give the root", *EXPORTS),
        },
    ),
    Lie(
        "an entry is changed, and every hash above it",
        up_to_the_top,
        everywhere("tile: the hashes at the right edge of the tree do not give the root", *FILES),
    ),
    Lie(
        "only the hash of an entry is changed",
        each(hashed(AT, bytes(32)), exported(said(LEAF + 1, leaf_hash=canonical.b64(bytes(32))))),
        {
            **everywhere(f"tile {LEAF}: {TILE} does not hold its signed hash (the entry is the signed one)", *FILES),
            **everywhere(f"leaf_hash {LEAF}: was changed", *EXPORTS),
        },
    ),
    Lie(
        "two entries change places",
        each(bundle(lambda it: put(AT, it[AT + 7])(put(AT + 7, it[AT])(it))), exported(swapped(LEAF + 1, LEAF + 8, "entry"))),
        {**everywhere(WAS_CHANGED, *FILES), **everywhere(f"entry {LEAF}: was changed", *EXPORTS)},
    ),
    Lie(
        "two entries change places, with their hashes",
        each(
            bundle(lambda it: put(AT, it[AT + 7])(put(AT + 7, it[AT])(it))),
            hashed(AT, TRUE.leaves[LEAF + 7]),
            hashed(AT + 7, TRUE.leaves[LEAF]),
            exported(swapped(LEAF + 1, LEAF + 8, "entry", "leaf_hash")),
        ),
        {
            **everywhere(f"tile: {TILE} does not hold the signed hashes", *FILES),
            **everywhere("tree: these leaves do not give the root", *EXPORTS),
        },
    ),
    Lie(
        "entries of two tiles change places",
        each(
            bundle(put(AT, ENTRIES[600])),
            bundle(put(600 - 512, ENTRIES[LEAF]), LAST_ENTRIES),
            exported(swapped(LEAF + 1, 601, "entry")),
        ),
        {**everywhere(WAS_CHANGED, *FILES), **everywhere(f"entry {LEAF}: was changed", *EXPORTS)},
    ),
    Lie(
        "entries stand in another order",
        each(bundle(lambda it: it[::-1]), exported(lambda lines: lines.insert(200, lines.pop(400)))),
        {**everywhere("entry 256: the entry was changed", *FILES), **everywhere("index 199: is 399, not 199", *EXPORTS)},
    ),
    Lie(
        "an entry is left out",
        each(bundle(lambda it: [*it[:AT], *it[AT + 1 :]]), exported(lambda lines: lines.pop(LEAF + 1))),
        {
            **everywhere(f"{UNREADABLE}: the bundle ends inside entry 255", *FILES),
            **everywhere(f"index {LEAF}: is {LEAF + 1}, not {LEAF}", *EXPORTS),
        },
    ),
    Lie(
        "an entry is left out, and all behind it move up",
        each(moved_up, exported(both(lambda lines: lines.pop(LEAF + 1), renumbered))),
        {**everywhere(WAS_CHANGED, *FILES), **everywhere("comes too early: of 700 leaves the file holds 699", *EXPORTS)},
    ),
    Lie(
        "an entry is put in",
        each(bundle(lambda it: [*it[:AT], OTHER, *it[AT:]]), exported(lambda lines: lines.insert(LEAF + 1, dict(lines[9])))),
        {
            **everywhere(f"{UNREADABLE}: the bundle goes on after its 256 entries", *FILES),
            **everywhere(f"index {LEAF}: is 8, not {LEAF}", *EXPORTS),
        },
    ),
    Lie(
        "an entry is told twice, in place of another",
        each(
            bundle(lambda it: put(AT, it[AT - 1])(it)),
            exported(lambda lines: lines.__setitem__(LEAF + 1, {**lines[LEAF], "index": LEAF})),
            entry_in_proof(ENTRIES[LEAF - 1]),
        ),
        {**everywhere(WAS_CHANGED, *FILES), **everywhere("tree: these leaves do not give the root", *EXPORTS), **ALIKE},
    ),
    Lie(
        "an entry is emptied",
        each(bundle(put(AT, b"")), exported(said(LEAF + 1, entry=""))),
        {**everywhere(WAS_CHANGED, *FILES), **everywhere(f"entry {LEAF}: was changed", *EXPORTS)},
    ),
    Lie(
        "an entry says the same in other bytes",
        each(bundle(put(AT, RESPELLED)), exported(said(LEAF + 1, entry=RESPELLED.decode())), entry_in_proof(RESPELLED)),
        {
            **everywhere(WAS_CHANGED, *FILES),
            **everywhere(f"entry {LEAF}: was changed", *EXPORTS),
            **everywhere("the entry is not canonical JSON", *PROOFS),
            **everywhere("place-bad", *BROWSERS),
            Place.GO: "NOT VERIFIED",
        },
    ),
    Lie(
        "an entry is no text",
        bundle(put(AT, ENTRIES[LEAF].replace(b"email", b"\xff\xfeail"))),
        everywhere(WAS_CHANGED, *FILES),
    ),
    Lie("two entries are parted at another byte", bundle(shifted), everywhere(WAS_CHANGED, *FILES)),
    Lie(
        "an entry of the last bundle, which is not full, is changed",
        each(bundle(put(88, entry(600, keys=[])), LAST_ENTRIES), exported(said(601, entry=entry(600, keys=[]).decode()))),
        {**everywhere("entry 600: the entry was changed", *FILES), **everywhere("entry 600: was changed", *EXPORTS)},
    ),
    Lie("a bundle is cut", served(BUNDLE, lambda raw: raw[:-1]), everywhere(UNREADABLE, *FILES)),
    Lie("a bundle goes on after its end", served(BUNDLE, lambda raw: raw + b"\0"), everywhere(UNREADABLE, *FILES)),
    Lie("a bundle is compressed", served(BUNDLE, lambda raw: gzip.compress(raw, mtime=0)), everywhere(UNREADABLE, *FILES)),
    Lie("a bundle is another one", of_another(BUNDLE, "tile/entries/000"), everywhere("entry 256: the entry was changed", *FILES)),
    Lie("a bundle is not shown", without(BUNDLE), everywhere(f"missing: {BUNDLE} is missing", *FILES)),
    Lie("a tile is another one", of_another(TILE, "tile/0/000"), everywhere(f"tile 256: {TILE} does not hold its signed hash", *FILES)),
    Lie("a tile is one of another level", of_another(ABOVE, "tile/0/000"), everywhere("tile: the hashes at the right edge", *FILES)),
    Lie("a tile is not shown", without(TILE), everywhere(f"missing: {TILE} is missing", *FILES)),
    Lie(
        "a tile that is not full holds fewer hashes than its name says",
        served(LAST, lambda raw: raw[:-HASH]),
        everywhere(f"tile: {LAST} has not the length of 188 hashes", *FILES),
    ),
    Lie(
        "a tile that is not full holds more",
        served(LAST, lambda raw: raw + raw[-HASH:]),
        everywhere(f"tile: {LAST} has not the length of 188 hashes", *FILES),
    ),
    Lie("half a hash stands at the end of a tile", served(TILE, lambda raw: raw + bytes(16)), everywhere(f"tile: {TILE} has not the length", *FILES)),
    Lie(
        "a tile that is not full lies about one leaf",
        hashed(88, bytes(32), LAST),
        everywhere(f"tile 600: {LAST} does not hold its signed hash (the entry is the signed one)", *FILES),
    ),
    Lie(
        "the full tile lies, in place of which the one that was not full is gone",
        from_a_full_one(hashed(88, bytes(32), "tile/0/002")),
        everywhere("tile 600:", *FILES),
    ),
    Lie(
        "the full bundle lies, in place of which the one that was not full is gone",
        from_a_full_one(served("tile/entries/002", lambda raw: pack(put(88, OTHER)(unpack(raw, 256))))),
        everywhere("entry 600: the entry was changed", *FILES),
    ),
    Lie("a hash inside the tree is changed", hashed(1, bytes(32), ABOVE), everywhere("tile: the hashes at the right edge", *FILES)),
    Lie("two hashes inside the tree change places", served(ABOVE, lambda raw: raw[HASH:] + raw[:HASH]), everywhere("tile: the hashes at the right edge", *FILES)),
    Lie("the files of another log stand beside the checkpoint", whole_tree, everywhere("tile: the hashes at the right edge", *FILES)),
]  # fmt: skip
