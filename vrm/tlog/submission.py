"""What a log sends to a witness (C2SP tlog-witness, add-checkpoint). ::

    old 3
    PlRNCrwHpqhGrupue0L7gxbjbMiKA9temvuZZDDpkaw=

    localhost:8000/log
    4
    rLvnr6LIoEZkbUrLoxKZDi3vsLBwLTVHYD1v0tVBbKo=

    — localhost:8000/log 3q2+7w...

The size that the witness cosigned last, the consistency proof from it, a blank line, the checkpoint. The answer to an
old size that is not the witness's is the right one: decimal, with its newline. Readers raise ``BadSubmission``.
"""

import re
from dataclasses import dataclass

from vrm.tlog.canonical import b64, unb64
from vrm.tlog.errors import BadSubmission

MOST_PROOF = 63
MOST_BYTES = 64 * 1024
SIZE_TYPE = "text/x.tlog.size"
MOST_SIZE = 2**63 - 1  # leaves: what databases count to

_OLD = re.compile(rb"old (0|[1-9][0-9]{0,18})", re.ASCII)
_SIZE = re.compile(rb"(0|[1-9][0-9]{0,18})\n", re.ASCII)


@dataclass(frozen=True)
class Submission:
    """A checkpoint, the size the witness is thought to hold, and the proof between them; nothing is believed yet."""

    old: int
    proof: tuple[bytes, ...]
    checkpoint: bytes

    def encode(self) -> bytes:
        """The body of the request."""
        lines = [f"old {self.old}", *(b64(hash_) for hash_ in self.proof), ""]
        return "".join(line + "\n" for line in lines).encode() + self.checkpoint


def parse(raw: bytes) -> Submission:
    """Read the body of a request; whatever has a second spelling is refused."""
    if len(raw) > MOST_BYTES:
        raise BadSubmission("the request is too long")
    head, gap, checkpoint = raw.partition(b"\n\n")
    first, *hashes = head.split(b"\n")
    old = _OLD.fullmatch(first)
    if not gap or old is None:
        raise BadSubmission(
            "the request begins with the line old and a size, and has a blank line after the proof"
        )
    if len(hashes) > MOST_PROOF:
        raise BadSubmission("the consistency proof has more than 63 lines")
    try:
        proof = tuple(unb64(line.decode("ascii"), 32) for line in hashes)
    except ValueError:
        raise BadSubmission("a line of the consistency proof is not the base64 of a hash") from None
    return Submission(int(old[1]), proof, checkpoint)


def read_size(body: bytes) -> int:
    """The size in the answer of a witness that holds another one."""
    found = _SIZE.fullmatch(body)
    if found is None or int(found[1]) > MOST_SIZE:
        raise BadSubmission("the witness's answer is no tree size")
    return int(found[1])
