"""An ask that nobody could be shown is refused, and the fault is named by its path."""

from dataclasses import replace

import pytest

from vrm.catalogue import Catalogue
from vrm.consents import InvalidAsk, Line, Terms, check_terms

PURPOSE, OTHER = "dpv:DeliveryOfGoods", "dpv:Advertising"
NAME = Line("name", PURPOSE, True)
TERMS = Terms((NAME, Line("birthdate", PURPOSE, False, any_of=("age_over_18",))), 90, 30, ("Parcel carrier",))


@pytest.fixture(scope="module")
def catalogue():
    return Catalogue.load()


def check(catalogue, terms):
    check_terms(terms, catalogue=catalogue, purposes={PURPOSE, OTHER})


def test_terms_come_back_as_they_were_stored():
    """What is stored and hashed is the whole of the terms."""
    assert Terms.from_json(TERMS.to_json()) == TERMS


def test_the_same_key_may_be_asked_for_two_purposes(catalogue):
    """Each purpose is a line of its own, so that one can be allowed without the other."""
    check(catalogue, replace(TERMS, lines=(NAME, replace(NAME, purpose=OTHER, required=False))))


@pytest.mark.parametrize("days", [1, 365])
def test_the_shortest_and_the_longest_duration(catalogue, days):
    """A day and a year are both allowed."""
    check(catalogue, replace(TERMS, duration_days=days))


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"lines": ()}, "lines"),
        ({"lines": (NAME,) * 61}, "lines"),
        ({"duration_days": 0}, "duration_days"),
        ({"duration_days": 366}, "duration_days"),
        ({"retention_days": -1}, "retention_days"),
        ({"retention_days": 36501}, "retention_days"),
        ({"lines": (NAME, NAME)}, "lines[1]"),
        ({"lines": (NAME, Line("email", PURPOSE, True, any_of=("name",)))}, "lines[1]"),
        ({"lines": (replace(NAME, any_of=("name",)),)}, "lines[0]"),
        ({"lines": (NAME, replace(NAME, key="shoe_colour"))}, "lines[1].key"),
        ({"lines": (replace(NAME, any_of=("shoe_colour",)),)}, "lines[0].any_of"),
        ({"lines": (replace(NAME, purpose="dpv:NoSuchPurpose"),)}, "lines[0].purpose"),
        ({"lines": (replace(NAME, purpose="dpv:AgeVerification"),)}, "lines[0].purpose"),
        ({"lines": (replace(NAME, frequency="always"),)}, "lines[0].frequency"),
        ({"lines": (replace(NAME, why="x" * 201),)}, "lines[0].why"),
        ({"lines": (replace(NAME, why="for\nyou"),)}, "lines[0].why"),
        ({"lines": (replace(NAME, why="hidden \u202e text"),)}, "lines[0].why"),
        ({"lines": (replace(NAME, why="\u3164"),)}, "lines[0].why"),
    ],
)
def test_what_nobody_could_be_shown_is_refused(catalogue, change, path):
    """The fault's path leads the developer to the member that is wrong."""
    with pytest.raises(InvalidAsk) as fault:
        check(catalogue, replace(TERMS, **change))
    assert fault.value.field == path


def test_at_most_sixty_lines(catalogue):
    """Sixty lines are allowed; a page of more is no question any more."""
    fields = [key.name for key in catalogue.fields()][:60]
    check(catalogue, replace(TERMS, lines=tuple(Line(field, PURPOSE, False) for field in fields)))
