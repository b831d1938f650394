"""``GET /openapi.yaml`` and ``GET /api``: the description of the machine routes, for programs and for people."""

from functools import cache
from importlib.resources import files
from typing import Any

import yaml
from flask import Blueprint, Response

import vrm
from vrm.web import pages, reference
from vrm.web.audiences import audience


def add_routes(blueprint: Blueprint) -> None:
    """Hang the views on the blueprint."""

    @blueprint.get("/openapi.yaml")
    @audience("public")
    def openapi() -> Response:
        return Response(text(), mimetype="application/yaml")  # RFC 9512

    @blueprint.get("/api")
    @audience("public")
    def page() -> Response:
        return pages.render("api_docs.html", **_context())


@cache
def text() -> str:
    """The description. It stands at the root of the repository; the package links to it, a wheel holds a copy."""
    return files(vrm).joinpath("openapi.yaml").read_text("utf-8")


@cache
def _context() -> dict[str, Any]:
    return reference.read(yaml.safe_load(text()))
