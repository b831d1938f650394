"""``GET /log/vkeys``: the keys by which the log's checkpoints are checked, for everybody.

Told on the same way as the checkpoints themselves, they prove nothing to somebody who comes for the first time. They are
for whoever knows one of them: while the log changes its key, any checkpoint shows that the key known signed beside the
new one.
"""

from flask import Blueprint, Response

from vrm.tlog import Verifier
from vrm.web.audiences import audience
from vrm.web.rooms import house


def add_routes(blueprint: Blueprint) -> None:
    """Hang the view on the blueprint."""

    @blueprint.get("/log/vkeys")
    @audience("public")
    def vkeys() -> Response:
        here = house()
        keys = [Verifier(here.settings.log_origin, key.signer.public) for key in here.keys.log_keys.signing()]
        response = Response("".join(f"{key.vkey}\n" for key in keys), mimetype="text/plain")
        response.headers["Cache-Control"] = "no-cache"
        return response
