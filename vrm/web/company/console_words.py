"""What the console says beside the form: what can be asked, what would ask less, how lines were received, faults."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from vrm.catalogue import Catalogue
from vrm.companies import Asker, Client, Company
from vrm.consents import FREQUENCIES
from vrm.consents.quality import LineQuality
from vrm.ids import new_id
from vrm.web.company.console_client import REDIRECT_URI
from vrm.web.company.console_form import Draft
from vrm.web.language import gettext

WAITS = timedelta(days=7)
"""How long an ask waits for a decision, as the picture tells."""


@dataclass(frozen=True)
class Offered:
    """What the selects of a line hold: keys by group, [(group, [(key, label)])], and purposes, [(id, label)]."""

    keys: list[tuple[str, list[tuple[str, str]]]]
    purposes: list[tuple[str, str]]


@dataclass(frozen=True)
class Received:
    """How people took a line like one in the form. ``share``: per cent who did not allow it."""

    label: str
    share: int
    people: int


def offered(catalogue: Catalogue, company: Company) -> Offered:
    """Every key of the catalogue, and the purposes the company has stated."""
    return Offered(
        [
            (
                gettext(group.label),
                [(name, gettext(catalogue.get(name).label)) for name in group.keys],
            )
            for group in catalogue.groups.values()
        ],
        [
            (id, gettext(purpose.plain))
            for id in company.purposes
            if (purpose := catalogue.purposes.get(id)) is not None
        ],
    )


def frequencies() -> list[tuple[str, str]]:
    """How often a company says it reads."""
    words = {
        "once": gettext("Once"),
        "daily": gettext("Every day"),
        "weekly": gettext("Every week"),
        "monthly": gettext("Every month"),
        "when_needed": gettext("When we need it"),
    }
    return [(code, words[code]) for code in FREQUENCIES]


def asking_less(catalogue: Catalogue, draft: Draft) -> Mapping[int, list[str]]:
    """By line, the answers that would tell less than the field that is asked for, where there are any."""
    found = {}
    for n, row in enumerate(draft.rows):
        if row.key in catalogue.keys and catalogue.get(row.key).kind == "field":
            less = [key.name for key in catalogue.replacements(row.key) if key.name not in row.others]
            if less:
                found[n] = less
    return found


def reception(lines: Sequence[LineQuality], draft: Draft) -> Mapping[int, Received]:
    """By line of the form, how people took the same line before, as far as enough of them decided."""
    known = {(line.key, line.purpose, line.required): line.reception for line in lines}
    found = {}
    for n, row in enumerate(draft.rows):
        figures = known.get((row.key, row.purpose, row.required))
        if figures is not None:
            found[n] = Received(row.key, round(figures.refused_share * 100), figures.offered)
    return found


def own(clients: Iterable[Client]) -> Client | None:
    """The client that stands on the picture and in the programs: the company's first that is not the console's."""
    own = [client for client in clients if REDIRECT_URI not in client.redirect_uris]
    return next((client for client in own if client.state == "active"), next(iter(own), None))


def asker(company: Company, client: Client | None, now: datetime) -> Asker:
    """Who asks on the picture. What is not there yet looks as if it were, so that the letter is whole."""
    shown = replace(company, domain_proved_at=company.domain_proved_at or now)
    return Asker(client or _unnamed(company, now), shown)


def fault(description: str) -> str:
    """What the authorization server says is wrong, without the place, which the page shows by itself."""
    told = description.rsplit(": ", 1)[-1] if ": " in description else description
    if description.startswith("retention_days: "):
        told = description.removeprefix("retention_days: ")
    return gettext(told)


def _unnamed(company: Company, now: datetime) -> Client:
    name = company.legal_name[:100]
    return Client(new_id(), company.id, name, (), (), None, None, None, None, "active", None, now)
