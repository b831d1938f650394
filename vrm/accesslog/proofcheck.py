"""Leaf by leaf: are these the leaves of the signed tree?"""

from collections.abc import Callable
from copy import deepcopy

from vrm.accesslog import entry as entries
from vrm.accesslog.exported import Header, Line, Malformed, find_plain, guess_leaf, read_line
from vrm.accesslog.findings import Findings
from vrm.tlog import merkle
from vrm.tlog.checkpoint import Checkpoint

Show = Callable[[int, int, bytes], None]

_MOST_DOUBTS = 100


class AllLeaves:
    """Every leaf in order: the tree is built again, in memory of one hash for each bit of its size.

    Each line holds an entry and its hash. Where they differ, two trees tell which one was changed: one built
    from the hashes as stated, one from the entries as they are. The signed root agrees with one of them.
    """

    def __init__(self, signed: Checkpoint | None, older: Checkpoint | None, findings: Findings) -> None:
        self._signed, self._older, self._findings = signed, older, findings
        self._most = signed.size if signed else None
        self._older_size = older.size if older else None
        self._stated = self._computed = merkle.Frontier()  # one tree until an entry and its hash differ
        self._doubts: list[tuple[int, int]] = []  # line and leaf where entry and hash differ
        self._broken = False  # lines are missing, moved or unreadable: no tree can be built
        self._last, self._expected = -1, 0
        self._look_back()

    def take(self, number: int, raw: bytes) -> None:
        """The next line."""
        if self._stated.size == self._most:
            _read(number, raw, "all", self._expected, self._findings)  # it may be damaged as well
            self._findings.add(number, "line", None, f"is one more than the {self._most} leaves of the tree")
        elif hash_ := find_plain(raw, self._expected):
            self._append(self._expected, hash_, hash_)
        elif line := _read(number, raw, "all", self._expected, self._findings):
            self._place(number, line)
        else:
            self._broken = True
            self._last, self._expected = self._expected, self._expected + 1

    def _place(self, number: int, line: Line) -> None:
        if line.index == self._last + 1:
            self._expected = line.index  # where it differs, a gap before this line has been reported
        elif line.index != self._expected:
            self._findings.add(
                number,
                "index",
                self._expected,
                f"is {line.index}, not {self._expected}: changed, or a line was dropped, inserted or moved",
            )
        hash_ = merkle.leaf_hash(line.entry)
        if hash_ == line.leaf_hash:
            _check_entry(number, self._expected, line, self._findings)
        else:
            self._doubt(number, self._expected)
        self._append(line.index, line.leaf_hash, hash_)

    def _append(self, index: int, stated: bytes, computed: bytes) -> None:
        self._stated.append(stated)
        if self._computed is not self._stated:
            self._computed.append(computed)
        self._last, self._expected = index, self._expected + 1
        if self._stated.size == self._older_size:
            self._look_back()

    def _doubt(self, number: int, leaf: int) -> None:
        if self._computed is self._stated:
            self._computed = deepcopy(self._stated)
        if len(self._doubts) < _MOST_DOUBTS:
            self._doubts.append((number, leaf))
        else:
            self._findings.more += 1

    def finish(self, number: int) -> None:
        """Compare with the signed root. ``number`` is the last line's."""
        root = self._signed.root if self._signed else None
        stated, computed = self._stated.root() == root, self._computed.root() == root
        for line, leaf in self._doubts:
            if stated:
                self._findings.add(line, "entry", leaf, "was changed: the tree holds another hash for it")
            elif computed:
                self._findings.add(
                    line, "leaf_hash", leaf, "was changed: the tree holds the entry's own hash"
                )
            else:
                self._findings.add(line, "entry or leaf_hash", leaf, "do not belong together")
        if self._signed is None or self._broken:
            return
        if (
            self._stated.size < self._signed.size
        ):  # even if the root is theirs: it may be signed for more leaves
            what = f"comes too early: of {self._signed.size} leaves the file holds {self._stated.size}"
            self._findings.add(number + 1, "end", None, what)
        elif not stated and not (computed and self._doubts):
            self._findings.add(1, "tree", None, "these leaves do not give the root that the checkpoint signs")

    def _look_back(self) -> None:
        """When the tree has the older checkpoint's size, it must have its root."""
        older = self._older
        if older is not None and self._stated.size == older.size and self._stated.root() != older.root:
            self._findings.add(
                1,
                "tree",
                None,
                f"its first {older.size} leaves are not those of the checkpoint you hold: the log was rewritten",
            )


class ChosenLeaves:
    """Some leaves, each with its own way to the signed root; ``show`` is given each line's number, leaf and entry."""

    def __init__(
        self,
        header: Header,
        signed: Checkpoint | None,
        older: Checkpoint | None,
        findings: Findings,
        show: Show | None = None,
    ) -> None:
        self._signed, self._findings, self._show = signed, findings, show
        self._last = -1
        if older is not None and older.size == header.size and signed and older.root != signed.root:
            findings.add(1, "checkpoint", None, "differs from the one you hold of the same size: a fork")

    def take(self, number: int, raw: bytes) -> None:
        """The next line."""
        line = _read(number, raw, "selection", None, self._findings)
        if line is None:
            return
        if self._show is not None:
            self._show(number, line.index, line.entry)
        if line.index <= self._last:
            self._findings.add(
                number, "index", line.index, "does not ascend: the line was moved, inserted or doubled"
            )
        self._last = line.index
        hash_ = merkle.leaf_hash(line.entry)
        if hash_ == line.leaf_hash:
            _check_entry(number, line.index, line, self._findings)
            if self._signed and not self._leads(line, hash_):
                self._findings.add(
                    number, "proof or index", line.index, "the proof does not show this entry at this index"
                )
        elif self._leads(line, line.leaf_hash):
            self._findings.add(number, "entry", line.index, "was changed: the tree holds another hash for it")
        elif self._leads(line, hash_):
            self._findings.add(
                number, "leaf_hash", line.index, "was changed: the tree holds the entry's own hash"
            )
        else:
            self._findings.add(number, "entry or leaf_hash", line.index, "do not belong together")

    def finish(self, number: int) -> None:
        """Nothing is left to compare: a selection cannot show that it is complete."""

    def _leads(self, line: Line, leaf: bytes) -> bool:
        signed = self._signed
        return signed is not None and merkle.included(line.proof, line.index, signed.size, leaf, signed.root)


def _read(number: int, raw: bytes, kind: str, leaf: int | None, findings: Findings) -> Line | None:
    """A line, or None where it cannot be read; ``leaf`` is where it should be, if that is known."""
    try:
        return read_line(raw, kind)
    except Malformed as fault:
        findings.add(number, fault.part, guess_leaf(raw) if leaf is None else leaf, fault.problem)
        return None


def _check_entry(number: int, leaf: int, line: Line, findings: Findings) -> None:
    try:
        entries.read(line.entry)
    except ValueError as fault:
        findings.add(number, "entry", leaf, f"is {fault}, though logged so")
