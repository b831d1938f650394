"""The routes of the API, put together."""

from flask import Blueprint

from vrm.web.api import (
    audit,
    company,
    consents,
    description,
    disclosures,
    figures,
    log,
    log_keys,
    profile,
    quality,
    reads,
)


def routes() -> Blueprint:
    """The blueprint."""
    blueprint = Blueprint("api", __name__)
    for part in (
        profile,
        disclosures,
        consents,
        reads,
        figures,
        quality,
        company,
        log,
        log_keys,
        audit,
        description,
    ):
        part.add_routes(blueprint)
    return blueprint
