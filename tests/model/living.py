"""So many lives, one after the other, in one house."""

import os
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
import time_machine
from hypothesis import Phase, settings
from hypothesis.internal.conjecture.providers import CONSTANTS_CACHE, HypothesisProvider
from hypothesis.internal.constants_ast import Constants
from hypothesis.stateful import run_state_machine_as_test
from sqlalchemy import event

from tests.model.life import Life
from tests.model.reading import Reading
from tests.model.world import START, World
from tests.support import seeds
from vrm import clock, companies
from vrm.house import House

LIVES, STEPS = 70, 20
"""What every change waits for."""

PHASES = (Phase.generate, Phase.shrink) if "VRM_SHRINK" in os.environ else (Phase.generate,)
"""Who looks for a fault (``VRM_SHRINK=1 make test ARGS=tests/model``) may wait five minutes for the shortest life."""


@dataclass
class Lived:
    """How many of what was tried, and how often each verb was called."""

    tried: Counter[str] = field(default_factory=Counter)
    done: Counter[str] = field(default_factory=Counter)


def live(
    house: House,
    reading: Reading,
    lived: Lived,
    *,
    lives: int,
    steps: int,
    phases: tuple[Phase, ...] = PHASES,
) -> None:
    """So many lives, of so many steps at most, the same ones each time; ``lived`` tells what was tried."""
    World.began = START
    with time_machine.travel(START, tick=False), in_haste(house), on_their_own():
        shops = [seeds.shop(house, name) for name in ("Nordlicht", "Suedwind")]
        second = house.database.write(
            lambda db: companies.new_client(
                db, company_id=shops[0].company.id, name="Till", redirect_uris=[seeds.REDIRECT],
                jwks={"keys": [shops[0].key.as_dict(private=False)]}, now=clock.now(),
            )
        )  # fmt: skip
        kept: dict[str, Any] = {
            "house": house,
            "reading": staticmethod(reading),
            "shops": {each.client.id: each for each in (*shops, replace(shops[0], client=second))},
            "notices": {shop.company.id: 1 for shop in shops},
            "tried": lived.tried,
            "done": lived.done,
        }
        machine = type("Life", (Life,), kept)
        chosen = settings(
            max_examples=lives, stateful_step_count=steps, report_multiple_bugs=False, phases=phases
        )
        run_state_machine_as_test(machine, settings=chosen)


@contextmanager
def on_their_own() -> Iterator[None]:
    """Lives do not depend on what else is loaded: Hypothesis likes to draw numbers that stand in any module of ours."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(HypothesisProvider, "_local_constants", Constants())
        CONSTANTS_CACHE.cache.clear()
        try:
            yield
        finally:
            CONSTANTS_CACHE.cache.clear()


@contextmanager
def in_haste(house: House) -> Iterator[None]:
    """No commit waits for the disk: that is half the time, and no life outlives a power cut."""
    engine = house.database.engine
    said = "PRAGMA synchronous=OFF" if house.database.sqlite else "SET synchronous_commit TO off"

    def prepare(connection: Any, record: object) -> None:
        cursor = connection.cursor()
        cursor.execute(said)
        cursor.close()
        if not house.database.sqlite:
            connection.commit()

    house.database.close()
    event.listen(engine, "connect", prepare)
    try:
        yield
    finally:
        event.remove(engine, "connect", prepare)
        house.database.close()
