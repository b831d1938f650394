"""The web edge: what every page and every machine route shares.

``create(site, blueprints)`` makes the app: headers, languages, templates, sessions, faults and static files. It
refuses to start while a route does not say who it is for.

* ``audiences`` who a route is for; the one table of routes that tests walk.
* ``session`` whose session this is, and whether they really sent this form.
* ``problems`` the only table from a class of fault to a status.
* ``pages`` templates and the words around dates; ``forms`` what a person filled in.
* ``headers`` the content security policy; a page may open it for one redirect.

A view parses, calls one verb of one room, and renders. It knows rooms by their door signs only, and what stands
in this folder knows no room at all: the app tells it how to find a session.
"""

from collections.abc import Iterable

from flask import Blueprint, Flask

from vrm.web import audiences, headers, language, pages, problems, session
from vrm.web.assets import Assets
from vrm.web.health import health
from vrm.web.site import Site, Visitor

__all__ = ["Site", "Visitor", "create"]

_MOST_SENT = 1 << 20  # bytes; 1,000 consent ids are 40 KB, the longest form of ours 20 KB


def create(site: Site, blueprints: Iterable[Blueprint] = ()) -> Flask:
    """The app of a site with these blueprints. Raises audiences.UndeclaredRoute.

    There is no ``SECRET_KEY``: nothing is kept in signed cookies, so there is no secret to lose.
    """
    app = Flask("vrm.web", static_folder=None)
    app.config.update(
        MAX_CONTENT_LENGTH=_MOST_SENT, PROVIDE_AUTOMATIC_OPTIONS=False, PROPAGATE_EXCEPTIONS=False
    )
    app.extensions["vrm"] = site
    for part in (headers, language, pages, session, problems):
        part.install(app)
    Assets().install(app)
    for blueprint in (health, *blueprints):
        app.register_blueprint(blueprint)
    audiences.check(app)
    return app
