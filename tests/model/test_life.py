"""No read ever differs from the rules: random lives of consents, held against a small model of them."""

from collections import Counter

import pytest
from flask import Flask
from hypothesis import settings
from hypothesis.stateful import run_state_machine_as_test

from tests.model.life import Life
from tests.model.reading import Reading, at_the_door, over_http
from tests.model.world import START, World
from vrm.house import House


def live(house: House, reading: Reading, lives: int, steps: int, capsys: pytest.CaptureFixture[str]) -> None:
    """So many lives, of so many steps at most; says what was tried."""
    tried: Counter[str] = Counter()
    kept = {"house": house, "reading": staticmethod(reading), "tried": tried}
    World.began = START
    machine = type("Life", (Life,), kept)
    try:
        run_state_machine_as_test(
            machine,
            settings=settings(max_examples=lives, stateful_step_count=steps, report_multiple_bugs=False),
        )
    finally:
        told = ", ".join(f"{count} {what}" for what, count in tried.most_common())
        with capsys.disabled():
            print(f"\nlives of consents on {house.database.engine.name}: {told}")  # noqa: T201


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_no_read_differs(house: House, capsys: pytest.CaptureFixture[str]) -> None:
    """Whatever people, companies and the clock do, a read gives what the rules say, and the log says the same."""
    live(house, at_the_door(house), 14, 25, capsys)


@pytest.mark.deep
@pytest.mark.timeout(1200)
def test_no_read_differs_in_long_lives(house: House, capsys: pytest.CaptureFixture[str]) -> None:
    """On either engine, many lives of many years."""
    live(house, at_the_door(house), 60, 50, capsys)


@pytest.mark.deep
@pytest.mark.timeout(600)
@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_no_read_differs_over_http(house: House, app: Flask, capsys: pytest.CaptureFixture[str]) -> None:
    """A program is told the very same."""
    live(house, over_http(house, app), 25, 40, capsys)
