"""How values are said, and what a form offers to choose from."""

from datetime import date

import pytest

from vrm.catalogue import PLAIN, Voice
from vrm.catalogue.shapes import (
    Choice,
    Country,
    Date,
    Iban,
    Integer,
    Language,
    Phone,
    Shape,
    Text,
    YesNo,
    Zone,
)

TODAY = date(2026, 11, 21)
SIZES = Choice((("s", "Small"), ("l", "Large")))
GERMAN = Voice("de", {"Yes": "Ja", "Small": "Klein", "Large": "Groß", "cm": "cm"}.__getitem__)

SHOWN = [
    (Text(lines=True), "14 Barkly Street\nFloor 2", PLAIN, "14 Barkly Street, Floor 2"),
    (Date(), "1991-06-17", PLAIN, "17 June 1991"),
    (Date(), "1991-06-17", GERMAN, "17. Juni 1991"),
    (Date(), "1991-06-17", Voice("no-such-place"), "1991-06-17"),
    (Phone(), "+4930123456", PLAIN, "+49 30 123456"),
    (Country(), "DE", PLAIN, "Germany"),
    (Country(), "DE", GERMAN, "Deutschland"),
    (Country(), "DE", Voice("no-such-place"), "Germany"),
    (Language(), "de-AT", PLAIN, "German (Austria)"),
    (Language(), "zh-Hant", GERMAN, "Chinesisch (Traditionell)"),
    (Zone(), "America/New_York", PLAIN, "America/New York"),
    (Iban(), "NO9386011117947", PLAIN, "NO93 8601 1117 947"),
    (Integer(0, 300, "cm"), 171, PLAIN, "171 cm"),
    (Integer(0, 3000), 1991, PLAIN, "1991"),
    (YesNo(), True, GERMAN, "Ja"),
    (YesNo(), False, PLAIN, "No"),
    (SIZES, "s", GERMAN, "Klein"),
]


@pytest.mark.parametrize(("shape", "value", "voice", "words"), SHOWN)
def test_values_are_said_in_the_readers_words(shape, value, voice, words):
    """A value is shown whole, on one line, in the language of the voice."""
    assert shape.show(value, voice) == words


@pytest.mark.parametrize(
    ("shape", "value"),
    [(SIZES, "xl"), (Date(), "soon"), (Phone(), "n/a"), (Country(), "YU"), (Language(), "!")],
)
def test_what_an_older_catalogue_stored_is_still_shown(shape, value):
    """A value that would be refused today is shown as it is, since as it is it would leave."""
    assert shape.show(value, PLAIN) == value


def test_forms_offer_what_is_accepted(catalogue):
    """Every option a form offers can be stored, and has words."""
    shapes: list[Shape] = [SIZES, YesNo(), Country(), Language(), Zone()]
    shapes += [key.shape for key in catalogue.fields() if key.type == "choice"]
    for shape in shapes:
        options = shape.options(PLAIN)
        assert shape.control == "select"
        assert options
        for value, words in options:
            assert words
            stored = shape.parse(value, TODAY)
            assert stored == value or stored is (value == "yes")


def test_options_stand_in_the_order_a_reader_expects():
    """Countries are sorted by their names in the reader's language."""
    names = [name for _, name in Country().options(GERMAN)]
    assert names == sorted(names, key=str.casefold)
    assert ("DE", "Deutschland") in Country().options(GERMAN)
    assert len(names) >= 249
