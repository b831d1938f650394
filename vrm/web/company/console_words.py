"""What the console says beside the form: what can be asked, what would ask less, how lines were received, faults."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from vrm.catalogue import Catalogue
from vrm.companies import Asker, Client, Company
from vrm.consents import FREQUENCIES
from vrm.consents.quality import LineQuality
from vrm.ids import new_id
from vrm.web.company import words
from vrm.web.company.console_client import is_ours
from vrm.web.company.console_form import Draft, Row
from vrm.web.company.figures import share
from vrm.web.language import N_, gettext
from vrm.web.pages import isolate

WAITS = timedelta(days=7)
"""How long an ask waits for a decision, as the picture tells."""


@dataclass(frozen=True)
class Offered:
    """What the selects of a line hold: keys by group, [(group, [(key, label)])], and purposes, [(id, label)]."""

    keys: list[tuple[str, list[tuple[str, str]]]]
    purposes: list[tuple[str, str]]


@dataclass(frozen=True)
class Received:
    """How people took a line like one in the form, in the figure that the page about quality gives first of it.

    ``unticked``: the share of ``people`` who granted the request and left this line out; otherwise, of ``people`` who
    decided, the share that did not allow it.
    """

    unticked: bool
    share: str
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
    told = {
        "once": gettext("Once"),
        "daily": gettext("Every day"),
        "weekly": gettext("Every week"),
        "monthly": gettext("Every month"),
        "when_needed": gettext("When we need it"),
    }
    return [(code, told[code]) for code in FREQUENCIES]


def asking_less(catalogue: Catalogue, draft: Draft) -> Mapping[int, list[str]]:
    """By line, the labels of the answers that would tell less than the field it asks for, where there are any."""
    found = {}
    for n, row in enumerate(draft.rows):
        if row.key in catalogue.keys and catalogue.get(row.key).kind == "field":
            less = [
                gettext(key.label) for key in catalogue.replacements(row.key) if key.name not in row.any_of
            ]
            if less:
                found[n] = less
    return found


def reception(lines: Sequence[LineQuality], draft: Draft) -> Mapping[int, Received]:
    """By line of the form, how people took the same line before, as far as enough of them decided."""
    known = {(line.key, line.purpose, line.required): line.reception for line in lines}
    found = {}
    for n, row in enumerate(draft.rows):
        received = known.get((row.key, row.purpose, row.required))
        if received is not None:
            left_out = None if row.required else received.unticked_share
            found[n] = (
                Received(False, share(received.refused_share), received.offered)
                if left_out is None
                else Received(True, share(left_out), received.granted or 0)
            )
    return found


def own(clients: Iterable[Client]) -> Client | None:
    """The client that stands on the picture and in the programs: the company's first that is not the console's."""
    own = [client for client in clients if not is_ours(client)]
    return next((client for client in own if client.state == "active"), next(iter(own), None))


def asker(company: Company, client: Client | None, now: datetime) -> Asker:
    """Who asks on the picture. A client that is not there yet looks as if it were, so that the letter is whole."""
    return Asker(client or _unnamed(company, now), company)


def fault(catalogue: Catalogue, draft: Draft, field: str, description: str) -> str:
    """What the authorization server says is wrong, in the language of the page, with the line where it is one's.

    A machine is told it in English; the sentences that name a figure or a key are made up again here.
    """
    number = int(field.rpartition("-")[2]) if "-" in field else None
    told = _sentence(catalogue, draft.rows[number] if number is not None else None, description)
    return told if number is None else gettext("Line %(number)s: %(told)s", number=number + 1, told=told)


def _sentence(catalogue: Catalogue, row: Row | None, description: str) -> str:
    told = _PLACE.sub("", description)
    unknown = [key for key in (row.key, *row.any_of) if key not in catalogue.keys] if row else []
    if unknown and told == _NO_KEY:
        return gettext("There is no key “%(key)s” in the catalogue.", key=isolate(unknown[0]))
    for pattern, msgid in _FAULTS:
        found = re.fullmatch(pattern, told)
        if found is not None:
            named = found.groupdict()
            if "key" in named:
                named["key"] = isolate(words.key(catalogue, named["key"]))
            if "purpose" in named:
                named["purpose"] = isolate(words.purpose(catalogue, named["purpose"]))
            return gettext(msgid, **named)
    return gettext(told)


_PLACE = re.compile(r"^[a-z_.\[\]0-9]+: ")
_NO_KEY = "There is no such key in the catalogue."
_FAULTS = (
    (r"Ask for at most (?P<most>\d+) lines\.", N_("Ask for at most %(most)s lines.")),
    (r"Choose between 1 and (?P<most>\d+) days\.", N_("Choose between 1 and %(most)s days.")),
    (r"Say in days, from 0 to (?P<most>\d+), .*", N_("Give whole days, from 0 to %(most)s.")),
    (
        r"(?P<key>\S+) for (?P<purpose>\S+) stands in more than one line\.",
        N_("%(key)s for %(purpose)s stands in more than one line."),
    ),
    (
        r"Give the reason in one line of at most (?P<most>\d+) characters, .*",
        N_(
            "Give the reason in one line of at most %(most)s characters, without signs that nobody sees and marks "
            "that strike letters out."
        ),
    ),
    (
        r"your company states (?P<most>\d+) days for (?P<purpose>\S+)\. Ask for no more, or state more\.",
        N_("Your organisation states %(most)s days for %(purpose)s. Ask for no more, or state more."),
    ),
    (r"Length must be between 1 and (?P<most>\d+)\.", N_("Give each of them at most %(most)s characters.")),
    (r"Longer than maximum length (?P<most>\d+)\.", N_("That is too many: give at most %(most)s.")),
    (r"Name a purpose of .*", N_("Choose a purpose that your organisation states.")),
    (r"Your company has not registered .*", N_("Choose a purpose that your organisation states.")),
    (r"Ask for at least one line\.", N_("Ask for at least one line.")),
    (
        r"Write it on one line, .*",
        N_("Write it on one line, in letters that can be seen, without marks that strike them out."),
    ),
    (r"authorization_details has at most .*", N_("This ask is too long to be sent. Shorten it.")),
)


def _unnamed(company: Company, now: datetime) -> Client:
    name = company.legal_name[:100]
    nothing = (None, None, None, None, None)  # neither a secret nor an address of keys
    return Client(new_id(), company.id, name, (), (), None, (), *nothing, {}, "active", None, now)
