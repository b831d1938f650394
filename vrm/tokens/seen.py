"""What may be shown once: the ``jti`` of a client assertion or of a DPoP proof, a pushed request that is decided."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import Connection, bindparam, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from vrm.db import Statement
from vrm.tokens.models import SeenJti

Kind = Literal["assertion", "proof", "request"]

_table = SeenJti.__table__
_FIND = Statement(select(_table.c.expires_at).where(_table.c.jti_hash == bindparam("jti_hash")))
_USE = Statement(insert(SeenJti).on_conflict_do_nothing())  # SQLite spells it the same


class ShownBefore(Exception):
    """Something that may be shown once was shown again."""


@dataclass(frozen=True)
class Shown:
    """What is shown. ``signer`` is the client of an assertion, the thumbprint of a proof's key: who chose the ``jti``.

    The text that carried it is never looked at, since one signature has many spellings. After ``expires_at`` what
    carries it is refused for its age.
    """

    kind: Kind
    signer: str
    jti: str
    expires_at: datetime

    @property
    def digest(self) -> bytes:
        """What is kept of it."""
        return _digest(self.kind, self.signer, self.jti)


def use_up(connection: Connection, shown: Sequence[Shown]) -> None:
    """Use these up, on every process, if the caller's transaction commits (RFC 7523, section 3; RFC 9449, section 11.1).

    Raises ``ShownBefore`` where one of them was; the others may be used up then.
    """
    rows = [{"jti_hash": each.digest, "expires_at": each.expires_at} for each in shown]
    if _USE.write(connection, rows) != len(rows):
        raise ShownBefore


def see_once(connection: Connection, shown: Shown) -> bool:
    """Whether this is shown for the first time; from now on it is not."""
    try:
        use_up(connection, [shown])
    except ShownBefore:
        return False
    return True


def is_used_up(connection: Connection, shown: Shown) -> bool:
    """Whether this was shown before, as far as the caller's transaction sees."""
    return _FIND.one(connection, jti_hash=shown.digest) is not None


def was_seen(session: Session, *, kind: Kind, signer: str, jti: str) -> bool:
    """Whether ``see_once`` has seen this."""
    return _FIND.one(session.connection(), jti_hash=_digest(kind, signer, jti)) is not None


def _digest(kind: Kind, signer: str, jti: str) -> bytes:
    # Neither signer nor kind holds a space. Assertions were here before there were kinds.
    parts = (signer, jti) if kind == "assertion" else (kind, signer, jti)
    return hashlib.sha256(" ".join(parts).encode(errors="surrogatepass")).digest()
