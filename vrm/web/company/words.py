"""What things are called on the pages of a company's people."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol

from vrm.catalogue import Catalogue
from vrm.companies import Company, proof_url
from vrm.web.language import N_, gettext
from vrm.web.pages import isolate

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
    "agent": N_(
        "Answers the people who gave their consent: sees each consent and what was read under it, with proofs. Changes nothing."
    ),
    "privacy_officer": N_("Purposes, how long data is kept, and the privacy notice. Sees every read."),
}
"""What each role opens."""


def role(code: str) -> str:
    """A role in plain words."""
    return gettext(ROLES[code])


def roles() -> list[tuple[str, str, str]]:
    """Every role: its code, its name, what it opens."""
    return [(code, gettext(name), gettext(OPENS[code])) for code, name in ROLES.items()]


def finding(company: Company) -> str:
    """What the last look at a domain found instead of the proof, and what to do about it; "" where nothing was."""
    if company.domain_finding is None:
        return ""
    domain, url = isolate(company.domain), isolate(proof_url(company.domain))
    match company.domain_finding.code:
        case "domain_status":
            return gettext(
                "%(url)s answered with status %(status)s. It must be 200, without a redirect.",
                url=url,
                status=company.domain_finding.status,
            )
        case "domain_no_token":
            return gettext("%(url)s does not hold the token. It must stand on a line of its own.", url=url)
        case "domain_taken":
            return gettext("Another company has proved this domain already. Ask the operator.")
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


def refusal(code: str) -> str:
    """What a code means that a company was told when a read of its was refused."""
    match code:
        case "consent_ended":
            return gettext(
                "Nothing could be read under it: it was revoked or had run out, your notice or owner had changed, or "
                "the token was from before a change. The answer is the same for all of these."
            )
        case "consent_paused":
            return gettext("The person had paused it. It may be read again when they resume it.")
        case "too_soon":
            return gettext("It had been read as often as the person allows.")
        case "client_suspended":
            return gettext("The client, or your organisation, was suspended.")
        case "purpose_required":
            return gettext("The consent has several purposes, and the read named none.")
        case "purpose_not_permitted":
            return gettext("The person did not allow this purpose.")
        case "keys_not_permitted":
            return gettext("The person allowed none of these fields for this purpose.")
        case "unavailable":
            return gettext("A value could not be opened. The operator has to look at it.")
        case _:
            return gettext("It was not permitted.")


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
