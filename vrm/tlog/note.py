"""Signed notes (C2SP signed-note): text signed by one or more Ed25519 keys. ::

    This is an example message.

    — example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=

The text ends in a newline; a blank line parts it from the signatures, one a line: em dash, key name, and the
base64 of the key id (4 bytes) and the signature. A key is told to others as its *vkey*::

    example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k

name, key id in hex, base64 of the signature type (0x01, Ed25519) and the public key. Readers raise ``BadNote``
and nothing else.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Protocol

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from vrm.tlog.canonical import b64, unb64
from vrm.tlog.errors import BadNote

ED25519 = b"\x01"
MOST_BYTES = 128 * 1024  # 32 witnesses with the longest signatures
MOST_SIGNATURES = 64  # the standard asks for at least 16


class Signer(Protocol):
    """An Ed25519 key that may sign: its 32 public bytes, and a signature of 64 bytes for a message."""

    @property
    def public(self) -> bytes: ...

    def sign(self, message: bytes) -> bytes: ...


@dataclass(frozen=True)
class Signature:
    """One signature line, not yet believed."""

    name: str
    key_id: bytes
    signature: bytes


@dataclass(frozen=True)
class Note:
    """A note as read. The text must be ignored until ``Verifier.verify`` has passed."""

    text: str
    signatures: Sequence[Signature]


@dataclass(frozen=True)
class Verifier:
    """A named public key: what a vkey says."""

    name: str
    public: bytes

    @property
    def key_id(self) -> bytes:
        """The first four bytes of SHA-256 over name, newline, signature type and key."""
        return id_of_key(self.name, ED25519 + self.public)

    @property
    def vkey(self) -> str:
        """The key in the one line that is given to others."""
        return f"{self.name}+{self.key_id.hex()}+{b64(ED25519 + self.public)}"

    @classmethod
    def parse(cls, vkey: str) -> "Verifier":
        """Read a vkey."""
        name, raw = read_vkey(vkey)
        if raw[:1] != ED25519:
            raise BadNote("the vkey's signature type is not 1 (Ed25519)")
        if len(raw) != 33:
            raise BadNote("the vkey's key is not 32 bytes long")
        return cls(name, raw[1:])

    def verify(self, note: Note) -> None:
        """Pass if the note bears a good signature by this key and no bad one; other keys' lines are ignored."""
        found = False
        for line in note.signatures:
            if (line.name, line.key_id) == (self.name, self.key_id):
                try:
                    Ed25519PublicKey.from_public_bytes(self.public).verify(line.signature, note.text.encode())
                except (InvalidSignature, ValueError):
                    raise BadNote(f"the signature of {self.name} does not verify") from None
                found = True
        if not found:
            raise BadNote(f"there is no signature of {self.name} with key id {self.key_id.hex()}")


def sign(text: str, name: str, signer: Signer, *more: Signer) -> str:
    """The note: the text with one signature under ``name`` for each key."""
    lines = []
    for key in (signer, *more):
        key_id = Verifier(checked_name(name), key.public).key_id
        lines.append(signature_line(name, key_id, key.sign(text.encode())))
    return add(text + "\n", lines)


def signature_line(name: str, key_id: bytes, signature: bytes) -> str:
    """One signature as a line, its newline with it."""
    return f"— {checked_name(name)} {b64(key_id + signature)}\n"


def add(note: str, lines: Iterable[str]) -> str:
    """The note with more signature lines at its end, each with its newline."""
    added = note + "".join(lines)
    parse(added.encode())  # what we could not read ourselves is never given out
    return added


def only(note: str, *keys: Verifier) -> str:
    """The note with the lines of these keys alone: whoever vouches for every byte carries no stranger's."""
    read = parse(note.encode())
    known = {(key.name, key.key_id) for key in keys}
    lines = [
        signature_line(line.name, line.key_id, line.signature)
        for line in read.signatures
        if (line.name, line.key_id) in known
    ]
    return add(read.text + "\n", lines)


def parse_lines(lines: str) -> Sequence[Signature]:
    """Read signature lines, each with its newline, as they stand at the end of a note."""
    if not lines.endswith("\n"):
        raise BadNote("a signature line has no newline at its end")
    if any(char < " " and char != "\n" for char in lines):
        raise BadNote("a signature line holds a control character")
    signatures = tuple(_signature(line) for line in lines[:-1].split("\n"))
    if len(signatures) > MOST_SIGNATURES:
        raise BadNote("the note has too many signatures")
    return signatures


def parse(raw: bytes) -> Note:
    """Read a note; the signatures are not checked here."""
    if len(raw) > MOST_BYTES:
        raise BadNote("the note is too long")
    try:
        whole = raw.decode("utf-8")
    except UnicodeDecodeError:
        raise BadNote("the note is not UTF-8") from None
    if any(char < " " and char != "\n" for char in whole):
        raise BadNote("the note holds a control character")
    text, gap, lines = whole.rpartition("\n\n")
    if not gap or not lines.endswith("\n"):
        raise BadNote("the note has no signatures after a blank line, or no newline at its end")
    return Note(text + "\n", parse_lines(lines))


def _signature(line: str) -> Signature:
    dash, _, rest = line.partition(" ")
    name, _, encoded = rest.partition(" ")
    if dash != "—":
        raise BadNote("a signature line does not start with an em dash and a space")
    try:
        blob = unb64(encoded)
    except ValueError as fault:
        raise BadNote(f"a signature is {fault}") from None
    if len(blob) < 5:
        raise BadNote("a signature is too short")
    return Signature(checked_name(name), blob[:4], blob[4:])


def id_of_key(name: str, key: bytes) -> bytes:
    """The four bytes that a signature line names a key by; the key begins with its signature type."""
    return sha256(name.encode() + b"\n" + key).digest()[:4]


def read_vkey(vkey: str) -> tuple[str, bytes]:
    """The name in a vkey, and the key, never empty: its signature type, then its public bytes."""
    if vkey.count("+") < 2:  # the key's base64 may hold more of them
        raise BadNote("that is not a vkey (name+id+key)")
    name, key_id, encoded = vkey.split("+", 2)
    try:
        key = unb64(encoded)
    except ValueError as fault:
        raise BadNote(f"the vkey's key is {fault}") from None
    if not key or id_of_key(checked_name(name), key).hex() != key_id:
        raise BadNote("the vkey's key id does not belong to its name and key")
    return name, key


def checked_name(name: str) -> str:
    """The name of a key, which must stand in a signature line; ``BadNote`` where it cannot."""
    if not name or "+" in name or any(char.isspace() or char < " " for char in name):
        raise BadNote("a key name is empty, or holds a space or a plus")
    try:
        name.encode()
    except UnicodeEncodeError:
        raise BadNote("a key name is not UTF-8") from None
    return name
