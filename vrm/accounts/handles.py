"""Finding an account by what its owner types, without keeping that in clear."""

from contextlib import suppress
from typing import Literal

from keys import KeyStore
from vrm.errors import Invalid
from vrm.work import parse_address

Kind = Literal["consumer", "company", "auditor"]
"""What an account is for. Each has its own door; nobody goes through one with an account for another."""


def handle_hash(keys: KeyStore, email: str, kind: Kind = "consumer") -> bytes:
    """The keyed hash under which an account is found. Never raises for a malformed address.

    The local part is compared without case: RFC 5321, section 2.4 lets a host tell case apart, no host we know
    of does, and people do not. A malformed address gets a hash as well, which is simply nobody's, so that
    signing in does the same work for it. Each kind of account has its own hash of an address: one person may be a
    consumer and work for a company, and no table ties the two.
    """
    address = email[:400].strip()
    with suppress(Invalid):
        address = parse_address(address)
    label = "login" if kind == "consumer" else f"login.{kind}"
    return keys.blind_index(label, address.casefold())
