"""What is worked out from what, and when it cannot be."""

from datetime import date

import pytest

from vrm.catalogue import UnknownKey
from vrm.catalogue.answers import age_on

TODAY = date(2026, 11, 21)
HOME = {"street_address": "1 Way", "locality": "Berlin", "country": "DE", "label": "home"}
WORK = {
    "street_address": "2 Way",
    "locality": "Lyon",
    "region": "Rhône",
    "postal_code": "69001",
    "country": "FR",
}


def passport(expires=None, kind="passport"):
    document = {"kind": kind, "number": "1", "country": "DE"}
    return document | ({"expires": expires} if expires else {})


ROWS = [
    ("age_over_18", {"birthdate": ["2008-11-21"]}, True),
    ("age_over_18", {"birthdate": ["2008-11-22"]}, False),
    ("age_over_13", {"birthdate": ["2013-11-21"]}, True),
    ("age_over_16", {"birthdate": ["2010-11-22"]}, False),
    ("age_over_21", {"birthdate": ["2005-11-21"]}, True),
    ("age_over_65", {"birthdate": ["1991-06-17"]}, False),
    ("age_over_18", {}, None),
    ("age_over_18", {"birthdate": []}, None),
    ("age_over_18", {"birthdate": ["unreadable"]}, None),
    ("age_band", {"birthdate": ["1991-06-17"]}, "35_44"),
    ("age_band", {"birthdate": ["2026-01-01"]}, "under_13"),
    ("age_band", {"birthdate": ["1930-01-01"]}, "65_up"),
    ("age_band", {}, None),
    ("birth_year", {"birthdate": ["1991-06-17"]}, 1991),
    ("birth_month", {"birthdate": ["1991-06-17"]}, "06"),
    ("birth_month", {}, None),
    ("country", {"address": [HOME]}, "DE"),
    ("country", {"address": [WORK]}, "FR"),
    ("country", {"address": [WORK, HOME]}, "DE"),
    ("country", {}, None),
    ("country_region", {"address": [WORK]}, {"region": "Rhône", "country": "FR"}),
    ("country_region", {"address": [WORK, HOME]}, None),
    ("town", {"address": [HOME]}, {"locality": "Berlin", "country": "DE"}),
    ("postal_area", {"address": [WORK]}, {"area": "69", "country": "FR"}),
    ("postal_area", {"address": [WORK | {"postal_code": "W1A 1AA", "country": "GB"}]}, {"area": "W1", "country": "GB"}),
    ("postal_area", {"address": [WORK | {"postal_code": "101", "country": "IS"}]}, {"area": "1", "country": "IS"}),
    ("postal_area", {"address": [WORK | {"postal_code": "1"}]}, None),
    ("postal_area", {"address": [HOME]}, None),
    ("household_size_band", {"household_size": [1]}, "1"),
    ("household_size_band", {"household_size": [4]}, "3_4"),
    ("household_size_band", {"household_size": [9]}, "5_up"),
    ("household_size_band", {}, None),
    ("has_children", {"child_count": [0]}, False),
    ("has_children", {"child_count": [2]}, True),
    ("has_children", {"child_birth_year": [2015]}, True),
    ("has_children", {"child_count": [0], "child_birth_year": [2015]}, True),
    ("has_children", {}, None),
    ("has_pet", {"pet_count": [0]}, False),
    ("has_pet", {"pet": [{"kind": "cat"}]}, True),
    ("has_vehicle", {"vehicle": [{"make": "Fiat", "model": "500"}]}, True),
    ("has_vehicle", {"vehicle_count": [0]}, False),
    ("has_vehicle", {"vehicle": []}, None),
    ("is_employed", {"employment_status": ["self_employed"]}, True),
    ("is_employed", {"employment_status": ["retired"]}, False),
    ("is_employed", {"employer": ["Nordlicht"]}, None),
    ("is_student", {"employment_status": ["student"]}, True),
    ("is_home_owner", {"housing_tenure": ["tenant"]}, False),
    ("bank_country", {"iban": ["DE89370400440532013000"]}, "DE"),
    ("bank_country", {}, None),
    ("has_valid_passport", {"identity_document": [passport("2026-11-21")]}, True),
    ("has_valid_passport", {"identity_document": [passport("2026-11-20")]}, False),
    ("has_valid_passport", {"identity_document": [passport("2026-11-20"), passport("2030-01-01")]}, True),
    ("has_valid_passport", {"identity_document": [passport("2026-11-20"), passport()]}, None),
    ("has_valid_passport", {"identity_document": [passport("2030-01-01", "identity_card")]}, None),
    ("has_valid_passport", {}, None),
    ("has_driving_licence", {"identity_document": [passport("2030-01-01", "driving_licence")]}, True),
]  # fmt: skip


@pytest.mark.parametrize(("name", "values", "expected"), ROWS)
def test_answers(catalogue, name, values, expected):
    """An answer is right, or it is not given."""
    answer = catalogue.answer(name, values, TODAY)
    assert answer == expected
    assert type(answer) is type(expected)


def test_every_answer_is_tried_both_ways(catalogue):
    """The rows above hold each answer at least once given and, where nothing is known, not given."""
    given = {name for name, _, expected in ROWS if expected is not None}
    assert given == {key.name for key in catalogue.answers()}
    for key in catalogue.answers():
        assert catalogue.answer(key.name, {}, TODAY) is None


@pytest.mark.parametrize(
    ("today", "age"),
    [
        (date(2022, 2, 28), 17),
        (date(2022, 3, 1), 18),
        (date(2024, 2, 28), 19),
        (date(2024, 2, 29), 20),
        (date(2100, 2, 28), 95),
        (date(2100, 3, 1), 96),
    ],
)
def test_leap_day_birthdays(today, age):
    """Who was born on 29 February is a year older on 1 March, except in a leap year."""
    assert age_on(date(2004, 2, 29), today) == age


def test_a_field_is_not_an_answer(catalogue):
    """Only answers are worked out: asking for a field this way is a mistake, never a way round."""
    with pytest.raises(UnknownKey):
        catalogue.answer("birthdate", {"birthdate": ["1991-06-17"]}, TODAY)
