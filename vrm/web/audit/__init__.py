"""The pages of an auditor."""

from flask import Blueprint

from vrm.web import coming_in, offices
from vrm.web.audit import (
    anomalies,
    anomaly,
    case,
    cases,
    checkpoints,
    entry,
    explorer,
    exposure,
    home,
    looks,
    tokens,
    views,
)

__all__ = ["routes"]


def routes() -> Blueprint:
    """Every page of the office for auditors."""
    blueprint = Blueprint("audit", __name__, url_prefix=offices.AUDITORS.prefix)
    coming_in.add_routes(blueprint)
    for family in (
        looks,
        home,
        explorer,
        entry,
        views,
        checkpoints,
        tokens,
        exposure,
        anomalies,
        anomaly,
        cases,
        case,
    ):
        family.add_routes(blueprint)
    return blueprint
