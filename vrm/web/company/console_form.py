"""An ask as it stands in the console's form: lines, how long, what is kept, whom it is passed on to.

Lines are numbered from 0: ``key-<n>``, ``purpose-<n>``, ``required-<n>``, ``frequency-<n>``, ``why-<n>``,
``any_of-<n>`` (other keys that would do, once for each). ``was-<n>`` holds the keys of the line as it was shown, and
``said-<n>`` its reason. ``do`` is the button: ``show``, ``more`` or ``drop-<n>``.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from flask import request

from vrm.catalogue import Catalogue
from vrm.companies import Company
from vrm.consents import MOST_DAYS
from vrm.consents.terms import MOST_LINES
from vrm.web.asking import TYPE
from vrm.web.language import gettext

USUAL_DAYS = 90
DECISIONS = ("needed", "all", "refuse")
MOST_OTHERS = 10
"""As many other keys as one line can name (``vrm.web.asking.details``)."""
_MOST_DIGITS = 6
_PLACE = re.compile(r"(?:authorization_details\.)?lines\[(\d+)\]\.?(\w*)")


@dataclass(frozen=True)
class Row:
    """One line as typed. ``any_of``: the other keys that would do. ``outgrown``: the key its last reason was for."""

    key: str = ""
    purpose: str = ""
    required: bool = False
    frequency: str = "when_needed"
    why: str = ""
    any_of: tuple[str, ...] = ()
    outgrown: str = ""

    @property
    def was(self) -> str:
        """The keys of the line, as the form carries them."""
        return " ".join((self.key, *self.any_of))

    def since(self, was: str, said: str) -> "Row":
        """Without the reason and the other keys that were given for another key, and that nobody has touched since."""
        before, *others = was.split() or [""]
        if before in ("", self.key):
            return self
        kept = replace(self, any_of=() if list(self.any_of) == others else self.any_of)
        return replace(kept, why="", outgrown=before) if said and self.why == said else kept


@dataclass(frozen=True)
class Draft:
    """The form as typed. ``errors``: what no ask could be made of, by name of field."""

    rows: list[Row]
    days: str = str(USUAL_DAYS)
    retention: str = ""
    recipients: str = ""
    decision: str = "all"
    errors: Mapping[str, str] = field(default_factory=dict)

    def details(self) -> list[dict[str, Any]]:
        """``authorization_details``. Only where nothing is in ``errors``."""
        asked: dict[str, Any] = {"type": TYPE, "duration_days": int(self.days)}
        if self.retention:
            asked["retention_days"] = int(self.retention)
        if self.recipients.split():
            asked["recipients"] = [each.strip() for each in self.recipients.splitlines() if each.strip()]
        return [asked | {"lines": [_line(row) for row in self.rows]}]


def first(company: Company) -> Draft:
    """What the form shows before anything is typed: one line, for the company's first purpose."""
    purpose = next(iter(company.purposes), "")
    if not purpose:
        return Draft([])
    why = gettext("To address you")
    return Draft([Row("name", purpose, required=True, why=why)])


def read(catalogue: Catalogue) -> Draft:
    """The form of this request, with the line added or taken away that its button says."""
    sent = {name: value.strip() for name, value in request.form.items()}
    do = sent.get("do", "")
    rows = [
        Row(
            key=sent.get(f"key-{n}", ""),
            purpose=sent.get(f"purpose-{n}", ""),
            required=sent.get(f"required-{n}") == "yes",
            frequency=sent.get(f"frequency-{n}", "when_needed"),
            why=sent.get(f"why-{n}", ""),
            any_of=tuple(filter(None, request.form.getlist(f"any_of-{n}"))),
        ).since(sent.get(f"was-{n}", ""), sent.get(f"said-{n}", ""))
        for n in range(MOST_LINES)
        if f"key-{n}" in sent and do != f"drop-{n}"
    ]
    if do == "more" and len(rows) < MOST_LINES:
        rows.append(_next(rows, catalogue))
    draft = Draft(
        rows,
        sent.get("days", ""),
        sent.get("retention", ""),
        sent.get("recipients", ""),
        sent["decision"] if sent.get("decision") in DECISIONS else "all",
    )
    return Draft(rows, draft.days, draft.retention, draft.recipients, draft.decision, _wrong(draft))


def place(description: str) -> str:
    """The field of the form that a fault of the authorization server is about; "" for the whole."""
    found = _PLACE.search(description)
    if found is not None:
        member = found[2] if found[2] in ("key", "purpose", "why", "any_of", "frequency") else "key"
        return f"{member}-{found[1]}"
    for member, name in (
        ("duration_days", "days"),
        ("retention_days", "retention"),
        ("recipients", "recipients"),
    ):
        if description.removeprefix("authorization_details.").startswith(member):
            return name
    return ""


def _wrong(draft: Draft) -> dict[str, str]:
    errors = {}
    for name, typed in (("days", draft.days), ("retention", draft.retention)):
        if typed and not (typed.isascii() and typed.isdecimal() and len(typed) <= _MOST_DIGITS):
            errors[name] = gettext("Give a number of whole days.")
    if not draft.days:
        errors["days"] = gettext("Choose between 1 and %(most)s days.", most=MOST_DAYS)
    return errors


def _next(rows: list[Row], catalogue: Catalogue) -> Row:
    """A line to start from: the next usual key that is not asked for yet."""
    taken = {row.key for row in rows}
    usual = ("name", "email", "birthdate", "address", "phone_number", *catalogue.keys)
    key = next((each for each in usual if each not in taken and each in catalogue.keys), "")
    return Row(key, rows[-1].purpose if rows else "")


def _line(row: Row) -> dict[str, Any]:
    line: dict[str, Any] = {"key": row.key, "purpose": row.purpose, "required": row.required}
    if row.why:
        line["why"] = row.why
    if row.any_of:
        line["any_of"] = list(row.any_of)
    return line | {"frequency": row.frequency}
