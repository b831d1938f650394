"""No read ever differs from the rules: random lives of consents, held against a small model of them."""

import inspect
from collections.abc import Iterator

import pytest
from flask import Flask

from tests.model.living import LIVES, STEPS, Lived, live
from tests.model.reading import at_the_door, over_http
from vrm import consents
from vrm.house import House

THROUGH = {"end_all": "close_account", "forget": "close_account", "grant_all": "grant", "take_uses": "read"}
"""Verbs that are called by what lives do, or write the very rows that it writes."""

NO_MATTER = {
    "issue_desk_code", "may_recognise", "recognise", "record_refusal", "sweep", "take_desk_code",
    "asked_of", "blocked_since", "lock_versions", "named_in", "standings", "standings_of", "uses_of",
    "walk_company",
}  # fmt: skip
"""Verbs that change nothing of what may be read, though they do not say so by their name."""


@pytest.fixture
def lived(house: House, capsys: pytest.CaptureFixture[str]) -> Iterator[Lived]:
    """What lives tried; it is printed at the end, however that was."""
    lived = Lived()
    yield lived
    tried = ", ".join(f"{count} {what}" for what, count in lived.tried.most_common())
    done = ", ".join(f"{count} {what}" for what, count in lived.done.most_common())
    with capsys.disabled():
        print(f"\nlives of consents on {house.database.engine.name}: {tried}\n  {done}")  # noqa: T201


@pytest.mark.timeout(300)
@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_no_read_differs(house: House, lived: Lived) -> None:
    """Whatever people, companies and the clock do, a read gives what the rules say, and the log says the same.

    Every verb of the room that changes what may be read was tried.
    """
    live(house, at_the_door(house), lived, lives=LIVES, steps=STEPS)
    verbs = {
        name
        for name in consents.__all__
        if inspect.isfunction(verb := getattr(consents, name))
        and {"session", "connection"} & inspect.signature(verb).parameters.keys()
        and not name.startswith(("get_", "find_", "list_", "count_"))
    }
    assert {THROUGH.get(name, name) for name in verbs - NO_MATTER} <= lived.done.keys()
    assert verbs >= NO_MATTER


@pytest.mark.deep
@pytest.mark.timeout(1200)
def test_no_read_differs_in_long_lives(house: House, lived: Lived) -> None:
    """On either engine, many lives of many years."""
    live(house, at_the_door(house), lived, lives=150, steps=50)


@pytest.mark.deep
@pytest.mark.timeout(600)
@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_no_read_differs_over_http(house: House, app: Flask, lived: Lived) -> None:
    """A program is told the very same."""
    live(house, over_http(house, app), lived, lives=40, steps=40)
