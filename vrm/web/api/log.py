"""``GET /log/checkpoint``: the newest signed statement of the log, for everybody."""

from flask import Blueprint, Response

from vrm import accesslog
from vrm.errors import NotFound
from vrm.web.audiences import audience
from vrm.web.rooms import house


def add_routes(blueprint: Blueprint) -> None:
    """Hang the view on the blueprint."""

    @blueprint.get("/log/checkpoint")
    @audience("public")
    def checkpoint() -> Response:
        published = house().database.read(accesslog.latest_checkpoint)
        if published is None:
            raise NotFound("The log is empty: there is no checkpoint yet.")
        response = Response(published.note, mimetype="text/plain")  # C2SP tlog-tiles, section on checkpoints
        response.headers["Cache-Control"] = "no-cache"
        return response
