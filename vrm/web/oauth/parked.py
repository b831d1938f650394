"""The address at which a request waits for its person to sign in: good in the browser that was sent there, and in no other.

Whoever is shown a link can load it first, so what their load does must count in their own browser alone: which request
waits (one, however often its link is loaded), and since when its person is to have signed in. The address says both, and
a keyed hash over it and the browser's own secret proves that we sent this browser there. Nothing is stored for a browser.
"""

import hmac
from collections.abc import Callable
from dataclasses import dataclass

from keys import KeyStore

_PARTS = 3


@dataclass(frozen=True)
class Named:
    """What a ``request_uri`` names. ``waits``: it waits here for its person, who is to have signed in after ``since``
    (seconds since 1970; None: whenever)."""

    request_uri: str
    waits: bool = False
    since: float | None = None


NOTHING = Named("")


def address(keys: KeyStore, request_uri: str, since: float | None, browser: str) -> str:
    """The ``request_uri`` under which this browser finds what waits under another one."""
    said = f"{request_uri}.{'' if since is None else int(since * 1000)}"
    return f"{said}.{_proof(keys, said, browser)}"


def named_by(keys: KeyStore, request_uri: str, browser: Callable[[], str]) -> Named:
    """What a ``request_uri`` names to this browser; ``NOTHING`` where it was not sent to it."""
    if request_uri.count(".") != _PARTS - 1:
        return Named(request_uri)
    said, _, proof = request_uri.rpartition(".")
    if not hmac.compare_digest(proof.encode(), _proof(keys, said, browser()).encode()):
        return NOTHING
    uri, _, since = said.rpartition(".")
    return Named(uri, True, int(since) / 1000 if since else None)


def _proof(keys: KeyStore, said: str, browser: str) -> str:
    return keys.blind_index("parked", f"{said} {browser}").hex()
