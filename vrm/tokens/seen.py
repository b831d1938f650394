"""What may be shown once: the ``jti`` of a client assertion or of a DPoP proof, a pushed request that is decided."""

import hashlib
from datetime import datetime
from typing import Literal

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from vrm.tokens.models import SeenJti

Kind = Literal["assertion", "proof", "request"]


def see_once(session: Session, *, kind: Kind, signer: str, jti: str, expires_at: datetime) -> bool:
    """Whether this ``jti`` of this signer is shown for the first time; from now on, on every process, it is not.

    RFC 7523, section 3; RFC 9449, section 11.1. ``signer`` is the client of an assertion, the thumbprint of a
    proof's key: who chose the ``jti``. The text that carried it is never looked at, since one signature has many
    spellings. ``expires_at`` is when what carries it is refused for its age.
    """
    try:
        with session.begin_nested():
            session.add(SeenJti(jti_hash=_digest(kind, signer, jti), expires_at=expires_at))
    except IntegrityError:
        return False
    return True


def was_seen(session: Session, *, kind: Kind, signer: str, jti: str) -> bool:
    """Whether ``see_once`` has seen this."""
    return session.get(SeenJti, _digest(kind, signer, jti)) is not None


def _digest(kind: Kind, signer: str, jti: str) -> bytes:
    # Neither signer nor kind holds a space. Assertions were here before there were kinds.
    parts = (signer, jti) if kind == "assertion" else (kind, signer, jti)
    return hashlib.sha256(" ".join(parts).encode(errors="surrogatepass")).digest()
