"""A company learns how its asking is received, and never what a single person did."""

from datetime import timedelta

import pytest

from tests.support.seeds import PURPOSE, shop, terms
from vrm import clock
from vrm.consents import Choice, quality
from vrm.consents.asks import ASK_WAITS

TERMS = terms("name", "birthdate|age_over_18", "email?")
WITHOUT_EMAIL = [Choice(0, "name"), Choice(1, "age_over_18")]


@pytest.fixture
def nordlicht(house):
    """Who asks."""
    return shop(house)


@pytest.fixture
def lines(nordlicht, look):
    """What is told of each line, by key."""

    def told(**more):
        found = look(quality.lines, company_id=nordlicht.company.id, **more)
        assert len({(line.key, line.purpose, line.required) for line in found}) == len(found)
        return {line.key: line for line in found}

    return told


def decide(town, shop, *, granted, unticked, refused):
    for _ in range(granted):
        town.granted(shop, TERMS)
    for _ in range(unticked):
        town.granted(shop, TERMS, WITHOUT_EMAIL)
    for _ in range(refused):
        town.refused(shop, TERMS)


def test_a_line_is_told_by_who_left_it_out(house, nordlicht, town, lines):
    """Who granted without it unticked it; who refused the whole refused it too. An alternative counts as kept."""
    decide(town, nordlicht, granted=5, unticked=15, refused=5)
    decide(town, shop(house, "Kavanagh"), granted=0, unticked=0, refused=3)
    told = lines()
    assert list(told) == ["email", "birthdate", "name"]
    assert (told["email"].purpose, told["email"].required, told["name"].required) == (PURPOSE, False, True)
    assert told["email"].reception == quality.Reception(offered=25, granted=20, kept=5)
    assert told["email"].reception.unticked_share == 0.75
    assert told["email"].reception.refused_share == 0.8
    assert told["birthdate"].reception == told["name"].reception == quality.Reception(25, 20, 20)


def test_below_twenty_people_nothing_is_told(nordlicht, town, look, lines):
    """Nineteen people, or one who decided twenty times, give no figure; the twentieth does."""
    decide(town, nordlicht, granted=15, unticked=3, refused=0)
    one = town.somebody()
    for _ in range(5):
        town.refused(nordlicht, TERMS, consumer_id=one)

    def decisions():
        return look(quality.decisions, company_id=nordlicht.company.id, now=clock.now())

    assert {line.reception for line in lines().values()} == {None}
    assert decisions() is None
    town.granted(nordlicht, TERMS)
    assert {line.reception.offered for line in lines().values()} == {24}
    assert decisions() == quality.Decisions(granted=19, refused=5, unanswered=0)


def test_a_line_that_few_were_asked_is_not_told(nordlicht, town, lines):
    """Each line needs its own twenty people; those without stand last."""
    decide(town, nordlicht, granted=0, unticked=20, refused=0)
    town.refused(nordlicht, terms("phone_number?"))
    told = lines()
    assert list(told)[-1] == "phone_number"
    assert told["phone_number"].reception is None
    assert told["email"].reception.unticked_share == 1


def test_a_share_is_of_twenty_people_and_not_of_one(nordlicht, town, lines):
    """Twenty decided and one of them granted: nothing tells what that one left out, however often they did."""
    decide(town, nordlicht, granted=0, unticked=0, refused=19)
    one = town.somebody()
    for _ in range(20):
        town.granted(nordlicht, TERMS, WITHOUT_EMAIL, consumer_id=one)
    reception = lines()["email"].reception
    assert (reception.granted, reception.unticked_share, reception.refused_share) == (None, None, 1)
    decide(town, nordlicht, granted=19, unticked=0, refused=0)
    assert lines()["email"].reception.unticked_share == 20 / 39


def test_where_nobody_granted_nobody_unticked(nordlicht, town, lines):
    """Twenty refusals are refusals of each line; a share of unticking there is not."""
    decide(town, nordlicht, granted=0, unticked=0, refused=20)
    reception = lines()["name"].reception
    assert (reception.refused_share, reception.unticked_share) == (1, None)


def test_decisions_made_in_one_moment_are_told_apart(nordlicht, town, lines):
    """One person who granted two asks at once kept in each what they kept in each."""
    at = clock.now()
    for _ in range(20):
        who = town.somebody()
        town.granted(nordlicht, TERMS, WITHOUT_EMAIL, consumer_id=who, at=at)
        town.granted(
            nordlicht, terms("email?", "phone_number?"), [Choice(0, "email")], consumer_id=who, at=at
        )
    told = lines()
    assert told["email"].reception == quality.Reception(40, 40, 20)
    assert told["phone_number"].reception == quality.Reception(20, 20, 0)


def test_only_the_newest_are_looked_at(nordlicht, town, lines):
    """A company that mended its asking sees that soon."""
    decide(town, nordlicht, granted=0, unticked=20, refused=0)
    decide(town, nordlicht, granted=20, unticked=0, refused=0)
    assert lines()["email"].reception == quality.Reception(40, 40, 20)
    assert lines(sample=20)["email"].reception == quality.Reception(20, 20, 20)


def test_an_unanswered_ask_counts_when_its_time_is_over(nordlicht, town, look):
    """What still waits is not counted."""
    decide(town, nordlicht, granted=18, unticked=0, refused=2)
    town.asked(nordlicht, TERMS)

    def decisions(now, **more):
        return look(quality.decisions, company_id=nordlicht.company.id, now=now, **more)

    now = clock.now()
    assert decisions(now).total == 20
    assert decisions(now + ASK_WAITS + timedelta(seconds=1)) == quality.Decisions(18, 2, 1)
    assert decisions(now, client_id=town.somebody()) is None
