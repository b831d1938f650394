"""The way from a view to the parts of the house it gives to services."""

from typing import cast

from flask import current_app

from vrm.disclosures import Door
from vrm.house import House


def house() -> House:
    """The parts of the running instance."""
    return cast(House, current_app.extensions["vrm.house"])


def door() -> Door:
    """The one door to plaintext of this process."""
    return cast(Door, current_app.extensions["vrm.door"])
