"""What ``vrm log verify`` says of an export, for people and for programs."""

from collections.abc import Iterator

from vrm.accesslog import Report
from vrm.cli.edge import counted
from vrm.cli.log_verdict import CONTINUES, listed, not_verified, unpinned


def export_sentences(report: Report) -> Iterator[str]:
    """What was found, and what the file alone cannot show."""
    if report.ok:
        what = "the whole log" if report.kind == "all" else "a selection"
        entries = counted(report.entries, "entry", "entries")
        yield f"Verified: {entries}, {what}, in the tree of {report.size} signed by {report.origin}."
        if report.older:
            yield CONTINUES
    elif report.behind:
        yield "NOT VERIFIED: your checkpoint is newer than this export; export again, or the log was rolled back."
    else:
        yield not_verified(report)
    yield from listed(report)
    yield from unpinned(report)
    if not report.older:
        yield "Give --checkpoint with one you kept to know that the log was not rewritten before it was signed."


def export_facts(report: Report) -> dict[str, object]:
    """The same as one object."""
    return {
        "ok": report.ok,
        "kind": report.kind,
        "origin": report.origin,
        "size": report.size,
        "root": report.root,
        "entries": report.entries,
        "key_pinned": report.pinned,
        "older_checkpoint": report.older,
        "checkpoint_is_newer": report.behind,
        "findings": [
            {"line": one.line, "part": one.part, "leaf": one.leaf, "problem": one.problem}
            for one in report.findings
        ],
        "more_findings": report.more,
    }
