"""Whether this process lives, and whether it can serve. Neither tells anything about the instance."""

from flask import Blueprint, Response

from vrm.web.audiences import audience
from vrm.web.site import site

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
    site().ready()
    return Response("ok\n", mimetype="text/plain")
