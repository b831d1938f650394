"""Cosignatures (C2SP tlog-cosignature): a witness says that, at a time, a checkpoint was the largest it had seen. ::

    — witness.example/w1 jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2oyin1nPZqhf5nNo0xUe...

A signature line under the checkpoint, whose blob is key id (4 bytes), time (8 bytes, big-endian, POSIX seconds) and
signature. Two kinds are read and written: Ed25519 (signature type 0x04) and ML-DSA-44 (0x06). A witness is told to
others by its vkey, as a log is, with that type. Readers raise ``BadNote``, and ``BadCheckpoint`` for the text.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PublicKey

from vrm.tlog.canonical import b64
from vrm.tlog.checkpoint import parse_body
from vrm.tlog.errors import BadNote
from vrm.tlog.note import (
    MOST_BYTES,
    MOST_SIGNATURES,
    Signature,
    Signer,
    checked_name,
    id_of_key,
    read_vkey,
    signature_line,
)

ED25519, ML_DSA_44 = 0x04, 0x06
_PUBLIC: Mapping[int, int] = {ED25519: 32, ML_DSA_44: 1312}  # bytes of a public key
_SIGNATURE: Mapping[int, int] = {ED25519: 64, ML_DSA_44: 2420}
_TIME = 8
_LATEST = 2**63 - 1
_CHECKPOINT = 4096  # bytes that are enough for a checkpoint and two lines of its log
_LABEL = b"subtree/v1\n\0"


@dataclass(frozen=True)
class Cosigner:
    """A witness's name and public key: what its vkey says. The length of the key says its kind."""

    name: str
    public: bytes

    @property
    def kind(self) -> int:
        """The signature type."""
        return next(kind for kind, length in _PUBLIC.items() if length == len(self.public))

    @property
    def key_id(self) -> bytes:
        """The first four bytes of SHA-256 over name, newline, signature type and key."""
        return id_of_key(self.name, bytes([self.kind]) + self.public)

    @property
    def vkey(self) -> str:
        """The key in the one line that is given to others."""
        return f"{self.name}+{self.key_id.hex()}+{b64(bytes([self.kind]) + self.public)}"

    @classmethod
    def parse(cls, vkey: str) -> "Cosigner":
        """Read a witness's vkey."""
        name, raw = read_vkey(vkey)
        if _PUBLIC.get(raw[0]) != len(raw) - 1:
            raise BadNote(
                "the vkey is no witness's: its signature type is neither 4 (Ed25519) nor 6 (ML-DSA-44)"
            )
        return cls(name, raw[1:])

    def is_of(self, line: Signature) -> bool:
        """Whether a line claims to be this witness's."""
        return (line.name, line.key_id) == (self.name, self.key_id)

    def verify(self, text: str, line: Signature) -> int:
        """The time, in POSIX seconds, at which this witness cosigned the checkpoint ``text``; ``BadNote`` if not."""
        blob = line.signature
        at = int.from_bytes(blob[:_TIME], "big")
        if not self.is_of(line) or len(blob) != _TIME + _SIGNATURE[self.kind] or at > _LATEST:
            raise BadNote(f"a line is no cosignature of {self.name}")
        message = _message(text, self, at)
        try:
            if self.kind == ED25519:
                Ed25519PublicKey.from_public_bytes(self.public).verify(blob[_TIME:], message)
            else:
                MLDSA44PublicKey.from_public_bytes(self.public).verify(blob[_TIME:], message)
        except (InvalidSignature, ValueError):
            raise BadNote(f"the cosignature of {self.name} does not verify") from None
        return at

    def find(self, text: str, lines: Sequence[Signature]) -> int | None:
        """The latest time at which this witness cosigned; None where no line is its. One bad line of its own is
        ``BadNote``, however many good ones stand beside it; strangers' lines are ignored.
        """
        times = [self.verify(text, line) for line in lines if self.is_of(line)]
        return max(times, default=None)


def fit(cosigners: Collection[Cosigner]) -> bool:
    """Whether a checkpoint bears the cosignatures of all of these, beside those of the two keys of a log that changes."""
    lines = [
        signature_line(one.name, one.key_id, bytes(_TIME + _SIGNATURE[one.kind])).encode()
        for one in cosigners
    ]
    return len(lines) + 2 <= MOST_SIGNATURES and sum(map(len, lines)) + _CHECKPOINT <= MOST_BYTES


def cosign(text: str, name: str, signer: Signer, at: int) -> str:
    """The signature line, with its newline, of a witness under a checkpoint's ``text``. ``at``: POSIX seconds."""
    cosigner = Cosigner(checked_name(name), signer.public)
    signature = signer.sign(_message(text, cosigner, at))
    return signature_line(name, cosigner.key_id, at.to_bytes(_TIME, "big") + signature)


def _message(text: str, cosigner: Cosigner, at: int) -> bytes:
    """What is signed (C2SP tlog-cosignature, sections on the signed messages)."""
    if cosigner.kind == ED25519:
        return f"cosignature/v1\ntime {at}\n{text}".encode()
    checkpoint = parse_body(text)
    return b"".join(
        (
            _LABEL,
            _short(cosigner.name.encode()),
            at.to_bytes(8, "big"),
            _short(checkpoint.origin.encode()),
            (0).to_bytes(8, "big"),  # a checkpoint is the subtree from the first leaf on
            checkpoint.size.to_bytes(8, "big"),
            checkpoint.root,
        )
    )


def _short(text: bytes) -> bytes:
    if not 1 <= len(text) <= 255:
        raise BadNote("a name is too long for this kind of cosignature")
    return bytes([len(text)]) + text
