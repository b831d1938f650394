"""What people cannot see in a text, or what strikes out the rest, is told from the marks that writing needs."""

import pytest

from vrm.companies import is_readable

READ = (
    "",
    "Käse & Söhne GmbH, 4 \u2260 5 \u2013 \u201eja\u201c \N{CHEESE WEDGE}",
    "Ka\u0308se",
    "काउंटर ४",
    "น้ำ, ช่อง 4",
    "שָׁלוֹם",
    "شَبَّاك ٤",
    "カウンター4番",
    "창구 4",
    "ẹ́kọ́",
    "Việt Nam",
)
UNREAD = {
    "a Hangul filler": "\u3164",
    "the filler of an initial": "Acorn\u115f",
    "the wide filler": "\uffa0",
    "blank Braille": "Acorn \u2800",
    "a vowel that is inherent": "ក\u17b4",
    "a variation selector": "a\ufe0f",
    "a joiner of graphemes": "a\u034f",
    "an object that is not there": "\ufffc",
    "a stroke through it": "No\u0336",
    "a slash through a letter": "o\u0338",
    "a circle round it": "o\u20e0",
    "a mark over nothing": "\u0301a",
    "a heap of marks": "x\u0316\u0317\u0318\u0319\u031c",
    "the other direction": "a\u202eb",
    "a line of its own": "a\nb",
}


@pytest.mark.parametrize("text", READ)
def test_what_people_write_can_be_read(text: str):
    """Any script with its marks, signs and pictures."""
    assert is_readable(text)


@pytest.mark.parametrize("text", UNREAD.values(), ids=UNREAD)
def test_what_is_not_there_to_see(text: str):
    """It is not taken, on one line or on several."""
    assert not is_readable(text)
    assert is_readable(text, lines=True) is ("\n" in text)
