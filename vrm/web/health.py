"""Whether this process lives, and whether it can serve. Neither tells anything about the instance."""

import logging

from flask import Blueprint, Response

from vrm.errors import Unavailable
from vrm.web.audiences import audience
from vrm.web.site import site

log = logging.getLogger("vrm.web")
health = Blueprint("health", __name__)


@health.get("/health/live")
@audience("public")
def live() -> Response:
    """The process answers."""
    return Response("ok\n", mimetype="text/plain")


@health.get("/health/ready")
@audience("public")
def ready() -> Response:
    """Every part this process needs answers; else 503 from the table of problems."""
    try:
        site().ready()
    except Exception as fault:
        log.error("not ready: %s", type(fault).__name__)
        raise Unavailable("A part this process needs does not answer. Try again soon.") from fault
    return Response("ok\n", mimetype="text/plain")
