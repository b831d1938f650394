"""Quality of asking: how people received what a company asked, and what to do about it.

Advice is worked out from figures alone, by the thresholds below, and says which figure it comes from.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from flask import Blueprint, Response
from sqlalchemy.orm import Session

from vrm import clock, companies, consents
from vrm.catalogue import Catalogue
from vrm.consents.quality import MIN_PEOPLE, SAMPLE, Decisions, LineQuality
from vrm.house import House
from vrm.web import charts, pages, session
from vrm.web.audiences import audience
from vrm.web.company import figures, words
from vrm.web.company.consents import chosen, names
from vrm.web.company.figures import Field
from vrm.web.rooms import house

PATH = "/company/quality"
HALF = 0.5
"""From here on it is the rule and not the exception."""
HARDLY = 0.05
"""Read under fewer of the consents than this: what is held is not what is needed."""

Kind = Literal["unticked", "refused", "refused_all", "unanswered", "never_read", "hardly_read"]


@dataclass(frozen=True)
class Advice:
    """One thing to change. ``share``: of people, as the drawing says it; ``held`` and ``read``: under how many consents."""

    kind: Kind
    label: str = ""
    share: str = ""
    held: int = 0
    read: int = 0


def add_routes(blueprint: Blueprint) -> None:
    """``/quality``."""
    blueprint.get("/quality")(show_quality)


@audience("company")
def show_quality() -> Response:
    here, company_id, now = house(), session.company_id(), clock.now()
    context = here.database.read(lambda db: _quality(db, here, company_id, now))
    return pages.render("company_quality.html", **context, least=MIN_PEOPLE, sample=SAMPLE)


def _quality(db: Session, here: House, company_id: str, now: datetime) -> dict[str, Any]:
    clients = names(companies.list_clients(db, company_id=company_id))
    client = chosen(clients)
    client_id = client or None
    lines = consents.quality.lines(db, company_id=company_id, client_id=client_id)
    decisions = consents.quality.decisions(db, company_id=company_id, now=now, client_id=client_id)
    fields = figures.fields(db, here.catalogue, company_id, client_id, now)
    return {
        "clients": clients,
        "client": client,
        "decisions": decisions,
        "answers": answers(decisions) if decisions else {},
        "unticked": figures.unticked(here.catalogue, lines),
        "refused": figures.refused(here.catalogue, lines),
        "told": [line for line in lines if line.reception],
        "optional": any(line.reception and not line.required for line in lines),
        "few": sum(line.reception is None for line in lines),
        "fields": fields,
        "advice": list(advise(here.catalogue, lines, decisions, fields.every)),
    }


def answers(decisions: Decisions) -> dict[str, charts.Bar]:
    """How many granted, refused and did not answer, as shares of all."""
    found = {
        "granted": decisions.granted,
        "refused": decisions.refused,
        "unanswered": decisions.unanswered,
    }
    ranks = [
        charts.Rank(
            name, round(100 * number / decisions.total), figure=figures.share(number / decisions.total)
        )
        for name, number in found.items()
    ]
    return dict(zip(found, charts.bars(ranks, full=100), strict=True))


def advise(
    catalogue: Catalogue, lines: Sequence[LineQuality], decisions: Decisions | None, fields: Sequence[Field]
) -> Iterator[Advice]:
    """What to do, the gravest first. Nothing is said of fewer than ``MIN_PEOPLE`` people or consents."""
    if decisions and decisions.refused >= HALF * decisions.total:
        yield Advice("refused_all", share=figures.share(decisions.refused / decisions.total))
    if decisions and decisions.unanswered >= HALF * decisions.total:
        yield Advice("unanswered", share=figures.share(decisions.unanswered / decisions.total))
    for line, label in zip(lines, words.lines(catalogue, lines), strict=True):
        if line.reception is None:
            continue
        left_out = line.reception.unticked_share
        if not line.required and left_out is not None and left_out >= HALF:
            yield Advice("unticked", label, figures.share(left_out))
        elif line.required and line.reception.refused_share >= HALF:
            yield Advice("refused", label, figures.share(line.reception.refused_share))
    for field in fields:
        if field.held >= MIN_PEOPLE and field.read < HARDLY * field.held:
            kind: Kind = "hardly_read" if field.read else "never_read"
            yield Advice(kind, field.label, held=field.held, read=field.read)
