"""Finding an account by what its owner types, without keeping that in clear."""

from contextlib import suppress

from keys import KeyStore
from vrm.errors import Invalid
from vrm.work import parse_address


def handle_hash(keys: KeyStore, email: str) -> bytes:
    """The keyed hash under which an account is found. Never raises for a malformed address.

    The local part is compared without case: RFC 5321, section 2.4 lets a host tell case apart, no host we know
    of does, and people do not. A malformed address gets a hash as well, which is simply nobody's, so that
    signing in does the same work for it.
    """
    address = email[:400].strip()
    with suppress(Invalid):
        address = parse_address(address)
    return keys.blind_index("login", address.casefold())
