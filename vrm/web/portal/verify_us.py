"""*Verify us*: how anybody checks this log with a tool that is not ours. The same as docs/verify-us.md, for this instance."""

from functools import cache

from flask import Blueprint, Response

from vrm.tlog import Verifier
from vrm.web import pages
from vrm.web.assets import FOLDER
from vrm.web.audiences import audience
from vrm.web.rooms import house


def add_routes(blueprint: Blueprint) -> None:
    """``/verify-us``."""
    blueprint.get("/verify-us")(show_how)


@audience("public")
def show_how() -> Response:
    here = house()
    keys = [Verifier(here.settings.log_origin, key.signer.public) for key in here.keys.log_keys.signing()]
    return pages.render(
        "verify_us.html",
        vkeys=[key.vkey for key in keys],
        log=f"{here.settings.issuer.rstrip('/')}{here.settings.instance.log_place}",
        program=_program(),
    )


@cache
def _program() -> str:
    return (FOLDER / "verify.go").read_text("utf-8")
