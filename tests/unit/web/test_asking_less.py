"""Which of several keys that would do stands first on a letter, and leaves unless the person says otherwise."""

import pytest

from vrm.catalogue import SENSITIVITIES, Catalogue
from vrm.consents import Line
from vrm.web.asking.less import could_have, least_first

CATALOGUE = Catalogue.load()


@pytest.mark.parametrize(
    ("keys", "first"),
    [
        (["birthdate", "age_over_18"], "age_over_18"),
        (["birth_year", "age_band", "age_over_21", "age_over_18"], "age_over_21"),
        (["birthdate", "birth_year"], "birth_year"),
        (["nickname", "has_children"], "nickname"),  # an answer that is more sensitive tells more
        (["phone_number", "email"], "phone_number"),  # equals stay as the company named them
    ],
)
def test_what_tells_least_is_first(keys, first):
    """An answer before a field, a yes before a band before a year; never what is more sensitive."""
    assert least_first(CATALOGUE, keys)[0] == first


def test_nothing_more_sensitive_is_ever_preselected():
    """Of any two keys, the one that comes first is not the more sensitive one."""
    names = list(CATALOGUE.keys)
    for one in names:
        for other in names:
            first, second = (CATALOGUE.get(key).sensitivity for key in least_first(CATALOGUE, [one, other]))
            assert SENSITIVITIES.index(first) <= SENSITIVITIES.index(second)


def test_what_could_have_been_asked(app):
    """The answers in place of a field, with what is known of them; none for a line that takes an answer already."""
    with app.test_request_context("/"):
        found = could_have(CATALOGUE, Line("birthdate", "dpv:AgeVerification", True), {})
        taken = could_have(CATALOGUE, Line("birthdate", "x", True, any_of=("birth_year",)), {})
    assert [each.label for each in found] == ["Over 13", "Over 16", "Over 18"] and found[0].text == ""
    assert taken == []
