"""What ``vrm log verify`` says of a signed bundle, and how it tells one from an export of the log."""

from collections.abc import Iterator
from typing import IO

from vrm.accesslog.exported import MOST_LINE
from vrm.cli.edge import counted
from vrm.cli.log_verdict import CONTINUES, listed, not_verified, unpinned
from vrm.oversight import BundleReport


class Begun:
    """A file whose first line was looked at already; it need not be one that can go back, such as a pipe."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self._held = self.first = stream.readline(MOST_LINE + 1)

    def readline(self, size: int = -1, /) -> bytes:
        """The next line, the first one once more to begin with."""
        if self._held:
            raw, self._held = self._held, b""
            return raw
        return self._stream.readline(size)


def bundle_sentences(report: BundleReport) -> Iterator[str]:
    """What was found, for people. What the file says of itself is repeated only where it verified."""
    head = report.head
    if report.ok and head is not None:
        what = "the case" if head.kind == "case" else "the exposure"
        entries = counted(report.entries, "entry", "entries")
        proved = f"{entries}, proved in the tree of {report.size} signed by {report.origin}"
        yield f"Verified: {what} “{head.title}”, {proved}."
        yield f"  taken out by {head.auditors[head.by]} on {head.at}"
        if head.question is not None:
            whose = head.question.client or head.question.company
            through = "client" if head.question.client else "company"
            yield f"  {through} {whose}, from {head.question.since} until {head.question.until}:"
            yield f"  {counted(report.lines, 'consent', 'consents')} exposed"
        else:
            yield f"  {counted(report.lines, 'line', 'lines')} of history"
        if report.older:
            yield CONTINUES
    else:
        yield not_verified(report)
    yield from listed(report)
    yield f"SHA-256 of the file: {report.sha256}"
    yield from unpinned(report)
    if not report.older:
        yield "Give --checkpoint with one you kept to know that the log continues it, where the bundle can show that."


def bundle_facts(report: BundleReport) -> dict[str, object]:
    """The same for programs."""
    head = report.head if report.ok else None
    return {
        "ok": report.ok,
        "kind": head.kind if head else None,
        "title": head.title if head else None,
        "at": head.at if head else None,
        "by": head.auditors[head.by] if head else None,
        "origin": report.origin,
        "size": report.size,
        "root": report.root,
        "entries": report.entries,
        "lines": report.lines,
        "sha256": report.sha256,
        "key_pinned": report.pinned,
        "older_checkpoint": report.older,
        "findings": [
            {"line": one.line, "part": one.part, "leaf": one.leaf, "problem": one.problem}
            for one in report.findings
        ],
        "more_findings": report.more,
    }
