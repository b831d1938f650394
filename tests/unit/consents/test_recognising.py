"""When an ask changes nothing: the same lines in the same words under the same whole, and nothing for once."""

from dataclasses import replace

import pytest

from vrm import clock
from vrm.consents import GrantedLine, Line, Revision, Terms
from vrm.consents.recognising import changes_nothing

SHIP, MAIL = "dpv:DeliveryOfGoods", "dpv:DirectMarketing"
AGE = Line("birthdate", SHIP, True, "A knife", ("age_over_18",))
PHONE, NEWS = Line("phone_number", SHIP, False), Line("email", MAIL, False)
TERMS = Terms((AGE, PHONE, NEWS), 90, 30, ("Carrier", "Bank"), True, MAIL)
GRANTED = (GrantedLine("age_over_18", "birthdate", SHIP, True, "A knife", "when_needed"),)
DECIDED = Revision(1, "granted", TERMS, GRANTED, (), {}, clock.now(), clock.now())


@pytest.mark.parametrize(
    ("terms", "same"),
    [
        (TERMS, True),
        (replace(TERMS, lines=(NEWS, AGE)), True),  # in another order, and without what was refused
        (replace(TERMS, recipients=("Bank", "Carrier")), True),
        (replace(TERMS, lines=(Line("age_over_18", SHIP, True, "A knife"),)), True),  # just what was granted
        (replace(TERMS, lines=(PHONE, NEWS)), False),  # what was granted is dropped
        (replace(TERMS, lines=(replace(AGE, any_of=()),)), False),
        (replace(TERMS, lines=(replace(AGE, why="A sword"),)), False),
        (replace(TERMS, lines=(replace(AGE, frequency="daily"),)), False),
        (replace(TERMS, lines=(AGE, replace(PHONE, required=True))), False),
        (replace(TERMS, lines=(AGE, replace(PHONE, purpose=MAIL))), False),
        (replace(TERMS, duration_days=91), False),
        (replace(TERMS, duration_days=89), False),
        (replace(TERMS, retention_days=31), False),
        (replace(TERMS, retention_days=None), False),
        (replace(TERMS, recipients=("Bank",)), False),
        (replace(TERMS, sign_in=False), False),
        (replace(TERMS, scope_purpose=SHIP), False),
    ],
)
def test_what_changes_nothing(terms: Terms, same: bool) -> None:
    """Anything a person would read otherwise than they did is theirs to decide."""
    assert changes_nothing(terms, DECIDED) is same


def test_what_is_missing_or_for_once_is_decided() -> None:
    """A needed line that was taken out since is missing; a line for once was for that once."""
    assert not changes_nothing(TERMS, replace(DECIDED, lines=()))
    once = replace(TERMS, lines=(AGE, replace(PHONE, frequency="once")))
    assert not changes_nothing(once, replace(DECIDED, terms=once))
