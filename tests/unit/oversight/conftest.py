"""Logs with a past: events of several companies over weeks, sequenced and indexed."""

import random
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta

from vrm import accesslog, oversight
from vrm.accesslog import About, Event
from vrm.db import Database

MONDAY = datetime(2026, 3, 2, tzinfo=UTC)
COMPANIES = [f"{number:08d}-0000-4000-8000-00000000000c" for number in range(2)]
CLIENTS = [f"{number:08d}-0000-4000-8000-0000000000cc" for number in range(4)]
KEYS = ("age_over_18", "birthdate", "email", "name")
PURPOSES = ("dpv:DeliveryOfGoods", "dpv:Advertising")
CODES = ("consent_revoked", "not_permitted", "client_suspended")
AGENTS = ("AgentAgentAgent1", "AgentAgentAgent2", None)


def about(consent: int) -> About:
    """The person of a consent; its thread follows from the number."""
    thread = f"{consent:08d}-0000-4000-8000-0000000000aa"
    return About(thread, thread, consent.to_bytes(32, "big"), thread)


def read(
    at: datetime,
    *,
    client: int = 0,
    consent: int = 0,
    keys: Sequence[str] = ("email",),
    purpose: str = PURPOSES[0],
    code: str | None = None,
    revision: int = 1,
    agent: str | None = None,
) -> Event:
    """A read of one consent, answered, or refused with a code."""
    return Event(
        "disclosure", at, "client", company=COMPANIES[client % 2], client=CLIENTS[client], purpose=purpose,
        keys=tuple(keys), outcome="refused" if code else "answered", code=code, revision=revision, agent=agent,
        about=about(consent),
    )  # fmt: skip


def granted(at: datetime, *, client: int = 0, consent: int = 0, keys: Sequence[str] = ("email",)) -> Event:
    """A consent given."""
    return Event(
        "consent.granted", at, "consumer", company=COMPANIES[client % 2], client=CLIENTS[client],
        keys=tuple(keys), revision=1, about=about(consent),
    )  # fmt: skip


def mixed(count: int, *, seed: int = 1, since: datetime = MONDAY) -> list[Event]:
    """Events of every sort over about five days, each a while after the one before, some a little late."""
    chance, at, events = random.Random(seed), since, []
    for number in range(count):
        at += timedelta(seconds=chance.randrange(2 * 5 * 86400 // count))
        late = at - timedelta(hours=chance.choice([0] * 20 + [3, 30]))
        client, consent = chance.randrange(4), chance.randrange(12)
        keys = tuple(chance.sample(KEYS, chance.randrange(1, 4)))
        kind = chance.random()
        if kind < 0.1:
            events.append(granted(late, client=client, consent=consent, keys=keys))
        elif kind < 0.15 and number % 2:
            events.append(Event("audit.viewed", late, "auditor", code=chance.choice(("search", "entry"))))
        elif kind < 0.15:
            events.append(Event("company.approved", late, "operator", company=COMPANIES[number % 2]))
        else:
            code = chance.choice(CODES) if kind < 0.3 else None
            events.append(
                read(
                    late, client=client, consent=consent, keys=keys, purpose=chance.choice(PURPOSES), code=code,
                    revision=chance.randrange(1, 3), agent=chance.choice(AGENTS),
                )
            )  # fmt: skip
    return events


def append(database: Database, events: Iterable[Event]) -> None:
    """Write events, and no more."""
    prepared = [accesslog.prepare(event) for event in events]
    database.write_group(lambda connection: accesslog.append(connection, prepared))


def write(database: Database, events: Iterable[Event], *, each: int = 1000) -> None:
    """Write events in this order, each batch sequenced as it comes, and index all."""
    rest = list(events)
    for start in range(0, len(rest), each):
        append(database, rest[start : start + each])
        while accesslog.sequence(database):
            pass
    while oversight.index(database):
        pass
