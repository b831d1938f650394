"""Ids and secrets.

Ids that leave the house are random UUIDv4, so they tell neither time nor order. They are strings
in canonical form (RFC 9562, section 4). Secrets are 256 bits and stored only as their hash.
"""

import hashlib
import re
import secrets
import uuid

_ID = re.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def new_id() -> str:
    """A random id, ``f81d4fae-7dec-4d0a-a765-00a0c91e6bf6``."""
    return str(uuid.uuid4())


def is_id(text: str) -> bool:
    """Whether text is an id in the one form we write."""
    return isinstance(text, str) and _ID.fullmatch(text) is not None


def new_secret(prefix: str = "") -> str:
    """256 random bits in base64url, after a prefix that lets scanners recognise a leaked one."""
    return prefix + secrets.token_urlsafe(32)


def secret_hash(secret: str) -> bytes:
    """SHA-256 of a secret of ours: what is stored. Random 256 bits need no slow hash."""
    return hashlib.sha256(secret.encode(errors="surrogatepass")).digest()
