"""An auditor's question costs the same in a small log and in a large one, whatever is asked for.

No clock is asked: SQLite counts the steps of its machine. Both logs tell of the same days, with the same companies,
clients and keys; the large one has a hundred times as many entries.
"""

import random
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest

from vrm import accesslog, oversight
from vrm.accesslog import About, Event
from vrm.db import Database
from vrm.oversight import Filters

pytestmark = [pytest.mark.deep, pytest.mark.timeout(600)]

FEW, MANY = 1_000, 100_000
START, DAYS = datetime(2026, 1, 1, tzinfo=UTC), 90
CLIENTS = [f"{number:08d}-0000-4000-8000-0000000000cc" for number in range(6)]
COMPANIES = [f"{number:08d}-0000-4000-8000-00000000000c" for number in range(3)]
KEYS = ("age_over_18", "birthdate", "email", "name", "phone_number", "postal_code")
PURPOSES = ("dpv:DeliveryOfGoods", "dpv:Advertising", "dpv:ServiceProvision")
CODES = ("consent_revoked", "not_permitted")
WEEK: dict[str, Any] = {"since": START + timedelta(days=40), "until": START + timedelta(days=47)}
PAGE = 5  # so few that the small log can fill a page as well: more rows are more work in any log
TWICE, FIXED = 2, 400  # steps by which two small figures may differ without meaning anything

QUESTIONS: dict[str, Filters] = {
    "all": Filters(),
    "time": Filters(**WEEK),
    "long ago": Filters(until=START + timedelta(days=1)),
    "client": Filters(client=CLIENTS[1]),
    "key": Filters(key="email"),
    "outcome and code": Filters(outcome="refused", code=CODES[0]),
    "five conditions": Filters(client=CLIENTS[0], key="name", type="disclosure", purpose=PURPOSES[0], **WEEK),
    "rare": Filters(code="rare_fault"),
    "rare in common": Filters(code="rare_fault", type="disclosure", outcome="refused"),
    "two common, never together": Filters(client=CLIENTS[0], company=COMPANIES[1]),
    "three common, never together": Filters(outcome="answered", code=CODES[0], key="email"),
    "never": Filters(key="no_such_key", client=CLIENTS[0]),
    "unknown thread": Filters(thread="x" * 43, client=CLIENTS[0]),
    "unknown agent": Filters(agent="x" * 16),
    "actor": Filters(actor="client", key="birthdate"),
}
SPAN: dict[str, Any] = {"since": START, "until": START + timedelta(days=DAYS)}
CHARTS: dict[str, Callable[[Any], object]] = {
    "reads a day": lambda session: oversight.series(session, Filters(type="disclosure", **SPAN)),
    "of a client": lambda session: oversight.series(session, Filters(client=CLIENTS[0], **SPAN)),
    "of three conditions": lambda session: oversight.series(
        session, Filters(client=CLIENTS[0], key="email", purpose=PURPOSES[0], **SPAN)
    ),
    "of an actor": lambda session: oversight.series(session, Filters(actor="client", **SPAN)),
    "clients of all days": lambda session: oversight.rank(session, Filters(**SPAN), by="client"),
    "clients of a week": lambda session: oversight.rank(session, Filters(**WEEK), by="client"),
    "clients of two conditions": lambda session: oversight.rank(
        session, Filters(key="email", purpose=PURPOSES[0], **SPAN), by="client"
    ),
    "keys of two conditions": lambda session: oversight.rank(
        session, Filters(client=CLIENTS[0], purpose=PURPOSES[0]), by="key"
    ),
    "codes of two conditions": lambda session: oversight.rank(
        session, Filters(client=CLIENTS[0], key="email", outcome="refused", **SPAN), by="code"
    ),
    "how many": lambda session: oversight.count(session, Filters(client=CLIENTS[0])),
    "codes": lambda session: oversight.rank(session, Filters(outcome="refused"), by="code"),
    "keys": lambda session: oversight.rank(session, Filters(outcome="answered"), by="key"),
    "keys of a client": lambda session: oversight.rank(session, Filters(client=CLIENTS[0]), by="key"),
}


