"""The code with which a consent is stopped by who has a letter about it, without signing in.

    mf2wk3dbmnsgkztgm5ugs2tl ... 48 letters and digits, base32 (RFC 4648, section 6) in lower case:
    16 bytes   the consent's id
    14 bytes   the first of HMAC-SHA256 over the person's id and the consent's, under a key of the instance

It needs no table: it is worked out for each letter, is the same in all of them, outlives every change of keys that
wrap others, and is worth nothing once the consent is forgotten. It fits the local part of an address (RFC 5321,
section 4.5.3.1.1: 64 octets) and bears being lower-cased on the way, as mail systems do.

THE CODE IS THE AUTHORITY, and a small one: it pauses or ends one consent. It shows no value, grants nothing, and
takes nothing back. Who guesses gains that for one consent, if they knew its id to begin with, after 2^111 tries on
average, each of which costs a request; who reads a person's mail can stop what companies read of them.
"""

import base64
import binascii
import hmac
import uuid
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from keys import KeyStore
from vrm.consents.models import ConsentPlace

CODE_LENGTH: Final = 48
_ID, _MAC = 16, 14
_NOBODY: Final = "00000000-0000-4000-8000-000000000000"


def stop_code(keys: KeyStore, *, consumer_id: str, consent_id: str) -> str:
    """The code of this consent, the same each time."""
    return _write(consent_id, _mac(keys, consumer_id, consent_id))


def find_by_stop_code(session: Session, keys: KeyStore, *, code: str) -> tuple[str, str] | None:
    """``(consumer_id, consent_id)`` of the consent whose code this is, ended or not; None for everything else.

    Every wrong one costs the same statement and the same comparison, so that how long it takes tells nothing.
    """
    consent_id, mac = _read(code) or (_NOBODY, bytes(_MAC))
    found = session.scalar(select(ConsentPlace.consumer_id).where(ConsentPlace.consent_id == consent_id))
    is_right = hmac.compare_digest(mac, _mac(keys, found or _NOBODY, consent_id))
    return (found, consent_id) if is_right and found is not None else None


def _mac(keys: KeyStore, consumer_id: str, consent_id: str) -> bytes:
    return keys.blind_index("stop-code", f"{consumer_id} {consent_id}")[:_MAC]


def _write(consent_id: str, mac: bytes) -> str:
    return base64.b32encode(uuid.UUID(consent_id).bytes + mac).decode().lower()


def _read(code: str) -> tuple[str, bytes] | None:
    """The two parts; None unless it is of the one form a code has (30 bytes leave no spare bits to vary)."""
    if len(code) != CODE_LENGTH or not code.isascii():
        return None
    try:
        raw = base64.b32decode(code.upper())
    except binascii.Error:
        return None
    return str(uuid.UUID(bytes=raw[:_ID])), raw[_ID:]
