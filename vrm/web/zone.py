"""The time zone in which a consumer is told times: that of their browser.

Only a browser knows it, so our module (``static/zone.js``) says it in a cookie, which holds that name alone. Without it, and
in the other offices, whose people compare times with those of the log, it is UTC. Each time is told with its zone.
"""

from datetime import tzinfo

from flask import request

from vrm import clock
from vrm.web import offices

COOKIE = "vrm-zone"


def name() -> str:
    """The zone's name, as IANA has it."""
    said = request.cookies.get(COOKIE, "")
    return said if offices.office() is offices.CONSUMERS and clock.is_zone(said) else "UTC"


def chosen() -> tzinfo:
    """The zone of this request."""
    return clock.zone(name())
