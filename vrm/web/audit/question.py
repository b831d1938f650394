"""The question who was exposed, read from a page's address or form: through whom, when, and perhaps of what."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from vrm import clock
from vrm.oversight import Filters
from vrm.web.audit import filters, words
from vrm.web.audit.filters import Typed
from vrm.web.language import gettext

USUAL = timedelta(days=30)
_NAMES = ("company", "client", "since", "until", "key", "agent")
_DAY = timedelta(days=1)


def read(given: Mapping[str, str], names: words.Names, now: datetime) -> Typed:
    """The question in a query or a form. Where no time is given, it is about the last month."""
    today = now.replace(hour=0, minute=0, second=0, microsecond=0)
    usual = {"since": clock.rfc3339(today - USUAL), "until": clock.rfc3339(today + _DAY)}
    kept = {name: given[name] for name in _NAMES if given.get(name, "").strip()}
    typed = filters.read({**usual, **kept})
    errors = dict(typed.errors)
    wanted, client = typed.wanted, names.clients.get(typed.wanted.client or "")
    if wanted.client and wanted.company and client and client.company_id != wanted.company:
        errors["client"] = gettext("This client is not of that company. Choose one of the two.")
    if kept and not errors and not (wanted.client or wanted.company):
        errors["company"] = gettext("Choose a company, or one client.")
    return replace(typed, errors=errors)


def is_whole(wanted: Filters) -> bool:
    """Whether it can be answered."""
    return bool(wanted.client or wanted.company)


def company(typed: Typed, names: words.Names) -> str:
    """The company that the form begins with: that of the client asked about, or the only one there is."""
    client = names.clients.get(typed.get("client"))
    if client is not None:
        return client.company_id
    return next(iter(names.companies)) if len(names.companies) == 1 else ""


def whose(wanted: Filters) -> dict[str, Any]:
    """A client says more than its company."""
    return {"client_id": wanted.client} if wanted.client else {"company_id": wanted.company}


def narrowed(wanted: Filters) -> dict[str, Any]:
    """All of the question, as ``oversight`` takes it."""
    return {
        "since": wanted.since,
        "until": wanted.until,
        "key": wanted.key,
        "agent": wanted.agent,
        **whose(wanted),
    }


def told(wanted: Filters, names: words.Names) -> str:
    """The question as one line, as a note says it."""
    assert wanted.since is not None and wanted.until is not None
    said = gettext(
        "Exposure through %(whose)s, from %(since)s until before %(until)s",
        whose=names.client_of(wanted.client) if wanted.client else names.company(wanted.company),
        since=clock.rfc3339(wanted.since),
        until=clock.rfc3339(wanted.until),
    )
    return "; ".join(filter(None, [said, wanted.key, wanted.agent]))
