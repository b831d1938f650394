"""Sets of leaves as bits, so that any combination of conditions costs the same.

The leaves of the log stand in blocks of 65,536. For each block and each member that occurs in it (``client:5a3c…``,
``key:email``, ``day:2026-03-01``) one row holds which leaves have it. Leaves with several members are the ``&`` of
their rows, how many there are is the number of bits: a million leaves are 16 blocks, whether all of them match
or none.

A row is stored without the zero bytes at its ends, and deflated where that makes it far smaller. A set that many
leaves are in stays plain: reading it is what a question waits for, and inflating takes ten times as long::

    00 | 01       plain | deflated
    2 bytes       how many zero bytes were left out below, big-endian
    the rest      the bits, little-endian
"""

import zlib
from collections.abc import Iterator

BLOCK = 1 << 16
_SMALL = 48  # below this, deflating gains nothing


def pack(bits: int) -> bytes:
    """The stored form of a set that is not empty."""
    below = ((bits & -bits).bit_length() - 1) // 8
    bits >>= 8 * below
    body, kind = bits.to_bytes((bits.bit_length() + 7) // 8, "little"), b"\0"
    if len(body) > _SMALL:
        tight = zlib.compress(body, 1)
        if len(tight) < len(body) // 16:
            body, kind = tight, b"\1"
    return kind + below.to_bytes(2, "big") + body


def unpack(stored: bytes) -> int:
    """The set, as an integer whose bit *n* stands for the block's leaf *n*."""
    body = zlib.decompress(stored[3:]) if stored[0] else stored[3:]
    below = int.from_bytes(stored[1:3], "big")
    bits = int.from_bytes(body, "little")
    return bits << 8 * below if below else bits  # a shift by nothing would copy it


def within(low: int, high: int, block: int) -> int:
    """The bits of a block's leaves from leaf ``low`` up to, without, leaf ``high``."""
    first, last = max(0, low - block * BLOCK), min(BLOCK, high - block * BLOCK)
    return 0 if last <= first else (1 << last) - (1 << first)


def downward(bits: int, block: int) -> Iterator[int]:
    """The leaf indexes in a set, newest first."""
    while bits:
        top = bits.bit_length() - 1
        yield block * BLOCK + top
        bits ^= 1 << top
