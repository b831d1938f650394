"""Where lives are lived: a real house and the model beside it, and the read that must come to the same in both."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import time_machine
from hypothesis.stateful import RuleBasedStateMachine

from tests.model.reading import Reading
from tests.model.rules import Given, Held, Refused, Rules
from tests.support.seeds import Person, Shop
from vrm import accesslog, clock
from vrm.consents import Line, Terms
from vrm.errors import Conflict, Invalid, NotFound
from vrm.house import House

START = datetime(2027, 1, 4, 12, tzinfo=UTC)


@dataclass(frozen=True)
class Asked:
    """An ask that waits. ``lines`` are those its company named; ``terms`` what its person is shown."""

    id: str
    person: str
    client: str
    lines: tuple[Line, ...]
    terms: Terms
    changes: str | None
    revision: int
    at: datetime


class World(RuleBasedStateMachine):
    """Each life begins where the one before ended: one house serves them all."""

    house: House
    reading: Reading
    tried: Counter[str]
    began = START

    model: Rules
    people: dict[str, Person]
    shops: dict[str, Shop]

    def __init__(self) -> None:
        super().__init__()
        self.tried["sequences"] += 1
        self.travel = time_machine.travel(World.began, tick=False)
        self.travel.start()
        self.asks: list[Asked] = []
        self.ids: list[str] = []

    def teardown(self) -> None:
        World.began = clock.now() + timedelta(days=1)
        self.travel.stop()

    def write(self, verb: Callable[..., Any], /, **more: Any) -> Any:
        """A verb that needs no keys, now."""
        return self.house.database.write(lambda db: verb(db, now=clock.now(), **more))

    def do(self, verb: Callable[..., Any], /, **more: Any) -> Any:
        """A verb of people and clients, now; the class of the fault where it does not do it."""
        try:
            return self.house.database.write(lambda db: verb(db, self.house.keys, now=clock.now(), **more))
        except (Conflict, Invalid, NotFound) as fault:
            return type(fault)

    def one(self, number: int) -> tuple[str, Held]:
        """One of the consents there are, and whose it is."""
        id = self.ids[number % len(self.ids)]
        return id, self.model.held[id]

    def look(self, by: str, id: str, epoch: int | None, purpose: str | None, keys: list[str] | None) -> None:
        """One read: what it gives must be what the model says, and so must the log."""
        held = self.model.held[id]
        got, event_id = self.reading(by, (held.person, id), epoch, purpose, keys)
        expected = self.model.read(by, id, epoch, purpose, keys)
        self.tried["reads"] += 1
        self.tried[expected.why if isinstance(expected, Refused) else "given"] += 1
        assert got == (expected.told if isinstance(expected, Refused) else expected)
        if expected == Refused("not_found"):  # nobody's history has that
            return
        events = self.house.database.read(
            lambda db: accesslog.list_for_consumer(
                db, consumer_id=held.person, consent_id=id, type="disclosure", since=clock.now(), limit=500
            )
        )
        (entry,) = [event.entry for event in events if event.event_id == event_id]
        if isinstance(expected, Given):
            assert (entry["outcome"], frozenset(cast(list[str], entry.get("keys", [])))) == (
                "answered",
                expected.keys,
            )
        else:
            assert (entry["outcome"], entry["code"]) == ("refused", expected.why)
