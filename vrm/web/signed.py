"""Signed texts of others (JWS, RFC 7515): what we take of them, the same wherever one is taken.

Callers say which key may have signed; ``verify`` says whether it did. Nothing here trusts a header to say how.
"""

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import Key, KeySet

ALGORITHMS = ["ES256", "PS256", "Ed25519"]
"""What may sign (FAPI 2.0, section 5.4.1): never ``none``, nothing symmetric (RFC 8725, sections 3.1 and 3.2)."""

LONGEST = 8192  # characters


class _Registry(jws.JWSRegistry):
    """The library takes headers of 512 characters, and a proof that brings its RSA key has more."""

    max_header_length = LONGEST


# RFC 7515, section 4: what we do not understand of a header, and need not, is left alone.
_REGISTRY = _Registry(algorithms=ALGORITHMS, strict_check_header=False)


class BadSignature(Exception):
    """Not a signed text we take, or not signed by that key. It says no more: who forged one learns nothing."""


@dataclass(frozen=True)
class Taken:
    """A signed text in its parts, which nobody has verified."""

    header: dict[str, Any]
    claims: dict[str, Any]
    compact: jws.CompactSignature


def take(text: str) -> Taken:
    """A signed text in its parts. Raises ``BadSignature`` for what is no JWS with JSON claims."""
    if len(text) > LONGEST or not text.isascii():
        raise BadSignature
    try:
        found = jws.extract_compact(text.encode(), registry=_REGISTRY)
        header, claims = found.headers(), _read(found.payload)
        if _read(_decoded(text.partition(".")[0])) != header:
            raise BadSignature
    except (JoseError, ValueError, TypeError, RecursionError) as fault:
        raise BadSignature from fault
    # RFC 7515, section 4.1.11: we understand no extension, so none may be critical (``b64`` is one).
    if not isinstance(claims, dict) or "crit" in header or header.get("alg") not in ALGORITHMS:
        raise BadSignature
    return Taken(header, claims, found)


def peek(text: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Header and claims, not verified. Raises as ``take``."""
    taken = take(text)
    return taken.header, taken.claims


def fitting(header: Mapping[str, Any], keys: KeySet) -> KeySet:
    """Of these keys, those of the kind that signs with a header's algorithm.

    RFC 7517, section 4.5: keys of different kinds may go by one kid. Where a header names none, all are left, since it
    means the only key there is.
    """
    if not isinstance(header.get("kid"), str):
        return keys
    kind = _REGISTRY.get_alg(header["alg"]).key_type
    return KeySet([key for key in keys.keys if key.key_type == kind])


def verify(text: str | Taken, key: Key | KeySet) -> dict[str, Any]:
    """The claims of a text that this key signed. Raises ``BadSignature`` otherwise."""
    taken = take(text) if isinstance(text, str) else text
    signer = fitting(taken.header, key) if isinstance(key, KeySet) else key
    try:
        signed = jws.validate_compact(taken.compact, signer, registry=_REGISTRY)
    except (JoseError, ValueError, TypeError, KeyError, RecursionError) as fault:
        raise BadSignature from fault
    if not signed:
        raise BadSignature
    return taken.claims


def _read(text: bytes) -> Any:
    return json.loads(text, parse_constant=_no_number, object_pairs_hook=_each_once)


def _decoded(part: str) -> bytes:
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """A member that stands there twice means one thing to us and another to who reads the first (RFC 8725, section 2.4)."""
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a member twice")
    return found


def _no_number(name: str) -> None:
    """NaN and the infinities are no JSON (RFC 8259, section 6), and compare with every time alike."""
    raise ValueError(name)
