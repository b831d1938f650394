"""Where lives are lived: a real house and the model beside it, and the read that must come to the same in both."""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import time_machine
from hypothesis.stateful import RuleBasedStateMachine

from tests.model.drawing import PURPOSES, STEP
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


@dataclass(frozen=True)
class Seen:
    """A read as its person must find it in the log: how it went, and the keys that left or the reason for none."""

    person: str
    at: datetime
    outcome: str
    what: object


class World(RuleBasedStateMachine):
    """Each life begins where the one before ended: one house and its companies serve them all, people are new.

    ``tried`` counts what came of reads, ``done`` how often each verb was called.
    """

    house: House
    reading: Reading
    tried: Counter[str]
    done: Counter[str]
    shops: dict[str, Shop]
    notices: dict[str, int]
    began = START

    model: Rules
    people: dict[str, Person]

    def __init__(self) -> None:
        super().__init__()
        self.tried["sequences"] += 1
        self.travel = time_machine.travel(World.began, tick=False)
        self.travel.start()
        self.asks: list[Asked] = []
        self.decided: list[Asked] = []
        self.ids: list[str] = []
        self.touched: list[str] = []
        self.seen: dict[str, Seen] = {}

    def teardown(self) -> None:
        World.began = clock.now() + timedelta(days=1)
        self.travel.stop()

    def go_on(self, then: datetime) -> None:
        """Let it be then."""
        self.travel.stop()
        self.travel = time_machine.travel(then, tick=False)
        self.travel.start()
        self.model.now = clock.now()

    def go_to(self, moments: Iterable[datetime], number: int, late: int) -> None:
        """To one of these moments, or so many steps later; not to one that is past."""
        ahead = [then for then in (moment + late * STEP for moment in moments) if then > self.model.now]
        if ahead:
            self.go_on(ahead[number // 100 % len(ahead)])

    def write(self, verb: Callable[..., Any], /, **more: Any) -> Any:
        """A verb that needs no keys, now."""
        self.done[verb.__name__] += 1
        return self.house.database.write(lambda db: verb(db, now=clock.now(), **more))

    def do(self, verb: Callable[..., Any], /, **more: Any) -> Any:
        """A verb of people and clients, now; the class of the fault where it does not do it."""
        self.done[verb.__name__] += 1
        try:
            return self.house.database.write(lambda db: verb(db, self.house.keys, now=clock.now(), **more))
        except (Conflict, Invalid, NotFound) as fault:
            return type(fault)

    def one(self, number: int) -> tuple[str, Held]:
        """One of the consents there are, one that may be read mostly; what is done to it is looked at by reads of it."""
        good = [id for id in self.ids if self.model.stands(held := self.model.held[id]) and not held.paused]
        among = good if good and number % 4 else self.ids
        id = among[number // 4 % len(among)]
        self.touched.append(id)
        return id, self.model.held[id]

    def all_of(self, person: str) -> dict[str, Held]:
        """The consents that somebody has; as ``one``."""
        mine = {id: held for id, held in self.model.held.items() if held.person == person and id in self.ids}
        self.touched += mine
        return mine

    def look(
        self,
        by: str,
        id: str,
        epoch: int | None,
        purpose: str | None,
        keys: list[str] | None,
        meanwhile: Callable[[], None] | None = None,
    ) -> None:
        """One read: what it gives must be what the model says, in which ``meanwhile`` was done already."""
        held = self.model.held[id]
        got, event_id = self.reading(by, (held.person, id), epoch, purpose, keys, meanwhile)
        expected = self.model.read(by, id, epoch, purpose, keys)
        self.tried["reads"] += 1
        self.done["read"] += 1
        self.tried[expected.why if isinstance(expected, Refused) else "given"] += 1
        assert got == (expected.told if isinstance(expected, Refused) else expected)
        if isinstance(expected, Given):
            self.seen[event_id] = Seen(held.person, clock.now(), "answered", expected.keys)
        elif expected.why != "not_found":  # nobody's history has that
            self.seen[event_id] = Seen(held.person, clock.now(), "refused", expected.why)

    def look_at_all(self, id: str) -> None:
        """A read for each purpose that it has, by the client's own token."""
        held = self.model.held[id]
        for purpose in sorted({purpose for _, purpose in held.lines}) or PURPOSES[:1]:
            self.look(held.client, id, None, purpose, None)

    def look_into_the_log(self) -> None:
        """Each read since the last look stands there for its person, with what came of it; and no other read does."""
        for person in {each.person for each in self.seen.values()}:
            mine = {id: each for id, each in self.seen.items() if each.person == person}
            since = min(each.at for each in mine.values())
            events = self.house.database.read(
                lambda db, whose=person, since=since: accesslog.list_for_consumer(  # type: ignore[misc]
                    db, consumer_id=whose, type="disclosure", since=since, limit=500
                )
            )
            told = {event.event_id: _told(event.entry) for event in events}
            assert {id: told.get(id) for id in mine} == {
                id: (each.outcome, each.what) for id, each in mine.items()
            }
        self.seen.clear()


def _told(entry: Any) -> tuple[str, object]:
    if entry["outcome"] == "answered":
        return "answered", frozenset(cast(Iterable[str], entry.get("keys", [])))
    return entry["outcome"], entry["code"]
