"""Where the demo listens: the web as the issuer says, and the rest so many ports above, so that two can run at once."""

import socket
from urllib.parse import urlsplit

WEB = 8000
_SITES, _MAIL = 24, 25


def web(issuer: str) -> int:
    """Of the pages."""
    return urlsplit(issuer).port or WEB


def sites(issuer: str) -> int:
    """Of the companies' web sites."""
    return web(issuer) + _SITES


def mail(issuer: str) -> int:
    """Where mail comes in."""
    return web(issuer) + _MAIL


def free(wanted: int = 0) -> int:
    """This port, or any other where it is taken."""
    if wanted and is_free(wanted):
        return wanted
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def is_free(port: int) -> bool:
    """Whether nobody listens there."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except (OSError, OverflowError):  # taken, or beyond the last
            return False
    return True
