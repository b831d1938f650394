"""The key that signs the log's checkpoints: Ed25519 (RFC 8032)."""

import os

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey


class Ed25519Signer:
    """Signs; never shows its private key. ``public`` is the 32 raw bytes that verifiers need."""

    __slots__ = ("_private", "public")

    def __init__(self, seed: bytes) -> None:
        self._private = Ed25519PrivateKey.from_private_bytes(seed)
        self.public = self._private.public_key().public_bytes_raw()

    def __repr__(self) -> str:
        return f"Ed25519Signer(public={self.public.hex()})"

    def sign(self, message: bytes) -> bytes:
        """The signature, 64 bytes; the same for the same message (RFC 8032, section 5.1.6)."""
        return self._private.sign(message)


def new_seed() -> bytes:
    """A new private key: 32 random bytes (RFC 8032, section 5.1.5)."""
    return os.urandom(32)
