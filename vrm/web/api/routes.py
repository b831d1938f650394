"""The routes of the API, put together."""

from flask import Blueprint

from vrm.web.api import audit, consents, description, disclosures, log, profile


def routes() -> Blueprint:
    """The blueprint."""
    blueprint = Blueprint("api", __name__)
    for part in (profile, disclosures, consents, log, audit, description):
        part.add_routes(blueprint)
    return blueprint
