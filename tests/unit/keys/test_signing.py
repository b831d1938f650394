"""The log's signing key signs as RFC 8032 says and stays hidden."""

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from keys.signing import Ed25519Signer, new_seed


def test_rfc_8032_vector():
    """Section 7.1, TEST 2."""
    signer = Ed25519Signer(bytes.fromhex("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb"))
    assert signer.public.hex() == "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c"
    assert signer.sign(b"\x72").hex() == (
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
        "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
    )


def test_a_signature_verifies_for_its_message_only():
    """Verifiers need the public key alone."""
    signer = Ed25519Signer(new_seed())
    public = Ed25519PublicKey.from_public_bytes(signer.public)
    public.verify(signer.sign(b"message"), b"message")
    with pytest.raises(InvalidSignature):
        public.verify(signer.sign(b"message"), b"massage")


def test_repr_hides_the_seed():
    """A representation shows the public key and nothing of the private one."""
    seed = new_seed()
    assert seed.hex() not in repr(Ed25519Signer(seed))
