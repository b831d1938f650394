"""The start page."""

from flask import Blueprint, Response

from vrm.web import pages
from vrm.web.audiences import audience


def add_routes(blueprint: Blueprint) -> None:
    """``/``."""
    blueprint.get("/")(start)


@audience("public")
def start() -> Response:
    return pages.render("start.html")
