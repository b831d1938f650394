"""Looking for anomalies, again and again, in the tallies of the index.

A look covers the days since the last one, with a day's overlap for entries that came late, and at most four weeks;
it reads sums, but for the entries of those days that name an agent. What it finds is kept in one short
transaction afterwards, so that no writer waits for the looking.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, delete, func, insert, select, update
from sqlalchemy.orm import Session

from vrm.accesslog.types import ANSWERED, REFUSED
from vrm.db import Database
from vrm.oversight import anomalies
from vrm.oversight.anomalies import PAST_DAYS
from vrm.oversight.answering import reopen_grown
from vrm.oversight.findings import Finding, keep
from vrm.oversight.indexing import EVER, day, locked_state
from vrm.oversight.members import Filters
from vrm.oversight.models import LogAgentDay, LogIndex, LogIndexState, LogTally, table
from vrm.oversight.searching import leaves_of

_TALLIES, _INDEX, _AGENTS = table(LogTally), table(LogIndex), table(LogAgentDay)
_STATE = table(LogIndexState)
_DAY, _HOUR = timedelta(days=1), timedelta(hours=1)
_READ = "disclosure"
_ENDED = ("consent.revoked", "consent.returned", "consent.expired", "consent.used")

Counts = dict[datetime, int]


@dataclass(frozen=True)
class AgentDay:
    """From how many consents (threads) one agent of a client read on a day."""

    client_id: str
    day: datetime
    agent: str
    threads: int


def watch(database: Database, *, now: datetime) -> int:
    """Look at what is new, and keep what is out of the ordinary; gives how many findings are new."""
    watched = database.read(
        lambda session: session.execute(select(_STATE.c.watched_until)).scalar_one_or_none()
    )
    start = day(now) - PAST_DAYS * _DAY
    if watched is not None:
        start = max(start, day(watched) - _DAY)
    agents = database.read(lambda session: _agent_days(session, start, now))
    found = database.read(lambda session: list(_look(session, start, now, agents)))
    if watched is None or day(watched) < day(now):  # once a day is enough for what takes a month
        found += database.read(lambda session: list(_unused(session, now)))

    def store(connection: Connection) -> int:
        locked_state(connection)
        connection.execute(delete(_AGENTS).where(_AGENTS.c.day >= start))
        if agents:
            connection.execute(insert(_AGENTS), [vars(one) for one in agents])
        connection.execute(update(_STATE).where(_STATE.c.id == 1).values(watched_until=now))
        new = keep(connection, found, now=now)
        for one in found:
            if one.kind != "unused_key":  # that grows by itself, a day each day
                reopen_grown(connection, anomaly_id=one.id, observed=one.figures.observed, now=now)
        return new

    return database.write_group(store)


def agent_days(session: Session, *, client_id: str, since: datetime, until: datetime) -> list[AgentDay]:
    """What each agent of a client read, day by day, as the last look counted it."""
    column = _AGENTS.c
    query = select(column.day, column.agent, column.threads).where(
        column.client_id == client_id, column.day >= since, column.day < until
    )
    return [AgentDay(client_id, *line) for line in session.execute(query.order_by(column.day, column.agent))]


def _look(session: Session, start: datetime, now: datetime, agents: Sequence[AgentDay]) -> Iterator[Finding]:
    for client, days in _reads_of_all(session, start, now).items():
        first, company = _first_read(session, client), _company(session, client)
        if first is None:
            first = now  # never answered: it has no past
        answered, refused = days
        for at in _steps(start, now, _DAY):
            figures = anomalies.volume(_past(answered, first, at, _DAY), answered.get(at, 0))
            if figures is not None:
                yield _finding("volume", client, company, at, _DAY, figures, ANSWERED)
        busy = max(answered.values(), default=0) >= anomalies.HOURS_FLOOR
        if busy or max(refused.values(), default=0) >= anomalies.REFUSALS_FLOOR:
            yield from _look_at_hours(session, client, company, first, start, now)
    yield from _look_at_agents(session, start, agents)


def _look_at_hours(
    session: Session, client: str, company: str | None, first: datetime, start: datetime, now: datetime
) -> Iterator[Finding]:
    answered, refused = _hours(session, client, start - PAST_DAYS * _DAY, now)
    for at in _steps(start, now, _HOUR):
        reads, refusals = answered.get(at, 0), refused.get(at, 0)
        if reads >= anomalies.HOURS_FLOOR:
            figures = anomalies.hours(_past(answered, first, at, _HOUR), reads)
            if figures is not None:
                yield _finding("hours", client, company, at, _HOUR, figures, ANSWERED)
        if refusals >= anomalies.REFUSALS_FLOOR:
            busy = [refused.get(one, 0) for one in answered.keys() | refused.keys() if one < at]
            figures = anomalies.refusals(busy, refusals, reads)
            if figures is not None:
                yield _finding("refusals", client, company, at, _HOUR, figures, REFUSED)


def _look_at_agents(session: Session, start: datetime, agents: Sequence[AgentDay]) -> Iterator[Finding]:
    for client in sorted({one.client_id for one in agents}):
        known = agent_days(session, client_id=client, since=start - PAST_DAYS * _DAY, until=start)
        known += [one for one in agents if one.client_id == client]
        company = _company(session, client)
        for one in known:
            if one.day < start or one.threads < anomalies.AGENT_FLOOR:
                continue
            past = [other for other in known if one.day - PAST_DAYS * _DAY <= other.day < one.day]
            own = [other.threads for other in past if other.agent == one.agent]
            others = [other.threads for other in past if other.agent != one.agent]
            figures = anomalies.agent(own, others, one.threads)
            if figures is not None:
                yield _finding("agent", client, company, one.day, _DAY, figures, ANSWERED, agent=one.agent)


def _unused(session: Session, now: datetime) -> Iterator[Finding]:
    clients = select(_TALLIES.c.other_value).where(*_alone("", "", "ever"), _TALLIES.c.other == "client")
    for client in session.execute(clients.distinct()).scalars().all():
        column = _TALLIES.c
        query = (
            select(
                column.other_value, column.type, column.outcome,
                func.sum(column.count), func.min(column.start), func.max(column.start),
            )
            .where(*_alone("client", client, "day"), column.other == "key")
            .group_by(column.other_value, column.type, column.outcome)
        )  # fmt: skip
        keys: dict[str, dict[str, tuple[int, datetime, datetime]]] = defaultdict(dict)
        for key, type_, outcome, count, first, last in session.execute(query):
            keys[key][outcome if type_ == _READ else type_] = (int(count), first, last)
        for key, said in keys.items():
            if "consent.granted" not in said:
                continue
            granted, first, _ = said["consent.granted"]
            last_read = said[ANSWERED][2] if ANSWERED in said else None
            figures = anomalies.unused_key(
                granted=granted,
                ended=sum(said[type_][0] for type_ in _ENDED if type_ in said),
                first_granted=first,
                last_read=last_read,
                now=now,
            )
            if figures is not None:
                since = last_read or first
                grants = Filters(since=first, client=client, key=key, type="consent.granted")
                company = _company(session, client)
                yield Finding("unused_key", client, company, since, now, figures, grants)


def _finding(
    kind: anomalies.Kind,
    client: str,
    company: str | None,
    at: datetime,
    length: timedelta,
    figures: anomalies.Figures,
    outcome: str,
    agent: str | None = None,
) -> Finding:
    evidence = Filters(at, at + length, client=client, type=_READ, outcome=outcome, agent=agent)
    return Finding(kind, client, company, at, at + length, figures, evidence)


def _reads_of_all(session: Session, start: datetime, now: datetime) -> dict[str, tuple[Counts, Counts]]:
    """Answered and refused reads by day, of every client that read at all in the time looked at."""
    column, found = _TALLIES.c, defaultdict[str, tuple[Counts, Counts]](lambda: ({}, {}))
    query = select(column.other_value, column.outcome, column.start, column.count).where(
        *_alone("", "", "day"), column.other == "client", column.type == _READ,
        column.start >= start - PAST_DAYS * _DAY, column.start <= now,
    )  # fmt: skip
    active = set()
    for client, outcome, at, count in session.execute(query):
        found[client][outcome == REFUSED][at] = count
        if at >= start:
            active.add(client)
    return {client: found[client] for client in sorted(active)}


def _hours(session: Session, client: str, since: datetime, until: datetime) -> tuple[Counts, Counts]:
    column, found = _TALLIES.c, (Counts(), Counts())
    query = select(column.outcome, column.start, column.count).where(
        *_alone("client", client, "hour"), column.other == "", column.type == _READ,
        column.start >= since, column.start <= until,
    )  # fmt: skip
    for outcome, at, count in session.execute(query):
        found[outcome == REFUSED][at] = count
    return found


def _agent_days(session: Session, start: datetime, now: datetime) -> list[AgentDay]:
    """From how many consents each agent read, day by day."""
    low, high = leaves_of(session, start, now)
    column, found = _INDEX.c, []
    for at in _steps(start, now, _DAY) if low < high else ():
        query = (
            select(column.client_id, column.agent, func.count(column.thread.distinct()))
            .where(column.leaf_index >= low, column.leaf_index < high, column.at >= at, column.at < at + _DAY)
            .where(column.agent.is_not(None), column.client_id.is_not(None), column.outcome == ANSWERED)
            .group_by(column.client_id, column.agent)
        )
        found += [AgentDay(client, at, agent, threads) for client, agent, threads in session.execute(query)]
    return found


def _first_read(session: Session, client: str) -> datetime | None:
    """The day of a client's first answered read."""
    query = select(_TALLIES.c.start).where(
        *_alone("client", client, "day"), _TALLIES.c.other == "", _TALLIES.c.type == _READ,
        _TALLIES.c.outcome == ANSWERED,
    )  # fmt: skip
    return session.execute(query.order_by(_TALLIES.c.start).limit(1)).scalar_one_or_none()


def _company(session: Session, client: str) -> str | None:
    query = select(_TALLIES.c.other_value).where(
        *_alone("client", client, "ever"), _TALLIES.c.other == "company", _TALLIES.c.start == EVER
    )
    return session.execute(query.limit(1)).scalar_one_or_none()


def _alone(name: str, value: str, grain: str) -> tuple[ColumnElement[bool], ...]:
    return _TALLIES.c.name == name, _TALLIES.c.value == value, _TALLIES.c.grain == grain


def _past(counts: Counts, first: datetime, at: datetime, step: timedelta) -> list[int]:
    """What was counted before ``at``, step by step, since the first time and for four weeks at most."""
    return [counts.get(one, 0) for one in _steps(max(first, at - PAST_DAYS * _DAY), at, step)]


def _steps(start: datetime, end: datetime, step: timedelta) -> Iterator[datetime]:
    while start < end:
        yield start
        start += step
