"""Names of tiles and bundles, and how entries lie in a bundle: one spelling each."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vrm.tlog.resources import Resource, pack, parse, unpack


@given(
    st.none() | st.integers(0, 63),
    st.integers(0, 999) | st.integers(0, 2**63),
    st.integers(1, 256),
)
def test_every_name_is_read_as_what_it_names(level, index, width):
    """Whatever has a name is found under it again."""
    named = Resource(level, index, width)
    tile, level_said, place = named.path.split("/", 2)
    assert (tile, parse(level_said, place)) == ("tile", named)


@pytest.mark.parametrize(
    ("level", "place"),
    [
        ("00", "000"), ("64", "000"), ("-1", "000"), ("", "000"), ("٠", "000"), ("Entries", "000"),
        ("0", ""), ("0", "0"), ("0", "0000"), ("0", "x000"), ("0", "x000/000"), ("0", "x000/001"), ("0", "001/000"),
        ("0", "x001/x000"), ("0", "X001/000"), ("0", "٠٠٠"), ("0", "000/"), ("0", "/000"), ("0", "000\n"), ("0", " 000"),
        ("0", "000.p"), ("0", "000.p/"), ("0", "000.p/0"), ("0", "000.p/01"), ("0", "000.p/256"), ("0", "000.p/999"),
        ("0", "000.p/+1"), ("0", "000.P/1"), ("0", "x001/" * 20 + "000"),
    ],
)  # fmt: skip
def test_no_other_spelling_is_a_name(level, place):
    """What C2SP tlog-tiles does not write is not read."""
    with pytest.raises(ValueError, match="not the name of a tile"):
        parse(level, place)


def test_a_tile_knows_its_leaves():
    """What a tile covers decides whether it may be given out yet."""
    assert (Resource(0, 1, 4).first_leaf, Resource(0, 1, 4).end_leaf) == (256, 260)
    assert (Resource(None, 1).first_leaf, Resource(None, 1).end_leaf) == (256, 512)
    assert (Resource(1, 2, 3).first_leaf, Resource(1, 2, 3).end_leaf) == (2 * 65536, 2 * 65536 + 768)


@given(st.lists(st.binary(max_size=40), max_size=20))
def test_a_bundle_holds_its_entries(entries):
    """Entries come out as they went in; a bundle that is cut, longer, or of another number is refused."""
    bundle = pack(entries)
    assert unpack(bundle, len(entries)) == entries
    for wrong, width in (
        (bundle + b"\0", len(entries)),
        (bundle[:-1], len(entries)),
        (bundle, len(entries) + 1),
    ):
        if bundle or width > len(entries):
            with pytest.raises(ValueError, match="the bundle"):
                unpack(wrong, width)


def test_the_length_is_two_bytes_the_higher_first():
    """As the standard has it, up to its end and no further."""
    assert pack([b"", b"ab"]) == b"\x00\x00\x00\x02ab"
    assert pack([b"x" * 0xFFFF])[:2] == b"\xff\xff"
    with pytest.raises(ValueError, match="longer"):
        pack([b"x" * 0x10000])
