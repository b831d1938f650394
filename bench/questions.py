"""What the explorer's pages ask, of a log that tells of ninety days: every kind of question, by a name."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from vrm import oversight
from vrm.oversight import Filters

START, DAYS = datetime(2026, 1, 1, tzinfo=UTC), timedelta(days=90)
CLIENTS = [f"{number:08d}-0000-4000-8000-0000000000cc" for number in range(20)]
COMPANIES = [f"{number:08d}-0000-4000-8000-00000000000c" for number in range(10)]
KEYS = [
    "age_over_18", "age_over_21", "birthdate", "country", "email", "family_name", "given_name", "locality", "name",
    "phone_number", "postal_code", "street_address",
]  # fmt: skip
PURPOSES = ["dpv:DeliveryOfGoods", "dpv:Advertising", "dpv:ServiceProvision"]
CODES = ["consent_revoked", "not_permitted", "consent_expired", "client_suspended"]
SPAN: dict[str, Any] = {"since": START, "until": START + DAYS}
MONTH: dict[str, Any] = {"since": START + timedelta(days=50), "until": START + timedelta(days=80)}
DAYS_3: dict[str, Any] = {"since": START + timedelta(days=60), "until": START + timedelta(days=63)}
YEAR: dict[str, Any] = {"since": START + DAYS - timedelta(days=366), "until": START + DAYS}
WEEK: dict[str, Any] = {"since": START + timedelta(days=40), "until": START + timedelta(days=47)}

Question = Callable[[Any], object]
"""Given a session, asks."""


def _find(**conditions: Any) -> Question:
    return lambda session: oversight.search(session, Filters(**conditions))


def _chart(grain: oversight.Grain = "day", **conditions: Any) -> Question:
    return lambda session: oversight.series(session, Filters(**conditions), grain=grain)


def _rank(by: str, **conditions: Any) -> Question:
    return lambda session: oversight.rank(session, Filters(**conditions), by=by)


def _page(**conditions: Any) -> Question:
    """All that one page of the explorer asks: the newest entries, a month's chart, three rankings."""
    wanted = Filters(**conditions, **MONTH)

    def ask(session: Any) -> None:
        oversight.search(session, Filters(**conditions))
        oversight.series(session, wanted)
        for by, narrowed in (
            ("client", wanted),
            ("key", wanted),
            ("code", replace(wanted, outcome="refused")),
        ):
            if by not in conditions:
                oversight.rank(session, narrowed, by=by, limit=5)

    return ask


QUESTIONS: dict[str, Question] = {
    "newest": _find(),
    "newest, without looks": _find(looks="without"),
    "a week": _find(**WEEK),
    "client": _find(client=CLIENTS[1]),
    "company": _find(company=COMPANIES[1]),
    "key": _find(key="email"),
    "purpose": _find(purpose=PURPOSES[0]),
    "action": _find(type="disclosure"),
    "outcome and code": _find(outcome="refused", code=CODES[0]),
    "client, outcome": _find(client=CLIENTS[1], outcome="answered"),
    "rare code": _find(code="rare_fault"),
    "rare code in common others": _find(code="rare_fault", type="disclosure", outcome="refused"),
    "common, never together": _find(outcome="answered", code=CODES[0]),
    "common, never together, 4": _find(
        client=CLIENTS[0], company=COMPANIES[1], key="email", type="disclosure"
    ),
    "unknown thread": _find(thread="x" * 43),
    "page deep inside": lambda session: oversight.search(
        session, Filters(type="disclosure"), before=oversight.indexed(session) // 2
    ),
    "chart: days": _chart(type="disclosure", **SPAN),
    "chart: days of a client": _chart(client=CLIENTS[0], **SPAN),
    "chart: days, 3 conditions": _chart(client=CLIENTS[0], key="email", purpose=PURPOSES[0], **SPAN),
    "chart: month": _chart(**MONTH),
    "chart: month, without looks": _chart(looks="without", **MONTH),
    "chart: month, 2 conditions": _chart(client=CLIENTS[0], key="email", **MONTH),
    "chart: month, 3 conditions": _chart(client=CLIENTS[0], key="email", purpose=PURPOSES[0], **MONTH),
    "chart: year, 3 conditions": _chart(client=CLIENTS[0], key="email", purpose=PURPOSES[0], **YEAR),
    "chart: month of an actor": _chart(actor="client", **MONTH),
    "chart: month of a thread": _chart(thread="x" * 43, **MONTH),
    "chart: hours of a week": _chart("hour", **WEEK),
    "chart: hours, 2 conditions": _chart("hour", client=CLIENTS[0], key="email", **DAYS_3),
    "most refused codes": _rank("code", outcome="refused"),
    "most read keys": _rank("key", type="disclosure", outcome="answered"),
    "most read keys of a client": _rank("key", client=CLIENTS[0], outcome="answered"),
    "busiest clients of 90 days": _rank("client", **SPAN),
    "keys of 90 days": _rank("key", **SPAN),
    "clients of a month": _rank("client", **MONTH),
    "clients of a month, without looks": _rank("client", looks="without", **MONTH),
    "keys of a month": _rank("key", **MONTH),
    "codes of a month": _rank("code", outcome="refused", **MONTH),
    "clients of a month, 1 condition": _rank("client", key="email", **MONTH),
    "clients of a month, 2 conditions": _rank("client", key="email", purpose=PURPOSES[0], **MONTH),
    "keys of a month, 2 conditions": _rank("key", client=CLIENTS[0], purpose=PURPOSES[0], **MONTH),
    "codes of a month, 2 conditions": _rank(
        "code", client=CLIENTS[0], key="email", outcome="refused", **MONTH
    ),
    "most read keys, 3 conditions": _rank("key", client=CLIENTS[0], key="email", purpose=PURPOSES[0]),
    "how many": lambda session: oversight.count(session, Filters(client=CLIENTS[0])),
    "how many in a month": lambda session: oversight.count(session, Filters(client=CLIENTS[0], **MONTH)),
    "explorer page": _page(),
    "explorer page, without looks": _page(looks="without"),
    "explorer page, 2 conditions, without looks": _page(looks="without", client=CLIENTS[0], key="email"),
    "explorer page, 2 conditions": _page(client=CLIENTS[0], key="email"),
    "explorer page, 3 conditions": _page(
        client=CLIENTS[0], key="email", type="disclosure", purpose=PURPOSES[0]
    ),
}
