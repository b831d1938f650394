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
    proposals,
    quality,
    reads,
    receipts,
)


def routes(log_place: str) -> Blueprint:
    """The blueprint. ``log_place`` is where the log of this instance is served."""
    blueprint = Blueprint("api", __name__)
    for part in (
        profile,
        proposals,
        disclosures,
        consents,
        receipts,
        reads,
        figures,
        quality,
        company,
        log_keys,
        audit,
        description,
    ):
        part.add_routes(blueprint)
    log.add_routes(blueprint, log_place)
    return blueprint
