"""The companies that may ask here, for anybody to find before being asked."""

from dataclasses import dataclass
from urllib.parse import urlencode

from flask import Blueprint, Response, request
from sqlalchemy.orm import Session

from vrm import companies
from vrm.catalogue import Catalogue
from vrm.companies import Company
from vrm.ids import is_id
from vrm.web import pages
from vrm.web.audiences import audience
from vrm.web.language import gettext
from vrm.web.portal import words
from vrm.web.rooms import house

PAGE = 25
LONGEST = 100
"""A longer text is not looked for."""


@dataclass(frozen=True)
class Listed:
    """A company in the list. Every one of them has proved its domain."""

    id: str
    name: str
    domain: str
    purposes: list[str]


def add_routes(blueprint: Blueprint) -> None:
    """``/companies``."""
    blueprint.get("/companies")(show_companies)


@audience("public")
def show_companies() -> Response:
    """``q`` is looked for in names, domains and what data is needed for; ``after`` is the last of the page before."""
    here, typed, after = house(), request.args.get("q", "").strip()[:LONGEST], request.args.get("after", "")
    after = after if is_id(after) else ""

    def look(db: Session) -> list[Company]:
        return companies.list_approved(
            db,
            limit=PAGE + 1,
            after=after or None,
            words=typed,
            purposes=_purposes(here.catalogue, typed),
        )

    found = here.database.read(look)
    shown = found[:PAGE]
    kept = {"q": typed} if typed else {}
    return pages.render(
        "companies.html",
        q=typed,
        rows=[_listed(here.catalogue, each) for each in shown],
        first=f"/companies?{urlencode(kept)}".rstrip("?") if after else None,
        more=f"/companies?{urlencode({**kept, 'after': shown[-1].id})}" if len(found) > PAGE else None,
    )


def _purposes(catalogue: Catalogue, typed: str) -> list[str]:
    """Those whose plain words, in the language of the page, hold what was typed."""
    wanted = typed.casefold()
    return [
        purpose.id
        for purpose in catalogue.purposes.values()
        if wanted and wanted in gettext(purpose.plain).casefold()
    ]


def _listed(catalogue: Catalogue, company: Company) -> Listed:
    purposes = [words.purpose(catalogue, id) for id in company.purposes]
    return Listed(company.id, company.legal_name, company.domain, purposes)
