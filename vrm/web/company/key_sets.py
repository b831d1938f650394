"""Public keys as somebody pastes them into a form."""

import json
import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from vrm.web.forms import Form
from vrm.web.language import gettext

USUAL_OVERLAP = timedelta(days=7)
SHORTEST_OVERLAP = timedelta(days=1)
_PEM_PRIVATE = re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----")


_PRIVATE = re.compile(r"PRIVATE KEY|[\"'](?:d|k)[\"']\s*:")
"""What a private or symmetric key has, also in a text that cannot be read (RFC 7518, sections 6.2.2 and 6.4)."""


class NotKeys(ValueError):
    """What was pasted is no key we can look into. Its text says what to do, in the language of the page."""


def parse_pasted(text: str) -> Mapping[str, object]:
    """A JWK Set, from what was pasted: the set, or one key by itself. Raises ``NotKeys``."""
    if _PEM_PRIVATE.search(text):
        raise NotKeys(
            gettext(
                "This is a private key. Consider it published: make a new pair, and paste only the public half."
            )
        )
    if "-----BEGIN " in text:
        raise NotKeys(gettext("This is a PEM file. Paste the same public key in JSON, as a JWK."))
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        document = None
    if isinstance(document, dict) and "kty" in document:
        return {"keys": [document]}
    if not isinstance(document, dict) or "keys" not in document:
        raise NotKeys(
            gettext(
                "This is neither a public key (JWK) nor a set of them (JWK Set) in JSON. "
                "Paste the whole text, from the first { to the last }."
            )
        )
    return document


def shown_again(form: Form) -> Form:
    """The form as it may be sent back: a field that holds a private key comes back empty."""
    values = {name: "" if _PRIVATE.search(typed) else typed for name, typed in form.values.items()}
    return Form(values, form.data, form.errors)


def given(pasted: str, address: str, secret: str = "") -> tuple[dict[str, Any], dict[str, str]]:
    """What a form says of a client's keys, for the room, and what is wrong with it by name of field.

    ``secret``: the one that was made because the form wants no keys.
    """
    if secret:
        if pasted or address:
            return {}, {
                "secret": gettext("A client has a secret or keys. Take the tick away, or leave out the keys.")
            }
        return {"secret": secret}, {}
    if pasted and address:
        return {}, {"jwks_uri": gettext("Give the keys or their address, not both.")}
    if address:
        return {"jwks_uri": address}, {}
    if not pasted:
        return {}, {
            "jwks": gettext("Paste the public key or keys, or give the address where they are published.")
        }
    try:
        return {"jwks": parse_pasted(pasted)}, {}
    except NotKeys as fault:
        return {}, {"jwks": str(fault)}
