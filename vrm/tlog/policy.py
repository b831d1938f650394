"""Whose cosignatures make a checkpoint believable (C2SP tlog-policy). ::

    log localhost:8000/log+834ecd93+AepKbGPinFIKvvVQexMuxfmVR3auvr57kkIe6mkURtIs

    witness university  witness.example/w1+...  https://witness.example
    witness newspaper   papers.example/vrm+...  https://papers.example/witness
    group   either any university newspaper
    quorum  either

A line is made of words; ``#`` begins a comment line. Names are the file's own. A group is met by ``all``, ``any`` or
a number of its members; each name is a member at most once. Readers raise ``BadPolicy``, which names the line.
"""

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from vrm.tlog.cosignature import Cosigner, fit
from vrm.tlog.errors import BadCheckpoint, BadNote, BadPolicy
from vrm.tlog.note import Note, Verifier

MOST_BYTES = 64 * 1024
MOST_VKEY = 2048  # the longest, of ML-DSA-44, leaves 280 for the name
NONE = "none"

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")


@dataclass(frozen=True)
class Witness:
    """A witness of a policy. ``url`` is where checkpoints are sent to, or None."""

    name: str
    cosigner: Cosigner
    url: str | None


@dataclass(frozen=True)
class Group:
    """How many of its members, witnesses or other groups, make it count."""

    threshold: int
    members: tuple[str, ...]


@dataclass(frozen=True)
class Policy:
    """A policy as read."""

    logs: Sequence[Verifier]
    witnesses: Mapping[str, Witness]
    groups: Mapping[str, Group] = field(default_factory=dict)
    quorum: str = NONE

    def met_by(self, vkeys: Collection[str]) -> bool:
        """Whether good cosignatures of the witnesses with these vkeys are enough."""
        return self.quorum == NONE or self._counts(self.quorum, vkeys)

    def cosigned_by(self, note: Note) -> set[str]:
        """The vkeys of the witnesses whose cosignature under this note holds; one that does not hold counts not."""
        good = set()
        for witness in self.witnesses.values():
            try:
                if witness.cosigner.find(note.text, note.signatures) is not None:
                    good.add(witness.cosigner.vkey)
            except (BadNote, BadCheckpoint):
                continue
        return good

    def _counts(self, name: str, vkeys: Collection[str]) -> bool:
        if name in self.witnesses:
            return self.witnesses[name].cosigner.vkey in vkeys
        group = self.groups[name]
        return sum(self._counts(member, vkeys) for member in group.members) >= group.threshold


def parse(raw: bytes) -> Policy:
    """Read a policy file."""
    if len(raw) > MOST_BYTES:
        raise BadPolicy("the policy is too long")
    # Octets above 127 are opaque to the standard; a file of ours is UTF-8, and anything else is kept as it is.
    text = raw.decode("utf-8", "surrogateescape")
    reading = _Reading()
    for number, line in enumerate(text.split("\n"), 1):
        if _CONTROL.search(line):
            raise BadPolicy(f"line {number}: holds a control character")
        words = [word for word in re.split(r"[ \t]+", line) if word]
        if words and not words[0].startswith("#"):
            try:
                reading.take(words)
            except (BadPolicy, BadNote) as fault:
                raise BadPolicy(f"line {number}: {fault.message}") from None
    return reading.finish()


class _Reading:
    """The lines so far."""

    def __init__(self) -> None:
        self._logs: list[Verifier] = []
        self._witnesses: dict[str, Witness] = {}
        self._groups: dict[str, Group] = {}
        self._members: set[str] = set()
        self._quorum: str | None = None
        self._kinds: Mapping[str, Callable[[list[str]], None]] = {
            "log": self._log,
            "witness": self._witness,
            "group": self._group,
            "quorum": self._set_quorum,
        }

    def take(self, words: list[str]) -> None:
        if words[0] not in self._kinds:
            raise BadPolicy("begins with none of log, witness, group, quorum")
        self._kinds[words[0]](words[1:])

    def finish(self) -> Policy:
        if self._quorum is None:
            raise BadPolicy("there is no quorum line; write quorum none if no cosignature is needed")
        if not fit([one.cosigner for one in self._witnesses.values()]):
            raise BadPolicy("names more witnesses than one checkpoint can bear the cosignatures of")
        return Policy(tuple(self._logs), self._witnesses, self._groups, self._quorum)

    def _log(self, words: list[str]) -> None:
        _count(words, 1, 2, "log VKEY [URL]")
        log = Verifier.parse(words[0])
        if any(log.public == other.public for other in self._logs):
            raise BadPolicy("this log's key stands in another line already")
        self._logs.append(log)

    def _witness(self, words: list[str]) -> None:
        _count(words, 2, 3, "witness NAME VKEY [URL]")
        name, cosigner = self._new(words[0]), Cosigner.parse(words[1])
        if len(words[1].encode("utf-8", "surrogateescape")) > MOST_VKEY:
            raise BadPolicy("the witness's vkey is too long")
        if any(cosigner.public == other.cosigner.public for other in self._witnesses.values()):
            raise BadPolicy("this witness's key stands in another line already")
        self._witnesses[name] = Witness(name, cosigner, _url(words[2]) if len(words) == 3 else None)

    def _group(self, words: list[str]) -> None:
        _count(words, 3, None, "group NAME all|any|NUMBER MEMBER...")
        name, how, *members = words
        self._new(name)
        for member in members:
            if member not in self._witnesses and member not in self._groups:
                raise BadPolicy(f"{member} is no witness or group of a line before")
            if member in self._members:
                raise BadPolicy(f"{member} is a member already; it would count twice")
            self._members.add(member)
        threshold = {"all": len(members), "any": 1}.get(how)
        if threshold is None:
            if not re.fullmatch(r"[1-9][0-9]{0,5}", how, re.ASCII) or int(how) > len(members):
                raise BadPolicy("a group counts by all, any, or a number from 1 to that of its members")
            threshold = int(how)
        self._groups[name] = Group(threshold, tuple(members))

    def _set_quorum(self, words: list[str]) -> None:
        _count(words, 1, 1, "quorum NAME")
        if self._quorum is not None:
            raise BadPolicy("there is a quorum line already")
        if words[0] != NONE and words[0] not in self._witnesses and words[0] not in self._groups:
            raise BadPolicy(f"{words[0]} is no witness or group of a line before")
        self._quorum = words[0]

    def _new(self, name: str) -> str:
        if name == NONE or name in self._witnesses or name in self._groups:
            raise BadPolicy(f"the name {name} is taken")
        return name


def _count(words: list[str], least: int, most: int | None, form: str) -> None:
    if len(words) < least or (most is not None and len(words) > most):
        raise BadPolicy(f"is not {form}")


def _url(text: str) -> str:
    try:
        parts = urlsplit(text)
        _ = parts.port
    except ValueError:
        raise BadPolicy(f"{text} is no address") from None
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
        raise BadPolicy(f"{text} is no address of a witness, such as https://witness.example")
    return text.rstrip("/")
