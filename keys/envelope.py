"""Sealed bytes: AES-256-GCM (NIST SP 800-38D), with everything that gives them their place authenticated.

The format is specified by example in ``keys/__init__.py``.
"""

import os
from typing import NamedTuple

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from keys.errors import CannotOpen

KEY_BYTES = 32
ID_BYTES = 16
_FORMAT = b"\x01"
_NONCE_BYTES = 12
_HEADER_BYTES = len(_FORMAT) + ID_BYTES + _NONCE_BYTES
_TAG_BYTES = 16


class Aad(NamedTuple):
    """The one place where sealed bytes belong; they open nowhere else.

    ``kind`` names what is sealed (``value``, ``mail``), ``owner`` whose it is, the rest which one.
    """

    kind: str
    owner: str
    object: str = ""
    field: str = ""
    version: int = 0

    def encode(self, instance: str) -> bytes:
        """Canonical bytes: each text after its length, so no two places ever encode alike.

        ValueError when ``version`` is not in 0..2**64-1 or a text is not Unicode.
        """
        if not 0 <= self.version < 2**64:
            raise ValueError("a version is a number from 0 to 2**64-1")
        encoded = bytearray()
        for text in (instance, self.kind, self.owner, self.object, self.field):
            part = text.encode()
            encoded += len(part).to_bytes(4, "big") + part
        return bytes(encoded + self.version.to_bytes(8, "big"))


class SealingKey:
    """One AES-256 key and the id that its sealed bytes carry. DEKs seal data; KEKs wrap keys.

    Nonces are random, so a key is good for 2**32 sealings (SP 800-38D, section 8.3): out of reach for a
    person's DEK, and two thousand million people for a KEK.
    """

    __slots__ = ("_cipher", "id")

    def __init__(self, id: bytes, key: bytes) -> None:
        if len(id) != ID_BYTES or len(key) != KEY_BYTES:
            raise ValueError("a sealing key has 32 bytes and an id of 16")
        self.id = id
        self._cipher = AESGCM(key)

    def __repr__(self) -> str:
        return f"SealingKey({self.id.hex()})"

    def seal(self, plaintext: bytes, place: bytes) -> bytes:
        """Seal for one place (an encoded ``Aad``)."""
        nonce = os.urandom(_NONCE_BYTES)
        header = _FORMAT + self.id + nonce
        return header + self._cipher.encrypt(nonce, plaintext, header + place)

    def open(self, sealed: bytes, place: bytes) -> bytes:
        """The plaintext, or CannotOpen: nothing between."""
        if key_id(sealed) != self.id:
            raise CannotOpen
        header, nonce = sealed[:_HEADER_BYTES], sealed[_HEADER_BYTES - _NONCE_BYTES : _HEADER_BYTES]
        try:
            # The header has a fixed length, so header + place splits in one way only.
            return self._cipher.decrypt(nonce, sealed[_HEADER_BYTES:], header + place)
        except InvalidTag:
            raise CannotOpen from None


def key_id(sealed: bytes) -> bytes:
    """The id of the key that sealed these bytes, as they claim; CannotOpen when they are no sealed bytes."""
    if len(sealed) < _HEADER_BYTES + _TAG_BYTES or not sealed.startswith(_FORMAT):
        raise CannotOpen
    return sealed[len(_FORMAT) : len(_FORMAT) + ID_BYTES]
