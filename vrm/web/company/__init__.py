"""The pages of a company's people.

One file for each family of pages, each with its views and ``add_routes``:

* ``register`` signing an organisation up, ``join`` accepting an invitation into one.
* ``consents`` what it holds, ``consent`` one of them, ``export`` taking them out, ``quality`` how its asking is received.
* ``home`` where it stands; ``organisation`` and ``domain`` what it states of itself; ``people`` who works there.
* ``clients`` its software, ``client_keys`` how that proves itself, ``configuration`` what to copy.
* ``console`` building an ask and running it, with files of its own for the form, the run and its words.

What several pages need has its own file: ``stating`` (what is stated, as forms), ``figures``
(what is held, as drawings), ``words``.
"""

from flask import Blueprint

from vrm.web import coming_in, offices
from vrm.web.company import (
    client_keys,
    client_sign_in,
    clients,
    configuration,
    consent,
    consents,
    console,
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
    organisation_pages = (register, home, organisation, domain, people, join)
    consent_pages = (consents, consent, export, quality)
    client_pages = (clients, client_keys, client_sign_in, configuration, console)
    for family in (*organisation_pages, *consent_pages, *client_pages):
        family.add_routes(blueprint)
    return blueprint
