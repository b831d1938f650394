"""Values of several parts."""

import pytest

from vrm.catalogue import InvalidValue, Voice

HOME = {
    "street_address": "14 Barkly Street",
    "locality": "Brunswick",
    "region": "VIC",
    "postal_code": "3056",
    "country": "AU",
    "label": "home",
}


def test_parts_are_each_brought_to_their_form(catalogue):
    """Members are parsed by their own shapes; empty ones are left out; the order is the catalogue's."""
    raw = {"country": "australia", "label": "", "region": None} | {
        "street_address": " 14  Barkly Street\r\n",
        "locality": "Brunswick",
        "postal_code": "3056 ",
    }
    parsed = catalogue.parse("address", raw)
    assert parsed == {key: HOME[key] for key in ("street_address", "locality", "postal_code", "country")}
    assert list(parsed) == ["street_address", "locality", "postal_code", "country"]


def test_every_part_that_is_wrong_is_named(catalogue):
    """One refusal carries the fault of each part; ``field`` is the first."""
    with pytest.raises(InvalidValue) as caught:
        catalogue.parse("address", {"street_address": "x", "country": "Atlantis", "label": "cave"})
    assert caught.value.field == "locality"
    assert caught.value.message == "Fill this in."
    assert {name: fault.message for name, fault in caught.value.parts.items()} == {
        "locality": "Fill this in.",
        "country": "Choose a country, or write its two-letter code, such as DE.",
        "label": "Choose one from the list.",
    }


@pytest.mark.parametrize("raw", ["14 Barkly Street", None, 7, True, ["AU"], [], '{"country": "AU"}'])
def test_only_parts_make_a_structured_value(catalogue, raw):
    """Anything but an object is refused."""
    with pytest.raises(InvalidValue, match="one by one"):
        catalogue.parse("address", raw)


def test_unknown_parts_are_refused_and_not_repeated(catalogue):
    """A part the catalogue does not have is not dropped in silence, and its name is not echoed."""
    with pytest.raises(InvalidValue) as caught:
        catalogue.parse("address", HOME | {"mistress": "x"})
    assert "mistress" not in caught.value.message


def test_nesting_is_refused(catalogue):
    """A part is never itself an object."""
    with pytest.raises(InvalidValue) as caught:
        catalogue.parse("address", HOME | {"region": {"a": "b"}})
    assert caught.value.field == "region"


@pytest.mark.parametrize(
    ("change", "line"),
    [
        ({}, "14 Barkly Street, Brunswick VIC 3056, Australia (Home)"),
        ({"label": None}, "14 Barkly Street, Brunswick VIC 3056, Australia"),
        ({"region": None, "postal_code": None, "label": None}, "14 Barkly Street, Brunswick, Australia"),
        (
            {"country": "DE", "locality": "Berlin", "postal_code": "10115", "region": None},
            "14 Barkly Street, 10115 Berlin, Germany (Home)",
        ),
        ({"street_address": "Flat 2\n14 Barkly Street"}, "Flat 2, 14 Barkly Street, Brunswick VIC 3056, Australia (Home)"),
    ],
)  # fmt: skip
def test_an_address_reads_as_its_country_writes_it(catalogue, change, line):
    """One line, the postal code where that country puts it, and nothing for what is missing."""
    value = {part: said for part, said in (HOME | change).items() if said is not None}
    assert catalogue.show("address", value) == line


def test_without_a_layout_each_part_has_its_label(catalogue):
    """Documents are shown part by part, in the reader's language."""
    passport = {"kind": "passport", "number": "C01X00T47", "country": "DE", "expires": "2030-05-01"}
    said = "Document: Passport, Number: C01X00T47, Issued by: Germany, Valid until: 1 May 2030"
    assert catalogue.show("identity_document", passport) == said
    upper = catalogue.show("identity_document", {"kind": "passport"}, voice=Voice(translate=str.upper))
    assert upper == "DOCUMENT: PASSPORT"


def test_a_part_from_an_older_catalogue_is_still_shown(catalogue):
    """Whatever would leave is shown, also a part that no longer has a label."""
    assert catalogue.show("address", HOME | {"planet": "Earth"}).endswith("(Home), planet: Earth")
