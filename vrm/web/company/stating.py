"""What an organisation states of itself, as forms: its facts, and a row for each purpose.

A form is read as a whole and every fault is told at once, beside its field. What the room says of a value is shown
as the room says it; how long a text may be is said here, so that it can be said in every language.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from flask import request
from marshmallow import ValidationError, fields, validate

from vrm import companies, work
from vrm.catalogue import Catalogue, Purpose
from vrm.companies import Company, Stated
from vrm.errors import Invalid
from vrm.house import House
from vrm.web.forms import Form
from vrm.web.language import gettext, told
from vrm.web.typed import N_, needed

ROWS = 2
"""Empty rows for purposes on a form that has none yet."""
MOST_ROWS = 20
LONGEST_WHY = 300
LONGEST_KEPT = 3650  # days

_UNSEEN = N_("There is a sign in it that nobody sees, or that strikes out a letter. Type it again by hand.")


@dataclass(frozen=True)
class Row:
    """One purpose as typed."""

    purpose: str = ""
    why: str = ""
    days: str = ""


@dataclass(frozen=True)
class Purposes:
    """The rows of a form as typed, what they state, and what is wrong with them by name of field."""

    rows: list[Row]
    stated: dict[str, Stated]
    errors: dict[str, str]


def free_domains(here: House) -> list[str]:
    """Invented domains that this machine answers for and no company has proved: what can be claimed in a sandbox."""
    taken = {each.domain for each in here.database.read(companies.list_companies) if each.domain_proved_at}
    return [host for host in here.settings.fetch_allow if ":" not in host and host not in taken]


def text(sentence: str, most: int, *, lines: bool = False) -> fields.String:
    """A text that must be there, on one line unless ``lines``; ``sentence`` asks for it."""
    field = needed(sentence)
    field.validators += [validate.Length(max=most, error=N_("That is too long.")), _plain(lines=lines)]
    return field


def optional_text(most: int) -> fields.String:
    """A text on one line that may be left empty."""
    return fields.String(
        load_default="",
        validate=[validate.Length(max=most, error=N_("That is too long.")), _plain(lines=False)],
    )


def checked(form: Form, **parsers: Callable[[str], object]) -> Form:
    """The form with what the room finds wrong in fields that are filled in, whatever else is wrong with it."""
    errors = dict(form.errors)
    for name, parse in parsers.items():
        typed = form.values.get(name, "")
        if typed and name not in errors:
            try:
                parse(typed)
            except Invalid as fault:
                errors[name] = told(fault)
    return Form(form.values, form.data, errors)


PARSERS: Mapping[str, Callable[[str], object]] = {
    "contact": work.parse_address,
    "domain": companies.parse_domain,
    "privacy_notice_url": companies.parse_notice_url,
}
"""What ``checked`` asks the rooms of the facts that have a form of their own."""


def read_purposes(catalogue: Catalogue) -> Purposes:
    """The rows of this request; empty ones are left out of what is stated."""
    typed = [
        Row(*(request.form.get(f"{name}-{n}", "").strip() for name in ("purpose", "why", "days")))
        for n in range(MOST_ROWS)
        if f"purpose-{n}" in request.form
    ]
    stated: dict[str, Stated] = {}
    errors: dict[str, str] = {}
    for n, row in enumerate(typed):
        if row == Row():
            continue
        if row.purpose not in catalogue.purposes:
            errors[f"purpose-{n}"] = gettext("Choose a purpose, or clear this row.")
        elif row.purpose in stated:
            errors[f"purpose-{n}"] = gettext("You have this purpose above already. State it once.")
        if len(row.why) > LONGEST_WHY or not row.why.isprintable():
            errors[f"why-{n}"] = gettext("Say it in one line, with at most 300 characters.")
        elif not companies.is_readable(row.why):
            errors[f"why-{n}"] = gettext(_UNSEEN)
        days = int(row.days) if row.days.isascii() and row.days.isdecimal() and len(row.days) < 6 else None
        if row.days and (days is None or days > LONGEST_KEPT):
            errors[f"days-{n}"] = gettext("Give whole days from 0 to 3650, or leave it empty.")
        stated.setdefault(row.purpose, Stated(row.why or None, days))
    return Purposes(typed, stated, errors)


def rows_of(company: Company) -> list[Row]:
    """What a company states now, as rows to change, and an empty one."""
    rows = [
        Row(id, stated.why or "", "" if stated.retention_days is None else str(stated.retention_days))
        for id, stated in company.purposes.items()
    ]
    return with_room(rows, 1 if rows else ROWS)


def with_room(rows: list[Row], more: int = 1) -> list[Row]:
    """The rows and empty ones after them, as far as there is place."""
    return (rows + [Row()] * more)[:MOST_ROWS]


def offered(catalogue: Catalogue) -> list[tuple[str, list[tuple[str, str]]]]:
    """The purposes to choose from, under the broadest each belongs to; those that stand alone come last, together."""
    families: dict[str, list[Purpose]] = defaultdict(list)
    for purpose in catalogue.purposes.values():
        families[_broadest(catalogue, purpose).id].append(purpose)
    alone = [purposes[0] for purposes in families.values() if len(purposes) == 1]
    groups = [
        (gettext(catalogue.purposes[root].plain), _options(purposes, root))
        for root, purposes in families.items()
        if len(purposes) > 1
    ]
    groups.sort(key=lambda group: group[0].casefold())
    return [*groups, (gettext("Others"), _options(alone))]


def _broadest(catalogue: Catalogue, purpose: Purpose) -> Purpose:
    """The end of the first line of descent; a purpose may have several."""
    while purpose.broader:
        purpose = catalogue.purposes[purpose.broader[0]]
    return purpose


def _options(purposes: list[Purpose], root: str = "") -> list[tuple[str, str]]:
    """By their words, the broadest first."""
    found = [(each.id, gettext(each.plain)) for each in purposes]
    return sorted(found, key=lambda one: (one[0] != root, one[1].casefold()))


def _plain(*, lines: bool) -> Callable[[str], None]:
    def check(typed: str) -> None:
        if not companies.is_readable(typed, lines=lines):
            raise ValidationError(_UNSEEN)

    return check
