"""Public keys as somebody pastes them into a form."""

import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from vrm.web.language import gettext

USUAL_OVERLAP = timedelta(days=7)
SHORTEST_OVERLAP = timedelta(days=1)


def parse_pasted(text: str) -> Mapping[str, object]:
    """A JWK Set, from what was pasted: the set, or one key by itself. Raises ``ValueError``."""
    try:
        document = json.loads(text)
    except RecursionError as fault:
        raise ValueError from fault
    if isinstance(document, dict) and "kty" in document:
        return {"keys": [document]}
    if not isinstance(document, dict) or "keys" not in document:
        raise ValueError
    return document


def given(pasted: str, address: str) -> tuple[dict[str, Any], dict[str, str]]:
    """What a form says of a client's keys, for the room, and what is wrong with it by name of field."""
    if pasted and address:
        return {}, {"jwks_uri": gettext("Give the keys or their address, not both.")}
    if address:
        return {"jwks_uri": address}, {}
    if not pasted:
        return {}, {"jwks": gettext("Paste the public key set, or give the address where it is published.")}
    try:
        return {"jwks": parse_pasted(pasted)}, {}
    except ValueError:
        return {}, {"jwks": not_a_set()}


def not_a_set() -> str:
    """What to do about a text that is no key set."""
    return gettext("This is not a JWK Set. Paste the whole text, from the first { to the last }.")
