"""What the running request is signed with, taken apart and verified once.

An endpoint asks before its transaction, which others may wait for (SQLite has one writer at a time), and again in it. A
question is a text and the very keys that may have signed it, so what was found rests on nothing else: where the client's
keys are others by then, that is another question, and the text is verified there against those.
"""

import json
from collections.abc import Callable
from typing import Any, TypeVar

from flask import g
from joserfc.jwk import KeySet

from vrm.web import dpop, signed

T = TypeVar("T")


def take(text: str) -> signed.Taken:
    """As ``signed.take``."""
    return _once(text, lambda: signed.take(text))


def verify(text: str, keys: KeySet) -> dict[str, Any]:
    """As ``signed.verify``."""
    jwks = json.dumps([key.dict_value for key in keys.keys])
    return _once((text, jwks), lambda: signed.verify(take(text), keys))


def proof(read: Callable[[], dpop.Proof]) -> dpop.Proof:
    """The proof of the request, which has one address and one method, by ``Prover.read_proof``."""
    return _once("proof", read)


def _once(question: object, answer: Callable[[], T]) -> T:
    found: dict[object, Any] = g.setdefault("verified", {})
    if question not in found:
        try:
            found[question] = answer()
        except (signed.BadSignature, dpop.BadProof) as fault:
            found[question] = fault
    if isinstance(found[question], Exception):
        raise found[question]
    return found[question]  # type: ignore[no-any-return]
