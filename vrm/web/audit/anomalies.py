"""What is out of the ordinary, as a list. ``anomaly`` shows one.

An anomaly is a figure that does not fit a client's own past. It accuses nobody: the page says what it may mean.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import get_args

from flask import Blueprint, Response, request
from sqlalchemy.orm import Session

from vrm import ids, oversight
from vrm.catalogue import Catalogue
from vrm.house import House
from vrm.oversight import KINDS, Anomaly, Kind
from vrm.web import pages
from vrm.web.audiences import audience
from vrm.web.audit import filters, words
from vrm.web.audit.case import auditor_names
from vrm.web.language import gettext
from vrm.web.rooms import house
from vrm.web.typed import N_, REFUSED

PAGE = 30

SENTENCES = (N_("There is no such anomaly."),)
"""What rooms say of a fault on these pages, so that it is translated."""


@dataclass(frozen=True)
class Odd:
    """An anomaly as a page shows it; figures are rounded to a tenth."""

    found: Anomaly
    heading: str
    client: str
    company: str
    key: str
    observed: float
    usual: float
    threshold: float


@dataclass(frozen=True)
class Became:
    """What became of an anomaly: the answer that stands, or did until it was reopened, and who gave it; the cases
    that hold entries of it, and how many.
    """

    answer: oversight.Answer | None
    who: str
    cases: Sequence[tuple[oversight.Case, int]]

    @property
    def open(self) -> bool:
        """Whether it waits for somebody to look into it."""
        return self.answer is None or self.answer.reopened_at is not None


def add_routes(blueprint: Blueprint) -> None:
    """``/anomalies``."""
    blueprint.get("/anomalies")(show_anomalies)


@audience("auditor")
def show_anomalies() -> Response:
    here, typed = house(), filters.read(_narrowed(request.args))
    kind, before = request.args.get("kind", ""), request.args.get("before", "")
    open_only = request.args.get("state") == "open"
    errors = dict(typed.errors)
    if kind and kind not in KINDS:
        errors["kind"] = gettext("Choose a kind from the list.")
    if errors:
        kind = ""
    context = here.database.read(
        lambda db: _list(
            db, here, typed, kind, before if ids.is_id(before) else None, open_only, bool(errors)
        )
    )
    kinds = [(one, gettext(words.ANOMALIES[one])) for one in KINDS]
    return pages.render(
        "audit_anomalies.html",
        REFUSED if errors else 200,
        typed=typed,
        kind=kind,
        open_only=open_only,
        kinds=kinds,
        errors=errors,
        **context,
    )


def _narrowed(given: Mapping[str, str]) -> dict[str, str]:
    return {name: given[name] for name in ("company", "client") if given.get(name, "").strip()}


def _list(
    db: Session,
    here: House,
    typed: filters.Typed,
    kind: str,
    before: str | None,
    open_only: bool,
    faulty: bool,
) -> dict[str, object]:
    names = words.names(db)
    found: list[Anomaly] = []
    if not faulty:
        wanted: Kind | None = next((one for one in get_args(Kind) if one == kind), None)
        found = oversight.list_anomalies(
            db,
            kind=wanted,
            client_id=typed.wanted.client,
            company_id=typed.wanted.company,
            before=before,
            limit=PAGE + 1,
            open_only=open_only,
        )
    path, kept = "/audit/anomalies", {"kind": kind, "state": "open" if open_only else ""}
    return {
        "names": names,
        "rows": [odd(one, here.catalogue, names) for one in found[:PAGE]],
        "became": became_of(db, here, found[:PAGE]),
        "older": typed.href(path, **kept, before=found[PAGE - 1].id) if len(found) > PAGE else None,
        "newest": typed.href(path, **kept) if before else None,
    }


def odd(found: Anomaly, catalogue: Catalogue, names: words.Names) -> Odd:
    figures, key = found.figures, found.evidence.key
    return Odd(
        found,
        gettext(words.ANOMALIES[found.kind]),
        names.client(found.client_id) or found.client_id,
        names.company(found.company_id),
        words.key(catalogue, key) if key else "",
        round(figures.observed, 1),
        round(figures.usual, 1),
        round(figures.threshold, 1),
    )


def became_of(db: Session, here: House, found: Sequence[Anomaly]) -> dict[str, Became]:
    """What became of each, by its id."""
    answers = oversight.list_answers(db, here.keys, anomaly_ids=[one.id for one in found])
    names = auditor_names(db, here) if answers else {}
    known: dict[str, oversight.Case] = {}

    def held(one: Anomaly) -> list[tuple[oversight.Case, int]]:
        cases = oversight.cases_holding(db, anomaly=one)
        for case_id in cases.keys() - known.keys():
            known[case_id] = oversight.get_case(db, here.keys, case_id=case_id)
        return sorted(((known[id], count) for id, count in cases.items()), key=lambda each: each[0].opened_at)

    def became(one: Anomaly) -> Became:
        answer = answers.get(one.id)
        who = names.get(answer.auditor_id, gettext("An auditor")) if answer else ""
        return Became(answer, who, held(one))

    return {one.id: became(one) for one in found}
