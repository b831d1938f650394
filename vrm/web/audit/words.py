"""What things are called on the pages of auditors: members of an entry, outcomes of a check, companies, clients."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy.orm import Session

from vrm import companies
from vrm.catalogue import Catalogue
from vrm.companies import Client, Company
from vrm.errors import Invalid
from vrm.oversight.grammar import read_moment
from vrm.web import pages
from vrm.web.audit import codes
from vrm.web.language import N_, gettext

MEMBERS: Mapping[str, str] = {
    "v": N_("The version of this format."),
    "type": N_("What happened. The log keeps a list of types that only ever grows."),
    "time": N_("When the service wrote the event down (UTC, to the millisecond), by its own clock."),
    "actor": N_("What kind of actor it was. Who it was is never said."),
    "company": N_("The company whose client acted, or that the event is about."),
    "client": N_("The software of that company which authenticated itself. It does not tell which person used it."),
    "agent": N_(
        "A pseudonym for whoever read at the company, where its client said so. It lets one agent’s reads be counted"
        " and cannot be turned back into a name."
    ),
    "purpose": N_("What the company said it was for, as a term of the Data Privacy Vocabulary. It cannot show what was"
        " done with the data afterwards."),
    "keys": N_("Which lines were asked for or given. What stood in them, the values, is never in the log."),
    "outcome": N_("Whether the read was answered or refused."),
    "code": N_("Why it was refused, or what exactly was changed or looked at."),
    "revision": N_("Which revision of the consent held at that moment. It counts up each time the consent changes."),
    "thread": N_(
        "Ties the events of one consent together, and never two consents of one person. It is made with a secret of"
        " that person, so nobody can tell from it who they are, or make one to compare."
    ),
    "detail": N_(
        "A commitment (a salted SHA-256) to the rest, such as the ids. It shows nothing by itself. Whoever holds the"
        " opening can prove what it says; when a person is erased, theirs is deleted."
    ),
}  # fmt: skip
"""What each member of an entry is, where it comes from, and what it does not tell."""

SENTENCES = (
    N_("Say what the token is for, in at most 60 letters."),
    N_("There are 20 tokens already. End one first."),
    N_("There is no such token."),
    N_("No checkpoint of that size was published."),
    N_("There is no such leaf in a tree of that size."),
    N_("Give a name, at most 100 letters on one line."),
    N_("There are 50 views. Delete one first."),
    N_("There is no such view."),
)
"""What rooms say of a fault on these pages, so that it is translated."""

FILTERS: Mapping[str, str] = {
    "since": N_("From (UTC)"),
    "until": N_("Until (UTC)"),
    "company": N_("Company"),
    "client": N_("Client"),
    "purpose": N_("Purpose"),
    "key": N_("Key"),
    "type": N_("Action"),
    "outcome": N_("Outcome"),
    "code": N_("Code"),
    "thread": N_("Thread"),
    "actor": N_("Actor"),
    "agent": N_("Agent"),
    "looks": N_("Looks of auditors"),
}
"""What one can narrow the log by."""

ANOMALIES: Mapping[str, str] = {
    "volume": N_("Far more reads than usual"),
    "hours": N_("Reads at an unusual hour"),
    "unused_key": N_("Granted and never read"),
    "refusals": N_("A series of refusals"),
    "agent": N_("One agent, many people"),
}
"""The kinds of anomaly, as a heading."""

ACTORS: Mapping[str, str] = {
    "consumer": N_("A consumer"),
    "company": N_("A company’s people"),
    "client": N_("A client"),
    "operator": N_("The operator"),
    "auditor": N_("An auditor"),
    "system": N_("The service itself"),
}
"""Kinds of actor."""

_PLACES: Mapping[str, str] = {
    "leaf_index": N_("Entry"),
    "leaf": N_("Entry"),
    "size": N_("Tree size"),
    "kind": N_("Kind"),
    "by": N_("Counted by"),
    "state": N_("State"),
    "what": N_("Looked at"),
    "limit": N_("At most"),
    "before": N_("Before"),
    "after": N_("After"),
    "case_id": N_("Case"),
    "anomaly_id": N_("Alarm"),
    "view_id": N_("Saved view"),
}
"""What else narrows what an auditor looks at."""


@dataclass(frozen=True)
class Names:
    """Companies and clients by id. Names of organisations and of software; no person is among them."""

    companies: Mapping[str, Company]
    clients: Mapping[str, Client]

    def company(self, id: str | None) -> str:
        """The legal name; "" where there is none."""
        found = self.companies.get(id or "")
        return found.legal_name if found else ""

    def client(self, id: str | None) -> str:
        """The client's name; "" where there is none."""
        found = self.clients.get(id or "")
        return found.name if found else ""

    def client_of(self, id: str) -> str:
        """The names of a client and of its company, to tell it from others of the same name; its id where it is none."""
        client = self.clients.get(id)
        return f"{client.name} ({self.company(client.company_id)})" if client else id

    def client_choices(self, company_id: str | None) -> list[tuple[str, str]]:
        """Clients to choose from, those of one company if it is chosen, by the names of both."""
        found = [
            (id, self.client_of(id))
            for id, client in self.clients.items()
            if company_id in (None, client.company_id)
        ]
        return sorted(found, key=lambda one: one[1].casefold())


def names(db: Session) -> Names:
    """Every company and client there is, whatever its state."""
    return Names(
        {company.id: company for company in companies.list_companies(db)},
        {client.id: client for client in companies.list_clients(db)},
    )


def key(catalogue: Catalogue, name: str) -> str:
    """The plain label of a key; its name where the catalogue has it no more."""
    found = catalogue.keys.get(name)
    return gettext(found.label) if found else name


def purpose(catalogue: Catalogue, id: str) -> str:
    """A purpose in plain words; its id where the catalogue does not know it."""
    found = catalogue.purposes.get(id)
    return gettext(found.plain) if found else id


def filters(catalogue: Catalogue, names: Names, given: Mapping[str, str]) -> list[tuple[str, str]]:
    """Filters in words: the name of each, not yet translated, and its value by name where it has one."""
    return [(FILTERS[name], _filter(catalogue, names, name, value)) for name, value in given.items()]


def _filter(catalogue: Catalogue, names: Names, name: str, value: str) -> str:
    match name:
        case "since" | "until":
            try:
                return str(pages.moment(read_moment(name, value)).striptags())
            except Invalid:
                return value
        case "company":
            return names.company(value) or value
        case "client":
            return names.client(value) or value
        case "purpose":
            return purpose(catalogue, value)
        case "key":
            return key(catalogue, value)
        case "type":
            return codes.action(value)
        case "code":
            return codes.meanings(value) or value
        case "actor":
            return gettext(ACTORS.get(value, value))
        case "outcome":
            return {"answered": gettext("Answered"), "refused": gettext("Refused")}.get(value, value)
        case "looks":
            return {"with": gettext("Shown"), "without": gettext("Left out")}.get(value, value)
        case _:
            return value


def narrowing(catalogue: Catalogue, names: Names, given: Mapping[str, str]) -> list[tuple[str, str, str]]:
    """How a look was narrowed: what by, the value in words, and the value itself where the words are not it."""
    found = []
    for name, value in given.items():
        match name:
            case "kind":
                said = gettext(ANOMALIES.get(value, value))
            case "what":
                said = codes.look(value)
            case _:
                said = _filter(catalogue, names, name, value)
        behind = "" if said == value or name in ("since", "until", "outcome", "looks") else value
        found.append((gettext(FILTERS.get(name) or _PLACES.get(name, name)), said, behind))
    return found
