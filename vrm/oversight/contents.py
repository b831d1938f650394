"""What is said of a bundle's entries must follow from them: the same working out for who writes and who verifies.

``Story`` reads a case's lines as they happened; at the end, what is marked must be exactly the entries of the file.
``Answer`` works an exposure out of the entries; the rows of the file must be exactly these.

Both hold the entries' leaves or consents in memory, up to ``MOST_ENTRIES``.
"""

from collections.abc import Iterator, Mapping
from typing import Protocol

from vrm.accesslog.entry import read
from vrm.accesslog.exported import Malformed
from vrm.accesslog.findings import Findings
from vrm.accesslog.types import ANSWERED
from vrm.oversight.bundled import MOST_ENTRIES, Head, Question, Told, read_row, read_told
from vrm.oversight.cases import MOST_MARKS
from vrm.tlog import canonical


class Contents(Protocol):
    """Takes a bundle's entries, then its lines, and says what is wrong."""

    def entry(self, number: int, leaf: int, entry: bytes) -> None: ...

    def line(self, number: int, raw: bytes) -> None: ...

    def finish(self, number: int) -> None: ...


class Story:
    """A case, line by line."""

    def __init__(self, head: Head, findings: Findings) -> None:
        self._head, self._findings = head, findings
        self._entries: set[int] = set()
        self._marked: set[int] = set()
        self._open: bool | None = None
        self._lines = 0

    def entry(self, number: int, leaf: int, entry: bytes) -> None:
        """An entry of the file."""
        if len(self._entries) < MOST_MARKS:
            self._entries.add(leaf)
        else:
            self._findings.add(number, "entry", leaf, f"is more than the {MOST_MARKS} a case may have")

    def line(self, number: int, raw: bytes) -> None:
        """A line of the case."""
        self._lines += 1
        try:
            told = read_told(raw, self._head.auditors)
        except Malformed as fault:
            self._findings.add(number, fault.part, None, fault.problem)
            return
        if told.line != self._lines:
            what = f"is {told.line}, not {self._lines}: changed, or a line was dropped, inserted or moved"
            self._findings.add(number, "line", None, what)
        problem = self._happen(told)
        if problem is not None:
            self._findings.add(number, "kind", told.leaf, problem)

    def finish(self, number: int) -> None:
        """Compare what is marked with what is here."""
        for leaf in sorted(self._marked - self._entries):
            self._findings.add(number, "entries", leaf, "is marked in the case and is not in this file")
        for leaf in sorted(self._entries - self._marked):
            self._findings.add(number, "entries", leaf, "is in this file and not marked in the case")

    def _happen(self, told: Told) -> str | None:
        """Let a line happen; what is wrong if it cannot have."""
        if (told.kind == "opened") != (self._open is None):
            return "a case is opened once, and first"
        match told.kind:
            case "opened" | "reopened":
                if self._open:
                    return "the case was open"
                self._open = True
                return None
            case "exported":
                return None
        if not self._open:
            return "the case was closed"
        if told.kind == "closed":
            self._open = False
        if told.leaf is None:
            return None
        if (told.kind == "marked") == (told.leaf in self._marked):
            return "the entry was marked already" if told.kind == "marked" else "the entry was not marked"
        if told.kind == "marked" and len(self._marked) >= MOST_MARKS:
            return "there are more marks than a case may have"
        self._marked ^= {told.leaf}
        return None


class Answer:
    """Who was exposed, worked out of the entries."""

    def __init__(self, question: Question, findings: Findings) -> None:
        self._question, self._findings = question, findings
        self._consents: dict[str, _Consent] = {}
        self._expected: Iterator[bytes] | None = None
        self._entries = self._rows = 0

    def entry(self, number: int, leaf: int, entry: bytes) -> None:
        """An entry of the file: one read."""
        self._entries += 1
        try:
            members = read(entry)
        except ValueError:
            return  # that it is no entry has been found by its own line
        if not self._asked_for(leaf, members):
            self._findings.add(number, "entry", leaf, "is no answer to the question in the head")
        elif self._entries > MOST_ENTRIES:
            self._findings.add(number, "entry", leaf, f"is more than the {MOST_ENTRIES} a bundle may have")
        else:
            self._consents.setdefault(str(members["thread"]), _Consent()).take(members)

    def rows(self) -> Iterator[dict[str, object]]:
        """The answer, by thread."""
        for thread in sorted(self._consents):
            yield {"thread": thread, **self._consents[thread].told()}

    def line(self, number: int, raw: bytes) -> None:
        """A row of the file."""
        self._rows += 1
        if self._expected is None:
            self._expected = (canonical.dump(row) + b"\n" for row in self.rows())
        expected = next(self._expected, None)
        try:
            read_row(raw)
        except Malformed as fault:
            self._findings.add(number, fault.part, None, fault.problem)
            return
        if raw != expected:
            self._findings.add(number, "row", None, "is not what the entries of this file say")

    def finish(self, number: int) -> None:
        """Every row must have been there."""
        if self._rows < len(self._consents):
            what = f"come too early: the entries are of {len(self._consents)} consents, not {self._rows}"
            self._findings.add(number, "rows", None, what)

    def _asked_for(self, leaf: int, members: Mapping[str, object]) -> bool:
        asked = self._question
        name, whose = ("client", asked.client) if asked.client is not None else ("company", asked.company)
        return (
            members.get("type") == "disclosure"
            and members.get("outcome") == ANSWERED
            and isinstance(members.get("thread"), str)
            and members.get(name) == whose
            and asked.since <= str(members.get("time")) < asked.until
            and leaf < asked.upto
        )


class _Consent:
    """What one consent gave away."""

    def __init__(self) -> None:
        self._reads = 0
        self._times = ("", "")
        self._keys: set[str] = set()
        self._purposes: set[str] = set()
        self._revisions: set[int] = set()

    def take(self, members: Mapping[str, object]) -> None:
        time = str(members["time"])
        first, last = self._times if self._reads else (time, time)
        self._times = (min(first, time), max(last, time))
        self._reads += 1
        keys, purpose, revision = members.get("keys"), members.get("purpose"), members.get("revision")
        self._keys.update(map(str, keys if isinstance(keys, list) else ()))
        if isinstance(purpose, str):
            self._purposes.add(purpose)
        if isinstance(revision, int):
            self._revisions.add(revision)

    def told(self) -> dict[str, object]:
        return {
            "first_at": self._times[0],
            "keys": sorted(self._keys),
            "last_at": self._times[1],
            "purposes": sorted(self._purposes),
            "reads": self._reads,
            "revisions": sorted(self._revisions),
        }
