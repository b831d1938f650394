"""The pages of a company's people.

One file for each family of pages, each with its views and ``add_routes``:

* ``register`` signing an organisation up, ``join`` accepting an invitation into one.
* ``consents`` what it holds, ``consent`` one of them, ``export`` taking them out, ``quality`` how its asking is received.
* ``home`` where it stands; ``organisation`` and ``domain`` what it states of itself; ``people`` who works there.

What several pages need has its own file: ``stating`` (what is stated, as forms), ``figures``
(what is held, as drawings), ``words``.
"""

from flask import Blueprint

from vrm.web import coming_in, offices
from vrm.web.company import (
    consent,
    consents,
    domain,
    export,
    home,
    join,
    organisation,
    people,
    quality,
    register,
)

__all__ = ["routes"]


def routes() -> Blueprint:
    """Every page of the office for companies."""
    blueprint = Blueprint("company", __name__, url_prefix=offices.COMPANIES.prefix)
    coming_in.add_routes(blueprint)
    for family in (register, home, organisation, domain, people, join, consents, consent, export, quality):
        family.add_routes(blueprint)
    return blueprint
