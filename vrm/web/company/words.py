"""What things are called on the pages of a company's people."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol

from vrm.catalogue import Catalogue
from vrm.errors import VrmError
from vrm.fetch import FetchFailed
from vrm.web.language import N_, gettext, told

ROLES: Mapping[str, str] = {
    "owner": N_("Owner"),
    "developer": N_("Developer"),
    "agent": N_("Agent"),
    "privacy_officer": N_("Privacy officer"),
}
"""What somebody can be in an organisation, as a word."""

OPENS: Mapping[str, str] = {
    "owner": N_("Everything: invites and off-boards colleagues, and changes what your organisation states."),
    "developer": N_("Clients, their keys and addresses, and the console. Reads the rest."),
    "agent": N_("Deals with the people who gave their consent. Changes nothing your organisation states."),
    "privacy_officer": N_("Purposes, how long data is kept, and the privacy notice. Sees every read."),
}
"""What each role opens."""


def role(code: str) -> str:
    """A role in plain words."""
    return gettext(ROLES[code])


def roles() -> list[tuple[str, str, str]]:
    """Every role: its code, its name, what it opens."""
    return [(code, gettext(name), gettext(OPENS[code])) for code, name in ROLES.items()]


def not_found(domain: str, fault: VrmError) -> str:
    """Why a domain could not be proved just now: what was found there, and what to do about it."""
    if not isinstance(fault, FetchFailed):
        return told(fault)
    match fault.code:
        case "fetch_timeout":
            return gettext("%(domain)s did not answer within five seconds.", domain=domain)
        case "fetch_too_large":
            return gettext(
                "%(domain)s answered with far more than a line of text. Is it a page instead of the file?",
                domain=domain,
            )
        case "fetch_encoded":
            return gettext(
                "%(domain)s compressed its answer. Serve this file without compression.", domain=domain
            )
        case _:
            return gettext(
                "%(domain)s could not be reached: there is no such site on the public internet, or its https "
                "certificate is not in order.",
                domain=domain,
            )


class Line(Protocol):
    """What has a key and a purpose: a line as it was asked for or granted, or how it was received."""

    @property
    def key(self) -> str:
        """What may be read."""

    @property
    def purpose(self) -> str:
        """What for."""


def key(catalogue: Catalogue, name: str) -> str:
    """The plain label of a key; its name where the catalogue has it no more."""
    found = catalogue.keys.get(name)
    return gettext(found.label) if found else name


def keys(catalogue: Catalogue) -> list[tuple[str, str]]:
    """Every key to choose from: its name and its label, by the label."""
    found = [(name, gettext(each.label)) for name, each in catalogue.keys.items()]
    return sorted(found, key=lambda one: one[1].casefold())


def purpose(catalogue: Catalogue, id: str) -> str:
    """A purpose in plain words; its id where the catalogue does not know it."""
    found = catalogue.purposes.get(id)
    return gettext(found.plain) if found else id


def labels(catalogue: Catalogue, lines: Iterable[Line]) -> list[str]:
    """The labels of what may be read, each once."""
    return list(dict.fromkeys(key(catalogue, line.key) for line in lines))


def lines(catalogue: Catalogue, among: Sequence[Line]) -> list[str]:
    """A name for each of these lines: the label of its key, with the purpose where the key stands there twice."""
    times = Counter(line.key for line in among)
    return [
        f"{key(catalogue, line.key)} ({purpose(catalogue, line.purpose)})"
        if times[line.key] > 1
        else key(catalogue, line.key)
        for line in among
    ]
