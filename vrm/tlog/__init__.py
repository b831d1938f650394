"""Transparency logs in general: the formats of C2SP, and how anybody checks a log that they do not believe.

What it keeps: nothing. Hashes and proofs of a tree (``merkle``, ``tiles``), what a log publishes (``note``,
``checkpoint``, ``resources``), what witnesses add (``cosignature``, ``submission``), whom to believe (``policy``,
``judgement``), and following a log from the last time on (``sources``, ``trusted``, ``following``, ``watching``).

Who may call it: the access log, which writes these formats; the witness, which cosigns other people's logs; whoever
checks either.

What it must never know: a database, or what an entry says.
"""

from vrm.tlog.checkpoint import Checkpoint
from vrm.tlog.errors import BadCheckpoint, BadNote, BadPolicy, BadSubmission
from vrm.tlog.note import Verifier
from vrm.tlog.resources import Resource

__all__ = [
    "BadCheckpoint",
    "BadNote",
    "BadPolicy",
    "BadSubmission",
    "Checkpoint",
    "Resource",
    "Verifier",
]