def events(count: int) -> Iterator[Event]:
    """Reads spread evenly over the days; ten of them, wherever the log ends, with a code that is rare."""
    chance = random.Random(count)
    for number in range(count):
        client, consent = chance.randrange(6), chance.randrange(max(20, count // 20))
        code = chance.choice(CODES) if chance.random() < 0.1 else None
        if number % (count // 10) == 0:
            code = "rare_fault"
        thread = f"{consent:08d}-0000-4000-8000-0000000000aa"
        yield Event(
            "disclosure", START + timedelta(days=DAYS) * number / count, "client", company=COMPANIES[client % 3],
            client=CLIENTS[client], purpose=chance.choice(PURPOSES), keys=tuple(chance.sample(KEYS, 2)),
            outcome="refused" if code else "answered", code=code, revision=1,
            about=About(thread, thread, consent.to_bytes(32, "big"), thread),
        )  # fmt: skip


def fill(database: Database, every: Sequence[Event]) -> None:
    for start in range(0, len(every), 5000):
        prepared = [accesslog.prepare(event) for event in every[start : start + 5000]]
        database.write_group(partial(accesslog.append, prepared=prepared))
    while accesslog.sequence(database, limit=10_000):
        pass
    while oversight.index(database, limit=20_000):
        pass


@pytest.fixture(scope="module")
def logs(tmp_path_factory, _sqlite_with_tables) -> Iterator[list[Database]]:
    """A small log and a large one."""
    both = []
    for count in (FEW, MANY):
        database = Database(_sqlite_with_tables(tmp_path_factory.mktemp(f"log{count}")))
        fill(database, list(events(count)))
        both.append(database)
    yield both
    for database in both:
        database.close()


def steps(database: Database, question: Callable[[Any], object]) -> int:
    """How many steps SQLite's machine takes to answer, to within ten."""
    taken = 0

    def tick() -> int:
        nonlocal taken
        taken += 10
        return 0

    def counted(session: Any) -> None:
        driver = session.connection().connection.driver_connection
        driver.set_progress_handler(tick, 10)
        try:
            question(session)
        finally:
            driver.set_progress_handler(None, 0)

    database.read(counted)
    return taken


def flat(logs: list[Database], question: Callable[[Any], object]) -> None:
    few, many = (steps(database, question) for database in logs)
    assert many <= TWICE * few + FIXED, f"{few} steps in the small log, {many} in the large one"


@pytest.mark.parametrize("name", QUESTIONS)
def test_searching_stays_flat(logs, name):
    """Any combination of conditions, common, rare or never met."""
    flat(logs, lambda session: oversight.search(session, QUESTIONS[name], limit=PAGE))


@pytest.mark.parametrize("name", QUESTIONS)
def test_paging_stays_flat(logs, name):
    """A page deep in the log costs what the first one does."""

    def page(session: Any) -> None:
        oversight.search(session, QUESTIONS[name], before=oversight.indexed(session) // 2, limit=PAGE)

    flat(logs, page)


@pytest.mark.parametrize("name", CHARTS)
def test_charts_stay_flat(logs, name):
    """Trends and rankings cost what their span and their values cost, not what is in them."""
    flat(logs, CHARTS[name])


def test_an_hourly_chart_costs_its_hours(logs):
    """The small log leaves most hours empty, so that the two cannot be compared: so much an hour, at most."""
    for database in logs:
        taken = steps(database, lambda session: oversight.series(session, Filters(**WEEK), grain="hour"))
        assert taken <= 100 * 7 * 24


def test_exposure_follows_its_answer(logs):
    """As many reads asked about, as many steps: a day of the large log against all of the small one."""
    few, many = logs
    client: dict[str, Any] = {"client_id": CLIENTS[0]}
    company: dict[str, Any] = {"company_id": COMPANIES[0]}
    whole = (START, START + timedelta(days=DAYS))
    part = (START + timedelta(days=50), START + timedelta(days=50) + timedelta(days=DAYS) / (MANY // FEW))
    for whose in (client, company):
        taken = []
        for database, (since, until) in ((few, whole), (many, part)):
            ask = partial(oversight.exposure, since=since, until=until, limit=20, **whose)
            taken.append(steps(database, ask) / max(1, database.read(ask).reads))
        assert taken[1] <= TWICE * taken[0]
