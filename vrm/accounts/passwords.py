"""Passwords: which ones we take, and how they are kept (Argon2id, RFC 9106, in the PHC string format)."""

import base64
import os
import re
import secrets
import threading
import unicodedata
from dataclasses import dataclass

from cryptography.exceptions import InvalidKey
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from vrm.accounts.errors import BadPassword

SHORTEST = 12
LONGEST = 200

# The commonest of at least ``SHORTEST`` characters. A short list on purpose: it stops the guesses that an online
# attacker, held to a few attempts, would make first.
_COMMONEST = frozenset(
    """
    123456789012 1234567890123 12345678901234 123456789123 123123123123 012345678901 111111111111 000000000000
    121212121212 112233445566 123321123321 987654321098 147258369147 123qweasdzxc 1q2w3e4r5t6y 1q2w3e4r5t6y7u8i
    1qaz2wsx3edc 1qaz2wsx3edc4rfv qwertyuiop12 qwertyuiop123 qwertyuiopas qwertyuiop[] qwerty123456 qwertyqwerty
    qwerty1234567 qweasdzxc123 asdfghjkl123 asdfghjkl;'\\ zxcvbnm12345 abcdefghijkl abcdefghijklm abcd12345678
    abc123456789 a1b2c3d4e5f6 aaaaaaaaaaaa password1234 password12345 password123456 passwordpassword
    password!234 password2024 password2025 password2026 passw0rd1234 p@ssw0rd1234 p@ssword1234 administrator
    administrator1 adminadmin12 adminadminadmin admin1234567 welcome12345 welcome123456 letmeinletmein
    letmein12345 iloveyou1234 iloveyouiloveyou changeme1234 changemechangeme trustno1trustno1 sunshine1234
    football1234 baseball1234 princess1234 superman1234 dragon123456 monkey123456 master123456 secret123456
    correcthorsebatterystaple unknownunknown whateverwhatever testtesttest test12345678 hellohello12
    """.split()  # noqa: SIM905 - a list of literals would be a page long
)


@dataclass(frozen=True)
class Cost:
    """Argon2id cost: kibibytes of memory, passes over it, lanes.

    The default is the second recommended option of RFC 9106, section 4.
    """

    memory: int = 65536
    passes: int = 3
    lanes: int = 4


class Hasher:
    """Makes and checks password hashes. Slow by design: never call it while a transaction is open.

    At most ``at_once`` run at a time in a process, so that a crowd at the door cannot take all memory.
    """

    def __init__(self, cost: Cost | None = None, *, at_once: int = 4) -> None:
        self._cost = cost or Cost()
        self._turn = threading.BoundedSemaphore(at_once)
        # A hash of no password at all: checking against it costs what any check costs, and always fails.
        self._prefix = f"$argon2id$v=19$m={self._cost.memory},t={self._cost.passes},p={self._cost.lanes}$"
        self._nobody = self._prefix + "$".join(_base64(secrets.token_bytes(size)) for size in (16, 32))

    def hash(self, password: str) -> str:
        """A PHC string with a new salt: ``$argon2id$v=19$m=65536,t=3,p=4$…$…``."""
        with self._turn:
            argon2 = Argon2id(
                salt=os.urandom(16),
                length=32,
                iterations=self._cost.passes,
                lanes=self._cost.lanes,
                memory_cost=self._cost.memory,
            )
            return argon2.derive_phc_encoded(_bytes(password))

    def matches(self, password: str, phc: str | None) -> bool:
        """Whether this is the password. None stands for an unknown account: same work, and never a match."""
        with self._turn:
            try:
                Argon2id.verify_phc_encoded(_bytes(password), phc or self._nobody)
            except InvalidKey:
                return False
        return phc is not None

    def is_outdated(self, phc: str) -> bool:
        """Whether a hash was made at another cost, and is to be made anew at the next sign-in."""
        return not phc.startswith(self._prefix)


def check_password(password: str, *, email: str) -> None:
    """Refuse a new password that is too short, too long, the address itself, or everybody's first guess.

    No rules of composition and no expiry: both make passwords worse (NIST SP 800-63B, section 5.1.1.2).
    """
    normal = unicodedata.normalize("NFC", password)
    if len(normal) < SHORTEST:
        raise BadPassword(f"Use at least {SHORTEST} characters. A few words in a row are easy to remember.")
    if len(normal) > LONGEST:
        raise BadPassword(f"Use at most {LONGEST} characters.")
    if re.search(r"[\ud800-\udfff]", normal):
        raise BadPassword("This password holds half a character. Type it again.")
    folded = normal.casefold().strip()
    address = unicodedata.normalize("NFC", email).casefold()
    if folded in (address, address.partition("@")[0], address.partition("@")[2]):
        raise BadPassword("Do not use your e-mail address as the password.")
    if folded in _COMMONEST or len(set(folded)) < 3:
        raise BadPassword("This is one of the first passwords anyone would try. Choose another.")


def _bytes(password: str) -> bytes:
    """The same bytes however the keyboard composed the letters (RFC 8265, section 4.2.2 uses NFC)."""
    return unicodedata.normalize("NFC", password).encode("utf-8", "surrogatepass")


def _base64(raw: bytes) -> str:
    return base64.b64encode(raw).rstrip(b"=").decode()
